"""The thread of a search: its store, what it decides, and what it tells the window. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ui.background.jobs import JobReport
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import SWEEP
from workbench.study.results.outcome import SweepOutcome
from workbench.study.sweeps.sweep import Sweep
from workbench.study.words import titled
from workbench.study.work import Ask, SearchEnded, Step, Stopwatch, StudySearch, TrainRuns

Begin = Callable[[Store], tuple[StudySearch, Stopwatch]]
"""Makes or takes a study, which the store then works on: its search and its clock; in a thread."""


@dataclass(frozen=True)
class SearchNews:
    """What the thread tells the window.

    Attributes:
        study_id, name, kind: Of the study.
        step: What comes next; None where that wasn't asked.
        open_ids: Runs of the search that wait or train, oldest first.
        words: What is tried, or asked, in one line; "" where that is nothing new.
        answer: What a sweep that has ended found, sentence by sentence.
        workers: Trials side by side.
        clock: How long it has taken, going or not: a copy, as that of the thread is its own.
    """

    study_id: str
    name: str
    kind: str
    step: Step | None
    open_ids: tuple[str, ...]
    words: str = ""
    answer: tuple[str, ...] = ()
    workers: int = 1
    clock: Stopwatch | None = None


class SearchDriver:
    """A search with the store of its thread; each method is called there.

    Args:
        store: Of the thread.
        begin: Gives the search.
    """

    def __init__(self, store: Store, begin: Begin) -> None:
        self._store = store
        self._search, self._clock = begin(store)
        self._asked: Ask[Any, Any, Any] | None = None

    def take_up(self) -> SearchNews:
        """Queue again what nobody trains."""
        self._search.left_over(self._store)
        return self._told(None)

    def look(self) -> SearchNews:
        """What comes next."""
        step = self._search.next(self._store)
        self._asked = step if isinstance(step, Ask) else None
        if isinstance(step, TrainRuns):
            return self._told(step, self._search.title(self._store, step.runs[0], titled))
        if isinstance(step, SearchEnded):
            self.leave()
            study, is_done = self._search.study, not step.is_failure
            is_told = is_done and study.kind == SWEEP  # a lever study has a page of its own
            answer = SweepOutcome.read(self._store, study).answer(titled) if is_told else ()
            return replace(self._told(step, step.words), answer=tuple(answer))
        return self._told(step, step.words if isinstance(step, Ask) else "")

    def take(self, answer: Any) -> SearchNews:
        """Keep what a task answered."""
        assert self._asked is not None
        self._asked.take(self._store, answer)
        return self._told(None)

    def refuse(self, sentence: str) -> SearchNews:
        """Keep why a task can't be done; the end, where the search can't go on without."""
        assert self._asked is not None
        if self._asked.refused is None:
            self.leave()
            return self._told(SearchEnded(sentence, is_failure=True), sentence)
        self._asked.refused(self._store, sentence)
        return self._told(None)

    def recount(self) -> SearchNews:
        """Which of its runs wait or train."""
        return self._told(None)

    def pause(self) -> SearchNews:
        """The time that it has stands still."""
        self._clock.pause()
        return self._told(None)

    def go_on(self) -> SearchNews:
        """The time goes on."""
        self._clock.go_on()
        return self._told(None)

    def replace(self, begin: Begin) -> SearchNews:
        """Go on with the same study as another search of it: one that goes on for longer."""
        self._search, self._clock = begin(self._store)
        return self._told(None)

    def leave(self) -> None:
        """Let others work on it."""
        self._store.leave_study(self._search.study.study_id)

    def _told(self, step: Step | None, words: str = "") -> SearchNews:
        study = self._search.study
        runs = self._store.trial_runs(study.study_id)
        is_open = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED)
        return SearchNews(
            study.study_id,
            study.name,
            study.kind,
            step,
            tuple(run.run_id for run in runs if run.status in is_open and not run.maker),
            words,
            workers=self._search.plan.workers if isinstance(self._search, Sweep) else 1,
            clock=copy(self._clock),
        )


Command = Callable[[SearchDriver], SearchNews | None]
"""What the window wants of the thread; after None it ends."""

Inbox = SimpleQueue[Command | None]


def drive(folder: Path, begin: Begin, inbox: Inbox, report: JobReport[SearchNews]) -> None:
    """Do what the inbox holds until the search has ended; a job.

    Where the window closes it ends at once, and the study stays that of a process which is gone: so
    the next window knows that it was broken off.
    """
    report.on_cancel(partial(inbox.put, None))
    with Store(folder) as store:
        driver = SearchDriver(store, begin)
        report(driver.take_up())
        while (command := inbox.get()) is not None:
            told = command(driver)
            if told is None:
                return
            report(told)
            if isinstance(told.step, SearchEnded):
                return
