"""The search for the best combination: the cheapest that holds the accuracy, step by step.

What is tried next is what promises most: the probability that it holds the accuracy, times the
logarithm of what it saves. A combination that looks well gets further seeds until it is clear that
it holds, or that it doesn't. So trainings get shorter and layers narrower as long as that works,
and what regains accuracy is tried together with what costs it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from workbench.study.judging.noise import Noise
from workbench.study.lever_study.arm import HARDWARE, USUAL, LeverSet
from workbench.study.lever_study.beginning import CYCLE, ground_of, start_of
from workbench.study.lever_study.context import BASELINE, StudyContext
from workbench.study.lever_study.ledger import StudyStage
from workbench.study.lever_study.plan import ACCURACY
from workbench.study.lever_study.screening import ENDED
from workbench.study.lever_study.surrogate import Surrogate, normal
from workbench.study.work import TrainRuns

HOLDS, HOPELESS = 0.9, 0.1
"""Probabilities that a combination holds the accuracy: from which it is taken to, and not to."""

LEAST_SEEDS, MOST_SEEDS, SURE_SEEDS = 4, 6, 10
MOST_FOR_ABLATION = 0.2
MOST_FOR_CONFIRMATION = 0.25
CONFIRMED_SEEDS = 5
LEAST_SCORE = 0.004
WORTH = 0.05
"""What saves a smaller share is no saving."""

MOST_PAIRED = 14
"""Single changes that are also tried in pairs."""

SLOPES = {"one_cycle": -0.5, "epochs": -0.5, "width": -0.4}
"""Errors get more where training gets shorter or layers narrower; by how much, runs will tell."""

LEVELED = {"rate": (0.6, 1.5), "epochs": (0.7,), "width": (0.5, 0.75, 0.25), "batch": (2.0,)}
"""Levels at which a lever comes in, where that is more than the usual one."""


@dataclass(frozen=True)
class Standing:
    """What the runs of a combination say of it.

    Attributes:
        arm: The combination.
        mean: Of the accuracy.
        count: Runs.
        chance: Probability that its accuracy is at least the target.
        cost: Its `price`.
    """

    arm: LeverSet
    mean: float
    count: int
    chance: float
    cost: float

    @property
    def holds(self) -> bool:
        """Whether it is taken for a combination that holds the accuracy."""
        return self.count >= LEAST_SEEDS and self.chance >= HOLDS

    @property
    def is_open(self) -> bool:
        """Whether another seed could tell."""
        return not self.holds and self.chance > HOPELESS and self.count < MOST_SEEDS


def search(context: StudyContext) -> TrainRuns | None:
    """Trains what promises most; None once nothing does, or the time for it is used up."""
    if StudyStage.SEARCH in context.notes:
        return None
    left = _left(context)
    for arm in _wanted(context, left):
        if left < context.times.of_budget(arm):
            break
        asked = {trial.seed for trial in context.ledger.of_arm(arm)}
        seed = next(s for s in range(context.first_seed, 2**31) if s not in asked)
        step = context.train(StudyStage.SEARCH, arm, seed)
        if step is not None:
            return step
    context.keep(StudyStage.SEARCH, _choice(context))
    return None


def standings(context: StudyContext) -> list[Standing]:
    """Of all combinations that were trained, the first trained first."""
    found = (standing(context, arm) for arm in context.ledger.arms)
    return [one for one in found if one is not None]


def standing(context: StudyContext, arm: LeverSet) -> Standing | None:
    """Of one; None where it has no accuracy, or failed once."""
    values = list(context.ledger.values(arm).values())
    if not values or context.target is None or context.ledger.has_failed(arm):
        return None
    mean = fmean(values)
    of_target = 0.0 if context.plan.target is not None else 1 / len(context.ledger.values(BASELINE))
    error = deviation(context) * math.sqrt(1 / len(values) + of_target)
    chance = normal((mean - context.target) / error)
    return Standing(arm, mean, len(values), chance, price(context, arm))


def price(context: StudyContext, arm: LeverSet) -> float:
    """What a combination takes of the goal, and a little for each lever: one that is there has to
    bring something.
    """
    return context.goal_of(arm) * (1 + WORTH) ** len(arm.pulls)


def deviation(context: StudyContext) -> float:
    """Between seeds; never less than half of what so many validation images leave open."""
    target = min(max(context.target or 0.5, 0.5), 0.9999)
    images = max(1, context.validation_images)
    least = 0.5 * math.sqrt(target * (1 - target) / images)
    return max((context.noise or Noise(0.0, 0)).deviation, least)


def best_of(found: list[Standing]) -> Standing | None:
    """The cheapest that holds the accuracy; None where none does."""
    return min((one for one in found if one.holds), key=lambda one: one.cost, default=None)


# --- what promises most --------------------------------------------------------------------------


def _wanted(context: StudyContext, left: float) -> list[LeverSet]:
    """What to train next, the first first.

    The best of many looks better than it is. So it gets further seeds in the end, and another one
    takes its place where it doesn't hold any more.

    Args:
        context: Of the study.
        left: Seconds that are left for the search.
    """
    best = best_of(standings(context))
    unsure = best is not None and best.count < SURE_SEEDS and best.arm != BASELINE
    if best is not None and unsure:
        needed = (SURE_SEEDS - best.count) * context.times.of_budget(best.arm)
        if left < needed + context.times.of_budget(best.arm):
            return [best.arm]
    found = _by_promise(context)
    return found or ([best.arm] if best is not None and unsure else [])


def _by_promise(context: StudyContext) -> list[LeverSet]:
    """Combinations to train a run of, the most promising first."""
    found = standings(context)
    best = best_of(found)
    baseline = standing(context, BASELINE)
    if baseline is None or context.target is None:
        return []
    limit = best.cost if best is not None else baseline.cost
    around = best or max(found, key=lambda one: (one.chance, -one.cost))
    scored = {one.arm: _score(one.chance, one.cost, limit, best) for one in found if one.is_open}
    known = {one.arm for one in found}
    scored |= {
        arm: score
        for arm, score in _new(context, around.arm, limit, best).items()
        if arm not in known and not context.ledger.of_arm(arm)
    }
    promising = [arm for arm, score in scored.items() if score > LEAST_SCORE]
    return sorted(promising, key=lambda arm: -scored[arm])


def _score(chance: float, cost: float, limit: float, best: Standing | None) -> float:
    """What a combination promises, given what the best that holds takes."""
    saved = math.log(limit / cost) if cost > 0 else 0.0
    if best is None:  # any that holds is welcome
        return chance * (1 + max(0.0, saved))
    return chance * saved if saved > 0.9 * WORTH else 0.0


def _new(
    context: StudyContext, around: LeverSet, limit: float, best: Standing | None
) -> dict[LeverSet, float]:
    """What combinations near one promise: one change away, and two."""
    errors = _errors(context, around)
    bound = _logarithm(context, context.target or 0.0)

    def score(arm: LeverSet) -> float:
        return _score(errors.predict(arm).below(bound), price(context, arm), limit, best)

    def fits(arm: LeverSet) -> bool:
        return not context.builder.refusal(arm)

    singles = [arm for arm in dict.fromkeys(_changes(context, around)) if fits(arm)]
    scored = {arm: score(arm) for arm in singles}
    saving = sorted(singles, key=lambda arm: -scored[arm])[: MOST_PAIRED // 2]
    accurate = sorted(singles, key=lambda arm: errors.predict(arm).mean)[: MOST_PAIRED // 2]
    for first, second in combinations(dict.fromkeys([*saving, *accurate]), 2):
        both = _both(around, first, second)
        if both is not None and both not in scored and fits(both):
            scored[both] = score(both)
    return scored


def _changes(context: StudyContext, arm: LeverSet) -> Iterator[LeverSet]:
    """All combinations that are one change away."""
    levels = arm.levels
    screened_out = {"bfloat16"} if "settings" in context.notes.get(HARDWARE, {}) else set()
    for key in context.plan.levers:
        if key in screened_out or (key == "epochs" and CYCLE in levels):
            continue
        if key not in levels:
            for level in LEVELED.get(key, (USUAL[key],)):
                yield arm.including(key, level)
            continue
        yield arm.without(key)
        steps = sorted(context.builder.levers[key].levels)
        if levels[key] in steps:
            place = steps.index(levels[key] or 0.0)
            for near in (place - 1, place + 1):
                if 0 <= near < len(steps):
                    yield arm.including(key, steps[near])


def _both(around: LeverSet, first: LeverSet, second: LeverSet) -> LeverSet | None:
    """Two changes of a combination at once; None where they change the same lever."""
    start = around.levels
    changes = [_change(start, arm.levels) for arm in (first, second)]
    if changes[0].keys() & changes[1].keys():
        return None
    found = {**start}
    for key, level in {**changes[0], **changes[1]}.items():
        if level == "off":
            del found[key]
        else:
            found[key] = None if level is None else float(level)
    return LeverSet.of(found)


def _change(
    start: dict[str, float | None], end: dict[str, float | None]
) -> dict[str, float | str | None]:
    """Levers that differ, with their level in the end; "off" for none."""
    keys = [key for key in {**start, **end} if start.get(key, "off") != end.get(key, "off")]
    return {key: end.get(key, "off") for key in keys}


def _errors(context: StudyContext, around: LeverSet) -> Surrogate:
    """Predicts the logarithm of the share of wrong answers."""
    runs = [(t.arm, t.ended) for t in context.ledger.trials if t.ended is not None]
    reached = [_logarithm(context, run.figure(ACCURACY) or 0.0) for _, run in runs]
    target = context.target or 0.5
    noise = deviation(context) / max(1 - target, 1 / max(1, context.validation_images))
    return Surrogate([arm for arm, _ in runs], reached, noise, around, SLOPES)


def _logarithm(context: StudyContext, accuracy: float) -> float:
    """Of the share of wrong answers; half an image is added, as none may be wrong."""
    return math.log(1 - accuracy + 0.5 / max(1, context.validation_images))


# --- the choice ----------------------------------------------------------------------------------


def _left(context: StudyContext) -> float:
    """Seconds that are left for the search: the confirmation and the ablation come after it, which
    leave it half of what the confirmation doesn't take.
    """
    best = best_of(standings(context))
    arm = best.arm if best is not None else ground_of(context.notes)
    of_budget, budget = context.times.of_budget, context.plan.budget
    each = of_budget(arm) + 0.5 * of_budget(start_of(context))
    confirmed = min(CONFIRMED_SEEDS * each, MOST_FOR_CONFIRMATION * budget)
    at_first = budget - float(context.notes.get(ENDED, {}).get("at", 0.0)) - confirmed
    kept = min(ablation_seconds(context, arm), max(0.0, at_first) / 2)
    return context.left(1.0) - confirmed - kept


def ablation_seconds(context: StudyContext, best: LeverSet) -> float:
    """What is kept for taking a combination apart: each lever left out, and each alone."""
    cells = [c for key in best.levers for c in (best.without(key), best.only(frozenset([key])))]
    missing = [c for c in cells if not context.builder.refusal(c) and not context.ledger.ended(c)]
    trained = sum(map(context.times.of_budget, missing))
    return min(trained, MOST_FOR_ABLATION * context.plan.budget)


def _choice(context: StudyContext) -> dict[str, object]:
    """The best and the next best, as the store keeps them; what doesn't hold by its chance."""
    found = standings(context)
    baseline = standing(context, BASELINE)
    limit = baseline.cost if baseline is not None else 0.0
    rivals = [one for one in found if one.cost < limit]

    def place(one: Standing) -> tuple[bool, float]:
        score = one.cost if one.holds else -one.chance * min(1.0, math.log(limit / one.cost))
        return not one.holds, score

    ranked = sorted(rivals, key=place)
    chosen: list[dict[str, object] | None] = [one.arm.plain() for one in ranked[:2]]
    chosen += [None] * (2 - len(chosen))
    return {"best": chosen[0], "runner_up": chosen[1], "tried": len(found)}
