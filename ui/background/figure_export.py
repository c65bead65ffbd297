"""Asks for a file and has a figure written there, by a process that draws nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.background.job_thread import JobThread
from workbench.base.text import tr

MODULE = "workbench.figures.network.process"
FILTERS = {"svg": "SVG (*.svg)", "pdf": "PDF (*.pdf)", "png": "PNG (*.png)"}


class FigureExport(QObject):
    """Writes one figure at a time.

    Signals:
        written: The file that is there now.
        failed: A sentence on why there is none.
        busy_changed: Whether one is being written.
    """

    written = Signal(str)
    failed = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget = parent
        self._job: JobThread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a figure is being written."""
        return self._job is not None

    def ask(self, title: str, name: str, request: dict[str, Any]) -> None:
        """Asks where to, and has the figure written there.

        Args:
            title: Of the question.
            name: Proposed, without a suffix.
            request: As `workbench.figures.network.process` reads it, without the path.
        """
        chosen, kind = QFileDialog.getSaveFileName(
            self._widget, title, f"{safe_name(name)}.svg", ";;".join(FILTERS.values())
        )
        if not chosen or self.is_busy:
            return
        path = Path(chosen)
        if path.suffix.lower().removeprefix(".") not in FILTERS:
            suffix = next((s for s, words in FILTERS.items() if words == kind), "svg")
            path = path.with_name(f"{path.name}.{suffix}")
        self._job = job = JobThread(MODULE, request={**request, "path": str(path)}, parent=self)
        job.said.connect(self._hear)
        job.failed.connect(self._fail)
        job.finished.connect(self._end)
        self.busy_changed.emit(True)
        job.start()

    @Slot()
    def cancel(self) -> None:
        """Ends what is being written; a file that was there stays as it was."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Cancels and waits; before the window goes."""
        if self._job is not None:
            self._job.close()

    @Slot(object)
    def _hear(self, message: dict[str, str]) -> None:
        if "written" in message:
            self.written.emit(message["written"])
        else:
            self.failed.emit(message["error"])

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self.failed.emit(tr("The figure was not written: {sentence}", sentence=sentence))

    @Slot()
    def _end(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
        self._job = None
        self.busy_changed.emit(False)


def safe_name(name: str) -> str:
    """A name without what separates folders."""
    return "".join("-" if letter in '/\\:*?"<>|' else letter for letter in name)
