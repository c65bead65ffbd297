"""Which runs wait, and which process works on which.

A run that trains has an owner: the store of the training process that claimed it, by its token (see
`presence`). It alone writes what training gives, and every such write holds in its transaction that
it still owns the run; whoever finds that it doesn't has lost it and writes nothing more. Runs
change hands in single transactions, so of two who ask one gets it.

A run that waits may have a maker, in the same way: a command that is about to train it. Nobody else
takes it then, and where the maker is gone, nobody will start it. Without one it waits in the
window's queue, for as long as it takes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from workbench.base.text import english, tr
from workbench.runs import rows
from workbench.runs.artifacts import is_run_id
from workbench.runs.database import Database, StoreError
from workbench.runs.presence import Presence, is_there
from workbench.runs.record import Run
from workbench.runs.status import Outcome, RunStatus

ENDED = tr("the training process ended unexpectedly; Resume goes on from the last checkpoint")
NEVER_BEGAN = tr("the command that was to train it ended before training began; Resume starts it")


class Dispossessed(StoreError):
    """The run isn't this process's any more (or never was), in one sentence."""


class Claims:
    """The part of a store that says who may work on a run.

    Args:
        db: Of the store.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._presence = Presence(db.folder)
        self._claimed: set[str] = set()

    @property
    def token(self) -> str:
        """What stands for this store, as owner or maker of runs, as long as it is open.

        Raises:
            StoreError: where the store can't be written.
        """
        try:
            with self._db.change():
                return self._presence.token
        except OSError as error:
            reason = error.strerror or error
            raise StoreError(
                tr(
                    "the store {folder} can't be written ({reason})",
                    folder=self._db.folder,
                    reason=reason,
                )
            ) from None

    # --- owners --------------------------------------------------------------------------------

    def claim(self, run_id: str, maker: str = "") -> bool:
        """Makes this store the one that trains a waiting run; False where it can't have it.

        Args:
            run_id: The run.
            maker: On whose behalf: the token of who reserved the run, "" for the window's queue.

        Raises:
            StoreError: where its row is damaged (see `rows`), which `queue_names` doesn't look at.
        """
        if not is_run_id(run_id):
            return False
        token = self.token
        with self._db.change() as db:
            query = f"SELECT run_id, {rows.UNSOUND} AS unsound FROM runs WHERE run_id = ?"
            refusal = rows.refusal(db.execute(query, (run_id,)), self._db.folder)
            if refusal:
                raise StoreError(refusal)
            changed = db.execute(
                "UPDATE runs SET status = 'running', owner = ?, maker = '', message = '',"
                " outcome = '', finished = NULL, started = COALESCE(started, ?)"
                " WHERE run_id = ? AND status = 'queued' AND maker = ? AND deleted IS NULL",
                (token, time.time(), run_id, maker),
            ).rowcount
        if changed:
            self._claimed.add(run_id)
        return changed == 1

    @contextmanager
    def owned(self, run_id: str) -> Iterator[sqlite3.Connection]:
        """One change of a run, by its owner or where it has none.

        Raises:
            Dispossessed: where another process owns it, or it is gone; nothing is changed.
        """
        is_ours = run_id in self._claimed
        with self._db.change() as db:
            row = db.execute("SELECT owner FROM runs WHERE run_id = ?", (run_id,)).fetchone()
            if row is None:
                raise Dispossessed(
                    tr(
                        "there is no run {run_id} in {folder}",
                        run_id=rows.quoted(run_id),
                        folder=self._db.folder,
                    )
                )
            if row["owner"] != (self.token if is_ours else ""):
                raise Dispossessed(
                    tr(
                        "run {run_id} was taken over by another process; this one ends, and keeps "
                        "nothing more of it",
                        run_id=run_id,
                    )
                    if is_ours
                    else tr("run {run_id} is being trained by another process", run_id=run_id)
                )
            yield db

    def require_owner(self, run_id: str) -> None:
        """Refuses to go on with a run that isn't this store's any more.

        Raises:
            Dispossessed: where it isn't.
        """
        with self.owned(run_id):
            return

    def finish(
        self, run_id: str, status: RunStatus, message: str = "", outcome: Outcome | None = None
    ) -> None:
        """Ends a run.

        Args:
            run_id: The run.
            status: What it is from now on.
            message: A sentence for a person; "" where all went well.
            outcome: The code of how it ended; that of its status where left out.

        Raises:
            Dispossessed: where another process owns it.
        """
        with self.owned(run_id) as db:
            db.execute(
                "UPDATE runs SET status = ?, message = ?, outcome = ?, finished = ?, owner = '',"
                " maker = '' WHERE run_id = ?",
                (status, english(message), outcome or Outcome.of(status), time.time(), run_id),
            )
        self._claimed.discard(run_id)

    def is_worked_on(self, run: Run) -> bool:
        """Whether the process that owns a run is alive."""
        return bool(run.owner) and is_there(self._db.folder, run.owner)

    def mark_interrupted(self) -> list[Run]:
        """Ends the runs whose process is gone, and those that nobody will start; returns them."""
        if self._db.read_only or not self._abandoned():
            return []
        with self._db.change():
            lost = self._abandoned()  # again, now that nobody else can change them
            for run in lost:
                if run.status.is_active:
                    self._interrupt(run.run_id, ENDED, Outcome.CRASHED)
                else:
                    self._interrupt(run.run_id, NEVER_BEGAN, Outcome.NEVER_BEGAN)
        return lost

    def lose(self, run_id: str, message: str, maker: str = "") -> None:
        """Interrupts a run whose training process has ended, or never got to it.

        One that another process owns, or has ended meanwhile, is left as it is.

        Args:
            run_id: The run.
            message: What is to be known of it.
            maker: On whose behalf the process was to train it, as in `claim`.
        """
        with self._db.change():
            for run in self._runs(f"{rows.ALL} WHERE run_id = ?", run_id):
                waits = run.status is RunStatus.QUEUED and run.maker == maker
                if waits or (run.status.is_active and not self.is_worked_on(run)):
                    self._interrupt(run_id, message, Outcome.CRASHED)

    def _abandoned(self) -> list[Run]:
        """Active runs without their owner, and waiting ones whose maker is gone."""
        open_ = self._where(
            "(status IN ('running', 'paused') OR status = 'queued' AND maker <> '')"
        )
        return [
            run
            for run in open_
            if not is_there(self._db.folder, run.owner if run.status.is_active else run.maker)
        ]

    def _interrupt(self, run_id: str, message: str, outcome: Outcome) -> None:
        with self._db.change() as db:
            db.execute(
                "UPDATE runs SET status = 'interrupted', message = ?, outcome = ?, finished = ?,"
                " owner = '', maker = '' WHERE run_id = ?",
                (english(message), outcome, time.time(), run_id),
            )

    # --- queue ---------------------------------------------------------------------------------

    def queue(self) -> list[Run]:
        """The runs that wait in the window's queue, next first."""
        waiting = self._where("status = 'queued' AND maker = ''")
        return sorted(waiting, key=lambda run: run.position)

    def queue_names(self, maker: str = "") -> list[tuple[str, str]]:
        """Ids and names of the waiting runs, next first: of a thousand in four milliseconds.

        Only what it gives is checked: the rest of a row is by `claim`.

        Args:
            maker: The token of who reserved them; "" for the window's queue.
        """
        found = self._db.rows(
            "SELECT run_id, name FROM runs WHERE deleted IS NULL AND status = 'queued'"
            " AND maker = ? AND typeof(name) = 'text' ORDER BY position, created, rowid",
            (maker,),
        )
        return [(row["run_id"], row["name"]) for row in found if is_run_id(row["run_id"])]

    def reorder(self, run_ids: Sequence[str]) -> None:
        """Puts the waiting runs in this order; those not named come after."""
        named = set(run_ids)
        rest = [run_id for run_id, _ in self.queue_names() if run_id not in named]
        with self._db.change() as db:
            db.executemany(  # those that keep their place haven't changed
                "UPDATE runs SET position = ?1"
                " WHERE run_id = ?2 AND status = 'queued' AND position <> ?1",
                list(enumerate([*run_ids, *rest])),
            )

    def requeue(self, run_id: str, *, reserved: bool = False) -> Run:
        """Puts a run that ended before its time back in front of the queue, to be resumed.

        Args:
            run_id: The run.
            reserved: For this store alone, which is about to have it trained; then also one that
                waits, where nobody else is about to.

        Raises:
            StoreError: where it can't be resumed, or another process was faster.
        """
        maker = self.token if reserved else ""
        with self._db.change() as db:
            run = self.run(run_id)
            waits = reserved and run.status is RunStatus.QUEUED
            if waits and run.maker and is_there(self._db.folder, run.maker):
                raise StoreError(
                    tr(
                        "run {run_id} is queued; another command is about to train it",
                        run_id=run_id,
                    )
                )
            if not waits and not run.status.can_resume:
                raise StoreError(
                    tr(
                        "run {run_id} is {status}; only a stopped, interrupted or failed run can "
                        "be resumed",
                        run_id=run_id,
                        status=run.status,
                    )
                )
            if self.is_worked_on(run):
                raise StoreError(
                    tr("run {run_id} is still being trained by another process", run_id=run_id)
                )
            db.execute(
                "UPDATE runs SET status = 'queued', message = '', outcome = '', owner = '',"
                " maker = ?, position ="
                " (SELECT COALESCE(MIN(position) - 1, 0) FROM runs WHERE status = 'queued')"
                " WHERE run_id = ?",
                (maker, run_id),
            )
            return self.run(run_id)

    def release(self, run_ids: Iterable[str]) -> None:
        """Leaves runs that this store reserved, and that still wait, to the window's queue."""
        token = self.token
        with self._db.change() as db:
            db.executemany(
                "UPDATE runs SET maker = '' WHERE run_id = ? AND status = 'queued' AND maker = ?",
                [(run_id, token) for run_id in run_ids],
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

    def run(self, run_id: str) -> Run:
        """The run of this id.

        Raises:
            StoreError: where there is none.
        """
        found = self._runs(f"{rows.ALL} WHERE run_id = ?", run_id)
        if not found:
            raise StoreError(
                tr(
                    "there is no run {run_id} in {folder}",
                    run_id=rows.quoted(run_id),
                    folder=self._db.folder,
                )
            )
        return found[0]

    def _where(self, condition: str, *values: object) -> list[Run]:
        """The runs that are not deleted and for which this holds, oldest first."""
        query = f"{rows.ALL} WHERE deleted IS NULL AND {condition} ORDER BY created, rowid"
        return self._runs(query, *values)

    def _runs(self, query: str, *values: object) -> list[Run]:
        """The runs that a query finds, but for those that are `refused`."""
        return [rows.run_of(row) for row in rows.sound(self._db.rows(query, values))]
