"""Runs to the clipboard and to CSV files, written in a thread where they are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QGuiApplication

from workbench.base.files import write_atomically
from workbench.runs.table import delimited
from workbench.runs.table.frame import RunFrame

FEW = 500


class _Tell(QObject):
    text = Signal(str)
    saved = Signal(str)
    failed = Signal(str)


class _Job(QRunnable):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        self._work()


class RunExport(QObject):
    """Copies runs out of a frame.

    Signals:
        saved: A file was written; its path.
        failed: A sentence.
    """

    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, frame: RunFrame, parent: QObject) -> None:
        super().__init__(parent)
        self._frame = frame
        self._tell = _Tell(self)
        self._tell.text.connect(self._to_clipboard)
        self._tell.saved.connect(self.saved)
        self._tell.failed.connect(self.failed)
        self._pool = QThreadPool(self)

    def copy(self, places: Sequence[int], keys: Sequence[str]) -> None:
        """Puts runs into the clipboard, as lines that a spreadsheet takes."""
        runs, tell = self._frame.snapshot(keys), self._tell

        def work() -> None:
            tell.text.emit(delimited.as_tsv(delimited.cells(runs, places, keys)))

        self._do(work, len(places))

    def save(self, path: Path, places: Sequence[int], keys: Sequence[str]) -> None:
        """Writes a CSV file, whole or not at all."""
        runs, tell = self._frame.snapshot(keys), self._tell

        def work() -> None:
            text = delimited.as_csv(delimited.cells(runs, places, keys))
            try:
                write_atomically(path, text.encode())
            except OSError as error:
                tell.failed.emit(f"{path}: can't be written ({error.strerror})")
            else:
                tell.saved.emit(str(path))

        self._do(work, len(places))

    def close(self) -> None:
        """Waits for what is being written."""
        self._pool.waitForDone()

    def _do(self, work: Callable[[], None], many: int) -> None:
        if many <= FEW:
            work()
        else:
            self._pool.start(_Job(work))

    @Slot(str)
    def _to_clipboard(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
