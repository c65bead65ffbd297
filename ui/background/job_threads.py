"""The threads' side of `ui.background.jobs`: plain Python, as all of it may die in a thread.

What belongs to the window (callbacks, lanes) is let go of by the window's thread alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Event, Semaphore
from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

Value = TypeVar("Value")


class JobCancelled(Exception):
    """Raised inside a job whose result nobody waits for any more."""


class Asker(Protocol):
    """What asked for a job, in the window's thread: a `JobLane`."""

    def cancel(self, work: JobWork) -> None:
        """End a job."""

    def take(self, work: JobWork, is_end: bool, value: Any) -> None:
        """Take what a job says, or its end."""


@dataclass(eq=False)
class JobWork:
    """A job as its thread knows it.

    Attributes:
        queue: Where it waits its turn.
        act: What is to be done.
        lane: Whose callbacks these are; None once nothing more is to be called.
        said, done, failed: Callbacks.
        result, error: What came of it.
        pushes: Ways to end it, each harder than the one before.
        may_say: Free while the window has taken what was said last.
        cancelled: Set where nobody waits for it.
        unpushed: Taken by the first push.
    """

    queue: JobQueue
    act: Callable[[], Any] | None
    lane: Asker | None
    said: Callable[[Any], object] | None
    done: Callable[[Any], object] | None
    failed: Callable[[Exception], object] | None
    result: Any = None
    error: Exception | None = None
    pushes: deque[Callable[[], object]] = field(default_factory=deque)
    may_say: Semaphore = field(default_factory=lambda: Semaphore(1))
    cancelled: Event = field(default_factory=Event)
    unpushed: Semaphore = field(default_factory=lambda: Semaphore(1))

    def run(self) -> None:
        """Do it; in its thread."""
        if self.act is None or self.cancelled.is_set():
            return
        try:
            self.result = self.act()
        except Exception as error:  # noqa: BLE001  it is raised, or said, in the window's thread
            self.error = error

    def cancel(self) -> None:
        """Have it end soon."""
        self.cancelled.set()
        self.may_say.release()
        self.push_once()

    def push_once(self) -> None:
        """The first push, whichever thread comes to it: who cancels, or the job that says how."""
        if self.pushes and self.unpushed.acquire(blocking=False):
            self.push()

    def push(self) -> None:
        """End it, harder than the last time; nothing where there is no way, or no other."""
        if self.pushes:
            self.pushes.popleft()()

    def mute(self) -> None:
        """Let go of the callbacks; in the window's thread."""
        self.lane = self.said = self.done = self.failed = None

    def forget(self) -> None:
        """Let go of all that it holds, once it is over; in the window's thread."""
        self.mute()
        self.act = None
        self.pushes.clear()


class JobQueue:
    """Jobs that are done one after another.

    Args:
        shared: Its lock guards this.
        is_kept: All of it is done, whatever becomes of the window.
    """

    def __init__(self, shared: Shared, is_kept: bool) -> None:
        self.is_kept = is_kept
        self.waiting: deque[JobWork] = deque()
        self.current: JobWork | None = None
        self._shared = shared

    def drop(self) -> None:
        """Forget what waits and end what is under way, unless all of it is kept."""
        if self.is_kept:
            return
        with self._shared.changed:
            dropped, current = list(self.waiting), self.current
            self.waiting.clear()
        for work in dropped:
            work.forget()
        if current is not None:
            current.cancel()


class Wake(QObject):
    """Calls the window's thread."""

    rang = Signal()


class Shared:
    """What the threads and the window share.

    Attributes:
        changed: The lock, which tells of queues that have come to an end.
        wake: None once nothing more is to be said.
        said: Jobs, whether they have ended, and else what they say.
        at_work: Queues with a job under way.
        is_closing: The window closes.
    """

    def __init__(self) -> None:
        self.changed = Condition()
        self.wake: Wake | None = Wake()
        self.said: deque[tuple[JobWork, bool, Any]] = deque()
        self.at_work: set[JobQueue] = set()
        self.is_closing = False

    def say(self, work: JobWork, is_end: bool, value: Any = None) -> None:
        """Say something to the window's thread, which takes it in one turn of its event loop."""
        with self.changed:
            if self.wake is not None:
                self.said.append((work, is_end, value))
                self.wake.rang.emit()

    def do(self, work: JobWork | None) -> None:
        """Do a job and those that wait behind it; in a thread of the pool."""
        while work is not None:
            work.run()
            self.say(work, True)
            work = self._next(work.queue)

    def _next(self, queue: JobQueue) -> JobWork | None:
        with self.changed:
            queue.current = queue.waiting.popleft() if queue.waiting else None
            if queue.current is None:
                self.at_work.discard(queue)
            self.changed.notify_all()
            return queue.current

    def wait(self, seconds: float, *, kept: bool) -> bool:
        """Wait until no queue (that is kept, or that is not) is at work; whether it came to that.

        Args:
            seconds: At most.
            kept: Which queues.
        """
        with self.changed:
            return self.changed.wait_for(
                lambda: not any(queue.is_kept == kept for queue in self.at_work), seconds
            )


class JobReport(Generic[Value]):
    """Given to a job that says how far it is, or that can be ended under way."""

    def __init__(self, shared: Shared, work: JobWork) -> None:
        self._shared, self._work = shared, work

    def __call__(self, value: Value) -> None:
        """Say a value to the window, once it has taken the one before: so it gets one a turn.

        Raises:
            JobCancelled: where nobody waits for the job any more.
        """
        if not self._shared.is_closing:
            self._work.may_say.acquire()
        if self.is_cancelled:
            raise JobCancelled
        if not self._shared.is_closing:
            self._shared.say(self._work, False, value)

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody waits for the job any more."""
        return self._work.cancelled.is_set()

    def on_cancel(self, *pushes: Callable[[], object]) -> None:
        """Take ways to end what the job waits for.

        Args:
            pushes: Called one after another, from any thread, for as long as it doesn't end; quick.
        """
        self._work.pushes.extend(pushes)
        if self.is_cancelled:
            self._work.push_once()
