"""An executor that shares no disk with its training processes: everything goes by messages.

The driver (this process) owns each run, gives its process a `RemoteRun` with the files that it
needs, and writes what comes back. How a process is reached is a `Channel`: a pipe, a connection, an
actor of a cluster. Nothing else is needed for another machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from workbench.base.child_process import cause_of
from workbench.base.text import tr
from workbench.execution.executor import Command, Tell
from workbench.execution.messages import (
    Close,
    Message,
    Piece,
    Rewind,
    StatusChanged,
    Unsuited,
    Update,
    decode,
)
from workbench.execution.pieces import TooLarge
from workbench.execution.record_keeper import NotKept, RecordKeeper, job_of
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.hardware import Startup


class Channel(Protocol):
    """A training process (`workbench.runtime.worker.main`), wherever it is."""

    def send(self, line: str) -> bool:
        """Say a line to it; False where it is gone. From any thread."""

    def lines(self) -> Iterator[str]:
        """What it says, until it is gone; may be called again for what comes after."""

    def end(self) -> int:
        """Wait for it a little, then end it; its exit code."""

    def terminate(self) -> None:
        """Ask it to end by itself at once. From any thread."""

    def kill(self) -> None:
        """End it at once. From any thread."""


Connect = Callable[[Startup], Channel]
"""Starts a process, told how, and reaches it; raises OSError where that can't be done."""


