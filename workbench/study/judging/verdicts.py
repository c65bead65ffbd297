"""What can be said of each lever of a study: better, worse, or nothing shown, in a sentence.

Values by seed in, verdicts out; whoever has runs gives their figures. Levers are judged together,
as one of many useless ones seems to help by chance alone: Holm's correction.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np

from workbench.base.text import tr
from workbench.evaluation.group_test import amount, chance_words
from workbench.evaluation.significance import ALPHA, Difference, between, holm
from workbench.runs.columns import Column
from workbench.runs.quantities import Kind
from workbench.study.judging.design import Effect

EXACT = frozenset(
    {"parameters", "macs", "nonzero_parameters", "file_bytes", "litert_bytes", "gzip_bytes"}
)
"""Quantities without chance: they differ or they don't."""

RATIOS = frozenset({Kind.COUNT, Kind.SECONDS, Kind.MILLISECONDS, Kind.BYTES, Kind.JOULES})
"""Kinds of quantities that a lever multiplies: their noise is a share of them."""

Values = Mapping[int, float]
"""What the runs of one kind reached, by seed: two with the same one are a pair."""


class VerdictCode(StrEnum):
    """What can be said of a lever; the values are codes."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "nothing shown"
    NOT_APPLICABLE = "does not apply"
    NOT_TRIED = "not tried"

    @property
    def words(self) -> str:
        """For a person."""
        return _WORDS[self]


_WORDS = {
    VerdictCode.BETTER: tr("better"),
    VerdictCode.WORSE: tr("worse"),
    VerdictCode.NOT_SHOWN: tr("nothing shown"),
    VerdictCode.NOT_APPLICABLE: tr("does not apply"),
    VerdictCode.NOT_TRIED: tr("not tried"),
}


@dataclass(frozen=True)
class Arm:
    """One thing that was tried against the baseline.

    Attributes:
        name: For a person, as a sentence begins with it.
        values: What its runs reached; empty where none did.
        reason: Why there are none, in one sentence without its full stop.
        applies: Whether it could have been tried at all.
    """

    name: str
    values: Values = field(default_factory=dict)
    reason: str = ""
    applies: bool = True


@dataclass(frozen=True)
class ArmVerdict:
    """What can be said of one arm.

    Attributes:
        name: Of the arm.
        verdict: As a code.
        sentence: The same in words, with the numbers, without a full stop.
        difference: Arm less baseline; of logarithms where `is_ratio`. None where nothing was tried
            or the runs are too few.
        p_adjusted: Its p value after Holm's correction; None where there is no test.
        is_ratio: Whether the quantity is compared by ratios.
        amount: The difference in words: "+0.42 points", "0.5 times"; "" without one.
    """

    name: str
    verdict: VerdictCode
    sentence: str
    difference: Difference | None = None
    p_adjusted: float | None = None
    is_ratio: bool = False
    amount: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON has it; a ratio as what the baseline is multiplied by."""
        found = self.difference
        shown = None if found is None else asdict(_in_ratios(found) if self.is_ratio else found)
        return {
            "name": self.name,
            "verdict": self.verdict.value,
            "sentence": self.sentence,
            "is_ratio": self.is_ratio,
            "outcome": shown,
            "p_adjusted": self.p_adjusted,
        }


def judged(baseline: Values, arms: Sequence[Arm], column: Column) -> list[ArmVerdict]:
    """Every arm against the baseline, in the order given.

    Args:
        baseline: What the runs of the baseline reached.
        arms: What was, or wasn't, tried against it.
        column: The quantity that is judged.
    """
    is_ratio = _by_ratio(baseline, arms, column)
    found = [_difference(baseline, arm.values, column, is_ratio=is_ratio) for arm in arms]
    judged_ones = _together([arm.name for arm in arms], found, column, is_ratio=is_ratio)
    return [
        _without(arm, baseline) if one is None else one
        for arm, one in zip(arms, judged_ones, strict=True)
    ]


