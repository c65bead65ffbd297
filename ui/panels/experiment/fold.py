"""A part of a section that is folded at first and then says in a few words what is in it."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.plain import tip
from ui.panels.experiment.section import ICON
from workbench.base.text import tr

SUMMARY_LEFT = theme.LABEL_WIDTH + 2 * theme.UNIT
"""Where a form's fields begin."""


class FoldHeader(QToolButton):
    """A title where a form has its labels, a summary where it has its fields, and a chevron."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("fold")
        self.setText(title)
        self.summary = ""
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.FIELD_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.icon, option.text = QIcon(), ""
        painter = QPainter(self)
        self.style().drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option, painter, self)
        colours, middle = theme.tones(), Qt.AlignmentFlag.AlignVCenter
        focused = option.state & QStyle.StateFlag.State_HasFocus
        painter.setPen(QColor(colours.accent if focused else colours.text))
        painter.drawText(self.rect(), middle, self.text())
        place = self.rect().adjusted(SUMMARY_LEFT, 0, -ICON - 2 * theme.UNIT, 0)
        words = painter.fontMetrics().elidedText(
            self.summary, Qt.TextElideMode.ElideRight, place.width()
        )
        painter.setPen(QColor(colours.muted))
        painter.drawText(place, middle, words)
        name = "chevron-down" if self.isChecked() else "chevron-right"
        top = (self.height() - ICON) // 2
        chevron = QRect(self.width() - ICON, top, ICON, ICON)
        theme.icon(name, colours.muted).paint(painter, chevron)


class Fold(QWidget):
    """A title that unfolds its contents, with their summary behind it.

    Args:
        title: Shown in the header.
        contents: Shown while it is unfolded.
    """

    def __init__(self, title: str, contents: QWidget) -> None:
        super().__init__()
        self.contents = contents
        self.header = FoldHeader(title)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0, spacing=1)
        layout.addWidget(self.header)
        layout.addWidget(contents)
        self.header.toggled.connect(self._show_contents)
        self._show_contents(False)

    def summarize(self, words: str) -> None:
        """Says what is in it, as far as there is room; the tooltip has it whole."""
        self.header.summary = words
        self.header.setAccessibleName(f"{self.header.text()}: {words}")
        self.header.update()
        self._explain()

    @Slot(bool)
    def _show_contents(self, shown: bool) -> None:
        self.contents.setVisible(shown)
        self._explain()

    def _explain(self) -> None:
        fold = tr("Fold this part away, or unfold it")
        self.header.setToolTip(tip("\n".join(filter(None, (self.header.summary, fold)))))
