"""A task's line to who asked for it: progress, cancellation, data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.base.units import percent
from workbench.data import Dataset
from workbench.execution.messages import Message, TaskProgress
from workbench.runtime.process import download
from workbench.runtime.process.control import Control
from workbench.runtime.process.dataset import load_dataset
from workbench.spec.data import Data, Reading


class Cancelled(Exception):
    """A person asked for the task's end."""


@dataclass(frozen=True)
class Work:
    """A task's line to who asked for it.

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
            raise Cancelled

    def progress(
        self, done: float = 0.0, total: float = 0.0, words: str = "", **found: Any
    ) -> None:
        """Says how far the task is, and what it has found so far; then as `check`."""
        self.say(TaskProgress(self.number, done, total, words, found))
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
            share = f" {percent(done / total, 0)}" if total else ""
            self.progress(words=f"{phase} the data{share}")

        try:
            return load_dataset(data, report, lambda: self.control.end is not None, kept)
        except download.Cancelled:
            raise Cancelled from None
