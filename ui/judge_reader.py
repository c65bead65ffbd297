"""Judges two groups of runs in a thread: their runs, and what was predicted, are read there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal

from ui.models.run_groups import RunGroup
from workbench import predictions
from workbench.better import Group, judge
from workbench.predictions import Predictions
from workbench.runs.record import Run
from workbench.runs.store import Store, StoreError
from workbench.spec.base import SpecError


class _Told(QObject):
    judged = Signal(object)
    failed = Signal(str)


class _Judging(QRunnable):
    def __init__(self, folder: Path, a: RunGroup, b: RunGroup, metric: str, tell: _Told) -> None:
        super().__init__()
        self._folder, self._groups, self._metric, self._tell = folder, (a, b), metric, tell

    def run(self) -> None:
        try:
            with Store(self._folder) as store:

                def answers(run: Run, part: str) -> Predictions | None:
                    return predictions.load(store.artifacts(run.run_id), part)

                a, b = (Group(group.name, tuple(group.find(store))) for group in self._groups)
                self._tell.judged.emit(judge(a, b, self._metric, answers))
        except (StoreError, SpecError) as error:
            self._tell.failed.emit(str(error))


class JudgeReader(QObject):
    """Judges one pair of groups after another.

    Args:
        folder: Of the store.

    Signals:
        judged: A `Judgement`.
        failed: A sentence.
    """

    judged = Signal(object)
    failed = Signal(str)

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = folder
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._tell = _Told()
        self._tell.judged.connect(self.judged)
        self._tell.failed.connect(self.failed)

    def ask(self, a: RunGroup, b: RunGroup, metric: str) -> None:
        """Judges these; what was asked for before is left out where it hasn't begun."""
        self._pool.clear()
        self._pool.start(_Judging(self._folder, a, b, metric, self._tell))

    def close(self) -> None:
        """Waits for what is being judged; before the window goes."""
        self._pool.clear()
        self._pool.waitForDone()
