"""What levers do to each quantity, from the runs of a study: alone, last, screened, and as bars."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from statistics import fmean

from workbench.base.text import tr
from workbench.evaluation.significance import Difference, Spread, between
from workbench.study.judging.design import Effect
from workbench.study.judging.verdicts import EXACT
from workbench.study.judging.waterfall import (
    MOST_LEVERS,
    Amount,
    Cells,
    Combination,
    subsets,
    waterfall,
)
from workbench.study.lever_study.answer import (
    ACCURACY,
    SHOWN,
    BarKind,
    Effects,
    Measured,
    is_ratio,
)
from workbench.study.lever_study.arm import LeverSet
from workbench.study.lever_study.context import BASELINE, StudyContext
from workbench.study.lever_study.ledger import StudyStage
from workbench.study.lever_study.screening import screened_effects

Values = Mapping[int, float]
EVERY = tuple(StudyStage)


@dataclass(frozen=True)
class LeverEffects:
    """What one lever does.

    Attributes:
        alone, last, share: As in `LeverFinding`.
    """

    alone: Effects = field(default_factory=dict)
    last: Effects = field(default_factory=dict)
    share: Effects = field(default_factory=dict)


@dataclass(frozen=True)
class Parts:
    """The best combination, taken apart.

    Attributes:
        bars: What the shares are.
        levers: By key.
        total, together: As in `StudyAnswer`.
    """

    bars: BarKind
    levers: Mapping[str, LeverEffects]
    total: Effects
    together: Effects


def measured(found: Spread | None) -> Measured | None:
    """A mean with its interval."""
    return None if found is None else Measured(found.mean, found.low, found.high)


def compared(before: Values, after: Values, key: str) -> Measured | None:
    """What a change does to a quantity; None where one side has no value."""
    if not before or not after:
        return None
    if is_ratio(key):
        if min(*before.values(), *after.values()) <= 0:
            return None
        before, after = ({s: math.log(v) for s, v in of.items()} for of in (before, after))
    apart = fmean(after.values()) - fmean(before.values())
    found = between(before, after, tr("seeds"))
    low, high = (None, None) if found is None else (found.low, found.high)
    if key in EXACT:
        low = high = apart
    return _in_unit(Measured(found.difference if found else apart, low, high), key)


def alone(context: StudyContext, key: str, level: float | None) -> Effects:
    """A lever added to the baseline."""
    return steps(context, BASELINE, BASELINE.including(key, level))


def steps(context: StudyContext, before: LeverSet, after: LeverSet) -> Effects:
    """What the runs of two combinations differ in, of each quantity that both have."""
    found = {
        key: compared(
            context.ledger.values(before, key, EVERY), context.ledger.values(after, key, EVERY), key
        )
        for key in SHOWN
    }
    return {key: value for key, value in found.items() if value is not None}


def accuracy_alone(context: StudyContext, key: str, level: float | None) -> Difference | None:
    """The test of a lever that was added to the baseline; None where runs are missing."""
    arm = BASELINE.including(key, level)
    return between(context.ledger.values(BASELINE), context.ledger.values(arm), tr("seeds"))


def screened(context: StudyContext) -> tuple[dict[str, Effect], dict[str, Effects]]:
    """What the screening says of each lever: the effects on accuracy, and on all quantities."""
    of_accuracy = screened_effects(context, ACCURACY)
    found: dict[str, dict[str, Measured]] = {lever: {} for lever in of_accuracy}
    for key in SHOWN:
        for lever, effect in screened_effects(context, key).items():
            if effect.difference is not None and lever in found:
                one = effect.difference
                found[lever][key] = _in_unit(Measured(one.difference, one.low, one.high), key)
    return of_accuracy, {lever: dict(of) for lever, of in found.items()}


def taken_apart(context: StudyContext, best: LeverSet) -> Parts:
    """The best combination as bars, where its ablation has all that they need."""
    keys = best.levers
    cells = _cells_needed(keys)
    levers: dict[str, dict[str, dict[str, Measured]]] = {
        key: {"alone": {}, "last": {}, "share": {}} for key in keys
    }
    total: dict[str, Measured] = {}
    together: dict[str, Measured] = {}
    bars = BarKind.NONE
    for quantity in SHOWN:
        found = _cells(context, best, cells, quantity)
        if frozenset(keys) in found and frozenset[str]() in found:
            whole = compared(found[frozenset()], found[frozenset(keys)], quantity)
            if whole is not None:
                total[quantity] = whole
        if not keys or any(cell not in found for cell in _least(keys)):
            continue
        noise = context.noise if quantity == ACCURACY else None
        flow = waterfall(keys, _in_logarithms(found, quantity), noise)
        bars = BarKind.SHAPLEY if flow.is_shapley else BarKind.MEAN
        for bar in flow.bars:
            kinds = {"alone": bar.alone, "last": bar.last, "share": bar.share}
            for name, amount in kinds.items():
                if amount is not None:
                    levers[bar.lever][name][quantity] = _of_amount(amount, quantity)
        if flow.together is not None:
            together[quantity] = _of_amount(flow.together, quantity)
        total[quantity] = _of_amount(flow.total, quantity)
    for key in keys:  # what was trained tells of it where bars can't be drawn
        parts = levers[key]
        parts["alone"] = parts["alone"] or dict(alone(context, key, best.levels[key]))
        parts["last"] = parts["last"] or dict(steps(context, best.without(key), best))
    return Parts(bars, {key: LeverEffects(**of) for key, of in levers.items()}, total, together)


def _least(keys: Collection[str]) -> set[Combination]:
    """Combinations without which there are no bars."""
    every = frozenset(keys)
    ends = {frozenset[str](), every}
    return ends | {every - {key} for key in keys} | {frozenset([key]) for key in keys}


def _cells_needed(keys: tuple[str, ...]) -> list[Combination]:
    return subsets(keys) if len(keys) <= MOST_LEVERS else list(_least(keys))


def _cells(
    context: StudyContext, best: LeverSet, cells: Collection[Combination], quantity: str
) -> dict[Combination, Values]:
    """What was reached with each combination of the best one's levers, by seed.

    The best itself counts by fresh seeds where it has any: its others are those that it was chosen
    by, and look better than it is.
    """
    found: dict[Combination, Values] = {}
    for cell in cells:
        arm = best.only(cell)
        fresh = (
            context.ledger.values(arm, quantity, (StudyStage.CONFIRMATION,)) if arm == best else {}
        )
        values = fresh or context.ledger.values(arm, quantity, EVERY)
        if values and (not is_ratio(quantity) or min(values.values()) > 0):
            found[cell] = values
    return found


def _in_logarithms(cells: Cells, quantity: str) -> Cells:
    if not is_ratio(quantity):
        return cells
    return {cell: {s: math.log(v) for s, v in of.items()} for cell, of in cells.items()}


def _of_amount(amount: Amount, quantity: str) -> Measured:
    ends = (amount.low, amount.high)
    if quantity in EXACT:
        ends = (amount.value, amount.value)
    low, high = (end if math.isfinite(end) else None for end in ends)
    return _in_unit(Measured(amount.value, low, high), quantity)


def _in_unit(found: Measured, quantity: str) -> Measured:
    """A difference as it is, or of logarithms as the factor that it is."""
    if not is_ratio(quantity):
        return found
    ends = (None if end is None else math.exp(end) for end in (found.low, found.high))
    return Measured(math.exp(found.value), *ends)
