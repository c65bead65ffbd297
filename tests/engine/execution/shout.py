"""A made-up task, added as CONTRIBUTING says: its types and its entry."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.execution.task import Task
from workbench.hardware.requests import AboutRun, Request


@dataclass(frozen=True)
class ShoutRequest(Request):
    """Asks for words in capitals."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Heard:
    """One word more."""

    word: str


@dataclass(frozen=True)
class Shout:
    """All of them."""

    text: str


SHOUT = Task("shout", ShoutRequest, Heard, Shout, "tests.engine.execution.shout_job")
WRITES = Task(
    "writes", AboutRun, Heard, Shout, "tests.engine.execution.shout_job", writes_to_run=True
)
