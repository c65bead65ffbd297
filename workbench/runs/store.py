"""The store: one SQLite database in WAL mode and a folder of artifacts a run.

Several processes use it at once: the training process writes metrics and status, the window and the
command line queue, rename and delete. Every change is one transaction, so a process that dies at
any moment leaves a sound store. A `Store` belongs to the thread that opened it.

Who may write what, in which state of a run:

- **queued**: its place in the queue is anybody's. `claim` makes it running, for the one that asks
  first and on whose behalf it waits (its `maker`; without one it waits for the window).
- **running, paused**: its owner alone, the store that claimed it, writes status, metrics, figures
  and artifacts, and ends it (`finish`). Every such write holds in its transaction that the run is
  still the owner's; one that has lost it gets `Dispossessed`, and nothing is written.
- **completed, stopped, interrupted, failed**: nobody owns it; anybody may write its figures.
  `requeue` makes it queued again, but not one that is completed.
- **any state**: anybody may write what a person notes (name, tags, notes, star, colour, hidden,
  archived), what is measured on the trained network, and whether it is deleted. `purge` removes
  deleted runs that nobody owns, with their folders.
- Whoever finds that the owner's process is gone (`mark_interrupted`, `lose`) makes the run
  interrupted. `kind`, `parent_id`, `group_id`, `study_id` and `trial` are set when it is made.

What was read stays as it was: a `Run` is a value. A change that another process has committed is
seen by the next read; `version` says that there is one, and `reader` what it was.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence, Sized
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.base import files
from workbench.base.text import english, tr
from workbench.runs import artifacts, free_names, groups, rows
from workbench.runs.database import Database, StoreError
from workbench.runs.groups import GroupKind
from workbench.runs.lookups import Lookups
from workbench.runs.packing import metrics as packed_metrics
from workbench.runs.packing import spec_pieces as spec_fields
from workbench.runs.quantities import QUANTITIES
from workbench.runs.reader import Reader
from workbench.runs.record import (
    PROBE_DTYPE,
    STEP_DTYPE,
    EpochMetrics,
    Origin,
    Run,
    StepMetrics,
)
from workbench.runs.status import RunStatus

if TYPE_CHECKING:
    from workbench.experiment import Experiment

__all__ = ["Store", "StoreError"]

_EPOCH_COLUMNS = tuple(f.name for f in fields(EpochMetrics))
BEST = {"loss": "MIN", "accuracy": "MAX", "val_loss": "MIN", "val_accuracy": "MAX"}
"""The metrics of an epoch of which a run keeps the best, and which is."""
FILLED_AT_ONCE = 500
"""Runs of an older schema to a transaction."""

NOTED = {
    "name",
    "tags",
    "notes",
    "hidden",
    "starred",
    "archived",
    "colour",
    "deleted",
    *(quantity.key for quantity in QUANTITIES if quantity.is_noted),
}
"""Columns that say nothing of what came of training."""


def marks(values: Sized) -> str:
    """A question mark for each value of a statement."""
    return ", ".join("?" * len(values))


class Store(Lookups):
    """All runs in one folder; to be read only, where nothing can be written there.

    Args:
        folder: Made where it doesn't exist.

    Attributes:
        reader: Reads runs by the thousand, and what changed of them.

    Raises:
        StoreError: where it can neither be read nor made, is no store, or is of a later version.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(Database(folder))
        self.reader = Reader(self._db)
        is_late = self._db.is_still and self._abandoned()
        if self._db.read_only and (is_late or self.reader.is_unfilled):
            with self._db.on_a_copy():  # what would be noted in the store, for this reader alone
                self.mark_interrupted()
                while self.fill_in(FILLED_AT_ONCE):
                    pass

    @property
    def read_only(self) -> str:
        """Why nothing can be written, in one sentence; "" where it can."""
        return self._db.read_only

    def require_writable(self) -> None:
        """Refuses, before work is done for nothing, where nothing can be written.

        Raises:
            StoreError: where it can't.
        """
        self._db.require_writable()

    def close(self) -> None:
        """Lets go of the database, and of runs that are claimed or reserved, for good."""
        self._presence.leave()
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # --- runs ----------------------------------------------------------------------------------

    def create(
        self,
        experiment: Experiment,
        *,
        front: bool = False,
        tags: str = "",
        reserved: bool = False,
        origin: Origin = Origin(),  # noqa: B008
    ) -> Run:
        """A new run of `experiment` at the end (or the front) of the queue.

        A name that another run has gets a number: "digits-cnn 2".

        Args:
            experiment: Its spec.
            front: Before those that wait.
            tags: As in `Run`.
            reserved: For this store alone, which is about to have it trained: see `Claims`.
            origin: What it is, and what it belongs to.
        """
        now = time.time()
        maker = self.token if reserved else ""
        with self._db.change() as db:
            run_id = free_names.run_id(db, time.strftime("%Y%m%d-%H%M%S", time.localtime(now)))
            edge = "MIN(position) - 1" if front else "MAX(position) + 1"
            position = db.execute(
                f"SELECT COALESCE({edge}, 0) FROM runs WHERE status = 'queued'"
            ).fetchone()[0]
            toml = experiment.to_toml()
            parts = self.keep_spec(toml)
            name = free_names.name(db, experiment.name)
            values = {
                "run_id": run_id,
                "name": name,
                "status": RunStatus.QUEUED,
                "experiment_toml": toml,
                "created": now,
                "position": position,
                "parts": parts,
                "tags": tags,
                "maker": maker,
                **asdict(origin),
            }
            db.execute(
                f"INSERT INTO runs ({', '.join(values)}, colour) VALUES ({marks(values)},"
                " (SELECT COALESCE(MAX(colour) + 1, 0) FROM runs))",
                tuple(values.values()),
            )
        return self.run(run_id)

    def create_all(
        self,
        experiments: Sequence[Experiment],
        name: str,
        kind: str = GroupKind.SEEDS,
        *,
        front: bool = False,
        reserved: bool = False,
    ) -> list[Run]:
        """New runs at the end (or the front) of the queue, in order, all of them or none.

        They are a group of their own; a person finds them by a tag of the same name, too.

        Args:
            experiments: Their specs.
            name: Of the group; gets a number where another group, or a tag, has it.
            kind: Of the group.
            front: Before those that wait.
            reserved: As in `create`.
        """
        with self._db.change() as db:
            group = groups.add(db, kind, name)
            origin = Origin(group_id=group.group_id)
            runs = [
                self.create(each, tags=group.name, reserved=reserved, origin=origin)
                for each in experiments
            ]
            if front:
                self.reorder([run.run_id for run in runs])
        return [self.run(run.run_id) for run in runs]

    def runs(self, *, deleted: bool = False) -> list[Run]:
        """All runs that are not deleted (or those that are), oldest first."""
        test = "IS NOT NULL" if deleted else "IS NULL"
        return self._runs(f"{rows.ALL} WHERE deleted {test} ORDER BY created, rowid")

    @property
    def refused(self) -> str:
        """A sentence on rows that are left out, as no run can be like that; "" for none."""
        every = self._db.rows(f"SELECT run_id, {rows.UNSOUND} AS unsound FROM runs")
        return rows.refusal(every, self.folder)

    def update(self, run_id: str, **values: Any) -> None:
        """Sets columns of a run, named as in `Run`, and its quantities, by their keys.

        Raises:
            Dispossessed: where another process owns it and these say what came of training; what a
                person notes of it can be set by anybody.
        """
        figures = {name: values.pop(name) for name in rows.FIGURES if name in values}
        unknown = set(values) - set(rows.COLUMNS)
        if unknown:
            raise TypeError(f"a run has no {', '.join(sorted(unknown))}")
        for name in set(rows.AS_JSON) & set(values):
            values[name] = json.dumps(values[name])
        is_noted = {*values, *figures} <= NOTED
        whose = self._db.change() if is_noted else self.owned(run_id)
        with whose as db:
            if "experiment_toml" in values:
                values["parts"] = spec_fields.keep(self._db, values["experiment_toml"])
            changes = [f"{name} = ?" for name in values]
            if figures:
                pairs = "".join(f", '$.{name}', ?" for name in figures)
                changes.append(f"figures = json_set(figures{pairs})")
            db.execute(
                f"UPDATE runs SET {', '.join(changes)} WHERE run_id = ?",
                (*map(english, values.values()), *figures.values(), run_id),
            )

    def update_each(self, column: str, values: Mapping[str, Any]) -> None:
        """Sets a column of several runs, by their ids, in one transaction."""
        with self._db.change():
            for run_id, value in values.items():
                self.update(run_id, **{column: value})

    def fill_in(self, limit: int) -> int:
        """Gives at most this many runs of an older schema their columns; how many it found."""
        if self._db.read_only:
            return 0  # done in a copy when it was opened
        return spec_fields.keep_missing(self._db, limit)

    def delete(self, run_ids: Iterable[str]) -> None:
        """Puts runs aside; `restore` brings them back, `purge` removes them for good."""
        self._each(run_ids, "UPDATE runs SET deleted = ? WHERE run_id = ?", time.time())

    def restore(self, run_ids: Iterable[str]) -> None:
        """Brings deleted runs back."""
        self._each(run_ids, "UPDATE runs SET deleted = ? WHERE run_id = ?", None)

    def purge(self) -> int:
        """Removes deleted runs and their artifacts from disk for good; returns how many.

        Raises:
            StoreError: where one is still being trained; the others are then removed.
        """
        with self._db.change() as db:
            deleted = self.runs(deleted=True)
            busy = [run for run in deleted if self.is_worked_on(run)]
            gone = [run.run_id for run in deleted if run not in busy]
            self._each(gone, "DELETE FROM runs WHERE deleted IS NOT ? AND run_id = ?", None)
            groups.remove_empty(db)
        try:
            for run_id in gone:
                files.remove_inside(artifacts.folder_of(self.folder, run_id))
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(
                tr(
                    "files of removed runs are left in {folder} ({reason})",
                    folder=self.folder,
                    reason=reason,
                )
            ) from None
        if busy:
            raise StoreError(
                tr(
                    "run {run_id} ({name}) is still being trained and stays in the "
                    "trash; stop it first",
                    run_id=busy[0].run_id,
                    name=busy[0].name,
                )
            )
        return len(gone)

    def artifacts(self, run_id: str) -> Path:
        """The run's own folder, made where it doesn't exist and the store can be written.

        Raises:
            StoreError: where a link stands in its place, which is never followed.
        """
        try:
            folder = artifacts.folder_of(self.folder, run_id)
            files.refuse_link(folder)
        except (ValueError, files.LinkError) as error:
            raise StoreError(str(error)) from None
        if not self.read_only:
            with suppress(
                OSError
            ):  # whoever writes there gets the error; nothing can be read there
                folder.mkdir(exist_ok=True)
        return folder

    # --- metrics -------------------------------------------------------------------------------

    def add_steps(
        self,
        run_id: str,
        first_step: int,
        values: np.ndarray,
        probes: np.ndarray | None = None,
        **run: Any,
    ) -> None:
        """Adds the metrics of consecutive steps, and sets columns of the run with them.

        Args:
            run_id: The run.
            first_step: Number of the first of them, from 1.
            values: `STEP_DTYPE`, shape (n,).
            probes: `PROBE_DTYPE`, shape (n,), of the same steps where they are recorded.
            run: Columns of the run, set in the same transaction.
        """
        with self.owned(run_id):
            packed_metrics.add(self._db, "steps", run_id, first_step, values.astype(STEP_DTYPE))
            if probes is not None:
                packed = probes.astype(PROBE_DTYPE)
                packed_metrics.add(self._db, "probes", run_id, first_step, packed)
            if run:
                self.update(run_id, **run)

    def steps(self, run_id: str) -> StepMetrics:
        """Metrics of every step of a run."""
        return packed_metrics.read(self._db, "steps", run_id, STEP_DTYPE)

    def probes(self, run_id: str) -> StepMetrics:
        """What a run recorded of its steps besides, `PROBE_DTYPE`; no steps where it didn't."""
        return packed_metrics.read(self._db, "probes", run_id, PROBE_DTYPE)

    def add_epoch(self, run_id: str, epoch: EpochMetrics, **run: Any) -> None:
        """Adds the metrics of an epoch, and sets columns of the run with them."""
        values = (run_id, *(getattr(epoch, name) for name in _EPOCH_COLUMNS))
        best = {m: getattr(epoch, m) for m in BEST if getattr(epoch, m) is not None}
        better = ", ".join(f"best_{m} = {BEST[m]}(COALESCE(best_{m}, ?), ?)" for m in best)
        with self.owned(run_id) as db:
            db.execute(
                f"INSERT OR REPLACE INTO epochs (run_id, {', '.join(_EPOCH_COLUMNS)})"
                f" VALUES ({marks(values)})",
                values,
            )
            db.execute(
                f"UPDATE runs SET {better} WHERE run_id = ?",
                (*(value for value in best.values() for _ in range(2)), run_id),
            )
            if run:
                self.update(run_id, **run)

    def epochs(self, run_id: str) -> list[EpochMetrics]:
        """Metrics of every finished epoch of a run."""
        return self.all_epochs([run_id]).get(run_id, [])

    def all_epochs(self, run_ids: Sequence[str]) -> Mapping[str, list[EpochMetrics]]:
        """Metrics of every finished epoch of several runs, by run id."""
        query = f"SELECT {', '.join(_EPOCH_COLUMNS)} FROM epochs WHERE run_id = ? ORDER BY epoch"
        return {
            run_id: [EpochMetrics(*row) for row in self._db.rows(query, (run_id,))]
            for run_id in run_ids
        }

    def truncate(self, run_id: str, step: int) -> None:
        """Forgets the metrics after a step: a resumed run goes on from its checkpoint."""
        known = {"steps": self.steps(run_id), "probes": self.probes(run_id)}
        with self.owned(run_id) as db:
            db.execute("DELETE FROM epochs WHERE run_id = ? AND step > ?", (run_id, step))
            for table, metrics in known.items():
                db.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))
                values = metrics.values[metrics.steps <= step]
                if len(values):
                    packed_metrics.add(self._db, table, run_id, int(metrics.steps[0]), values)
            best = ", ".join(f"{BEST[m]}({m})" for m in BEST)
            db.execute(
                f"UPDATE runs SET ({', '.join(f'best_{m}' for m in BEST)}) ="
                f" (SELECT {best} FROM epochs WHERE epochs.run_id = runs.run_id) WHERE run_id = ?",
                (run_id,),
            )
            self.update(run_id, step=step)

    # --- helpers -------------------------------------------------------------------------------

    def version(self) -> int:
        """A number that changes when another process (or thread) changed the store."""
        row = self._db.row("PRAGMA data_version")
        return int(row[0]) if row is not None else 0

    def change(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction for several changes: all of them or nothing."""
        return self._db.change()

    def keep_spec(self, toml: str) -> bytes:
        """Keeps the pieces of a spec; their numbers, as the column `parts` has them."""
        return spec_fields.keep(self._db, toml)

    def _each(self, run_ids: Iterable[str], statement: str, value: object) -> None:
        with self._db.change() as db:
            db.executemany(statement, [(value, run_id) for run_id in run_ids])
