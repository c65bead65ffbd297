"""Where the focus goes when a button disables or hides itself: nowhere that Space does something.

Qt hands it to the next widget in the order of tabs, so that a second press of Space, meant for the
same button, would press its neighbour.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from shiboken6 import isValid


class FocusKeeper(QObject):
    """Keeps the focus beside a button that can't be pressed any more, and gives it back later.

    It rests on the group that the button lies in: the next Tab goes on from there.

    Args:
        parent: Of this.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._left: QAbstractButton | None = None
        self._resting: QWidget | None = None
        application.focusChanged.connect(self._moved)

    @Slot(QWidget, QWidget)
    def _moved(self, old: QWidget | None, now: QWidget | None) -> None:
        if now is not self._resting:
            self._forget()
        if not isinstance(old, QAbstractButton) or not isValid(old) or _can_be_pressed(old):
            return
        group = _group_of(old)
        if group is not None and now is not None and now.window() is group.window():
            self._left, self._resting = old, group
            old.installEventFilter(self)
            group.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        comes_back = event.type() in (QEvent.Type.EnabledChange, QEvent.Type.Show)
        button = self._left
        if comes_back and button is not None and watched is button and _can_be_pressed(button):
            self._forget()
            button.setFocus()
        return False

    def _forget(self) -> None:
        if self._left is not None and isValid(self._left):
            self._left.removeEventFilter(self)
        self._left = self._resting = None


def _can_be_pressed(button: QAbstractButton) -> bool:
    return button.isEnabled() and not button.isHidden()


def _group_of(button: QAbstractButton) -> QWidget | None:
    """The nearest widget around a button that is there and can take the focus."""
    group = button.parentWidget()
    while group is not None and not (group.isEnabled() and group.isVisible()):
        group = group.parentWidget()
    return group
