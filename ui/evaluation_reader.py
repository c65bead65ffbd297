"""Reads what is kept of a run's evaluation in a thread, and works the figures out there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from workbench import predictions
from workbench.evaluation import Evaluation
from workbench.predictions import Pictures


@dataclass(frozen=True, eq=False)
class ReadEvaluation:
    """What a run's folder has.

    Attributes:
        folder: Of the run.
        part: Which was asked for.
        has_checkpoint: Whether it can be evaluated.
        evaluation: None where it wasn't yet, or its network has trained on since.
        pictures: Images that are kept with it.
    """

    folder: Path
    part: str
    has_checkpoint: bool
    evaluation: Evaluation | None = None
    pictures: Pictures | None = None


class _Told(QObject):
    read = Signal(object)


class _Reading(QRunnable):
    def __init__(self, folder: Path, part: str, tell: _Told) -> None:
        super().__init__()
        self._folder, self._part, self._tell = folder, part, tell

    def run(self) -> None:
        folder, part = self._folder, self._part
        found = predictions.load(folder, part)
        pictures = predictions.load_pictures(folder, part) if found is not None else None
        if found is None or pictures is None:
            self._tell.read.emit(ReadEvaluation(folder, part, bool(predictions.weights_of(folder))))
            return
        evaluation = Evaluation(found)
        _ = evaluation.classes, evaluation.mistakes, evaluation.calibration  # not in the window
        self._tell.read.emit(ReadEvaluation(folder, part, True, evaluation, pictures))


class EvaluationReader(QObject):
    """Reads one folder after another.

    Signals:
        read: A `ReadEvaluation`.
    """

    read = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._tell = _Told()
        self._tell.read.connect(self.read)

    def ask(self, folder: Path, part: str) -> None:
        """Reads a run's folder; what was asked for before is left out where it hasn't begun."""
        self._pool.clear()
        self._pool.start(_Reading(folder, part, self._tell))

    def close(self) -> None:
        """Waits for what is being read; before the window goes."""
        self._pool.clear()
        self._pool.waitForDone()
