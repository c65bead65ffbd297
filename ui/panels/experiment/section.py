"""A part of the form that folds away, with its header."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPaintEvent
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
from workbench.base.text import tr

HEADER_HEIGHT = 10 * theme.UNIT
MARGIN = 3 * theme.UNIT
ICON = 16


class SectionHeader(QToolButton):
    """A title with an icon in front and, at the right, a mark that says whether it folds away."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("section")
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEADER_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.icon, option.text = QIcon(), ""
        painter = QPainter(self)
        self.style().drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option, painter, self)
        top = (self.height() - ICON) // 2
        self.icon().paint(painter, QRect(MARGIN, top, ICON, ICON))
        name = "chevron-down" if self.isChecked() else "chevron-right"
        chevron = QRect(self.width() - MARGIN - ICON, top, ICON, ICON)
        theme.icon(name, theme.tones().muted).paint(painter, chevron)
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        focused = option.state & QStyle.StateFlag.State_HasFocus
        painter.setPen(QColor(theme.tones().accent if focused else theme.tones().text))
        words_ = self.rect().adjusted(MARGIN + ICON + 2 * theme.UNIT, 0, -MARGIN - ICON, 0)
        painter.drawText(words_, Qt.AlignmentFlag.AlignVCenter, self.text())


class Section(QWidget):
    """A titled part of the form that folds away; its header is marked where something is wrong.

    Args:
        title: Shown in the header.
        icon: Of `resources/icons`.
        paths: What it edits, to know whose problems are its own.
        contents: Laid out below each other.

    Attributes:
        is_marked: Whether something is wrong in it.
    """

    def __init__(
        self, title: str, icon: str, paths: tuple[str, ...], contents: list[QWidget]
    ) -> None:
        super().__init__()
        self._icon, self._paths = icon, paths
        self.header = SectionHeader(title)
        self.body = QWidget()
        inside = QVBoxLayout(self.body)
        theme.spaced(inside, 3, 0, 3, 4, spacing=1)
        for widget in contents:
            inside.addWidget(widget)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(self.header)
        layout.addWidget(self.body)
        self.header.toggled.connect(self.body.setVisible)
        self.is_marked = False
        self.mark("")

    def owns(self, path: str) -> bool:
        """Whether a problem at this path belongs here."""
        return any(path == own or path.startswith((f"{own}.", f"{own}[")) for own in self._paths)

    def mark(self, message: str) -> None:
        """Marks the header with a problem, or removes the mark."""
        self.is_marked = bool(message)
        theme.set_icon(self.header, *(("warning", "bad") if message else (self._icon, "text")))
        fold = tr("Fold this section away, or unfold it")
        self.header.setToolTip(tip(message) if message else fold)
        title = self.header.text()
        name = tr("{title}: has a problem", title=title) if message else title
        self.header.setAccessibleName(name)
