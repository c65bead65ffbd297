"""Reads runs and their curves from the store in a thread, with progress, and can be cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from workbench.curves.grouping import Settings, settings_of
from workbench.curves.reading import read_curves
from workbench.curves.run import RunCurves
from workbench.runs.record import Run
from workbench.runs.store import Store, StoreError


@dataclass(frozen=True)
class ReadRun:
    """A run as it was read.

    Attributes:
        curves: None where those known before are still right.
    """

    run: Run
    settings: Settings
    curves: RunCurves | None

    @property
    def mark(self) -> str:
        """Another text whenever the run's curves may be others."""
        return mark_of(self.run)


def mark_of(run: Run) -> str:
    """Another text whenever the run's curves may be others."""
    return f"{run.status} {run.step} {run.finished}"


class _Told(QObject):
    read = Signal(object, int, object)
    failed = Signal(str)
    done = Signal(object)


class _Reading(QRunnable):
    def __init__(
        self,
        folder: Path,
        run_ids: Sequence[str],
        marks: Mapping[str, str],
        tell: _Told,
        cancelled: Event,
    ) -> None:
        super().__init__()
        self._folder, self._run_ids, self._marks = folder, run_ids, marks
        self._tell, self._cancelled = tell, cancelled

    def run(self) -> None:
        try:
            with Store(self._folder) as store:
                for number, run_id in enumerate(self._run_ids):
                    if self._cancelled.is_set():
                        break
                    self._tell.read.emit(self._cancelled, number, self._read(store, run_id))
        except StoreError as error:
            self._tell.failed.emit(str(error))
        self._tell.done.emit(self._cancelled)

    def _read(self, store: Store, run_id: str) -> ReadRun:
        run = store.run(run_id)
        known = self._marks.get(run_id) == mark_of(run)
        return ReadRun(run, settings_of(run), None if known else read_curves(store, run))


class RunReader(QObject):
    """Reads one list of runs at a time; asking for another ends the one before.

    Args:
        folder: Of the store.

    Signals:
        read: A `ReadRun`.
        progress: How many of how many.
        done: All are read, or it was cancelled.
        failed: A sentence.
    """

    read = Signal(object)
    progress = Signal(int, int)
    done = Signal()
    failed = Signal(str)

    def __init__(self, folder: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._folder = folder
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._told = _Told(self)
        self._told.read.connect(self._hear)
        self._told.failed.connect(self.failed)
        self._told.done.connect(self._end)
        self._current: Event | None = None
        self._total = 0

    @property
    def is_busy(self) -> bool:
        """Whether something is being read."""
        return self._current is not None

    def ask(self, run_ids: Sequence[str], marks: Mapping[str, str]) -> None:
        """Reads these; of those whose mark is still right not the curves."""
        self._drop()
        self._current, self._total = Event(), len(run_ids)
        self._pool.start(
            _Reading(self._folder, list(run_ids), dict(marks), self._told, self._current)
        )

    @Slot()
    def cancel(self) -> None:
        """Ends it; what is read stays."""
        if self._current is not None:
            self._drop()
            self.done.emit()

    def close(self) -> None:
        """Cancels and waits; before the window goes."""
        self._drop()
        self._pool.waitForDone()

    def _drop(self) -> None:
        if self._current is not None:
            self._current.set()
        self._current = None

    @Slot(object, int, object)
    def _hear(self, asked: Event, number: int, found: ReadRun) -> None:
        if asked is self._current:
            self.read.emit(found)
            self.progress.emit(number + 1, self._total)

    @Slot(object)
    def _end(self, asked: Event) -> None:
        if asked is self._current:
            self._current = None
            self.done.emit()
