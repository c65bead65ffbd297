"""What the benchmarks of the window share: its pages, waiting for it, its longest turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from ui.panels.shared.page import Page
    from ui.window.main_window import MainWindow

    Kind = TypeVar("Kind", bound=Page)

PATIENCE_SECONDS = 120
BEAT_MILLISECONDS = 4


class Turns:
    """The longest time between two beats of the event loop."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MILLISECONDS)

    def start(self) -> None:
        """Forgets what was."""
        self.longest, self._last = 0.0, time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now


def until(done: Callable[[], bool]) -> float:
    """Turns the event loop until something is so; milliseconds it took."""
    started = time.perf_counter()
    while not done():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if time.perf_counter() - started > PATIENCE_SECONDS:
            raise TimeoutError
    return 1000 * (time.perf_counter() - started)


def page_of(window: MainWindow, key: str, kind: type[Kind]) -> Kind:
    """A page by its key, made where it isn't there yet."""
    page = window.pages[key]
    assert isinstance(page, kind)
    return page


def close(window: MainWindow) -> None:
    """Closes the window, whatever was edited and not saved."""
    window.files.may_discard = lambda: True  # type: ignore[method-assign]
    window.close()