def screened(
    effects: Sequence[Effect], column: Column, *, is_ratio: bool = False
) -> list[ArmVerdict]:
    """What a screening says of each of its levers, all judged together.

    Args:
        effects: Of the levers.
        column: The quantity that was screened.
        is_ratio: Whether the results were logarithms.
    """
    names, found = [one.lever for one in effects], [one.difference for one in effects]
    return [
        one if one is not None else _untold(name)
        for name, one in zip(names, _together(names, found, column, is_ratio=is_ratio), strict=True)
    ]


def keeps(difference: Difference, margin: float, better: int = 1) -> bool:
    """Whether something is as good as the baseline: surely not worse by more than a margin.

    That is non-inferiority, and more than "no difference shown", which few runs always say.

    Args:
        difference: To the baseline.
        margin: What may be lost, above 0.
        better: 1 where more is better, -1 where less is.
    """
    worst = difference.low if better > 0 else -difference.high
    return worst > -margin


def kept_words(name: str, difference: Difference, margin: float, column: Column) -> str:
    """Whether something keeps a quantity, as a sentence without its full stop."""
    given = {
        "name": name,
        "margin": amount(column, margin),
        "low": _amount(column, difference.low),
        "high": _amount(column, difference.high),
    }
    if keeps(difference, margin, column.better):
        return tr(
            "{name} is as good as the baseline to within {margin} (95 % interval {low} to {high})",
            **given,
        )
    return tr(
        "it is not shown that {name} is as good as the baseline to within {margin} "
        "(95 % interval {low} to {high})",
        **given,
    )


# --- numbers -------------------------------------------------------------------------------------


def _by_ratio(baseline: Values, arms: Sequence[Arm], column: Column) -> bool:
    """Whether ratios say more than differences; they need values above 0."""
    every = [*baseline.values(), *(value for arm in arms for value in arm.values.values())]
    return column.kind in RATIOS and all(value > 0 for value in every)


def _difference(
    baseline: Values, values: Values, column: Column, *, is_ratio: bool
) -> Difference | None:
    """Arm less baseline; None where runs are missing."""
    if not baseline or not values:
        return None
    if is_ratio:
        baseline, values = _logarithms(baseline), _logarithms(values)
    if column.key in EXACT:
        means = (float(np.mean(list(found.values()))) for found in (baseline, values))
        of_baseline, of_arm = means
        apart = of_arm - of_baseline
        return Difference(apart, apart, apart, None, tr("exact"))
    return between(baseline, values, tr("seeds"))


def _logarithms(values: Values) -> Values:
    return {key: math.log(value) for key, value in values.items()}


def _in_ratios(found: Difference) -> Difference:
    """A difference of logarithms as the factor that it is."""
    ends = (found.difference, found.low, found.high)
    factor, low, high = (math.exp(value) for value in ends)
    return replace(found, difference=factor, low=low, high=high)


def _together(
    names: Sequence[str], found: Sequence[Difference | None], column: Column, *, is_ratio: bool
) -> list[ArmVerdict | None]:
    """Verdicts on differences that are judged together; None where there is no difference."""
    chances = [one.p for one in found if one is not None and one.p is not None]
    adjusted = iter(holm(chances))
    findings: list[ArmVerdict | None] = []
    for name, difference in zip(names, found, strict=True):
        if difference is None:
            findings.append(None)
            continue
        p = next(adjusted) if difference.p is not None else None
        one = ArmVerdict(name, VerdictCode.NOT_SHOWN, "", difference, p, is_ratio)
        findings.append(_spoken(one, column, len(chances)))
    return findings


# --- words ---------------------------------------------------------------------------------------


def _untold(name: str) -> ArmVerdict:
    sentence = tr("{name}: nothing shown, as too many of its runs failed", name=name)
    return ArmVerdict(name, VerdictCode.NOT_SHOWN, sentence)


