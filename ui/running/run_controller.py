"""Runs from the window: the scheduler's decisions and the training processes' messages as signals.

Draws nothing, and decides nothing that `workbench.execution.scheduler` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ui.background.in_store import in_store
from ui.background.jobs import Jobs, sentence_of
from workbench.base.plain_values import parsed
from workbench.execution import executor
from workbench.execution.engine_process import CLOSE_SECONDS
from workbench.execution.local import LocalExecutor
from workbench.execution.messages import (
    EpochEnd,
    Message,
    Progress,
    Ready,
    Started,
    StatusChanged,
    Steps,
    TimeShares,
)
from workbench.execution.progress import Pace
from workbench.execution.scheduler import Scheduler, SharedQueue, UnderWay
from workbench.experiment import Experiment
from workbench.levers.repeats import Repeats
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.machine import Machine

WATCH_MILLISECONDS = 1000

Result = TypeVar("Result")


class RunController(QObject):
    """Trains the runs of the store's queue.

    Several may be under way at once; `run_id`, `status` and `pace` are of the one that is followed:
    the one that a person chose last, else the one that is under way for longest.

    Args:
        store: Of the window.
        jobs: Of the window.

    Attributes:
        machine: What there is to train on; None until the process is warm.

    Signals:
        runs_changed: Runs were added or removed, or a run's record changed.
        queue_changed: Order, length or hold of the queue changed.
        queued: `train_all` made runs; their ids in order.
        state_changed: A run began, paused, continued or ended; another is followed; or the process
            got ready.
        ready: The process is warm; what it trains on, in words.
        machine_found: What there is to train on, a `Machine`.
        started, steps, epoch, progress, time_shares: Messages of any run under way, as in
            `workbench.execution.messages`.
        ended: `StatusChanged` of a run that ended.
        logged: A line from the training process.
        failed: A sentence on something that went wrong outside of any run.
    """

    runs_changed = Signal()
    queue_changed = Signal()
    queued = Signal(list)
    state_changed = Signal()
    ready = Signal(str)
    machine_found = Signal(object)
    started = Signal(object)
    steps = Signal(object)
    epoch = Signal(object)
    progress = Signal(object)
    time_shares = Signal(object)
    ended = Signal(object)
    logged = Signal(str)
    failed = Signal(str)
    _told = Signal(object)  # from the executor's threads to the window's

    def __init__(self, store: Store, jobs: Jobs) -> None:
        super().__init__()
        self.store = store
        self.machine: Machine | None = None
        self._writes = jobs.writes(self)
        self._closing = False
        self._chosen = ""
        self._told.connect(self._hear)
        self._executor = LocalExecutor(
            store.folder, self._told.emit, background=True, on_log=self.logged.emit
        )
        self._scheduler = Scheduler(SharedQueue(store), self._executor)
        self._handlers: dict[type[Message], Callable[..., None]] = {
            Ready: self._on_ready,
            Started: self._on_started,
            Steps: self.steps.emit,
            EpochEnd: self.epoch.emit,
            Progress: self.progress.emit,
            TimeShares: self.time_shares.emit,
            StatusChanged: self._on_status,
        }
        self._seen = store.version()
        self._watch = QTimer(self)
        self._watch.timeout.connect(self._look_at_store)
        self._watch.start(WATCH_MILLISECONDS)

    def settle(self) -> None:
        """Look once at what was left when the window was closed, and say what can't be done."""
        if self.store.read_only:
            self.failed.emit(self.store.read_only)
        self.guarded(self.store.mark_interrupted)
        if self.store.queue_names() and not self.store.read_only:
            self._hold(True)  # nothing trains by itself when the window is opened

    def warm_up(self) -> None:
        """Start a training process, so that the first run begins without delay."""
        self._executor.warm_up()

    def close(self) -> None:
        """End the training processes; runs under way are kept and can be resumed."""
        self._closing = True
        self._watch.stop()
        executor.end(self._executor, CLOSE_SECONDS)

    # --- what is under way ---------------------------------------------------------------------

    @property
    def run_ids(self) -> list[str]:
        """The runs under way, the longest under way first."""
        return list(self._scheduler.under_way)

    @property
    def run_id(self) -> str | None:
        """The run that is followed; None while nothing trains."""
        under_way = self._scheduler.under_way
        return self._chosen if self._chosen in under_way else next(iter(under_way), None)

    @property
    def status(self) -> RunStatus | None:
        """Of the run that is followed; None where its process has yet to claim it."""
        return self.state_of(self.run_id).status

    @property
    def pace(self) -> Pace:
        """How far the run is that is followed."""
        return self.state_of(self.run_id).pace

    def state_of(self, run_id: str | None) -> UnderWay:
        """Status and pace of a run under way; empty for any other."""
        return self._scheduler.under_way.get(run_id or "", UnderWay(""))

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way."""
        return bool(self._scheduler.under_way)

    @property
    def has_room(self) -> bool:
        """Whether another run could begin at once."""
        return self._scheduler.room > 0

    @property
    def memory_bytes(self) -> int:
        """Resident memory of the training processes; 0 while there are none."""
        return self._executor.memory_bytes

    def choose(self, run_id: str) -> None:
        """Follow this run, where it is under way or will be."""
        if run_id != self._chosen:
            self._chosen = run_id
            if run_id in self._scheduler.under_way:
                self.state_changed.emit()

    # --- starting ------------------------------------------------------------------------------

    def train(self, experiment: Experiment) -> Run | None:
        """Make a run and start it, or queue it behind those that wait where there is no room."""
        front = self.has_room
        run = self.guarded(lambda: self.store.create(experiment, front=front))
        if run is not None:
            self._start_first()
        return run

    def enqueue(self, experiment: Experiment) -> Run | None:
        """Make a run at the end of the queue; it starts nothing where nothing trains."""
        if not self.is_busy:
            self.hold_queue(True)
        run = self.guarded(lambda: self.store.create(experiment))
        self.announce()
        if self.is_busy:
            self._fill()
        return run

    def train_all(self, wanted: Repeats) -> None:
        """Make runs in a thread, where `train` would put one, and let the queue go."""
        front = self.has_room

        def make(store: Store) -> list[Run]:
            return store.create_all(wanted.experiments, wanted.tag, wanted.kind, front=front)

        self.make_runs(make, self.queued.emit)

    def make_runs(
        self, make: Callable[[Store], Iterable[Run]], done: Callable[[list[str]], object]
    ) -> None:
        """Make runs in a thread, and let the queue go.

        Args:
            make: Called there with a store of that thread.
            done: Called with their ids, in the window's thread.
        """

        def made(run_ids: list[str]) -> None:
            if not self._closing:
                self.hold_queue(False)
                done(run_ids)

        self.write(lambda store: [run.run_id for run in make(store)], made)

    def resume_run(self, run_id: str) -> Run | None:
        """Resume a run that ended before its time, next where there is no room."""
        run = self.guarded(lambda: self.store.requeue(run_id))
        if run is not None:
            self._start_first()
        return run

    def begin(self, run_ids: Iterable[str]) -> None:
        """Start runs of the queue as far as there is room: in their turn, or, where the queue is
        held, these alone.
        """
        begun = self.guarded(lambda: self._scheduler.begin(run_ids)) if not self._closing else None
        if begun:
            self.state_changed.emit()

    def provide(self, count: int) -> None:
        """Train so many runs at once from now on."""
        self._executor.provide(count)

    def place_in_queue(self, run_id: str) -> int:
        """How many runs begin until this one does, itself included; 0 where it doesn't wait."""
        waiting = self.guarded(self._scheduler.waiting) or []
        return waiting.index(run_id) + 1 if run_id in waiting else 0

    def hold_queue(self, held: bool) -> None:
        """Let the queue wait, or let it go."""
        done = self._hold(held)
        self.announce()
        if done:
            self._fill()

    def reorder(self, run_ids: list[str]) -> None:
        """Put the queue in this order."""
        self.guarded(lambda: self.store.reorder(run_ids))
        self.announce()

    # --- the run that is followed --------------------------------------------------------------

    def pause(self) -> None:
        """Hold the run after the compiled call in progress."""
        if self.run_id is not None:
            self._scheduler.pause(self.run_id)

    def continue_run(self) -> None:
        """Let the paused run continue."""
        if self.run_id is not None:
            self._scheduler.continue_run(self.run_id)

    def pause_or_continue(self) -> None:
        """What the button does that has both names."""
        if self.status is RunStatus.PAUSED:
            self.continue_run()
        else:
            self.pause()

    def stop(self) -> None:
        """End the run and keep its weights; the queue waits, so that settings can be changed."""
        run_id = self.run_id
        if run_id is not None:
            self.guarded(lambda: self._scheduler.stop(run_id))
            self.announce()

    def pause_run(self, run_id: str) -> None:
        """Hold this run, where it is under way."""
        self._scheduler.pause(run_id)

    def continue_paused(self, run_id: str) -> None:
        """Let this run continue, where it is under way."""
        self._scheduler.continue_run(run_id)

    def interrupt_run(self, run_id: str) -> None:
        """End a run at once; it is kept, and can be resumed."""
        self._scheduler.interrupt(run_id)

    # --- inside --------------------------------------------------------------------------------

    def _start_first(self) -> None:
        """Start the run in front of the queue, whether it is held or not: a person asked."""
        for run_id in self.guarded(self._scheduler.start) or ():
            self._chosen = run_id
            self.state_changed.emit()
        self.announce()

    def _fill(self) -> None:
        begun = self.guarded(self._scheduler.fill) if not self._closing else None
        if begun:
            self.state_changed.emit()

    def _hold(self, held: bool) -> bool:
        """Whether the store took it."""

        def hold() -> bool:
            self._scheduler.hold(held)
            return True

        return self.guarded(hold) is not None

    @Slot(object)
    def _hear(self, message: Message) -> None:
        if not self._closing:
            self.guarded(lambda: self._scheduler.hear(message))
            handler = self._handlers.get(type(message))
            if handler is not None:
                handler(message)

    def _on_ready(self, message: Ready) -> None:
        self.ready.emit(message.device)
        if message.machine:
            self.machine = parsed(Machine, message.machine, "the machine")
            self.machine_found.emit(self.machine)

    def _on_started(self, message: Started) -> None:
        self.started.emit(message)
        self.runs_changed.emit()

    def _on_status(self, message: StatusChanged) -> None:
        if message.state.is_finished:
            self.ended.emit(message)
        self.announce()
        self.state_changed.emit()
        if message.state.is_finished:
            self._fill()

    @Slot()
    def _look_at_store(self) -> None:
        """Show what another process (the command line) did to the store."""
        version = self.guarded(self.store.version)
        if version is not None and version != self._seen:
            self._seen = version
            if not self.is_busy:
                self.guarded(self.store.mark_interrupted)
            self.announce()

    def write(
        self, change: Callable[[Store], Result], done: Callable[[Result], object] | None = None
    ) -> None:
        """Change the store in a thread: what is about many runs, or removes files.

        Args:
            change: Called there, with a store of that thread; one after another.
            done: Called with what it gave.
        """

        def written(result: Result) -> None:
            if done is not None:
                done(result)
            self._look_at_store()

        self._writes.ask(in_store(self.store.folder, change), written, self._on_unwritten)

    def _on_unwritten(self, error: Exception) -> None:
        self.failed.emit(sentence_of(error))
        self._look_at_store()

    def announce(self) -> None:
        """Say that runs, or the queue, may have changed."""
        self.runs_changed.emit()
        self.queue_changed.emit()

    def guarded(self, action: Callable[[], Result]) -> Result | None:
        """Do something with the store; what goes wrong is said in one sentence."""
        try:
            return action()
        except StoreError as error:
            self.failed.emit(str(error))
            return None
