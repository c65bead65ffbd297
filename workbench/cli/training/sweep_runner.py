"""Trains what is left of a sweep, writes the choice down, reads the test images, and tells."""

from __future__ import annotations

import argparse
import shlex
import time
from typing import Any

from workbench.base.text import plural, tr
from workbench.base.units import in_one_line
from workbench.cli.exit_codes import DONE, FAILED, INTERRUPTED
from workbench.cli.follow import Follower
from workbench.cli.terminal import complain, give_json
from workbench.cli.training import sweep_words
from workbench.evaluation.predictions import TEST, EvaluationRequest, Predictions, load
from workbench.execution.ask import TaskAsker
from workbench.execution.tasks.evaluate import EVALUATE
from workbench.runs.record import Run
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.spec.data import DataInfo
from workbench.study.choice import SweepChoice, chosen
from workbench.study.plan import SweepPlan
from workbench.study.sweep import Sweep
from workbench.study.trials import BASELINE

ENDS_A_SWEEP = (Outcome.DISK_FULL, Outcome.STORE, Outcome.BAD_DATA)
"""How a run fails where the next one would fail as well."""


class SweepRunner:
    """Trains what is left of a sweep, and says what came of it.

    Args:
        arguments: Of the command.
        store: Which works on the sweep.
        study: The sweep.
        plan: Of it.
        info: What is known of the data.
        seconds: What a run takes, about; None where it is to be seen.
    """

    def __init__(
        self,
        arguments: argparse.Namespace,
        store: Store,
        study: StudyRecord,
        plan: SweepPlan,
        info: DataInfo,
        seconds: float | None,
    ) -> None:
        self._arguments, self._store, self._plan = arguments, store, plan
        self._seconds = seconds
        self._began = time.monotonic()
        self._spent = _elapsed(store.trial_runs(study.study_id))
        self._sweep = Sweep(store, study, plan, info, self._has_time)
        self._failed = ""

    def run(self) -> int:
        """The exit code."""
        ended: list[Run] = []
        try:
            first = self._sweep.unfinished() or self.more()
            if first:
                startup = first[0].experiment.hardware.startup
                with Follower(self._store, startup, capacity=self._plan.workers) as follower:
                    ended = follower.train(first, search=self)
        finally:
            self._store.leave_study(self._sweep.study.study_id)
        if any(run.status is RunStatus.INTERRUPTED for run in ended):
            self._say_how_to_go_on()
            return INTERRUPTED
        if self._failed or not self._sweep.ending:
            complain(self._failed or tr("another process trains a trial; go on when it has ended"))
            self._say_how_to_go_on()
            return FAILED
        return self._tell()

    # --- as `NextRuns` ---------------------------------------------------------------------------

    def more(self) -> list[Run]:
        """The runs of the next trial; none where a fault would meet each."""
        trials = self._sweep.trials()
        for trial in trials:
            for run in trial.runs:
                is_fatal = run.outcome in ENDS_A_SWEEP or trial.number == BASELINE
                if run.status is RunStatus.FAILED and is_fatal:
                    self._failed = tr(
                        "the sweep ends: what failed in trial {number} would fail again",
                        number=trial.number,
                    )
                    return []
        return self._sweep.advance()

    def title(self, run: Run) -> str:
        """As in "trial 3 of 40: optimizer.learning_rate=0.01"."""
        return in_one_line(
            sweep_words.trial_title(self._plan, self._sweep.space, self._sweep.trials(), run)
        )

    def _has_time(self) -> bool:
        if self._plan.budget is None:
            return True
        spent = self._spent + time.monotonic() - self._began
        return spent + self._expected(spent) * self._plan.seeds <= self._plan.budget

    def _expected(self, spent: float) -> float:
        """Seconds of one run, by those that have ended in this sweep."""
        runs = self._store.trial_runs(self._sweep.study.study_id)
        ended = [run for run in runs if run.status.is_finished]
        return spent / len(ended) if ended else self._seconds or 0.0

    # --- the end -------------------------------------------------------------------------------

    def _say_how_to_go_on(self) -> None:
        complain(
            tr(
                "the sweep is kept; go on: dlopt-workbench sweep --resume {name}",
                name=shlex.quote(self._sweep.study.name),
            )
        )

    def _tell(self) -> int:
        trials = self._sweep.trials()
        baseline = self._sweep.baseline(trials)
        choice = chosen(trials, self._plan.goals, baseline)
        if choice is not None:
            self._write_down(choice)
            self._read_test(choice)
            trials = self._sweep.trials()
            choice = chosen(trials, self._plan.goals, self._sweep.baseline(trials))
        found = sweep_words.SweepOutcome(
            self._store.study(self._sweep.study.name) or self._sweep.study,
            self._plan,
            self._sweep.space,
            trials,
            self._sweep.baseline(trials),
            choice,
            self._sweep.ending,
            self._answers,
        )
        if self._arguments.json:
            give_json(found.plain())
        else:
            for line in found.lines():
                print(line)
        return DONE if choice is not None else FAILED

    def _write_down(self, choice: SweepChoice) -> None:
        """The choice, before a test image is looked at; once where it is the same again."""
        wanted: dict[str, Any] = choice.plain()
        study = self._store.study(self._sweep.study.name)
        last = study.choices[-1] if study is not None and study.choices else {}
        if {name: last.get(name) for name in wanted} != wanted:
            self._store.add_choice(self._sweep.study.study_id, wanted)

    def _read_test(self, choice: SweepChoice) -> None:
        """Has what was chosen answer on the test images, where it hasn't yet."""
        unread = [run for run in choice.read if run.test_accuracy is None]
        if not unread:
            return
        complain(
            plural(
                "the choice is kept; testing {count} run on the test images",
                "the choice is kept; testing {count} runs on the test images",
                len(unread),
            )
        )
        with TaskAsker(self._store.folder, self._plan.baseline.hardware.startup) as process:
            for run in unread:
                found = process.do(EVALUATE, EvaluationRequest(run.run_id, TEST))
                self._store.update(run.run_id, test_accuracy=found.accuracy)

    def _answers(self, run: Run, part: str) -> Predictions | None:
        return load(self._store.artifacts(run.run_id), part)


def _elapsed(runs: list[Run]) -> float:
    """Seconds that runs took before, as far as they are known."""
    return sum(run.elapsed or 0.0 for run in runs)
