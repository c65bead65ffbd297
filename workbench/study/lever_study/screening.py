"""The screening: all levers at once by a folded two-level design, and what it says of each.

Levers that exclude each other come into designs of their own. Which levers and how many runs is
decided once, by what a run costs and what the budget has left, and kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean
from typing import Any

from workbench.base.text import english, tr
from workbench.study.judging.design import Effect, Screening, batches, effects, runs_of, screening
from workbench.study.lever_study.arm import HARDWARE, REFINING, USUAL, LeverSet
from workbench.study.lever_study.beginning import ground_of
from workbench.study.lever_study.context import StudyContext
from workbench.study.lever_study.ledger import StudyStage
from workbench.study.lever_study.plan import ACCURACY
from workbench.study.work import TrainRuns

SHARE, AT_MOST = 0.6, 0.65
"""Of the budget: until which the design is planned, and until which it may take longer."""

MOST_REPEATS = 3
ENDED = "screened"
"""The note that no further run is screened, whatever the estimates say later; and when that was."""

SEEDS_FROM = 100
"""Seeds of the screening begin so far above the baseline's: none of them is used twice."""


@dataclass(frozen=True)
class ScreeningPlan:
    """What is screened.

    Attributes:
        ground: The combination that levers are added to.
        batches: Keys of levers, those that are screened together.
        repeats: Of each design.
        left_out: Levers that aren't screened, and why.
    """

    ground: LeverSet
    batches: tuple[tuple[str, ...], ...]
    repeats: int
    left_out: Mapping[str, str]

    @property
    def levers(self) -> tuple[str, ...]:
        """All that are screened."""
        return tuple(key for batch in self.batches for key in batch)

    @property
    def runs(self) -> int:
        """In all designs."""
        return self.repeats * sum(runs_of(len(batch)) for batch in self.batches)

    def design(self, batch: int, first_seed: int) -> Screening:
        """The design of one batch; each has seeds of its own."""
        seed = first_seed + SEEDS_FROM * (batch + 1)
        return screening(self.batches[batch], self.repeats, seed)

    def plain(self) -> dict[str, Any]:
        """As the store keeps it."""
        return {
            "ground": self.ground.plain(),
            "batches": [list(batch) for batch in self.batches],
            "repeats": self.repeats,
            "left_out": {key: english(why) for key, why in self.left_out.items()},
        }

    @classmethod
    def of_notes(cls, notes: Mapping[str, Mapping[str, Any]]) -> ScreeningPlan | None:
        """What a study decided; None before it did."""
        found = notes.get(StudyStage.SCREENING)
        if found is None:
            return None
        return cls(
            LeverSet.of_plain(found["ground"]),
            tuple(map(tuple, found["batches"])),
            int(found["repeats"]),
            dict(found["left_out"]),
        )


def screen(context: StudyContext) -> TrainRuns | None:
    """Trains the next run of the designs; None when all are done, or the time for them is."""
    if ENDED in context.notes:
        return None
    plan = ScreeningPlan.of_notes(context.notes)
    if plan is None:
        plan = planned(context)
        context.keep(StudyStage.SCREENING, plan.plain())
    step = _next_run(context, plan)
    wider = extended(context, plan) if step is None else None
    if wider is not None:
        context.keep(StudyStage.SCREENING, wider.plain())
        step = _next_run(context, wider)
    if step is None:
        context.keep(ENDED, {"at": context.clock.seconds})
    return step


def _next_run(context: StudyContext, plan: ScreeningPlan) -> TrainRuns | None:
    screened = context.ledger.of_stage(StudyStage.SCREENING)
    asked = {(trial.about["batch"], trial.about["run"]) for trial in screened}
    for batch, run, arm, seed in _runs(plan, context.first_seed):
        if (batch, run) in asked:
            continue
        if context.left(AT_MOST) < context.times.of_budget(arm):
            return None
        step = context.train(StudyStage.SCREENING, arm, seed, batch=batch, run=run)
        if step is not None:
            return step
    return None


