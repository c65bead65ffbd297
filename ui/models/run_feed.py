"""The runs of the store as the window has them: read once, and then only what changed.

A few changed runs are read at once; many (a store is opened) are read in a thread, batch by batch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from ui.background.in_store import in_store
from ui.background.jobs import JobReport, Jobs, sentence_of
from workbench.runs import rows
from workbench.runs.columns import column_of
from workbench.runs.reader import Batch, FeedPosition
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.runs.table.frame import RunFrame

FEW = 200
"""Changed runs that are read in the window's thread: a hundredth of a second."""

FILLED_AT_ONCE = 50
"""Runs of an older schema to a transaction: a training process may wait to write."""

MOST_SHOWN = 40
"""Runs whose curves are shown at once; older ones above that stay ticked, and come when others are
cleared."""

MOST_NAMED = 200
"""Newest runs that are offered by name; older ones are found in the table."""

ACTIVE = [status.value for status in RunStatus if status.is_active]
Values = dict[str, dict[str, float]]


@dataclass(frozen=True)
class ShownRun:
    """What the plots need to know of a run."""

    run_id: str
    name: str
    colour: int
    steps_per_epoch: int | None
    has_steps: bool


def _read_changes(
    folder: Path, since: FeedPosition, keys: list[str], report: JobReport[tuple[Batch, Values]]
) -> None:
    """Read all that changed: a job that gives a batch at a time, with its columns of the epochs."""
    with Store(folder) as store:
        while not report.is_cancelled and store.fill_in(FILLED_AT_ONCE):
            pass
        for batch in store.reader.all(since):
            report((batch, _read_columns(store, keys, batch.ids)))


def _read_columns(store: Store, keys: list[str], run_ids: list[str] | None = None) -> Values:
    return {key: store.reader.of_epochs(column_of(key), run_ids) for key in keys}