def _without(arm: Arm, baseline: Values) -> ArmVerdict:
    """An arm without a difference: it does not apply, wasn't tried, or too few of its runs were."""
    if not arm.applies:
        verdict = VerdictCode.NOT_APPLICABLE
        sentence = tr("{name}: does not apply, {reason}", name=arm.name, reason=arm.reason)
    elif not arm.values or not baseline:
        verdict = VerdictCode.NOT_TRIED
        reason = arm.reason or tr("no run of it has ended with a figure")
        if arm.values:
            reason = tr("no run of the baseline has ended with a figure")
        sentence = tr("{name}: not tried, {reason}", name=arm.name, reason=reason)
    else:
        verdict = VerdictCode.NOT_SHOWN
        sentence = tr(
            "{name}: nothing shown, as one run on a side says nothing of chance", name=arm.name
        )
    return ArmVerdict(arm.name, verdict, sentence)


def _spoken(found: ArmVerdict, column: Column, tests: int) -> ArmVerdict:
    """A finding with its verdict and its sentence.

    Args:
        found: Its numbers.
        column: The quantity.
        tests: That were made, this one among them.
    """
    difference = found.difference
    assert difference is not None
    found = replace(found, amount=_size(difference, column, is_ratio=found.is_ratio))
    is_exact = difference.p is None and column.key in EXACT
    is_shown = difference.difference != 0 if is_exact else (found.p_adjusted or 1.0) < ALPHA
    if not is_shown:
        return replace(found, sentence=_not_shown(found, difference, column, tests))
    is_better = difference.difference * column.better > 0
    verdict = VerdictCode.BETTER if is_better else VerdictCode.WORSE
    given = {
        "name": found.name,
        "by": found.amount,
        "facts": tr("exact") if is_exact else _facts(found, difference, column, tests),
    }
    if is_better:
        sentence = tr("{name}: better, {by} ({facts})", **given)
    else:
        sentence = tr("{name}: worse, {by} ({facts})", **given)
    return replace(found, verdict=verdict, sentence=sentence)


def _not_shown(found: ArmVerdict, difference: Difference, column: Column, tests: int) -> str:
    if difference.p is None and difference.difference == 0:
        return tr("{name}: the same in each of the runs", name=found.name)
    by = found.amount
    if difference.p is None:
        return tr(
            "{name}: nothing shown, {by} in each of the runs, without any spread that a test could "
            "be made on",
            name=found.name,
            by=by,
        )
    facts = _facts(found, difference, column, tests)
    return tr("{name}: nothing shown, {by} ({facts})", name=found.name, by=by, facts=facts)


def _size(difference: Difference, column: Column, *, is_ratio: bool) -> str:
    """How large a difference is: +0.42 points, or 1.84 times."""
    if is_ratio:
        return tr("{times} times", times=f"{math.exp(difference.difference):.3g}")
    return tr(
        "{sign}{amount}",
        sign="−" if difference.difference < 0 else "+",
        amount=amount(column, difference.difference),
    )


def _facts(found: ArmVerdict, difference: Difference, column: Column, tests: int) -> str:
    """The interval, the test and the chance, before and after the correction."""
    if found.is_ratio:
        low, high = (f"{math.exp(end):.3g}" for end in (difference.low, difference.high))
    else:
        low, high = (_amount(column, end) for end in (difference.low, difference.high))
    p, adjusted = difference.p, found.p_adjusted
    assert p is not None
    assert adjusted is not None
    given = {"low": low, "high": high, "test": difference.test, "chance": chance_words(p)}
    if tests == 1:
        return tr("95 % interval {low} to {high}, {test}, {chance}", **given)
    return tr(
        "95 % interval {low} to {high}, {test}, {chance}, {adjusted} after Holm's correction for "
        "{tests} tests",
        adjusted=f"{adjusted:.2g}" if adjusted >= 0.001 else "< 0.001",
        tests=tests,
        **given,
    )


def _amount(column: Column, value: float) -> str:
    """An end of an interval, with its sign where it is below 0 and without unit."""
    text = f"{100 * abs(value):.2f}" if column.kind is Kind.SHARE else column.text(abs(value))
    return f"−{text}" if value < 0 else text