def planned(context: StudyContext) -> ScreeningPlan:
    """What is screened with the time that there is."""
    ground = ground_of(context.notes)
    levers, left_out = _candidates(context, ground)
    affordable = int(context.left(SHARE) / (1.1 * context.times.of_budget(ground)))
    found, rest = _fitting(context, ground, levers, affordable)
    left_out |= {key: tr("the budget is too small for it") for key in rest}
    once = _runs_in(found)
    repeats = max(1, min(MOST_REPEATS, affordable // once)) if once else 1
    return ScreeningPlan(ground, found, repeats, left_out)


def extended(context: StudyContext, plan: ScreeningPlan) -> ScreeningPlan | None:
    """With levers that were left out, where the runs took less time than was thought; else None."""
    missing = [
        key
        for key in plan.left_out
        if not context.builder.refusal(plan.ground.including(key, USUAL[key]))
    ]
    costs = [trial.cost for trial in context.ledger.of_stage(StudyStage.SCREENING)]
    each = fmean(costs) if costs else context.times.of_budget(plan.ground)
    affordable = int(context.left(SHARE) / (1.1 * each) / plan.repeats)
    found, _ = _fitting(context, plan.ground, missing, affordable)
    if not found:
        return None
    added = {key for batch in found for key in batch}
    left_out = {key: why for key, why in plan.left_out.items() if key not in added}
    return replace(plan, batches=(*plan.batches, *found), left_out=left_out)


def _fitting(
    context: StudyContext, ground: LeverSet, levers: Sequence[str], affordable: int
) -> tuple[tuple[tuple[str, ...], ...], list[str]]:
    """Levers in batches that take at most so many runs, and those that don't fit."""
    kept = sorted(levers, key=lambda key: _promise(context, ground, key))
    excluded = _conflicts(context, ground, kept)
    rest = []
    while kept and _runs_in(batches(kept, excluded)) > affordable:
        rest.append(kept.pop())
    return tuple(batches(kept, excluded)), rest


def _runs_in(found: Sequence[Sequence[str]]) -> int:
    return sum(runs_of(len(batch)) for batch in found)


def screened_effects(context: StudyContext, key: str) -> dict[str, Effect]:
    """What each lever does to a quantity, by its key; to its logarithm where it is no accuracy."""
    plan = ScreeningPlan.of_notes(context.notes)
    if plan is None:
        return {}
    found: dict[str, Effect] = {}
    for batch in range(len(plan.batches)):
        design = plan.design(batch, context.first_seed)
        results = _results(context, batch, len(design.seeds), key)
        if sum(value is not None for value in results) > len(design.levers) + 1:
            noise = context.noise if key == ACCURACY else None
            found |= {one.lever: one for one in effects(design, results, noise)}
    return found


def _runs(plan: ScreeningPlan, first_seed: int) -> Iterator[tuple[int, int, LeverSet, int]]:
    """Batch, run, what is trained and with which seed, in the order to train them."""
    for batch in range(len(plan.batches)):
        design = plan.design(batch, first_seed)
        for run in design.order():
            arm = plan.ground
            for key in design.applied(run):
                arm = arm.including(key, USUAL[key])
            yield batch, run, arm, design.seeds[run]


def _candidates(context: StudyContext, ground: LeverSet) -> tuple[list[str], dict[str, str]]:
    """Levers that apply to the ground, and why the others don't."""
    found, left_out = [], {}
    for key in context.plan.levers:
        if key in ground.levels or key in REFINING:
            continue
        if key == "bfloat16" and "settings" in context.notes.get(HARDWARE, {}):
            continue  # Autotune measured it
        refusal = context.builder.refusal(ground.including(key, USUAL[key]))
        if refusal:
            left_out[key] = refusal
        else:
            found.append(key)
    return found, left_out


def _promise(context: StudyContext, ground: LeverSet, key: str) -> float:
    """How much of the goal a lever leaves, by what is known without training; small is good."""
    cost = "macs" if context.plan.goal in ("seconds", "macs") else "parameters"
    with_it = ground.including(key, USUAL[key])
    return context.builder.cost(with_it, cost) / max(context.builder.cost(ground, cost), 1.0)


def _conflicts(
    context: StudyContext, ground: LeverSet, levers: Sequence[str]
) -> set[frozenset[str]]:
    """Pairs of which only one can be had."""
    found = set()
    builder = context.builder
    for first, second in combinations(levers, 2):
        each = [ground.including(key, USUAL[key]) for key in (first, second)]
        both = each[0].including(second, USUAL[second])
        if builder.refusal(both) or any(builder.is_same(both, one) for one in each):
            found.add(frozenset((first, second)))
    return found


def _results(context: StudyContext, batch: int, runs: int, key: str) -> list[float | None]:
    """What each run of a design reached; None for one that failed or wasn't trained."""
    found: list[float | None] = [None] * runs
    for trial in context.ledger.of_stage(StudyStage.SCREENING):
        if trial.about["batch"] != batch or trial.ended is None:
            continue
        value = trial.ended.figure(key)
        if value is not None and (key == ACCURACY or value > 0):
            found[trial.about["run"]] = value if key == ACCURACY else math.log(value)
    return found
