"""Writing to the store off the window's thread: what is about many runs, or removes files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from workbench.runs.store import Store, StoreError


class StoreWriter(QObject):
    """Writes in one thread, so what is asked for first is written first.

    Args:
        folder: Of the store.
        parent: Keeps it.

    Signals:
        written: Something is written, or failed to be.
        made: Runs were made; their ids in order.
        failed: One sentence.
    """

    written = Signal()
    made = Signal(list)
    failed = Signal(str)

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = folder
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def write(self, change: Callable[[Store], object]) -> None:
        """Write in the thread.

        Args:
            change: Called there with a store of that thread.
        """
        self._pool.start(_Write(self._folder, change, self))

    def wait(self) -> None:
        """Wait until everything is written."""
        self._pool.waitForDone()


class _Write(QRunnable):
    def __init__(
        self, folder: Path, change: Callable[[Store], object], writer: StoreWriter
    ) -> None:
        super().__init__()
        self._folder, self._change, self._writer = folder, change, writer

    def run(self) -> None:
        try:
            with Store(self._folder) as store:
                self._change(store)
        except StoreError as error:
            self._writer.failed.emit(str(error))
        self._writer.written.emit()
