"""Work in a thread of which only the newest counts: what a screen needs after each change."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from workbench.runs.store import StoreError

Job = Callable[[], object]


class _Tell(QObject):
    done = Signal(int, object)
    failed = Signal(int, str)


class _Work(QRunnable):
    def __init__(self, number: int, job: Job, tell: _Tell) -> None:
        super().__init__()
        self._number, self._job, self._tell = number, job, tell

    def run(self) -> None:
        try:
            found = self._job()
        except (ValueError, StoreError) as error:
            self._tell.failed.emit(self._number, str(error))
        else:
            self._tell.done.emit(self._number, found)


class Latest(QObject):
    """Does one job at a time; one that was asked for before the last is dropped.

    Signals:
        done: What the last job gave.
        failed: Its sentence, where it raised a ValueError or a StoreError.
    """

    done = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._asked = self._told = 0
        self._tell = _Tell(self)
        self._tell.done.connect(self._done)
        self._tell.failed.connect(self._failed)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    @property
    def is_busy(self) -> bool:
        """Whether the last job is still to come."""
        return self._told != self._asked

    def ask(self, job: Job) -> None:
        """Does this next; it may use nothing that another thread changes."""
        self._pool.clear()
        self._asked += 1
        self._pool.start(_Work(self._asked, job, self._tell))

    def close(self) -> None:
        """Drops what is under way and waits; before the window goes."""
        self._pool.clear()
        self._told = self._asked  # nothing more is told
        self._pool.waitForDone()

    @Slot(int, object)
    def _done(self, number: int, found: object) -> None:
        if number == self._asked and self.is_busy:
            self._told = number
            self.done.emit(found)

    @Slot(int, str)
    def _failed(self, number: int, sentence: str) -> None:
        if number == self._asked and self.is_busy:
            self._told = number
            self.failed.emit(sentence)
