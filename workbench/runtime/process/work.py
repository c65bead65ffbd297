"""A task's line to who asked for it: progress, cancellation, data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Generic

from workbench.base.plain_values import plain
from workbench.base.text import tr
from workbench.base.units import percent
from workbench.data import Dataset
from workbench.execution.messages import Message, TaskProgress
from workbench.execution.task import Found, Req, Res, Task
from workbench.runtime.process import download
from workbench.runtime.process.control import Control
from workbench.runtime.process.dataset import load_dataset
from workbench.spec.data import Data, Reading


class TaskCancelled(Exception):
    """A person asked for the task's end."""


@dataclass(frozen=True)
class TaskWork(Generic[Found]):
    """A task's line to who asked for it; what it finds meanwhile is a `Found`.

    Attributes:
        number: Of the task.
        store: Folder of the store.
        say: Sends a message.
        control: Knows whether the task is to end.
    """

    number: int
    store: Path
    say: Callable[[Message], None]
    control: Control

    def check(self) -> None:
        """Raises Cancelled where the task is to end."""
        if self.control.end is not None:
            raise TaskCancelled

    def progress(
        self, done: float = 0.0, total: float = 0.0, words: str = "", found: Found | None = None
    ) -> None:
        """Says how far the task is, and what it has found; then as `check`.

        Args:
            done: Of `total`; both 0 where unknown.
            total: Of how much.
            words: What it does now; "" for nothing to add.
            found: What is known already; None for nothing new.
        """
        values = plain(found, by_parts=True) if found is not None else {}
        self.say(TaskProgress(self.number, done, total, words, values))
        self.check()

    def load(self, data: Data, kept: Reading | None = None) -> Dataset:
        """The data set that a spec names, fetched where it has to be.

        Args:
            data: Which.
            kept: How the data of the run that is asked were read.

        Raises:
            Cancelled: where the task is to end.
            DataError: where it can't be had.
        """

        def report(phase: str, done: int, total: int, unit: str) -> None:
            said = (
                tr("{phase} the data {share}", phase=phase, share=percent(done / total, 0))
                if total
                else tr("{phase} the data", phase=phase)
            )
            self.progress(words=said)

        try:
            return load_dataset(data, report, lambda: self.control.end is not None, kept)
        except download.PreparationCancelled:
            raise TaskCancelled from None


Job = Callable[[Any, TaskWork[Any]], Any]

_JOBS: dict[str, Job] = {}
"""By the task's name, of the modules that are imported."""


def does(
    task: Task[Req, Found, Res],
) -> Callable[[Callable[[Req, TaskWork[Found]], Res]], Callable[[Req, TaskWork[Found]], Res]]:
    """Marks the function that does a task; its types are those of the task."""

    def mark(
        function: Callable[[Req, TaskWork[Found]], Res],
    ) -> Callable[[Req, TaskWork[Found]], Res]:
        _JOBS[task.name] = function
        return function

    return mark


def job_of(task: Task[Req, Found, Res]) -> Callable[[Req, TaskWork[Found]], Res]:
    """The function that does a task, from its module."""
    import_module(task.job)
    return _JOBS[task.name]
