"""The executor of this computer: warm training processes beside each other, which share the store.

Each place has a process and a thread that listens to it. A process stays for the next run; it is
started with the first one (or by `warm_up`), and another takes its place where it died.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from workbench.base.text import tr
from workbench.execution.engine_process import Session
from workbench.execution.executor import Command, Tell
from workbench.execution.messages import StatusChanged
from workbench.spec.hardware import Startup

CAPACITY = 1
"""Runs that this computer trains at once. One has all of its processor, memory and disk: two take
longer than one after the other unless each leaves much of them idle."""


class LocalExecutor:
    """Trains runs in processes of this computer; see `executor.Executor`.

    Args:
        store: Folder of the store.
        tell: Takes every message, from any thread.
        capacity: Runs at once; None for `CAPACITY`.
        background: Yield the processor to a window.
        on_log: Called from a thread with each line a process prints.
        startup: How to start a process, where the first run is known already.
    """

    def __init__(
        self,
        store: Path,
        tell: Tell,
        *,
        capacity: int | None = None,
        background: bool = False,
        on_log: Callable[[str], None] | None = None,
        startup: Startup | None = None,
    ) -> None:
        def session() -> Session:
            return Session(store, background=background, on_log=on_log, startup=startup)

        count = CAPACITY if capacity is None else capacity
        if count < 1:
            raise ValueError(
                tr("the number of runs at once must be at least 1, got {count}", count=count)
            )
        self._new_place = partial(_Place, session, tell)
        self._places = [self._new_place() for _ in range(count)]
        self._closed: list[_Place] = []

    @property
    def capacity(self) -> int:
        """How many runs it trains at once."""
        return len(self._places)

    def provide(self, count: int) -> None:
        """Train so many at once from now on; of fewer, those under way end first."""
        missing = count - len(self._places)
        self._places += [self._new_place() for _ in range(missing)]
        free = [place for place in reversed(self._places) if place.run_id is None]
        for place in free[: max(0, -missing)]:
            self._places.remove(place)
            self._closed.append(place)
            place.close()

    @property
    def memory_bytes(self) -> int:
        """Resident memory of its processes; 0 while there are none."""
        return sum(place.memory_bytes for place in self._places)

    def submit(self, run_id: str, maker: str = "") -> None:
        """Have a run trained, in a warm process where one is free.

        Raises:
            RuntimeError: where no place is free.
        """
        free = [place for place in self._places if place.run_id is None]
        if not free:
            raise RuntimeError(
                tr("all {capacity} places of the executor are taken", capacity=self.capacity)
            )
        max(free, key=lambda place: place.is_warm).submit(run_id, maker)

    def control(self, run_id: str, command: Command) -> None:
        """Ask something of a run under way."""
        for place in self._places:
            if place.run_id == run_id:
                place.control(command)

    def warm_up(self) -> None:
        """Start a process, unless there is one."""
        if not any(place.is_warm for place in self._places):
            self._places[0].begin()

    def close(self) -> None:
        """Interrupt what runs, with a checkpoint, and end the processes."""
        for place in self._places:
            place.close()

    def terminate(self) -> None:
        """End the processes by a signal."""
        for place in (*self._places, *self._closed):
            place.terminate()

    def kill(self) -> None:
        """End the processes at once."""
        for place in (*self._places, *self._closed):
            place.kill()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the processes have ended, at most so many seconds; whether they have."""
        until = None if timeout is None else time.monotonic() + timeout
        places = (*self._places, *self._closed)
        for place in places:
            place.wait(None if until is None else max(0.0, until - time.monotonic()))
        return not any(place.is_warm for place in places)


class _Place:
    """One process after another, and the thread that listens to it.

    A thread of its own, not a job of the window: the command line trains too, without Qt, and what
    a process says must be heard until it has ended, whoever closes meanwhile.

    Args:
        session: Makes what a process is to its parent.
        tell: Takes every message.

    Attributes:
        run_id: The run that has this place; None while it is free.
    """

    def __init__(self, session: Callable[[], Session], tell: Tell) -> None:
        self._new_session, self._tell = session, tell
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._maker = ""
        self.run_id: str | None = None

    @property
    def is_warm(self) -> bool:
        """Whether there is a process, or one is being started."""
        return self._session is not None

    @property
    def memory_bytes(self) -> int:
        """Resident memory of the process; 0 where there is none."""
        session = self._session
        return session.memory_bytes if session is not None else 0

    def begin(self) -> None:
        """Start a process, unless there is one."""
        with self._lock:
            if self._session is None and not self._closed:
                self._session = self._new_session()
                # A daemon: of a program that fails, the closed pipe ends the process.
                self._thread = threading.Thread(
                    target=self._listen,
                    args=(self._session,),
                    name="training process",
                    daemon=True,
                )
                self._thread.start()

    def submit(self, run_id: str, maker: str) -> None:
        with self._lock:
            self.run_id, self._maker = run_id, maker
            self.begin()
            if self._session is not None:
                self._session.train(run_id, maker)

    def control(self, command: Command) -> None:
        with self._lock:
            if self._session is not None:
                self._session.control(command)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._session is not None:
                self._session.close()

    def terminate(self) -> None:
        with self._lock:
            self._closed = True
            if self._session is not None:
                self._session.terminate()

    def kill(self) -> None:
        with self._lock:
            self._closed = True
            if self._session is not None:
                self._session.kill()

    def wait(self, timeout: float | None) -> None:
        if self._thread is not None:
            self._thread.join(timeout)

    def _listen(self, session: Session | None) -> None:
        while session is not None:
            with contextlib.closing(session.messages()) as messages:
                for message in messages:
                    if isinstance(message, StatusChanged) and message.state.is_finished:
                        self.run_id = None  # free before the scheduler hears of it
                    self._tell(message)
            session = self._next_session()

    def _next_session(self) -> Session | None:
        """Another process, where a run was submitted to one that was about to end."""
        with self._lock:
            self._session = None
            if self.run_id is not None and not self._closed:
                self._session = self._new_session()
                self._session.train(self.run_id, self._maker)
            return self._session
