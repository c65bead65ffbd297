"""Runs things: one training process, the queue in front of it, and what they say.

Between the window and `TrainingThread`; draws nothing. All of the store's writing from the window
goes through here, in small transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal, Slot

from ui.running.engine_thread import TrainingThread
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
from workbench.experiment import Experiment
from workbench.levers.repeats import Repeats
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.machine import Machine

WATCH_MILLISECONDS = 1000
FEW = 100
"""Runs that are written in the window's thread: a hundredth of a second."""

Result = TypeVar("Result")


class Conductor(QObject):
    """Trains runs one after another in a warm process.

    Signals:
        runs_changed: The list of runs, or a run's record, is another.
        queue_changed: Order, length or hold of the queue is another.
        queued: `train_all` made runs; their ids in order.
        state_changed: A run began, paused, went on or ended; or the process got ready.
        ready: The process is warm; what it trains on, in words.
        machine_found: What there is to train on, a `Machine`.
        started: `Started`.
        steps: `Steps`.
        epoch: `EpochEnd`.
        progress: `Progress`.
        time_shares: `TimeShares`.
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

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.pace = Pace()
        self.status: RunStatus | None = None
        self.device = ""
        self.machine: Machine | None = None
        self._run_id: str | None = None
        self._thread: TrainingThread | None = None
        self._closing = False
        self._trash = QThreadPool(self)
        self._trash.setMaxThreadCount(1)  # what is done first is written first
        self._written = _Written(self)
        self._written.done.connect(self._look_at_store)
        self._written.failed.connect(self.failed)
        self._written.made.connect(self._on_made)
        self._handlers: dict[type[Message], Callable[..., None]] = {
            Ready: self._on_ready,
            Started: self._on_started,
            Steps: self._on_steps,
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
        """Looks once at what was left when the window was closed, and says what can't be done."""
        for sentence in filter(None, (self.store.read_only, self.store.refused)):
            self.failed.emit(sentence)
        self.guarded(self.store.mark_interrupted)
        if self.store.queue() and not self.store.read_only:
            self._hold(True)  # nothing trains by itself when the window is opened

    # --- the process ---------------------------------------------------------------------------

    def warm_up(self) -> None:
        """Starts a training process, so that the first run begins without delay."""
        if self._thread is None and not self._closing:
            self._thread = TrainingThread(self.store.folder, self)
            self._thread.said.connect(self._hear)
            self._thread.logged.connect(self.logged)
            self._thread.finished.connect(self._process_ended)
            self._thread.start()

    def close(self) -> None:
        """Ends the training process; a run under way is kept and can be resumed."""
        self._closing = True
        self._watch.stop()
        self._trash.waitForDone()
        if self._thread is not None:
            self._thread.end()

    @property
    def run_id(self) -> str | None:
        """The run under way; None while nothing trains."""
        return self._run_id

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way."""
        return self._run_id is not None

    @property
    def memory_bytes(self) -> int:
        """Resident memory of the training process; 0 while there is none."""
        session = self._thread.session if self._thread is not None else None
        return session.memory_bytes if session is not None and session.is_alive else 0

    # --- runs ----------------------------------------------------------------------------------

    def train(self, experiment: Experiment) -> Run | None:
        """Makes a run and starts it, or queues it behind those that wait where one is under way."""
        front = not self.is_busy
        run = self.guarded(lambda: self.store.create(experiment, front=front))
        if run is not None:
            self._told_to_go()
        return run

    def enqueue(self, experiment: Experiment) -> Run | None:
        """Makes a run at the end of the queue; starts nothing where nothing trains."""
        if not self.is_busy:
            self.hold_queue(True)
        run = self.guarded(lambda: self.store.create(experiment))
        self._changed(queue=True)
        return run

    def train_all(self, wanted: Repeats) -> None:
        """Makes runs in a thread, where `train` would put one, and lets the queue go."""
        front = not self.is_busy

        def make(store: Store) -> None:
            runs = store.create_all(wanted.experiments, wanted.tag, wanted.kind, front=front)
            self._written.made.emit([run.run_id for run in runs])

        self._trash.start(_Write(self.store.folder, make, self._written))

    @Slot(list)
    def _on_made(self, run_ids: list[str]) -> None:
        if not self._closing:
            self.hold_queue(False)
            self.queued.emit(run_ids)

    def place_in_queue(self, run_id: str) -> int:
        """How many runs are trained until this one is, itself included; 0 where it doesn't wait."""
        names = self.guarded(self.store.queue_names) or []
        waiting = [known for known, _ in names if known != self._run_id]
        return waiting.index(run_id) + 1 if run_id in waiting else 0

    def resume_run(self, run_id: str) -> Run | None:
        """Goes on with a run that ended before its time, next where another is under way."""
        run = self.guarded(lambda: self.store.requeue(run_id))
        if run is not None:
            self._told_to_go()
        return run

    def hold_queue(self, held: bool) -> None:
        """Keeps the queue waiting, or lets it go on."""
        done = self._hold(held)
        self._changed(queue=True)
        if done and not held:
            self._start_next()

    def _hold(self, held: bool) -> bool:
        """Whether the store took it."""

        def write() -> bool:
            self.store.queue_held = held
            return True

        return self.guarded(write) is not None

    def reorder(self, run_ids: list[str]) -> None:
        """Puts the queue in this order."""
        self.guarded(lambda: self.store.reorder(run_ids))
        self._changed(queue=True)

    def set_column(self, column: str, values: Mapping[str, object]) -> None:
        """Sets a column of runs, by their ids."""
        self._do(len(values), lambda store: store.update_each(column, values))

    def set_hidden(self, run_ids: Iterable[str], hidden: bool) -> None:
        """Hides or shows the curves of runs."""
        self.set_column("hidden", dict.fromkeys(run_ids, int(hidden)))

    def delete(self, run_ids: list[str]) -> None:
        """Puts runs aside; `restore` brings them back."""
        self._do(len(run_ids), lambda store: store.delete(run_ids))

    def restore(self, run_ids: list[str]) -> None:
        """Brings deleted runs back."""
        self._do(len(run_ids), lambda store: store.restore(run_ids))

    def empty_trash(self) -> None:
        """Removes deleted runs and their files for good, in a thread: files may be many."""
        self._trash.start(_Write(self.store.folder, Store.purge, self._written))

    # --- the run under way ---------------------------------------------------------------------

    def pause(self) -> None:
        """Holds the run after the compiled call in progress."""
        if self._thread is not None and self._thread.session is not None:
            self._thread.session.pause()

    def unpause(self) -> None:
        """Lets a paused run go on."""
        if self._thread is not None and self._thread.session is not None:
            self._thread.session.resume()

    def stop(self) -> None:
        """Ends the run and keeps its weights; the queue waits, so that settings can be mended."""
        if self._thread is not None and self._thread.session is not None and self.is_busy:
            self.hold_queue(True)
            self._thread.session.stop()

    # --- inside --------------------------------------------------------------------------------

    def _told_to_go(self) -> None:
        if not self.is_busy:
            self._start_first()
        self._changed(queue=True)

    def _start_first(self) -> None:
        """Starts the run in front of the queue whether it is held or not: a person asked."""
        queue = self.guarded(self.store.queue) or []
        if queue and not self.is_busy:
            self._run_id = queue[0].run_id
            self.status = None
            self.pace = Pace()
            self.warm_up()
            self._send_run()
            self.state_changed.emit()

    def _start_next(self) -> None:
        if not self.is_busy and not self._closing and not self.store.queue_held:
            self._start_first()

    def _send_run(self) -> None:
        session = self._thread.session if self._thread is not None else None
        if session is not None and self._run_id not in (None, session.run_id):
            session.train(self._run_id)

    @Slot(object)
    def _hear(self, message: Message | None) -> None:
        if message is None:
            self._send_run()  # the process is there; a run may already wait for it
            return
        handler = self._handlers.get(type(message))
        if handler is not None and not self._closing:
            handler(message)

    def _on_ready(self, message: Ready) -> None:
        self.device = message.device
        self.ready.emit(message.device)
        if message.machine:
            self.machine = Machine.from_plain(message.machine)
            self.machine_found.emit(self.machine)

    def _on_started(self, message: Started) -> None:
        self.pace.started(message)
        self.started.emit(message)
        self.runs_changed.emit()

    def _on_steps(self, message: Steps) -> None:
        self.pace.steps(message)
        self.steps.emit(message)

    def _on_status(self, message: StatusChanged) -> None:
        self.status = message.state
        if message.state.is_finished:
            self._run_id = self.status = None
            self.ended.emit(message)
        self._changed(queue=True)
        self.state_changed.emit()
        if message.state.is_finished:
            self._start_next()

    @Slot()
    def _process_ended(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.deleteLater()
        if not self._closing:
            self.state_changed.emit()
            if self._run_id is not None:
                self.warm_up()

    @Slot()
    def _look_at_store(self) -> None:
        """Shows what another process (the command line) did to the store."""
        version = self.guarded(self.store.version)
        if version is not None and version != self._seen:
            self._seen = version
            if not self.is_busy:
                self.guarded(self.store.mark_interrupted)
            self._changed(queue=True)

    def _do(self, many: int, write: Callable[[Store], object]) -> None:
        """Writes at once, or in a thread where it is about many runs."""
        if many > FEW:
            self._trash.start(_Write(self.store.folder, write, self._written))
        else:
            self.guarded(lambda: write(self.store))
            self._changed(queue=True)

    def _changed(self, *, queue: bool = False) -> None:
        self.runs_changed.emit()
        if queue:
            self.queue_changed.emit()

    def guarded(self, action: Callable[[], Result]) -> Result | None:
        """Does something with the store; what goes wrong is said in one sentence."""
        try:
            return action()
        except StoreError as error:
            self.failed.emit(str(error))
            return None


class _Written(QObject):
    made = Signal(list)
    done = Signal()
    failed = Signal(str)


class _Write(QRunnable):
    """Writes to the store in a thread, through one of its own, as one belongs to one thread."""

    def __init__(self, folder: Path, write: Callable[[Store], object], tell: _Written) -> None:
        super().__init__()
        self._folder, self._write, self._tell = folder, write, tell

    def run(self) -> None:
        try:
            with Store(self._folder) as store:
                self._write(store)
        except StoreError as error:
            self._tell.failed.emit(str(error))
        self._tell.done.emit()
