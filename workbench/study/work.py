"""The joint between a search, which decides, and whoever has its runs trained and its tasks done.

A `StudySearch` reads the store and says what comes next; it trains nothing, waits for nothing and
starts no thread. The command line drives one with a `Follower` and a `TaskAsker`, the window with
its queue and its `TaskRunner`, both in the same few steps:

1. take the study (`Store.take_study`), and train what `left_over` gives;
2. ask for `next` while there is room, and whenever a run has ended: train what a `TrainRuns` has;
   do an `Ask` once none of the search's runs is under way, and hand what it answers to `take`; on
   `Wait`, ask again when a run has ended; `SearchEnded` is the end;
3. leave the study (`Store.leave_study`).

All that a search knows lies in the store, so a driver may die, hold, or ask again at any moment. A
`Store` belongs to one thread, so each call gets the store of the thread that it is made in; one
call at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol

from workbench.execution.task import Found, Req, Res, Task
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.study.words import SettingsSaid, settings_words


@dataclass(frozen=True)
class TrainRuns:
    """Runs to train.

    Attributes:
        runs: Made in this call, each given once; at least one.
        words: What is said before they begin; "" for nothing.
    """

    runs: tuple[Run, ...]
    words: str = ""


@dataclass(frozen=True)
class Ask(Generic[Req, Found, Res]):
    """A task to have done while none of the search's runs is under way.

    It is given again until its answer was taken.

    Attributes:
        task: Which.
        request: What it is asked.
        take: Keeps the answer, in the store of the thread that calls it.
        words: What is said when it begins; the same for tasks that go together.
        refused: Keeps the sentence why it can't be done, and the search goes on without; None where
            that ends it.
        measures: It measures speed, so nothing else should train meanwhile.
    """

    task: Task[Req, Found, Res]
    request: Req
    take: Callable[[Store, Res], object]
    words: str
    refused: Callable[[Store, str], object] | None = None
    measures: bool = False


@dataclass(frozen=True)
class Wait:
    """Nothing until a run of the search has ended; perhaps one that another process trains."""


@dataclass(frozen=True)
class SearchEnded:
    """Nothing more.

    Attributes:
        words: Why, in one sentence without its full stop.
        is_failure: Whether it can't go on, rather than being done.
    """

    words: str
    is_failure: bool = False


Step = TrainRuns | Ask[Any, Any, Any] | Wait | SearchEnded


class StudySearch(Protocol):
    """Whatever decides which runs are trained, from what the store has.

    Attributes:
        study: As the store has it.
    """

    study: StudyRecord

    def left_over(self, store: Store) -> list[Run]:
        """Runs that were begun before, and that nobody trains: queued again, to be trained."""

    def next(self, store: Store) -> Step:
        """What comes next."""

    def title(self, store: Store, run: Run, said: SettingsSaid = settings_words) -> str:
        """What is said of a run when it begins, as in "trial 3 of 40: training.epochs=2".

        Args:
            store: Of this thread.
            run: Which.
            said: Says settings, where it has such.
        """


class Stopwatch:
    """How long a search has taken: its runs in earlier sessions, and this session by the clock.

    Args:
        before: Seconds of earlier sessions.
        now: A clock, in seconds.
    """

    def __init__(self, before: float = 0.0, now: Callable[[], float] = time.monotonic) -> None:
        self._before, self._now = before, now
        self._since: float | None = now()

    @classmethod
    def of(cls, store: Store, study: StudyRecord) -> Stopwatch:
        """Of a study that the store has, beginning now."""
        return cls(sum(run.elapsed or 0.0 for run in store.trial_runs(study.study_id)))

    @property
    def seconds(self) -> float:
        """So far, pauses left out."""
        return self._before + (self._now() - self._since if self._since is not None else 0.0)

    def pause(self) -> None:
        """Stands still until `go_on`."""
        self._before, self._since = self.seconds, None

    def go_on(self) -> None:
        """Goes again after a pause."""
        if self._since is None:
            self._since = self._now()
