"""Has runs trained for a command: the progress line, an interruption, and how each run ended."""

from __future__ import annotations

import queue
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType, TracebackType
from typing import Protocol

from workbench.base.text import plural, tr
from workbench.base.units import in_one_line
from workbench.cli.progress_line import ProgressLine
from workbench.cli.terminal import complain, say_at_once
from workbench.execution import executor
from workbench.execution.engine_process import CLOSE_SECONDS, IDLE_CLOSE_SECONDS
from workbench.execution.local import LocalExecutor
from workbench.execution.messages import Interrupt, Message, StatusChanged
from workbench.execution.scheduler import Receive, ReservedRuns, Scheduler
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.hardware import Startup

ENDINGS = (signal.SIGINT, signal.SIGTERM)


class NextRuns(Protocol):
    """Whoever decides what is trained next while other runs train."""

    def more(self) -> list[Run]:
        """Further runs, reserved for the command's store; none where there are none now."""

    def title(self, run: Run) -> str:
        """What is said of a run when it begins."""


class Follower:
    """The training processes of a command; they start with it, while the command still reads.

    Args:
        store: Of the command.
        startup: How to start a process, where that is known already.
        capacity: Runs at once; None for as many as this computer trains.
    """

    def __init__(
        self, store: Store, startup: Startup | None = None, *, capacity: int | None = None
    ) -> None:
        self._store = store
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._executor = LocalExecutor(
            store.folder, self._inbox.put, startup=startup, capacity=capacity
        )
        self._lines: dict[str, ProgressLine] = {}
        self._asked = 0  # how often a person asked for the end
        self._is_idle, self._is_out_of_time = True, False

    def __enter__(self) -> Follower:
        self._executor.warm_up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        executor.end(self._executor, IDLE_CLOSE_SECONDS if self._is_idle else CLOSE_SECONDS)

    def train(
        self, runs: list[Run], seconds: float | None = None, search: NextRuns | None = None
    ) -> list[Run]:
        """Train runs that this store reserved; those that ended, in the order of `runs`.

        An interrupted one ends it: the others under way are waited for, and the rest goes to the
        window's queue.

        Args:
            runs: Next first.
            seconds: After so many those under way are interrupted; None for no end.
            search: Adds further runs while there is room for them.

        Raises:
            StoreError: where a person deleted all of them before they began.
        """
        by_id = {run.run_id: run for run in runs}
        reserved = ReservedRuns(self._store, list(by_id))
        scheduler = Scheduler(reserved, self._executor)
        ended: dict[str, Run] = {}

        def began(run_id: str) -> None:
            self._is_idle = False
            run = by_id[run_id]
            words = search.title(run) if search is not None else _title(run, runs)
            if words:
                self._clear()  # of the run beside
                print(words, file=sys.stderr)
            self._lines[run_id] = ProgressLine(sys.stderr)

        def add() -> None:
            while search is not None and scheduler.room > len(scheduler.waiting()):
                added = search.more()
                if not added:
                    break
                by_id.update({run.run_id: run for run in added})
                reserved.add([run.run_id for run in added])

        add()
        with self._interruptible():
            for message in scheduler.follow(self._received_within(seconds), began):
                if isinstance(message, Interrupt):
                    self._interrupt(scheduler)
                    continue
                self._show(message)
                if isinstance(message, StatusChanged) and message.state.is_finished:
                    self._clear()
                    del self._lines[message.run_id]
                    ended[message.run_id] = self._ended(by_id[message.run_id], message)
                    if message.state is RunStatus.INTERRUPTED:
                        scheduler.hold(True)
                    if not reserved.held:
                        add()
        self._is_idle = True
        left = [run_id for run_id in scheduler.waiting() if run_id not in ended]
        if left:
            self._store.release(left)
            complain(
                plural(
                    "{count} more waits in the window's queue",
                    "{count} more wait in the window's queue",
                    len(left),
                )
            )
        if not ended and by_id:
            raise StoreError(
                tr("run {run_id} was deleted before it began", run_id=next(iter(by_id)))
            )
        return [ended[run_id] for run_id in by_id if run_id in ended]

    def _received_within(self, seconds: float | None) -> Receive:
        """The next message; once, when the time is over, an `Interrupt`."""
        if seconds is None:
            return self._inbox.get
        end: float | None = time.monotonic() + seconds

        def receive() -> Message:
            nonlocal end
            if end is not None:
                try:
                    return self._inbox.get(timeout=max(0.0, end - time.monotonic()))
                except queue.Empty:
                    end, self._is_out_of_time = None, True
                    return Interrupt()
            return self._inbox.get()

        return receive

    @property
    def is_ended(self) -> bool:
        """Whether a person asked for the end."""
        return self._asked > 0

    def _show(self, message: Message) -> None:
        """On the line of its run; that of the run that is longest under way is seen."""
        first = next(iter(self._lines.values()), None)
        line = self._lines.get(getattr(message, "run_id", ""), first)
        if line is not None:
            line.show(message, is_seen=line is first)

    def _clear(self) -> None:
        for line in self._lines.values():
            line.clear()

    # --- interruption --------------------------------------------------------------------------

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Turns what would end this process into a message, which is acted on in its turn."""

        def ask(number: int, frame: FrameType | None) -> None:
            self._inbox.put(Interrupt())

        before = {number: signal.signal(number, ask) for number in ENDINGS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._clear()

    def _interrupt(self, scheduler: Scheduler) -> None:
        """Ends what is under way: a person asked for it, or the time is over."""
        scheduler.hold(True)
        if self._is_out_of_time:
            self._is_out_of_time = False
            for run_id in scheduler.under_way:
                scheduler.interrupt(run_id)
            return
        self._asked += 1
        if self._asked > 1:
            self._executor.kill()
        elif any(run.has_begun for run in scheduler.under_way.values()):
            say_at_once(tr("interrupted, saving a checkpoint; once more ends it at once"))
            for run_id in scheduler.under_way:
                scheduler.interrupt(run_id)
        else:
            say_at_once(tr("interrupted before training began, ending"))
            self._executor.terminate()

    # --- how it ended --------------------------------------------------------------------------

    def _ended(self, run: Run, end: StatusChanged) -> Run:
        """The run as it ended, and what is to be said of that.

        How it ended is what its process said: the store may not have taken it (a full disk), or
        knows the run as another process's.
        """
        try:
            run = self._store.run(run.run_id)
        except StoreError as error:
            complain(str(error))
        run = replace(run, status=end.state, message=end.message, outcome=end.outcome)
        if run.message and not (self._asked and run.status is RunStatus.INTERRUPTED):
            complain(run.message)
        elif run.status is RunStatus.INTERRUPTED:
            complain(
                tr(
                    "the run is kept; 'dlopt-workbench resume {run_id}' goes on with it",
                    run_id=run.run_id,
                )
            )
        return run


def _title(run: Run, runs: list[Run]) -> str:
    """What is said of one of several runs when it begins; "" of a run alone."""
    if len(runs) == 1:
        return ""
    return tr(
        "run {number} of {all}: {run_id} ({name})",
        number=runs.index(run) + 1,
        all=len(runs),
        run_id=run.run_id,
        name=in_one_line(run.name),
    )
