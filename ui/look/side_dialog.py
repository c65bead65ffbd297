"""What the windows beside the main one have in common."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from workbench.base.text import tr


class SideDialog(QDialog):
    """A window that the main one stays usable beside.

    It lies above the main window, never under it, and closes with Escape, Ctrl+W and its Close
    button. Enter presses no button but one that was made the default.

    Args:
        window: The main window; it goes with it.
        title: Of its frame.
    """

    def __init__(self, window: QWidget, title: str) -> None:
        super().__init__(window)
        self.setWindowFlag(Qt.WindowType.WindowMinMaxButtonsHint)
        self.setWindowTitle(title)
        for keys in QKeySequence.keyBindings(QKeySequence.StandardKey.Close):
            QShortcut(keys, self, self.close)
        self.close_button = QPushButton(tr("Close"))
        self.close_button.setToolTip(tr("Close this window (Esc)"))
        self.close_button.clicked.connect(self.close)

    def come_forward(self) -> None:
        """Shows it, and gives it the keyboard."""
        self.show()
        self.activateWindow()

    def showEvent(self, event: QShowEvent) -> None:
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(button.isDefault())
        super().showEvent(event)
