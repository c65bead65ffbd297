"""The last stages: the choice is written down, then confirmed on fresh seeds in turns with the
baseline, then taken apart, and the test images are read for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.runs.record import Run
from workbench.study.judging.waterfall import MOST_LEVERS, subsets
from workbench.study.lever_study.arm import LeverSet
from workbench.study.lever_study.context import BASELINE, StudyContext
from workbench.study.lever_study.ledger import Ledger, StudyStage
from workbench.study.lever_study.searching import CONFIRMED_SEEDS, ablation_seconds
from workbench.study.readings import reading, write_down
from workbench.study.work import Ask, TrainRuns

CONFIRMED_FROM = 1000
"""Seeds of the confirmation begin so far above the baseline's."""

RUNNER_UP_SEEDS = 3
ABLATION_SEEDS = 3
CONFIRMATION_SHARE, ABLATION_SHARE = 0.95, 0.97
"""Of the budget, until which they last: the test images are read after them."""

CONFIRMED = (StudyStage.CONFIRMATION,)


@dataclass(frozen=True)
class StudyChoice:
    """What the search chose.

    Attributes:
        best: None where nothing is better than the baseline.
        runner_up: The next best; None where there is none.
    """

    best: LeverSet | None
    runner_up: LeverSet | None

    @classmethod
    def of_notes(cls, notes: Mapping[str, Mapping[str, Any]]) -> StudyChoice | None:
        """As it is kept; None while the search goes on."""
        found = notes.get(StudyStage.SEARCH)
        if found is None:
            return None
        best, second = (
            None if found[name] is None else LeverSet.of_plain(found[name])
            for name in ("best", "runner_up")
        )
        return cls(best, second)

    @property
    def arms(self) -> list[LeverSet]:
        """What is confirmed, and tested on the test images: the baseline among it."""
        return [BASELINE, *(arm for arm in (self.best, self.runner_up) if arm is not None)]


def keep_choice(context: StudyContext) -> None:
    """Writes the choice down, before anything is made that it must not depend on."""
    write_down(context.store, context.study, dict(context.notes[StudyStage.SEARCH]))


def confirm(context: StudyContext) -> TrainRuns | None:
    """Trains the choice and the baseline in turns, with seeds that no choice has seen."""
    choice = StudyChoice.of_notes(context.notes)
    if choice is None or choice.best is None:
        return None
    planned = context.notes.get(StudyStage.CONFIRMATION)
    if planned is None:
        planned = {"seeds": _seeds(context, choice)}
        context.keep(StudyStage.CONFIRMATION, planned)
    asked = {(t.arm, t.seed) for t in context.ledger.of_stage(StudyStage.CONFIRMATION)}
    counts = list(zip(choice.arms, planned["seeds"], strict=True))
    for number in range(CONFIRMED_SEEDS):
        seed = context.first_seed + CONFIRMED_FROM + number
        for arm, count in counts:
            if number < count and (arm, seed) not in asked:
                if context.left(1.0) < context.times.of_budget(arm):
                    return None
                return context.train(StudyStage.CONFIRMATION, arm, seed)
    return None


def ablate(context: StudyContext) -> TrainRuns | None:
    """Takes the best combination apart, as far as there is time: each lever left out, each alone,
    and all combinations of at most four.
    """
    choice = StudyChoice.of_notes(context.notes)
    if choice is None or choice.best is None:
        return None
    for seed, arm in _cells(choice.best, context.first_seed):
        asked = {trial.seed for trial in context.ledger.of_arm(arm)}
        enough = len(asked) > seed - context.first_seed
        if enough or context.builder.refusal(arm) or context.ledger.has_failed(arm):
            continue
        if context.left(ABLATION_SHARE) < context.times.of_budget(arm):
            continue
        free = next(s for s in range(context.first_seed, 2**31) if s not in asked)
        return context.train(StudyStage.ABLATION, arm, free)
    return None


def read_test(context: StudyContext) -> Ask[Any, Any, Any] | None:
    """Has the baseline, the best and the runner-up answer on the test images, once."""
    choice = StudyChoice.of_notes(context.notes)
    if choice is None or choice.best is None:
        return None
    return reading([run for arm in choice.arms for run in judged_runs(context.ledger, arm)])


def judged_runs(ledger: Ledger, arm: LeverSet) -> list[Run]:
    """The runs of a combination that it is judged by in the end: those of fresh seeds, where there
    are any.
    """
    return list((ledger.ended(arm, CONFIRMED) or ledger.ended(arm)).values())


def _seeds(context: StudyContext, choice: StudyChoice) -> list[int]:
    """How many seeds the baseline, the best and the runner-up get, by the time that is left."""
    costs = [context.times.of_budget(arm) for arm in choice.arms]
    assert choice.best is not None, "there is something to confirm"
    kept = ablation_seconds(context, choice.best)
    room = context.left(CONFIRMATION_SHARE) - kept
    best = max(0, min(CONFIRMED_SEEDS, int(room / costs[1])))
    baseline = max(0, min(CONFIRMED_SEEDS, int((room - best * costs[1]) / costs[0])))
    if not baseline and best > 2:  # one of the baseline is worth more than a fifth of the best
        best = max(2, min(best, int((room - costs[0]) / costs[1])))
        baseline = int(room >= best * costs[1] + costs[0])
    found = [baseline, best]
    if len(costs) > 2:
        left = room - baseline * costs[0] - best * costs[1]
        found.append(max(0, min(RUNNER_UP_SEEDS, int(left / costs[2]))))
    return found


def _cells(best: LeverSet, first_seed: int) -> Iterator[tuple[int, LeverSet]]:
    """Which combinations the ablation trains with which number of seeds, the first first."""
    keys = best.levers
    last = [best.without(key) for key in keys]
    alone = [best.only(frozenset([key])) for key in keys]
    every = [best.only(cell) for cell in subsets(keys)] if len(keys) <= MOST_LEVERS else []
    for seed in range(first_seed, first_seed + ABLATION_SEEDS):
        for arm in dict.fromkeys([*last, *alone, *every]):
            yield seed, arm
