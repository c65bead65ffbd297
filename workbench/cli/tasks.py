"""What the commands that have something done in a training process share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.base.units import percent
from workbench.cli.terminal import LiveLine
from workbench.execution.ask import do_task
from workbench.execution.messages import TaskProgress
from workbench.execution.task import Found, Req, Res, Task


def ask(store: Path, task: Task[Req, Found, Res], request: Req) -> Res:
    """Has a task done, with one line of progress on a terminal.

    Raises:
        TaskFailed, TaskRefused: one sentence.
    """
    with shown() as progress:
        return do_task(store, task, request, progress)


@contextmanager
def shown() -> Iterator[Callable[[TaskProgress], None]]:
    """Shows what a task says meanwhile, on one line of a terminal."""
    line = LiveLine(sys.stderr)

    def show(message: TaskProgress) -> None:
        share = f"{percent(message.done / message.total, 0)} " if message.total else ""
        line.draw(f"{share}{message.words}")

    try:
        yield show
    finally:
        line.clear()
