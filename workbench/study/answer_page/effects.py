"""Effects of levers as words and verdicts: a difference in points, or a factor."""

from __future__ import annotations

import math

from workbench.base.text import tr
from workbench.evaluation.group_test import amount
from workbench.evaluation.significance import ALPHA
from workbench.figures.study_page.settings import Verdict
from workbench.runs.columns import RUN_COLUMNS, Column
from workbench.study.judging.verdicts import EXACT, VerdictCode
from workbench.study.lever_study.answer import (
    ACCURACY,
    LeverFinding,
    Measured,
    StudyAnswer,
    is_ratio,
)

SAID: dict[VerdictCode, Verdict] = {
    VerdictCode.BETTER: "real",
    VerdictCode.WORSE: "harmful",
    VerdictCode.NOT_SHOWN: "nothing shown",
    VerdictCode.NOT_APPLICABLE: "does not apply",
    VerdictCode.NOT_TRIED: "not tried",
}
UNTOLD = (VerdictCode.NOT_APPLICABLE, VerdictCode.NOT_TRIED)

SAME = 1e-9
"""Of a factor: less is none."""

UNSEEN = 0.005
"""Of a factor that was timed: less is not written."""


def column_of(key: str) -> Column:
    """The column of a quantity."""
    return RUN_COLUMNS[key]


def effect_of(finding: LeverFinding, key: str) -> Measured | None:
    """What a lever does to a quantity by itself; None where that isn't known.

    For the accuracy it is the effect that the verdict is from, whose interval is that of a t test.
    """
    if key == ACCURACY and finding.interval is not None:
        low, high = finding.interval
        return Measured((low + high) / 2, low, high)
    tried = (finding.alone, finding.screened, finding.share, finding.last)
    return next((effects[key] for effects in tried if key in effects), None)


def effect_words(key: str, value: float) -> str:
    """As in "+0.03 points", "÷3.3" or "×1.9"."""
    if not is_ratio(key):
        sign = "−" if value < 0 else "+"
        return tr("{sign}{amount}", sign=sign, amount=amount(column_of(key), value))
    if key in EXACT:
        return tr("same") if abs(value - 1) < SAME else factor_words(value)
    return tr("×{factor}", factor="1") if abs(value - 1) < UNSEEN else factor_words(value)


def factor_words(value: float) -> str:
    """A factor above 0: "×1.9", or "÷3.3" where it is below 1."""
    if value < 1:
        return tr("÷{factor}", factor=_digits(1 / value))
    return tr("×{factor}", factor=_digits(value))


def verdict_on(
    answer: StudyAnswer, key: str, effect: Measured | None, runs: int | None = None
) -> Verdict:
    """What can be said of an effect on a quantity other than the accuracy.

    Its interval is widened for the number of levers that are judged together (Bonferroni): else one
    of twelve useless ones would seem to work in nearly half of all studies.

    Args:
        answer: Of the study.
        key: Of the quantity.
        effect: On it.
        runs: That it was judged by; None for enough to know the noise well.
    """
    if effect is None or effect.low is None or effect.high is None:
        return ""
    neutral = 1.0 if is_ratio(key) else 0.0
    if key in EXACT:
        # No chance in it: it differs or it doesn't.
        apart = 0.0 if abs(effect.value - neutral) < SAME else effect.value - neutral
        return _side(key, apart)
    low, high = widened(answer, key, effect, runs)
    return "nothing shown" if low <= neutral <= high else _side(key, effect.value - neutral)


def widened(
    answer: StudyAnswer, key: str, effect: Measured, runs: int | None = None
) -> tuple[float, float]:
    """The ends of an interval that hold for all levers at once."""
    assert effect.low is not None
    assert effect.high is not None
    by = _widening(answer, runs)
    if not is_ratio(key):
        return (
            effect.value - by * (effect.value - effect.low),
            effect.value + by * (effect.high - effect.value),
        )
    middle, low, high = (math.log(end) for end in (effect.value, effect.low, effect.high))
    return math.exp(middle - by * (middle - low)), math.exp(middle + by * (high - middle))


def verdict_of(answer: StudyAnswer, finding: LeverFinding) -> Verdict:
    """What can be said of a lever in all: of the accuracy, and of the goal of the study.

    One that costs accuracy and serves the goal is real where the study recommends it: then the
    combination keeps the accuracy in spite of it.
    """
    if finding.verdict in UNTOLD:
        return SAID[finding.verdict]
    found = [SAID[finding.verdict]]
    if answer.goal != ACCURACY:
        effect, runs = effect_of(finding, answer.goal), len(finding.run_ids)
        found.append(verdict_on(answer, answer.goal, effect, runs))
    if "real" in found:
        return "real" if finding.is_chosen or "harmful" not in found else "harmful"
    return "harmful" if "harmful" in found else "nothing shown"


def _widening(answer: StudyAnswer, runs: int | None) -> float:
    """How many times as wide an interval is that holds for all levers at once.

    The fewer runs, the more: how far times scatter is known from them alone.
    """
    from scipy.special import ndtri, stdtrit

    levers = sum(1 for finding in answer.levers if finding.verdict not in UNTOLD)
    share = 1 - ALPHA / max(levers, 1) / 2
    if answer.noise is None:
        return float(ndtri(share) / ndtri(1 - ALPHA / 2))
    freedom = answer.noise.freedom
    if runs is not None:
        freedom = max(1, min(freedom, runs - 1))
    return float(stdtrit(freedom, share) / stdtrit(freedom, 1 - ALPHA / 2))


def _side(key: str, apart: float) -> Verdict:
    if apart == 0:
        return "nothing shown"
    return "real" if apart * column_of(key).better > 0 else "harmful"


def _digits(factor: float) -> str:
    """Two digits, and more near 1."""
    digits = 3 if factor < 1.0095 else 2 if factor < 1.095 else 1 if factor < 9.95 else 0
    return f"{factor:,.{digits}f}"