class RunFeed(QObject):
    """Keeps a `RunFrame` up to date.

    Args:
        store: The window's.
        jobs: Of the window.

    Signals:
        changed: Runs have changed; their rows in the frame.
        curves_changed: The runs whose curves are to be shown, newest first: `ShownRun`s.
        newest_changed: The newest runs or their names have changed: their ids and names.
        columns_read: Columns that come from the epochs are there now.
        finished: All that was to be read in a thread is there.
        failed: A sentence.
    """

    changed = Signal(list)
    curves_changed = Signal(list)
    newest_changed = Signal(list)
    columns_read = Signal()
    finished = Signal()
    failed = Signal(str)

    def __init__(self, store: Store, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frame = RunFrame()
        self._store = store
        self._reading = self._look_again = False
        self._left_out: list[sqlite3.Row] = []
        self._asked: set[str] = set()
        self._curves: list[ShownRun] = []
        self._named: list[tuple[str, str]] = []
        self._lane = jobs.lane(self)
        self._lane.failed.connect(self.failed)

    @property
    def is_reading(self) -> bool:
        """Whether a thread reads runs."""
        return self._reading

    @property
    def curves(self) -> Sequence[ShownRun]:
        """The runs whose curves are to be shown, newest first."""
        return self._curves

    @property
    def newest(self) -> Sequence[tuple[str, str]]:
        """The ids and names of the newest runs, newest first."""
        return self._named

    @Slot()
    def look(self) -> None:
        """Reads what changed in the store."""
        if self._lane.is_closed:
            return
        if self._reading:
            self._look_again = True
            return
        reader, since = self._store.reader, self.frame.mark
        try:
            if reader.is_much(since, FEW) or reader.is_unfilled:
                self._reading = True
                keys = sorted(self._asked)
                read = partial(_read_changes, self._store.folder, since, keys)
                self._lane.follow(read, self._take_read, self._done, self._failed)
                return
            batch = reader.changes(since)
            if batch.mark != since:
                self._take(batch, _read_columns(self._store, sorted(self._asked), batch.ids))
        except StoreError as error:
            self.failed.emit(str(error))

    def need(self, keys: Iterable[str]) -> None:
        """Sees to it that these columns are there; those of the epochs come a little later."""
        new = sorted({k for k in keys if column_of(k).is_of_epochs} - self._asked)
        if not new:
            return
        self._asked.update(new)
        if len(self.frame) > FEW:
            work = partial(_read_columns, keys=new)
            self._lane.ask(in_store(self._store.folder, work), self._take_columns)
            return
        try:
            self._take_columns(_read_columns(self._store, new))
        except StoreError as error:
            self.failed.emit(str(error))

    def read(self, run_id: str) -> Run | None:
        """All that is known of a run; None for "", or where it can't be read."""
        try:
            return self._store.run(run_id) if run_id else None
        except StoreError as error:
            self.failed.emit(str(error))
            return None

    def _take_read(self, read: tuple[Batch, Values]) -> None:
        self._take(*read)

    def _take(self, batch: Batch, columns: Values) -> None:
        places = self.frame.apply(batch)
        gone = [self.frame.place_of_any(run_id) for run_id in batch.gone]
        for key, values in columns.items():
            self.frame.put_read(key, values, places)
        self._left_out += batch.left_out
        self.changed.emit([*places, *(place for place in gone if place is not None)])
        if not self._reading:
            self._show_curves(places)
            self._show_newest(places)
            self._say_left_out()

    def _say_left_out(self) -> None:
        """Names the rows that no run can have, once they are read."""
        if self._left_out:
            self.failed.emit(rows.refusal(self._left_out, self._store.folder))
            self._left_out = []

    def _show_curves(self, places: Iterable[int]) -> None:
        """Says which curves are to be shown, unless what changed has no say in it.

        A run under way changes every second, and must not cost a look at all runs.
        """
        known = {run.run_id: run for run in self._curves}
        shown_ids = list(known)
        if any(
            self._shown(place) != known.get(self.frame.run_id(place))
            for place in places
            if not self._is_too_old(place, shown_ids, MOST_SHOWN)
        ):
            curves = self._newest()
            if curves != self._curves:
                self._curves = curves
                self.curves_changed.emit(curves)

    def _is_too_old(self, place: int, newest: list[str], most: int) -> bool:
        """Whether a run is not among the newest, which are as many as are wanted, and can't be."""
        frame = self.frame
        last = frame.place(newest[-1]) if len(newest) == most else None
        created = frame.values("created")
        return last is not None and bool(created[place] < created[last])

    def _show_newest(self, places: Iterable[int]) -> None:
        """Says which runs are the newest, unless what changed has no say in it."""
        known, frame = dict(self._named), self.frame
        named_ids = list(known)
        if any(
            (frame.value("name", place) if frame.alive[place] else None)
            != known.get(frame.run_id(place))
            for place in places
            if not self._is_too_old(place, named_ids, MOST_NAMED)
        ):
            alive = np.flatnonzero(frame.alive)
            newest = alive[np.argsort(-frame.values("created")[alive], kind="stable")][:MOST_NAMED]
            named = [(frame.run_id(p), str(frame.value("name", p))) for p in newest.tolist()]
            if named != self._named:
                self._named = named
                self.newest_changed.emit(named)

    def _newest(self) -> list[ShownRun]:
        values, alive = self.frame.values, self.frame.alive
        ticked = alive & (values("hidden") != 1) & (values("archived") != 1)
        places = np.flatnonzero(ticked & (values("step") > 0))
        without = np.flatnonzero(ticked & (values("step") == 0)).tolist()
        begun = np.array([place for place in without if self._is_active(place)], np.intp)
        places = np.concatenate([places, begun])
        newest = places[np.argsort(-values("created")[places], kind="stable")][:MOST_SHOWN]
        return [run for place in newest.tolist() if (run := self._shown(place)) is not None]

    def _shown(self, place: int) -> ShownRun | None:
        """The run at a place as the plots know it; None where its curves are not wanted."""
        value = self.frame.value
        has_steps = bool(value("step", place))
        if (
            not self.frame.alive[place]
            or value("hidden", place) == 1
            or value("archived", place) == 1
            or not (has_steps or self._is_active(place))
        ):
            return None
        per_epoch = value("steps_per_epoch", place)
        return ShownRun(
            self.frame.run_id(place),
            str(value("name", place)),
            int(value("colour", place) or 0),
            int(per_epoch) if isinstance(per_epoch, float) else None,
            has_steps,
        )

    def _is_active(self, place: int) -> bool:
        return self.frame.value("status", place) in ACTIVE

    def _take_columns(self, columns: Values) -> None:
        for key, values in columns.items():
            self.frame.put_read(key, values, range(len(self.frame)))
        self.columns_read.emit()

    def _failed(self, error: Exception) -> None:
        self.failed.emit(sentence_of(error))
        self._done()

    def _done(self, read: None = None) -> None:
        self._reading = False
        self._show_curves(range(len(self.frame)))
        self._show_newest(range(len(self.frame)))
        self._say_left_out()
        if self._look_again:
            self._look_again = False
            self.look()
        if not self._reading:
            self.finished.emit()
