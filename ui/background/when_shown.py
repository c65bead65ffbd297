"""Work for the screen only: done once after any number of changes, and not while hidden."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget


class WhenShown(QObject):
    """Brings a widget up to date.

    Args:
        widget: What is seen, or not.
        act: Brings it up to date; called soon after `mark`, or when the widget is next shown.
    """

    def __init__(self, widget: QWidget, act: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._act = widget, act
        self._is_stale = True
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._due)
        widget.installEventFilter(self)

    @property
    def is_stale(self) -> bool:
        """Whether what is shown is out of date."""
        return self._is_stale

    @Slot()
    def mark(self) -> None:
        """Notes that something changed."""
        self._is_stale = True
        if self._widget.isVisible() and not self._timer.isActive():
            self._timer.start(0)

    @Slot()
    def _due(self) -> None:
        if self._widget.isVisible():  # else when it is shown again
            self.catch_up()

    @Slot()
    def catch_up(self) -> None:
        """Does now what was put off."""
        if self._is_stale:
            self._is_stale = False
            self._act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self.catch_up()
        elif event.type() == QEvent.Type.PaletteChange:
            self.mark()
        return False
