"""What the commands that have something done in a training process share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from workbench.runs.messages import TaskProgress
from workbench.training.task import do_task
from workbench.words import percent


def ask(store: Path, task: str, request: dict[str, Any]) -> dict[str, Any]:
    """Has a task done, with one line of progress on a terminal.

    Raises:
        TaskFailed: one sentence.
    """
    line = progress_line(sys.stderr)
    try:
        return do_task(store, task, request, line)
    finally:
        line(TaskProgress(0))


def progress_line(stream: TextIO) -> Callable[[TaskProgress], None]:
    """One line on a terminal, rewritten in place; silent where the stream is no terminal."""

    def show(message: TaskProgress) -> None:
        if stream.isatty():
            share = f"{percent(message.done / message.total, 0)} " if message.total else ""
            stream.write(f"\r\x1b[2K{share}{message.words}")
            stream.flush()

    return show
