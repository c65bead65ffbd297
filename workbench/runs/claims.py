"""Which runs wait, and which process works on which."""

from __future__ import annotations

import time
from collections.abc import Sequence

from workbench.runs import rows
from workbench.runs.database import Database
from workbench.runs.record import Run, owner_is_alive
from workbench.runs.status import RunStatus


class Claims:
    """The part of a store that says who may work on a run.

    Args:
        db: Of the store.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def claim(self, run_id: str, owner: str) -> bool:
        """Makes `owner` the process that trains a queued run; False where it no longer waits."""
        with self._db.change() as db:
            changed = db.execute(
                "UPDATE runs SET status = 'running', owner = ?, message = '', finished = NULL,"
                " started = COALESCE(started, ?)"
                " WHERE run_id = ? AND status = 'queued' AND deleted IS NULL",
                (owner, time.time(), run_id),
            ).rowcount
        return changed == 1

    def finish(self, run_id: str, status: RunStatus, message: str = "") -> None:
        """Ends a run."""
        with self._db.change() as db:
            db.execute(
                "UPDATE runs SET status = ?, message = ?, finished = ?, owner = ''"
                " WHERE run_id = ?",
                (status, message, time.time(), run_id),
            )

    def mark_interrupted(self) -> list[Run]:
        """Ends the runs whose process is gone; returns them."""
        active = [status.value for status in RunStatus if status.is_active]
        lost = [run for run in self._of_status(*active) if not owner_is_alive(run.owner)]
        for run in lost:
            self.finish(
                run.run_id,
                RunStatus.INTERRUPTED,
                "the training process ended unexpectedly; Resume goes on from the last checkpoint",
            )
        return lost

    # --- queue ---------------------------------------------------------------------------------

    def queue(self) -> list[Run]:
        """The waiting runs, next first."""
        return sorted(self._of_status(RunStatus.QUEUED), key=lambda run: run.position)

    def queue_names(self) -> list[tuple[str, str]]:
        """Ids and names of the waiting runs, next first: of a thousand in a millisecond."""
        query = "SELECT run_id, name FROM runs WHERE deleted IS NULL AND status = 'queued'"
        found = self._db.rows(f"{query} ORDER BY position, created, rowid")
        return [(row["run_id"], row["name"]) for row in rows.sound(found)]

    def reorder(self, run_ids: Sequence[str]) -> None:
        """Puts the waiting runs in this order; those not named come after."""
        rest = [run_id for run_id, _ in self.queue_names() if run_id not in set(run_ids)]
        with self._db.change() as db:
            for position, run_id in enumerate([*run_ids, *rest]):
                db.execute(
                    "UPDATE runs SET position = ? WHERE run_id = ? AND status = 'queued'",
                    (position, run_id),
                )

    def requeue(self, run_id: str) -> None:
        """Puts a run that ended before its time back in front of the queue, to be resumed."""
        waiting = self.queue()
        position = waiting[0].position - 1 if waiting else 0
        with self._db.change() as db:
            db.execute(
                "UPDATE runs SET status = 'queued', position = ?, message = '', owner = ''"
                " WHERE run_id = ?",
                (position, run_id),
            )

    @property
    def queue_held(self) -> bool:
        """Whether the queue waits for a person."""
        row = self._db.row("SELECT value FROM settings WHERE key = 'queue_held'")
        return row is not None and row["value"] == "1"

    @queue_held.setter
    def queue_held(self, held: bool) -> None:
        with self._db.change() as db:
            db.execute(
                "UPDATE settings SET value = ? WHERE key = 'queue_held'", ("1" if held else "0",)
            )

    # --- helpers -------------------------------------------------------------------------------

    def _of_status(self, *statuses: str) -> list[Run]:
        """The runs that are not deleted and stand at one of these, oldest first."""
        return self._where(f"status IN ({', '.join('?' * len(statuses))})", *statuses)

    def _where(self, condition: str, *values: object) -> list[Run]:
        """The runs that are not deleted and for which this holds, oldest first."""
        query = f"SELECT * FROM runs WHERE deleted IS NULL AND {condition} ORDER BY created, rowid"
        return self._runs(query, *values)

    def _runs(self, query: str, *values: object) -> list[Run]:
        """The runs that a query finds, but for those that are `refused`."""
        return [rows.run_of(row) for row in rows.sound(self._db.rows(query, values))]