class RemoteExecutor:
    """Trains runs in processes that are reached by messages alone; see `executor.Executor`.

    Args:
        store: Folder of the store, here.
        tell: Takes every message that is to be shown, from any thread.
        connect: Reaches a new training process.
        capacity: Runs at once.
    """

    def __init__(self, store: Path, tell: Tell, connect: Connect, *, capacity: int = 1) -> None:
        self._places = [_Place(store, tell, connect) for _ in range(capacity)]

    @property
    def capacity(self) -> int:
        """How many runs it trains at once."""
        return len(self._places)

    def submit(self, run_id: str, maker: str = "") -> None:
        """Have a run trained.

        Raises:
            RuntimeError: where no place is free.
        """
        place = next((place for place in self._places if place.run_id is None), None)
        if place is None:
            raise RuntimeError(
                tr("all {capacity} places of the executor are taken", capacity=self.capacity)
            )
        place.submit(run_id, maker)

    def control(self, run_id: str, command: Command) -> None:
        """Ask something of a run under way."""
        for place in self._places:
            if place.run_id == run_id:
                place.say(command)

    def warm_up(self) -> None:
        """Nothing: a process of another machine is reached when a run needs it."""

    def close(self) -> None:
        """Interrupt what runs, with a checkpoint, and end the processes."""
        for place in self._places:
            place.close(lambda channel: channel.send(Close().encode()))

    def terminate(self) -> None:
        """End the processes without waiting for checkpoints."""
        for place in self._places:
            place.close(lambda channel: channel.terminate())

    def kill(self) -> None:
        """End the processes at once."""
        for place in self._places:
            place.close(lambda channel: channel.kill())

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until all is over, at most so many seconds; whether it is."""
        until = None if timeout is None else time.monotonic() + timeout
        return all(
            place.wait(None if until is None else max(0.0, until - time.monotonic()))
            for place in self._places
        )


class _Place:
    """A process that stays for the next run, and a thread for each run.

    Args:
        folder: Of the store.
        tell: Takes every message that is to be shown.
        connect: Reaches a new process.

    Attributes:
        run_id: The run that has this place; None while it is free.
    """

    def __init__(self, folder: Path, tell: Tell, connect: Connect) -> None:
        self._folder, self._tell, self._connect = folder, tell, connect
        self._lock = threading.RLock()
        self._channel: Channel | None = None
        self._open: list[Message] = []  # what the process that has the run was, or is to be, told
        self._thread: threading.Thread | None = None
        self._closed = self._has_begun = False
        self.run_id: str | None = None

    def submit(self, run_id: str, maker: str) -> None:
        self.run_id, self._open = run_id, []
        self._thread = threading.Thread(
            target=self._train, args=(run_id, maker), name="remote run", daemon=True
        )
        self._thread.start()

    def say(self, message: Message) -> None:
        """Say something to the process, and to one that takes its place."""
        with self._lock:
            self._open.append(message)
            if self._channel is not None:
                self._channel.send(message.encode())

    def close(self, push: Callable[[Channel], object]) -> None:
        with self._lock:
            self._closed = True
            if self._channel is not None:
                push(self._channel)

    def wait(self, timeout: float | None) -> bool:
        if self._thread is not None:
            self._thread.join(timeout)
            if self._thread.is_alive():
                return False
        self._leave()
        return True

    # --- the thread of a run -------------------------------------------------------------------

    def _train(self, run_id: str, maker: str) -> None:
        try:
            with Store(self._folder) as store:
                end = self._trained(store, run_id, maker)
        except (StoreError, OSError) as error:
            end = StatusChanged(run_id, RunStatus.FAILED, str(error), Outcome.STORE)
        self.run_id = None  # free before the scheduler hears of it
        self._tell(end)

    def _trained(self, store: Store, run_id: str, maker: str) -> StatusChanged:
        """Has a run trained; how it ended, which the store then says too."""
        if not store.claim(run_id, maker):
            sentence = tr("another process trains it")
            return StatusChanged(run_id, RunStatus.FAILED, sentence, Outcome.STORE)
        try:
            return self._followed(store, run_id)
        except (StoreError, NotKept, TooLarge, OSError) as error:
            self._leave()  # whoever trains what nobody keeps
            end = StatusChanged(run_id, RunStatus.FAILED, str(error), Outcome.STORE)
        with suppress(StoreError):  # of a run that another has by now, or a disk that is full
            store.finish(run_id, end.state, end.message, Outcome.STORE)
        return end

    def _followed(self, store: Store, run_id: str) -> StatusChanged:
        """Follows a run to its end, through processes that have to be started otherwise."""
        keeper, startup = RecordKeeper(store, run_id), store.run(run_id).experiment.hardware.startup
        job = job_of(store, run_id)
        while True:
            was_kept = self._channel is not None  # and may have died unheard since the last run
            channel = self._reached(startup, job)
            end = self._heard(channel, keeper) if channel is not None else None
            if isinstance(end, StatusChanged):
                return end
            code = self._leave()
            if end is None and was_kept and not self._has_begun and not self._closed:
                continue
            if end is None or self._closed:
                sentence = cause_of(tr("the training process"), code)
                lost = StatusChanged(run_id, RunStatus.INTERRUPTED, sentence, Outcome.CRASHED)
                keeper.take(lost)
                return lost
            startup = Startup(**end.startup)

    def _reached(self, startup: Startup, job: list[Message]) -> Channel | None:
        """The process of this place, told of a run; None where the place is closed."""
        with self._lock:
            channel, self._channel = self._channel, None
        channel = channel or self._connect(startup)
        for message in job:  # which takes a while, so nobody waits for the lock
            channel.send(message.encode())
        with self._lock:
            self._channel = channel
            if self._closed:
                return None
            for message in self._open:
                channel.send(message.encode())
        return channel

    def _heard(self, channel: Channel, keeper: RecordKeeper) -> StatusChanged | Unsuited | None:
        """What a process says is written, and told; its last word, None where it is gone."""
        self._has_begun = False
        for line in channel.lines():
            try:
                message = decode(line)
            except ValueError:
                continue  # a library wrote to the messages' pipe; it is no message of ours
            if isinstance(message, Unsuited):
                return message
            keeper.take(message)
            self._has_begun |= isinstance(message, StatusChanged)
            if isinstance(message, StatusChanged) and message.state.is_finished:
                return message
            if not isinstance(message, Piece | Update | Rewind):
                self._tell(message)
        return None

    def _leave(self) -> int:
        """Ends the process; its exit code."""
        with self._lock:
            channel, self._channel = self._channel, None
        return channel.end() if channel is not None else 0
