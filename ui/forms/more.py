"""The part of a form that is folded at first: settings that are rarely needed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from ui.look import theme
from workbench.base.text import tr


class More(QWidget):
    """A header that unfolds the rows below it, and says how many differ from their default.

    Args:
        is_open: Whether it begins unfolded.

    Attributes:
        header: Checked while unfolded.
        grid: Where the rows go.
    """

    def __init__(self, is_open: bool) -> None:
        super().__init__()
        self.header = QToolButton()
        self.header.setObjectName("more")
        self.header.setCheckable(True)
        self.header.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setToolTip(tr("Settings that are rarely needed"))
        self.body = QWidget()
        self.grid = QGridLayout(self.body)
        column = QVBoxLayout(self)
        theme.spaced(column, 0, spacing=1)
        column.addWidget(self.header)
        column.addWidget(self.body)
        self.header.toggled.connect(self._fold)
        self.header.setChecked(is_open)
        self._fold(is_open)
        self.count(0)

    def unfold(self) -> None:
        """Shows the rows."""
        self.header.setChecked(True)

    def count(self, changed: int) -> None:
        """Says in the header how many settings differ from their default."""
        words = tr("More ({changed} changed)", changed=changed) if changed else tr("More")
        self.header.setText(words)

    def _fold(self, is_open: bool) -> None:
        theme.set_icon(self.header, "chevron-down" if is_open else "chevron-right", "muted")
        self.body.setVisible(is_open)
