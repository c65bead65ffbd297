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
- **completed, stopped, pruned, interrupted, failed**: nobody owns it; anybody may write its
  figures. `requeue` makes it queued again, but not one that is completed or pruned.
- **any state**: anybody may write what a person notes (name, tags, notes, star, colour, hidden,
  archived), what is measured on the trained network, and whether it is deleted. `purge` removes
  deleted runs that nobody owns, with their folders.
- Whoever finds that the owner's process is gone (`mark_interrupted`, `lose`) makes the run
  interrupted. `kind`, `parent_id`, `group_id`, `study_id` and `trial` are set when it is made.

What was read stays as it was: a `Run` is a value. A change that another process has committed is
seen by the next read; `version` says that there is one, and `reader` what it was.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.base import files
from workbench.base.text import tr
from workbench.runs import artifacts, free_names, groups, rows
from workbench.runs.database import Database, StoreError
from workbench.runs.groups import GroupKind, GroupRecord
from workbench.runs.packing import spec_pieces
from workbench.runs.reader import Reader
from workbench.runs.record import Origin, Run
from workbench.runs.recording import marks
from workbench.runs.status import RunStatus
from workbench.runs.studies import Studies, TrialRecord

if TYPE_CHECKING:
    from workbench.experiment import Experiment

__all__ = ["Store", "StoreError"]

FILLED_AT_ONCE = 500
"""Runs of an older schema to a transaction."""


class Store(Studies):
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

    def create_group(self, kind: str, name: str) -> GroupRecord:
        """A new group without runs, which is to get its first in the same transaction.

        Args:
            kind: Of `GroupKind`.
            name: As in `create_all`.
        """
        with self._db.change() as db:
            return groups.add(db, kind, name)

    def create_trial(
        self,
        study_id: str,
        trial: TrialRecord,
        experiments: Sequence[Experiment],
        group: str = "",
        *,
        kind: str = GroupKind.SEEDS,
        reserved: bool = True,
    ) -> list[Run]:
        """A trial of a study and its runs: all of it or nothing.

        Args:
            study_id: Of the study.
            trial: Its number and settings.
            experiments: One a run: what repeats it.
            group: The name of the group that several runs make; "" for none.
            kind: What they differ in.
            reserved: As in `create`.
        """
        with self._db.change():
            self.note_trial(study_id, trial)
            return self.add_to_trial(
                study_id, trial.trial, experiments, group, kind=kind, reserved=reserved
            )

    def add_to_trial(
        self,
        study_id: str,
        trial: int,
        experiments: Sequence[Experiment],
        group: str = "",
        *,
        kind: str = GroupKind.SEEDS,
        reserved: bool = True,
    ) -> list[Run]:
        """Further runs of a trial; arguments as those of `create_trial`."""
        with self._db.change() as db:
            group_id = groups.add(db, kind, group).group_id if group else None
            origin = Origin(group_id=group_id, study_id=study_id, trial=trial)
            return [self.create(each, reserved=reserved, origin=origin) for each in experiments]

    def runs(self, *, deleted: bool = False) -> list[Run]:
        """All runs that are not deleted (or those that are), oldest first."""
        test = "IS NOT NULL" if deleted else "IS NULL"
        return self._runs(f"{rows.ALL} WHERE deleted {test} ORDER BY created, rowid")

    def in_trash(self) -> int:
        """How many runs are deleted, without reading them."""
        row = self._db.row("SELECT COUNT(*) FROM runs WHERE deleted IS NOT NULL")
        return int(row[0]) if row is not None else 0

    @property
    def refused(self) -> str:
        """A sentence on rows that are left out, as no run can be like that; "" for none."""
        every = self._db.rows(f"SELECT run_id, {rows.UNSOUND} AS unsound FROM runs")
        return rows.refusal(every, self.folder)

    def fill_in(self, limit: int) -> int:
        """Gives at most this many runs of an older schema their columns; how many it found."""
        if self._db.read_only:
            return 0  # done in a copy when it was opened
        return spec_pieces.keep_missing(self._db, limit)

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
        return spec_pieces.keep(self._db, toml)

    def _each(self, run_ids: Iterable[str], statement: str, value: object) -> None:
        with self._db.change() as db:
            db.executemany(statement, [(value, run_id) for run_id in run_ids])
