"""Tasks of a training process, for those who wait for them: the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.base.errors import BadInput, Failed
from workbench.base.plain_values import Malformed
from workbench.base.text import tr
from workbench.execution.engine_process import Session
from workbench.execution.messages import TaskEnd, TaskProgress
from workbench.execution.task import Found, Req, Res, Task
from workbench.spec.hardware import Startup


class TaskFailed(Failed, RuntimeError):
    """A task that couldn't be done, in one sentence."""


class TaskRefused(BadInput, RuntimeError):
    """A task that can't be done with what it was given, in one sentence."""


class TaskAsker:
    """One process that does tasks one after another, for whoever waits for each.

    Args:
        store: Folder of the store.
        startup: How the process is started; that of the first request where it is known.
    """

    def __init__(self, store: Path, startup: Startup | None = None) -> None:
        self._store = store
        self._session = Session(store, startup=startup)
        self._messages = self._session.messages()

    def __enter__(self) -> TaskAsker:
        return self

    def __exit__(self, *exception: object) -> None:
        self._session.end()

    @property
    def memory_bytes(self) -> int:
        """Resident memory of the process; 0 before it is started."""
        return self._session.memory_bytes

    def do(
        self,
        task: Task[Req, Found, Res],
        request: Req,
        progress: Callable[[TaskProgress], None] = lambda message: None,
    ) -> Res:
        """Does a task; its result.

        Args:
            task: Which.
            request: What it is asked.
            progress: Called with what it says meanwhile.

        Raises:
            TaskFailed: where it can't be done.
            TaskRefused: where it can't be done with what it is asked.
            StoreError: where it would write to a run that can't be written to.
            KeyboardInterrupt: where a person ends it.
        """
        task.require_writable(self._store, request)
        number = self._session.do(task, request)
        for message in self._messages:
            if isinstance(message, TaskProgress) and message.number == number:
                progress(message)
            elif isinstance(message, TaskEnd) and message.number == number:
                return _result(task, message)
        raise TaskFailed(tr("the training process ended"))


def do_task(
    store: Path,
    task: Task[Req, Found, Res],
    request: Req,
    progress: Callable[[TaskProgress], None],
) -> Res:
    """Does a task in a process of its own, which ends with it; see `TaskAsker.do`."""
    task.require_writable(store, request)  # before a process is started for nothing
    with TaskAsker(store, request.startup) as process:
        return process.do(task, request, progress)


def _result(task: Task[Req, Found, Res], message: TaskEnd) -> Res:
    if message.is_bad_input:
        raise TaskRefused(message.error)
    if message.result is None:
        raise TaskFailed(message.error or "cancelled")
    try:
        return task.parse_result(message.result)
    except Malformed as error:
        raise TaskFailed(str(error)) from None
