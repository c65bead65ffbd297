"""Work of the window's thread in pieces, one a turn of its event loop, not to hold it up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Signal, Slot


def imported(modules: Iterable[str]) -> Iterator[None]:
    """Imports modules, a step each."""
    for module in modules:
        import_module(module)
        yield


class Turns(QObject):
    """Takes steps until there are no more.

    Args:
        steps: Does a piece of the work whenever it is asked for the next one.
        parent: Of this.

    Signals:
        done: The last step is taken.
    """

    done = Signal()

    def __init__(self, steps: Iterator[None], parent: QObject) -> None:
        super().__init__(parent)
        self._steps, self._is_done = steps, False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)

    @property
    def is_done(self) -> bool:
        """Whether the last step is taken."""
        return self._is_done

    def start(self) -> None:
        """Begins, or goes on; nothing where it is done."""
        if not self._is_done:
            self._timer.start(0)

    def stop(self) -> None:
        """Takes no more steps until it is started again."""
        self._timer.stop()

    def finish(self) -> None:
        """Takes all steps that are left, now."""
        while not self._is_done:
            self._step()

    @Slot()
    def _step(self) -> None:
        try:
            next(self._steps)
        except StopIteration:
            self._is_done = True
            self._timer.stop()
            self.done.emit()
