"""Which run is trained when: order, hold, places, and what becomes of a run that ends.

One policy for the window and the command line. The scheduler reads the store and asks an executor;
the training process claims the run that it is told of, and writes what becomes of it. So two
schedulers on one store never train a run twice: of two that ask for one, the later hears `FAILED`.
A process that needs to be started otherwise is replaced by the executor (`engine_process`), and one
that dies frees its place: its run can be resumed, and the next one begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from workbench.execution.executor import Command, Executor
from workbench.execution.messages import (
    Continue,
    Interrupt,
    Message,
    Pause,
    Started,
    StatusChanged,
    Steps,
    Stop,
)
from workbench.execution.progress import Pace
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

Receive = Callable[[], Message]
"""Waits for the next message of an executor."""


class Queue(Protocol):
    """Runs that wait for a scheduler.

    Attributes:
        maker: The token of the store that reserved them; "" for the window's queue.
        held: Whether they wait for a person.
    """

    maker: str
    held: bool

    def waiting(self) -> list[str]:
        """Ids of the runs that wait, next first; those that have been submitted may be among."""


class SharedQueue:
    """The queue of the window, which lies in the store with its order and its hold.

    Args:
        store: Of this thread.
    """

    maker = ""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def held(self) -> bool:
        """Whether the queue waits for a person, also when the window is opened again."""
        return self._store.queue_held

    @held.setter
    def held(self, held: bool) -> None:
        self._store.queue_held = held

    def waiting(self) -> list[str]:
        """Ids of the runs that wait, next first."""
        return [run_id for run_id, _ in self._store.queue_names()]


class ReservedRuns:
    """Runs that a command made or took for itself, in order; what is left goes to the window.

    Args:
        store: Of this thread, which reserved them.
        run_ids: The runs, next first.
    """

    def __init__(self, store: Store, run_ids: list[str]) -> None:
        self._store, self._run_ids = store, list(run_ids)
        self.maker = store.token
        self.held = False

    def add(self, run_ids: list[str]) -> None:
        """Further runs, after the others."""
        self._run_ids += run_ids

    def waiting(self) -> list[str]:
        """Ids of those that still wait, next first."""
        waiting = {run_id for run_id, _ in self._store.queue_names(self.maker)}
        return [run_id for run_id in self._run_ids if run_id in waiting]


@dataclass
class UnderWay:
    """A run that an executor has.

    Attributes:
        status: As its process said last; None until it claimed the run.
        pace: How far it is.
    """

    run_id: str
    status: RunStatus | None = None
    pace: Pace = field(default_factory=Pace)

    @property
    def has_begun(self) -> bool:
        """Whether training has begun, so that there is something to save."""
        return self.pace.total_steps > 0


class Scheduler:
    """Keeps the places of an executor busy with the runs of a queue.

    It belongs to the thread of the queue's store, and does nothing by itself: whoever has that
    thread hands it every message (`hear`), and has it `fill` free places at its leisure.

    Args:
        queue: The runs that wait.
        executor: Trains them.

    Attributes:
        under_way: What the executor has, by run id, the longest under way first.
    """

    def __init__(self, queue: Queue, executor: Executor) -> None:
        self._queue, self._executor = queue, executor
        self._refused: set[str] = set()
        self.under_way: dict[str, UnderWay] = {}

    @property
    def room(self) -> int:
        """How many runs could begin now."""
        return self._executor.capacity - len(self.under_way)

    def waiting(self) -> list[str]:
        """Ids of the runs that wait, next first."""
        return [run_id for run_id in self._queue.waiting() if run_id not in self.under_way]

    # --- starting ------------------------------------------------------------------------------

    def fill(self) -> list[str]:
        """Start runs while there is room, unless the queue is held; their ids.

        One that ended and waits still (the disk was full when its process claimed it) is left to
        a person, or it would be tried without end.
        """
        if self.room < 1 or self._queue.held:
            return []
        return self._start([run_id for run_id in self.waiting() if run_id not in self._refused])

    def start(self) -> list[str]:
        """Start the first of the queue, held or not, where there is room; a person asked.

        One that ended and waits still comes after all others.
        """
        return self._start(sorted(self.waiting(), key=self._refused.__contains__)[:1])

    def begin(self, run_ids: Iterable[str]) -> list[str]:
        """Start runs that somebody else decided on: in their turn, or these alone where the queue
        is held; the ids of those started.
        """
        if not self._queue.held:
            return self.fill()
        wanted = set(run_ids) - self._refused
        return self._start([run_id for run_id in self.waiting() if run_id in wanted])

    def _start(self, run_ids: list[str]) -> list[str]:
        chosen = run_ids[: max(0, self.room)]
        for run_id in chosen:
            self.under_way[run_id] = UnderWay(run_id)
            self._executor.submit(run_id, self._queue.maker)
        return chosen

    def hold(self, held: bool) -> None:
        """Let the queue wait for a person, or let it go; runs under way aren't touched."""
        self._queue.held = held
        self._refused.clear()

    # --- runs under way ------------------------------------------------------------------------

    def pause(self, run_id: str) -> None:
        """Hold a run after the compiled call in progress."""
        self._ask(run_id, Pause())

    def continue_run(self, run_id: str) -> None:
        """Let a paused run continue."""
        self._ask(run_id, Continue())

    def stop(self, run_id: str) -> None:
        """End a run, keep its weights and evaluate them; the queue then waits for a person, so
        that settings can be changed first.
        """
        if run_id in self.under_way:
            self._ask(run_id, Stop())
            self.hold(True)

    def interrupt(self, run_id: str) -> None:
        """End a run at once, with a checkpoint to resume from."""
        self._ask(run_id, Interrupt())

    def _ask(self, run_id: str, command: Command) -> None:
        if run_id in self.under_way:
            self._executor.control(run_id, command)

    # --- messages ------------------------------------------------------------------------------

    def hear(self, message: Message) -> None:
        """Note what a training process said."""
        if not isinstance(message, Started | Steps | StatusChanged):
            return
        run = self.under_way.get(message.run_id)
        if run is None:
            return
        if isinstance(message, Started):
            run.pace.started(message)
        elif isinstance(message, Steps):
            run.pace.steps(message)
        elif message.state.is_finished:
            del self.under_way[message.run_id]
            if message.run_id in self._queue.waiting():
                self._refused.add(message.run_id)
        else:
            run.status = message.state

    def follow(
        self, receive: Receive, began: Callable[[str], object] = lambda run_id: None
    ) -> Iterator[Message]:
        """Train until nothing is under way, and nothing waits that is not held; each message.

        Between two messages the caller may hold the queue, or ask something of a run.

        Args:
            receive: Waits for the next message of the executor.
            began: Called with the id of each run that is started.
        """
        for run_id in self.fill():
            began(run_id)
        while self.under_way:
            message = receive()
            self.hear(message)
            yield message
            for run_id in self.fill():
                began(run_id)
