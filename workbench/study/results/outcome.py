"""What came of a sweep, or has come of it so far: counts, sentences and JSON to tell it by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workbench.base.text import plural, tr
from workbench.base.units import NONE, percent
from workbench.evaluation.group_test import Answers, Judgement
from workbench.evaluation.predictions import Predictions, load
from workbench.experiment import Experiment
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.runs.table.setting_titles import small
from workbench.spec.base import SpecError
from workbench.study.pruning.rules import rungs_of, why_whole
from workbench.study.sweeps.axes import is_choice, owner_of
from workbench.study.sweeps.bounds import UNFIT
from workbench.study.sweeps.choice import (
    SweepChoice,
    chosen,
    front,
    importance,
    of_test,
    plain_best,
    plain_trial,
    verdicts,
)
from workbench.study.sweeps.goals import SweepGoal
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.strategies import inexact
from workbench.study.sweeps.trials import BASELINE, SweepTrial, TrialState, baseline_of, trials_of
from workbench.study.words import SettingsSaid, settings_words


@dataclass(frozen=True)
class SweepOutcome:
    """What came of a sweep.

    Attributes:
        study: As the store has it.
        plan: Of it.
        trials: All that were asked for.
        ending: Why it ended; "" where it goes on, or nobody knows any more.
        answers: As `verdicts` takes it.
    """

    study: StudyRecord
    plan: SweepPlan
    trials: Sequence[SweepTrial]
    ending: str
    answers: Answers

    @classmethod
    def read(cls, store: Store, study: StudyRecord, ending: str = "") -> SweepOutcome:
        """What the store has of a sweep.

        Raises:
            NoSuchPlan: where its plan can't be read.
        """
        study = store.study(study.name) or study
        plan = SweepPlan.of_plain(study.plan)
        trials = trials_of(store, study.study_id, plan)

        def answers(run: Run, part: str) -> Predictions | None:
            return load(store.artifacts(run.run_id), part)

        return cls(study, plan, trials, ending, answers)

    @cached_property
    def baseline(self) -> SweepTrial | None:
        """The experiment as it was; None while it has no run."""
        return baseline_of(self.trials, self.plan)

    @cached_property
    def choice(self) -> SweepChoice | None:
        """What is best; None where no trial is finished."""
        return chosen(self.trials, self.plan.goals, self.baseline)

    def baseline_value(self, path: str) -> Any:
        """What the experiment has at a setting's path; None where its kinds have none."""
        try:
            if is_choice(path, self._experiment):
                return self._experiment.at(owner_of(path)).name()
            return self._experiment.at(path)
        except SpecError:
            return None

    @cached_property
    def _experiment(self) -> Experiment:
        return self.plan.baseline

    @property
    def asked(self) -> list[SweepTrial]:
        """All but a baseline that is no combination."""
        return [trial for trial in self.trials if trial.number != BASELINE]

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        goals = self.plan.goals
        asked = self.asked
        trained = [trial for trial in asked if not trial.record.refused]
        states = [trial.state for trial in trained]
        shares, note = importance(self.plan, self.trials)
        return {
            "name": self.study.name,
            **plain_search(self.plan),
            "planned": self.plan.runs if self.plan.runs is not None else len(trained),
            "finished": states.count(TrialState.FINISHED),
            "failed": states.count(TrialState.FAILED) + states.count(TrialState.STOPPED),
            "pruned": states.count(TrialState.PRUNED),
            "refused": [
                {
                    "number": trial.number,
                    "settings": dict(trial.settings),
                    "reason": trial.record.refused,
                }
                for trial in asked
                if trial.record.refused
            ],
            "ending": self.ending,
            "trials": [plain_trial(trial, goals) for trial in trained],
            "baseline": self._plain_baseline(),
            "best": plain_best(self.choice, goals) if self.choice is not None else None,
            "runner_up": _number(self.choice.runner_up) if self.choice is not None else None,
            "front": front(self.trials, goals),
            "importance": shares,
            "importance_note": note,
            "verdicts": [found.plain() for found in self.verdicts],
            "validation_readings": sum(len(trial.runs) for trial in self.trials),
            "test_readings": len(self.study.choices),
            "seconds": sum(run.elapsed or 0.0 for trial in self.trials for run in trial.runs),
        }

    def counts(self) -> list[str]:
        """How many trials ended how, and why the sweep did."""
        states = [trial.state for trial in self.asked]
        failed = states.count(TrialState.FAILED) + states.count(TrialState.STOPPED)
        refused = states.count(TrialState.REFUSED)
        finished = states.count(TrialState.FINISHED)
        pruned = states.count(TrialState.PRUNED)
        found = [plural("{count} trial finished", "{count} trials finished", finished)]
        if pruned:
            found.append(plural("{count} pruned", "{count} pruned", pruned))
        if failed:
            found.append(plural("{count} failed", "{count} failed", failed))
        if refused:
            first = next(t.record.refused for t in self.trials if t.record.refused)
            found.append(
                plural(
                    "{count} refused before training ({reason})",
                    "{count} refused before training (the first: {reason})",
                    refused,
                    reason=first,
                )
            )
        return [*found, *filter(None, [self.ending])]

    def refusals(self) -> dict[str, int]:
        """How many combinations each bound refused, or what keeps them from being trained."""
        found: dict[str, int] = {}
        for trial in self.asked:
            if trial.record.refused:
                broken = [name for name, by in trial.record.about.items() if by > 0]
                by_bound = [name for name in broken if name != UNFIT]
                why = by_bound[0] if by_bound else trial.record.refused
                found[why] = found.get(why, 0) + 1
        return found

    def best_words(self, said: SettingsSaid = settings_words) -> str:
        """What is best, and what it reached; that nothing is, while no trial is finished.

        Args:
            said: Says its settings: as they are typed, or by their titles.
        """
        if self.choice is None:
            return tr("No trial is finished, so there is nothing to choose.")
        best, goal = self.choice.best, self.plan.goals[0]
        given: dict[str, Any] = {
            "number": best.number,
            "settings": small(said(best.settings)),
            "what": goal.quantity.name.lower(),
            "value": goal.quantity.kind.text(self._mean(best)),
        }
        tested = of_test(best)["test_accuracy"]
        if tested is None:
            return tr("Best: trial {number} ({settings}), {what} {value}", **given)
        return tr(
            "Best: trial {number} ({settings}), {what} {value}, test accuracy {tested}",
            tested=percent(tested),
            **given,
        )

    def answer(self, said: SettingsSaid = settings_words) -> list[str]:
        """The best, whether it is really better, and what is to be known of that."""
        lines = [self.best_words(said), *self.judged()]
        if self.choice is not None and len(self.study.choices) > 1:
            lines.append(
                tr(
                    "The test images were read for {count} choices of this sweep.",
                    count=len(self.study.choices),
                )
            )
        return lines

    def judged(self) -> list[str]:
        """Whether the best is better than the baseline and the runner-up, a sentence each."""
        if self.choice is None:
            return []
        found = self._against_the_baseline(self._mean(self.choice.best))
        return [*found, *(each.sentence for each in self.verdicts)]

    def readings(self) -> str:
        """How often images were used: those of validation to choose by, those of test after it."""
        runs = sum(run.status.is_finished for trial in self.trials for run in trial.runs)
        return plural(
            "Chosen by the validation images, on which {count} run was judged; {tests}",
            "Chosen by the validation images, on which {count} runs were judged; {tests}",
            runs,
            tests=plural(
                "test images were read for {count} choice, after it was written down",
                "test images were read for {count} choices, after each was written down",
                len(self.study.choices),
            ),
        )

    def _mean(self, trial: SweepTrial) -> float:
        found = trial.spread(self.plan.goals[0])
        assert found is not None, "a finished trial has a value"
        return found.mean

    def _against_the_baseline(self, best: float) -> list[str]:
        """Says so where nothing that was varied did better than the experiment as it was."""
        assert self.choice is not None, "something was chosen"
        baseline, goal = self.choice.baseline, self.plan.goals[0]
        found = baseline.spread(goal) if baseline is not None else None
        if baseline is None or found is None:
            return []
        if baseline.number == self.choice.best.number:
            return [tr("The best is the baseline itself; nothing that was varied did better.")]
        if goal.direction * (found.mean - best) < 0:
            return []
        return [
            tr(
                "No combination did better than the baseline ({what} {value}).",
                what=goal.quantity.name.lower(),
                value=goal.quantity.kind.text(found.mean),
            )
        ]

    @cached_property
    def verdicts(self) -> list[Judgement]:
        """Whether the best is really better than the runner-up and the baseline, on test images."""
        return verdicts(self.choice, self.answers) if self.choice is not None else []

    def _plain_baseline(self) -> dict[str, Any] | None:
        if self.baseline is None:
            return None
        return {**plain_trial(self.baseline, self.plan.goals), **of_test(self.baseline)}


