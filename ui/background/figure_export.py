"""Asks for a file and has a figure written there, by a process that draws nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.background.jobs import Jobs, sentence_of
from ui.background.processes import process
from workbench.base import text
from workbench.base.plain_values import parsed
from workbench.base.text import tr
from workbench.figures.answer import FigureAnswer

MODULE = "workbench.figures.network.process"
FILTERS = {"svg": "SVG (*.svg)", "pdf": "PDF (*.pdf)", "png": "PNG (*.png)"}


class FigureExport(QObject):
    """Writes one figure at a time.

    Args:
        jobs: Of the window.
        parent: Asks.

    Signals:
        written: The file that is there now.
        failed: A sentence on why there is none.
        busy_changed: Whether one is being written.
    """

    written = Signal(str)
    failed = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, jobs: Jobs, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget = parent
        self._lane = jobs.lane(self)
        self._lane.settled.connect(self._show_end)

    @property
    def is_busy(self) -> bool:
        """Whether a figure is being written."""
        return self._lane.is_busy

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
        draw = process(
            MODULE,
            parse=_answer,
            request={**request, "path": str(path)},
            language=text.language(),
        )
        self._lane.follow(draw, self._hear, failed=self._fail)
        self.busy_changed.emit(True)

    @Slot()
    def cancel(self) -> None:
        """Ends what is being written; a file that was there stays as it was."""
        self._lane.drop()

    def _hear(self, answer: FigureAnswer) -> None:
        if answer.error:
            self.failed.emit(answer.error)
        else:
            self.written.emit(answer.written)

    def _fail(self, error: Exception) -> None:
        sentence = sentence_of(error)
        self.failed.emit(tr("The figure was not written: {sentence}", sentence=sentence))

    @Slot()
    def _show_end(self) -> None:
        self.busy_changed.emit(False)


def _answer(message: dict[str, Any]) -> FigureAnswer:
    return parsed(FigureAnswer, message, MODULE)


def safe_name(name: str) -> str:
    """A name without what separates folders."""
    return "".join("-" if letter in '/\\:*?"<>|' else letter for letter in name)
