"""One task of a training process, for those who wait for it: the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.base.errors import Failed
from workbench.execution.engine_process import Session
from workbench.execution.messages import TaskEnd, TaskProgress
from workbench.spec.hardware import Startup


class TaskFailed(Failed, RuntimeError):
    """A task that couldn't be done, in one sentence."""


def do_task(
    store: Path, name: str, request: dict[str, Any], progress: Callable[[TaskProgress], None]
) -> dict[str, Any]:
    """Does a task of `workbench.runtime.process.work` in a process of its own; its result.

    Args:
        store: Folder of the store.
        name: Of the task.
        request: Plain values.
        progress: Called with what it says meanwhile.

    Raises:
        TaskFailed: where it can't be done.
        KeyboardInterrupt: where a person ends it; its process is then ended as well.
    """
    startup = request.get("startup")
    session = Session(store, startup=Startup(**startup) if startup else None)
    try:
        number = session.do(name, request)
        for message in session.messages():
            if isinstance(message, TaskProgress) and message.number == number:
                progress(message)
            elif isinstance(message, TaskEnd) and message.number == number:
                return _result(message)
        raise TaskFailed("the training process ended")
    finally:
        session.end()


def _result(message: TaskEnd) -> dict[str, Any]:
    if message.result is None:
        raise TaskFailed(message.error or "cancelled")
    return message.result