def reached_words(trial: SweepTrial, goal: SweepGoal) -> str:
    """What a trial reached, as in "97.10 % ± 0.21 %"; a dash while it isn't known."""
    found = trial.spread(goal)
    if found is None:
        return NONE
    kind = goal.quantity.kind
    if found.deviation is None:
        return kind.text(found.mean)
    return f"{kind.text(found.mean)} ± {kind.text(found.deviation)}"


def plain_search(plan: SweepPlan) -> dict[str, Any]:
    """What is searched and how, as JSON has it."""
    rungs = rungs_of(plan)
    return {
        "strategy": plan.strategy,
        "seed": plan.seed,
        "seeds": plan.seeds,
        "folds": plan.folds,
        "workers": plan.workers,
        "prune": plan.prune,
        "rungs": list(rungs.epochs) if rungs is not None else [],
        "rungs_note": why_whole(plan),
        "exact": not inexact(plan),
        "exact_note": inexact(plan),
        "space": [axis.plain() for axis in plan.axes],
        "goals": [
            {"column": goal.key, "direction": "max" if goal.direction > 0 else "min"}
            for goal in plan.goals
        ],
        "where": [str(bound) for bound in plan.where],
    }


def _number(trial: SweepTrial | None) -> int | None:
    return trial.number if trial is not None else None
