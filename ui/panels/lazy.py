"""A page that works out what it shows when it is looked at, a piece in each turn of the loop."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget


class LazyPage(QWidget):
    """Nothing is computed while it is hidden; what became stale is done when it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._work)
        self._is_stale = True

    def refresh(self) -> bool:
        """Brings one piece up to date; whether there is more to do."""
        raise NotImplementedError

    @property
    def is_settled(self) -> bool:
        """Whether what is shown is up to date."""
        return not self._is_stale

    @Slot()
    def make_stale(self) -> None:
        """Notes that what is shown is out of date."""
        self._is_stale = True
        if self.isVisible():
            self._turn.start()

    @Slot()
    def _work(self) -> None:
        self._is_stale = self.refresh()
        if self._is_stale and self.isVisible():
            self._turn.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._turn.start()
