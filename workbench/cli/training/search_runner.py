"""Has what a search wants trained and asked, on the command line; how it ended."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from contextlib import ExitStack

from workbench.base.text import tr
from workbench.cli import tasks
from workbench.cli.exit_codes import FAILED, INTERRUPTED
from workbench.cli.follow import Follower
from workbench.cli.terminal import complain
from workbench.execution.ask import TaskAsker, TaskFailed, TaskRefused
from workbench.execution.task import Found, Req, Res
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.study.work import Ask, SearchEnded, Step, StudySearch, TrainRuns, Wait

PATIENCE = 15.0
"""Seconds that a training process gets to save and end after its command was killed."""

LOOK_SECONDS = 0.1


class SearchRunner:
    """Works on a search until it has ended, or a person ends it.

    Args:
        store: Which works on the search.
        search: What decides.
        command: Goes on with it by `--resume`.
        capacity: Runs at once.
    """

    def __init__(self, store: Store, search: StudySearch, command: str, capacity: int = 1) -> None:
        self._store, self._search = store, search
        self._command, self._capacity = command, capacity
        self._open = ExitStack()
        self._follower: Follower | None = None
        self._asker: TaskAsker | None = None
        self._said = ""

    def run(self, tell: Callable[[SearchEnded], int]) -> int:
        """The exit code.

        Args:
            tell: Says what came of a search that is done, and gives the exit code.
        """
        try:
            with self._open:
                last = self._worked()
        finally:
            self._store.leave_study(self._search.study.study_id)
        if last is None:
            self._say_how_to_go_on()
            return INTERRUPTED
        if isinstance(last, Wait) or last.is_failure:
            waits = tr("another process trains a trial; go on when it has ended")
            complain(waits if isinstance(last, Wait) else last.words)
            self._say_how_to_go_on()
            return FAILED
        return tell(last)

    # --- as `NextRuns` -------------------------------------------------------------------------

    def more(self) -> list[Run]:
        """Further runs, as long as the search wants nothing else."""
        return self._runs_of(self._search.next(self._store))

    def title(self, run: Run) -> str:
        """What the search says of a run."""
        return self._search.title(self._store, run)

    # --- step by step --------------------------------------------------------------------------

    def _worked(self) -> SearchEnded | Wait | None:
        """What the search said last; None where it was interrupted."""
        runs, has_waited = self._search.left_over(self._store), False
        while True:
            if runs and not self._trained(runs):
                return None
            step = self._search.next(self._store)
            if isinstance(step, Wait) and not has_waited and self._is_left_alone():
                runs, has_waited = self._search.left_over(self._store), True
                continue
            if isinstance(step, SearchEnded | Wait):
                return step
            runs = self._runs_of(step)
            if isinstance(step, Ask):
                self._asked(step)

    def _is_left_alone(self) -> bool:
        """Whether no other process trains a run of the search, or soon none does.

        One whose command was killed saves a checkpoint and ends.
        """
        study_id, end = self._search.study.study_id, time.monotonic() + PATIENCE
        while any(run.status.is_active for run in self._store.trial_runs(study_id)):
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_SECONDS)
            self._store.mark_interrupted()
        return True

    def _trained(self, runs: list[Run]) -> bool:
        """Whether all were trained, and what the search added meanwhile."""
        if self._follower is None:
            startup = runs[0].experiment.hardware.startup
            follower = Follower(self._store, startup, capacity=self._capacity)
            self._follower = self._open.enter_context(follower)
        ended = self._follower.train(runs, search=self)
        return not any(run.status is RunStatus.INTERRUPTED for run in ended)

    def _asked(self, step: Ask[Req, Found, Res]) -> None:
        """Has a task done, and its answer taken."""
        if self._asker is None:
            asker = TaskAsker(self._store.folder, step.request.startup)
            self._asker = self._open.enter_context(asker)
        self._say(step.words)
        try:
            with tasks.shown() as progress:
                found = self._asker.do(step.task, step.request, progress)
        except (TaskFailed, TaskRefused) as error:
            if step.refused is None:
                raise
            step.refused(self._store, str(error))
        else:
            step.take(self._store, found)

    def _runs_of(self, step: Step) -> list[Run]:
        """What is to be trained; nothing where something else is wanted."""
        if not isinstance(step, TrainRuns):
            return []
        self._say(step.words)
        return list(step.runs)

    def _say(self, words: str) -> None:
        """Says what the search says, once where it is the same again."""
        if words and words != self._said:
            complain(words)
            self._said = words

    def _say_how_to_go_on(self) -> None:
        complain(
            tr(
                "all of it is kept; go on: dlopt-workbench {command} --resume {name}",
                command=self._command,
                name=shlex.quote(self._search.study.name),
            )
        )
