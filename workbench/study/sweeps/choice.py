"""What a sweep has found: the ranking, the front, the choice, and whether it is more than luck.

The choice is made by the goals, none of which knows the test images; these are read for what was
chosen, after the choice was written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.base.text import plural, tr
from workbench.evaluation.group_test import Answers, Group, Judgement, judge
from workbench.evaluation.significance import spread
from workbench.runs.record import Run
from workbench.study.sweeps.goals import SweepGoal
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.told import Told
from workbench.study.sweeps.trials import BASELINE, SweepTrial, TrialState
from workbench.tradeoffs.pareto import front as pareto_front

IMPORTANT_FROM = 20
"""Finished trials from which on the axes are compared: of ten, noise alone looks important."""

TEST = "test_accuracy"


@dataclass(frozen=True)
class SweepChoice:
    """What was chosen.

    Attributes:
        best: The first of the ranking.
        runner_up: The second; None where there is none.
        baseline: The experiment as it was; None where it isn't finished.
        finished: How many trials it was chosen from.
    """

    best: SweepTrial
    runner_up: SweepTrial | None
    baseline: SweepTrial | None
    finished: int

    @property
    def read(self) -> list[Run]:
        """The runs whose test images are read for it, each once."""
        trials = [self.best, self.runner_up, self.baseline]
        runs = [run for trial in trials if trial is not None for run in trial.judged]
        return list({run.run_id: run for run in runs}.values())

    def plain(self) -> dict[str, Any]:
        """As the store keeps it."""
        return {
            "best": self.best.number,
            "runner_up": self.runner_up.number if self.runner_up is not None else None,
            "baseline": self.baseline.number if self.baseline is not None else None,
            "finished": self.finished,
        }


def ranking(trials: Sequence[SweepTrial], goals: Sequence[SweepGoal]) -> list[SweepTrial]:
    """The finished combinations, best first: by the first goal, of equals by the next ones."""
    known = [(trial, trial.means(goals)) for trial in trials if trial.number != BASELINE]
    finished = [(trial, means) for trial, means in known if means is not None]

    def place(item: tuple[SweepTrial, tuple[float, ...]]) -> tuple[float, ...]:
        by_goal = (-g.direction * mean for g, mean in zip(goals, item[1], strict=True))
        return (*by_goal, item[0].number)

    return [trial for trial, _ in sorted(finished, key=place)]


def chosen(
    trials: Sequence[SweepTrial], goals: Sequence[SweepGoal], baseline: SweepTrial | None
) -> SweepChoice | None:
    """What is best; None where no combination is finished."""
    ranked = ranking(trials, goals)
    if not ranked:
        return None
    if baseline is not None and baseline.state is not TrialState.FINISHED:
        baseline = None
    return SweepChoice(ranked[0], ranked[1] if len(ranked) > 1 else None, baseline, len(ranked))


def front(trials: Sequence[SweepTrial], goals: Sequence[SweepGoal]) -> list[int]:
    """The numbers of the finished trials that no other beats in all goals."""
    ranked = ranking(trials, goals)
    values = np.array([trial.means(goals) for trial in ranked], np.float64)
    if not ranked:
        return []
    on_it = pareto_front(values.reshape(len(ranked), -1), [goal.direction for goal in goals])
    return sorted(trial.number for trial, is_on in zip(ranked, on_it, strict=True) if is_on)


def importance(
    plan: SweepPlan, trials: Sequence[SweepTrial]
) -> tuple[dict[str, float] | None, str]:
    """What share each axis has in what the best tenth has in common, and what is to be known of it.

    None where too few trials are finished, or there is one axis.
    """
    if len(plan.axes) < 2:
        return None, tr("with one axis there is nothing to compare")
    told = [trial.told(plan.goals, is_open=False) for trial in trials if trial.number != BASELINE]
    finished = [each for each in told if each.values is not None]
    if len(finished) < IMPORTANT_FROM:
        missing = plural(
            "from {least} finished trials on; {count} is",
            "from {least} finished trials on; {count} are",
            len(finished),
            least=IMPORTANT_FROM,
        )
        return None, missing
    from workbench.study.sweeps import tpe

    note = tr("what is most alike in the best tenth of {count} trials", count=len(finished))
    return tpe.importance(plan, _with_every_axis(plan, finished)), note


def _with_every_axis(plan: SweepPlan, told: Sequence[Told]) -> list[Told]:
    """Those that have all axes, where some are of one kind alone: a fair comparison needs them."""
    whole = [each for each in told if len(each.settings) == len(plan.axes)]
    return whole if len(whole) >= IMPORTANT_FROM else list(told)


def verdicts(choice: SweepChoice, answers: Answers) -> list[Judgement]:
    """Whether the best is really better: than the runner-up, than the baseline; on test images.

    Args:
        choice: Whose runs have answered on the test images.
        answers: As `judge` takes it.
    """
    others: dict[int, Group] = {}
    for trial in (choice.runner_up, choice.baseline):
        if trial is not None and trial.number != choice.best.number:
            name = tr("trial {number}", number=trial.number)
            is_baseline = trial == choice.baseline
            others[trial.number] = Group(tr("the baseline") if is_baseline else name, trial.judged)
    best = Group(tr("trial {number}", number=choice.best.number), choice.best.judged)
    return [judge(other, best, TEST, answers) for other in others.values()]


# --- as JSON -------------------------------------------------------------------------------------


def plain_trial(trial: SweepTrial, goals: Sequence[SweepGoal]) -> dict[str, Any]:
    """A trial as JSON has it."""
    found = {goal.key: trial.spread(goal) for goal in goals}
    first = found[goals[0].key]
    return {
        "number": trial.number,
        "run_ids": [run.run_id for run in trial.judged],
        "settings": dict(trial.settings),
        "values": {key: of.mean if of is not None else None for key, of in found.items()},
        "each": {goal.key: trial.each(goal) for goal in goals},
        "mean": first.mean if first is not None else None,
        "deviation": first.deviation if first is not None else None,
        "status": trial.state.value,
        "pruned_at": trial.pruned_at,
        "at_rungs": {str(epochs): value for epochs, value in trial.at_each_rung(goals[0]).items()},
        "refused": trial.record.refused,
    }


def plain_best(choice: SweepChoice, goals: Sequence[SweepGoal]) -> dict[str, Any]:
    """What was chosen as JSON has it."""
    found = choice.best.spread(goals[0])
    assert found is not None, "a finished trial has a value"
    known = found.low is not None
    return {
        "number": choice.best.number,
        "run_ids": [run.run_id for run in choice.best.judged],
        "settings": dict(choice.best.settings),
        "by": "validation",
        "mean": found.mean,
        "deviation": found.deviation,
        "interval": [found.low, found.high] if known else None,
        **of_test(choice.best),
    }


def of_test(trial: SweepTrial) -> dict[str, Any]:
    """What a trial reached on the test images, once they were read for it."""
    values = [run.test_accuracy for run in trial.judged if run.test_accuracy is not None]
    if not values or len(values) < len(trial.judged):
        return {"test_accuracy": None, "test_interval": None}
    found = spread(values)
    known = found.low is not None
    return {
        "test_accuracy": found.mean,
        "test_interval": [found.low, found.high] if known else None,
    }
