"""What a training process does besides runs: tasks by name, each a function of plain values.

A task never writes to a run: it works on networks of its own and answers with plain values. One
that a person waits for says how far it is and looks often whether it shall end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import keras

from workbench.data import Dataset
from workbench.runs.messages import Message, TaskProgress
from workbench.runtime import download
from workbench.runtime.control import Control
from workbench.runtime.dataset import load_dataset
from workbench.spec.data import Data, Reading
from workbench.words import percent


class Cancelled(Exception):
    """A person asked for the task's end."""


@dataclass(frozen=True)
class Work:
    """A task's line to who asked for it.

    Attributes:
        number: Of the task.
        store: Folder of the store.
        say: Sends a message.
        control: Knows whether the task shall end.
    """

    number: int
    store: Path
    say: Callable[[Message], None]
    control: Control

    def check(self) -> None:
        """Raises Cancelled where the task shall end."""
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
            Cancelled: where the task shall end.
            DataError: where it can't be had.
        """

        def report(phase: str, done: int, total: int, unit: str) -> None:
            share = f" {percent(done / total, 0)}" if total else ""
            self.progress(words=f"{phase} the data{share}")

        try:
            return load_dataset(data, report, lambda: self.control.end is not None, kept)
        except download.Cancelled:
            raise Cancelled from None


TASKS: dict[str, str] = {
    "evaluate": "evaluate:evaluate",
    "find_batch_size": "find_batch_size:find_batch_size",
    "find_rate": "find_rate:find_rate",
    "look_inside": "look_inside:look_inside",
    "devices": "probe:devices",
    "measure_inference": "measure_inference:measure_inference",
    "peak": "peak:peak",
    "preflight": "preflight:measure",
    "profile_layers": "profile:profile_layers",
    "trial": "trial:trial",
    "try_image": "try_image:try_image",
    "tune": "tune:tune",
}
"""Where each task lives: `module:function` in this package, imported at its first use.

The function takes (request, work) and gives plain values.
"""


KEEPING = frozenset({"try_image"})
"""Tasks whose network stays for the next call: looking for what to give back takes 0.2 s, which one
who draws would wait for at each stroke. They give back themselves what they replace."""


def perform(task: str, request: dict[str, Any], work: Work) -> dict[str, Any]:
    """Does a task.

    Raises:
        Cancelled: where it was ended.
        Exception: whatever goes wrong; `failures.sentence` puts it into words.
    """
    module, _, name = TASKS[task].partition(":")
    work.check()
    function: Callable[[dict[str, Any], Work], dict[str, Any]]
    function = getattr(import_module(f"{__package__}.{module}"), name)
    try:
        return function(request, work)
    finally:
        if task not in KEEPING:
            keras.utils.clear_session()  # gives back the networks that it made
