"""Runs to the clipboard and to CSV files, written in a thread where they are many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from ui.background.jobs import Jobs
from workbench.base.errors import Failed
from workbench.base.files import write_atomically
from workbench.base.text import tr
from workbench.runs.table import delimited
from workbench.runs.table.frame import RunFrame

FEW = 500


class RunExport(QObject):
    """Copies runs out of a frame.

    Signals:
        saved: A file was written; its path.
        failed: A sentence.
    """

    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, frame: RunFrame, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._frame = frame
        self._lane = jobs.writes(self)
        self._lane.failed.connect(self.failed)

    def copy(self, places: Sequence[int], keys: Sequence[str]) -> None:
        """Puts runs into the clipboard, as lines that a spreadsheet takes."""
        runs = self._frame.snapshot(keys)

        def lines() -> str:
            return delimited.as_tsv(delimited.cells(runs, places, keys))

        self._do(lines, self._to_clipboard, len(places))

    def save(self, path: Path, places: Sequence[int], keys: Sequence[str]) -> None:
        """Writes a CSV file, whole or not at all."""
        runs = self._frame.snapshot(keys)

        def write() -> str:
            text = delimited.as_csv(delimited.cells(runs, places, keys))
            try:
                write_atomically(path, text.encode())
            except OSError as error:
                cause = error.strerror or str(error)
                sentence = tr("{path}: can't be written ({cause})", path=path, cause=cause)
                raise Failed(sentence) from None
            return str(path)

        self._do(write, self.saved.emit, len(places))

    def _do(self, work: Callable[[], str], done: Callable[[str], object], many: int) -> None:
        if many > FEW:
            self._lane.ask(work, done)
            return
        try:
            done(work())
        except Failed as error:
            self.failed.emit(str(error))

    def _to_clipboard(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
