"""A training process as its parent sees it. No Qt: the command line uses it as the window does."""

from __future__ import annotations

import contextlib
import itertools
import json
import signal
import threading
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path

import psutil

from workbench.base.child_process import Child, cause_of
from workbench.base.text import tr
from workbench.execution import crashes
from workbench.execution.executor import Command
from workbench.execution.messages import (
    Cancel,
    Close,
    Message,
    Started,
    StatusChanged,
    Steps,
    TaskEnd,
    Train,
    Unsuited,
    decode,
)
from workbench.execution.task import Found, Req, Res, Task, asked
from workbench.runs.checkpoint_file import saved_at
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.hardware import Startup

WORKER = "workbench.runtime.worker.main"
CLOSE_SECONDS = 5.0
"""How long a run may take to save its checkpoint before the process is terminated."""

IDLE_CLOSE_SECONDS = 1.0
"""How long a process that trains nothing may take to end by itself."""

BACKGROUND_NICE = 5
"""Priority of a training process beside a window, so that the window answers at once."""


class NotStarted(RuntimeError):
    """The system refused to start a training process, in one sentence."""


class Session:
    """One warm training process; runs are trained, and tasks done, in it one after another.

    The process is started by whoever reads `messages`; what is asked for before waits for it. Where
    a run or a task needs a process that is started otherwise (other threads), the process says so
    and ends, another one takes its place, and what was asked for is asked for again.

    Args:
        store: Folder of the store.
        background: Yield the processor to a window.
        on_log: Called from a thread with each line the process prints.
        startup: How to start the process, where the first run is known already.

    Attributes:
        run_id: The run it was last asked to train and has not ended, else None.
    """

    def __init__(
        self,
        store: Path,
        *,
        background: bool = False,
        on_log: Callable[[str], None] | None = None,
        startup: Startup | None = None,
    ) -> None:
        self.store = store
        self.run_id: str | None = None
        self._maker = ""
        self._numbers = itertools.count(1)
        self._tasks: dict[int, list[Message]] = {}
        self._of_run: list[Message] = []
        self._step = 0  # the last one the run reported
        self._nice = BACKGROUND_NICE if background else 0
        self._on_log = on_log
        self._lock = threading.Lock()
        self._closing = False
        self._startup = startup or Startup()
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The training process's number; None before it is started."""
        return self._child.pid if self._child is not None else None

    @property
    def memory_bytes(self) -> int:
        """Resident memory of the training process; 0 where there is none."""
        child = self._child
        if child is not None and child.is_alive:
            with contextlib.suppress(psutil.Error):
                return int(psutil.Process(child.pid).memory_info().rss)
        return 0

    def start(self) -> None:
        """Starts the process, unless it has been, or was asked to end.

        Raises:
            NotStarted: where the system refuses.
        """
        if self._child is None and not self._closing:
            self._put_in_place(self._startup)

    def train(self, run_id: str, maker: str = "") -> None:
        """Asks for a queued run of the store to be trained (or gone on with).

        Args:
            run_id: The run.
            maker: The token of the store that reserved it; "" where it waits in the queue.
        """
        self.run_id, self._maker = run_id, maker
        self._of_run, self._step = [], 0
        self._send(Train(str(self.store), run_id, maker), self._of_run)

    def do(self, task: Task[Req, Found, Res], request: Req) -> int:
        """Asks for a task; the number that its answers carry."""
        number = next(self._numbers)
        self._tasks[number] = []
        self._send(asked(number, task, self.store, request), self._tasks[number])
        return number

    def cancel(self, number: int) -> None:
        """Asks a task to end."""
        self._send(Cancel(number), self._tasks.get(number))

    def control(self, command: Command) -> None:
        """Asks something of the run."""
        self._send(command, self._of_run)

    def messages(self) -> Generator[Message]:
        """What the process says, until it ends; its death comes as the end of what it worked on."""
        code: int | None = None
        try:
            self.start()
            code = yield from self._all_said()
            cause = cause_of(tr("the training process"), code)
        except NotStarted as error:
            cause = str(error)
        run_id, self.run_id = self.run_id, None
        for number in sorted(self._tasks):
            yield TaskEnd(number, error=cause)
        self._tasks.clear()
        if run_id is not None:
            yield self._lost(run_id, cause, code)

    def _all_said(self) -> Generator[Message, None, int]:
        """What is said until the last process ended; its exit code."""
        code = -signal.SIGTERM  # where it was to end before it was started
        while self._child is not None:
            wanted = yield from self._said(self._child)
            code = self._child.end()
            if wanted is None or self._closing:
                break
            self._put_in_place(wanted)
        return code

    def _said(self, child: Child) -> Generator[Message, None, Startup | None]:
        """What a process says until it ends; how one has to be started that takes its place."""
        wanted = None
        for line in child.lines():
            try:
                message = decode(line)
            except ValueError:
                continue  # a library wrote to the messages' pipe; it is no message of ours
            if isinstance(message, Unsuited):
                wanted = Startup(**message.startup)
                continue
            if self._is_end_of_run(message):
                self.run_id = None
            if isinstance(message, Started):
                self._step = message.step
            if isinstance(message, Steps):
                self._step = message.first_step + len(message.loss) - 1
            if isinstance(message, TaskEnd):
                self._tasks.pop(message.number, None)
            yield message
        return wanted

    def _put_in_place(self, startup: Startup) -> None:
        """Starts a process and asks it for what is open.

        Not under the lock: starting takes a while, and whoever asks for something meanwhile (the
        window's thread) need not wait for it.
        """
        arguments = (str(self._nice), json.dumps(startup._asdict()))
        try:
            child = Child(WORKER, *arguments, on_log=self._on_log)
        except OSError as error:
            reason = error.strerror or error
            raise NotStarted(
                tr("the training process can't be started ({reason})", reason=reason)
            ) from None
        with self._lock:
            self._child = child
            if self._closing:
                child.terminate()
            open_run = self._of_run if self.run_id is not None else []
            for message in (*open_run, *itertools.chain(*self._tasks.values())):
                child.send(message.encode())

    def close(self) -> None:
        """Asks the process to save and end; `messages` then runs out. From any thread."""
        self._closing = True
        self._send(Close())

    def terminate(self) -> None:
        """Ends the process by a signal; what runs is shown as interrupted. From any thread."""
        with self._lock:  # not while another process takes its place
            self._closing = True
            if self._child is not None:
                self._child.terminate()

    def kill(self) -> None:
        """Ends the process at once; what runs is shown as interrupted. From any thread."""
        with self._lock:
            self._closing = True
            if self._child is not None:
                self._child.kill()

    def end(self) -> int:
        """Ends the process in steps: asked, terminated, killed; returns its exit code.

        For the thread that reads `messages` alone: it closes what they are read from.
        """
        self.close()
        if self._child is None:
            return 0
        is_idle = self.run_id is None
        code = self._child.wait(IDLE_CLOSE_SECONDS if is_idle else CLOSE_SECONDS)
        if code is None and is_idle:  # it still imports TensorFlow, or does a task nobody waits for
            self._child.terminate()
        return self._child.end()

    def _send(self, message: Message, kept_in: list[Message] | None = None) -> None:
        """Says it to the process, and to the one that may take its place, where it is kept."""
        with self._lock:
            if kept_in is not None:
                kept_in.append(message)
            if self._child is not None:
                self._child.send(message.encode())

    def _is_end_of_run(self, message: Message) -> bool:
        return (
            isinstance(message, StatusChanged)
            and message.run_id == self.run_id
            and message.state.is_finished
        )

    def _lost(self, run_id: str, cause: str, code: int | None) -> StatusChanged:
        """Marks the run whose process died under it, unless another has it by now.

        Args:
            run_id: The run.
            cause: What became of the process, in one sentence.
            code: Its exit code; None where it was never started.
        """
        sentence = cause
        try:
            with Store(self.store) as store:
                if code is not None:
                    sentence = self._told(store.artifacts(run_id), run_id, code)
                store.lose(run_id, sentence, self._maker)
        except StoreError as error:
            sentence = f"{sentence}; {error}"
        return StatusChanged(run_id, RunStatus.INTERRUPTED, sentence, Outcome.CRASHED)

    def _told(self, folder: Path, run_id: str, code: int) -> str:
        """The sentence on a death, which is kept beside its run for the next one."""
        crash = crashes.Crash(code, self._step, saved_at(folder))
        before = crashes.remembered(folder)
        if crash.is_native:
            crashes.remember(folder, crash)
        return crashes.sentence(crash, before, partial(self._layer_that_crashes, run_id))

    def _layer_that_crashes(self, run_id: str) -> str:
        """The layer of the run at which a process dies that tries them all; "" for none."""
        with self._lock:
            if self._closing:
                return ""
            finder = Child(crashes.FINDER, str(self.store), run_id, on_log=self._on_log)
            self._child = finder  # so that whoever closes us ends it too
        return crashes.layer_found(finder)
