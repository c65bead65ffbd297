"""Whether a difference is more than chance: intervals and tests on plain numbers.

Knows nothing of runs, metrics or files; `better` says which test is the right one for which runs.

Sources:
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions
        or percentages. Psychometrika 12(2).
    Dietterich, T. G. (1998). Approximate statistical tests for comparing supervised classification
        learning algorithms. Neural Computation 10(7).
    Nadeau, C. and Bengio, Y. (2003). Inference for the generalization error. Machine Learning 52.
    Welch, B. L. (1947). The generalization of "Student's" problem when several different population
        variances are involved. Biometrika 34.
    Tango, T. (1998). Equivalence test and confidence interval for the difference in proportions for
        the paired-sample design. Statistics in Medicine 17.
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal
        of Statistics 6(2).
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions:
        comparison of eleven methods. Statistics in Medicine 17.
    Fagerland, M. W., Lydersen, S. and Laake, P. (2014). Recommended tests and confidence intervals
        for paired binomial proportions. Statistics in Medicine 33.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr

CONFIDENCE = 0.95
ALPHA = 1 - CONFIDENCE
POWER = 0.8
PLANNED_FROM = 5
"""Pairs from which on their spread is known well enough to plan with: of fewer, the standard
deviation may be off by a factor of three (95 % interval by the chi-squared distribution)."""

MOST_MORE = 100
"""More pairs than this are no plan."""

ROUNDING = 1e-9
"""Values that differ by less, relative to their size, are the same but for rounding."""

Values = npt.NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Spread:
    """What several runs of one kind reached.

    Attributes:
        mean, deviation: Of the values; the deviation is that of a sample, None of one value.
        low, high: The interval of the mean by Student's t; None of one value.
        count: How many values.
    """

    mean: float
    deviation: float | None
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True)
class Difference:
    """A difference, B less A, and how sure it is.

    Attributes:
        difference: Of the means (or shares).
        low, high: Its 95 % interval.
        p: Probability of one at least as large by chance alone; None where there is no spread that
            a test could be made on.
        test: The test's name, as in "paired t over 5 seeds".
        more: How many more pairs would show a true difference of this size in four of five cases;
            None where that can't be said.
    """

    difference: float
    low: float
    high: float
    p: float | None
    test: str
    more: int | None = None

    @property
    def is_shown(self) -> bool:
        """Whether chance alone is an unlikely cause of it."""
        return self.p is not None and self.p < ALPHA


def spread(values: Sequence[float], folds: int = 0) -> Spread:
    """Mean, standard deviation and interval of the mean.

    Args:
        values: One a run, at least one.
        folds: Of the cross-validation that they come from, 0 for none. Folds share most of their
            training images, so the interval is widened as by Nadeau and Bengio (2003).
    """
    found = np.asarray(values, np.float64)
    count, mean = len(found), float(found.mean())
    if count == 1:
        return Spread(mean, None, None, None, 1)
    deviation = float(found.std(ddof=1))
    half = _t_quantile(count - 1) * deviation * math.sqrt(_share_of_variance(count, folds))
    return Spread(mean, deviation, mean - half, mean + half, count)


def paired(a: Sequence[float], b: Sequence[float], folds: int = 0, pairs: str = "") -> Difference:
    """Student's t test on the differences of pairs, as runs with the same seed are.

    Args:
        a: One value a pair, at least two.
        b: The others of the pairs, in the same order.
        folds: Of the cross-validation that they come from, 0 for none: then the variance is that
            of Nadeau and Bengio's corrected resampled test (2003). The plain test finds differences
            where there are none, as folds share training images (Dietterich 1998).
        pairs: What they are, for a person: "seeds"; "" for pairs.
    """
    differences = np.asarray(b, np.float64) - np.asarray(a, np.float64)
    count, mean = len(differences), float(differences.mean())
    test = (
        tr(
            "corrected paired t (Nadeau and Bengio) over {count} {pairs}",
            count=count,
            pairs=pairs or tr("pairs"),
        )
        if folds
        else tr("paired t over {count} {pairs}", count=count, pairs=pairs or tr("pairs"))
    )
    deviation = float(differences.std(ddof=1))
    if deviation <= ROUNDING * float(np.abs([a, b]).max()):
        return Difference(mean, mean, mean, None, test)
    error = deviation * math.sqrt(_share_of_variance(count, folds))
    found = _by_t(mean, error, count - 1, test)
    if found.is_shown or folds:
        return found
    more = _more_pairs(mean / deviation, count)
    return Difference(found.difference, found.low, found.high, found.p, test, more)


def welch(a: Sequence[float], b: Sequence[float], each: str = "") -> Difference:
    """Welch's t test of two groups that have nothing to do with each other, of unlike spread.

    Args:
        a: At least two values.
        b: At least two values.
        each: What they are of, for a person; "" for runs.
    """
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    mean = float(second.mean() - first.mean())
    test = tr(
        "Welch's t over {first} and {second} {each}",
        first=len(first),
        second=len(second),
        each=each or tr("runs"),
    )
    errors = [float(v.var(ddof=1)) / len(v) for v in (first, second)]
    error = math.sqrt(sum(errors))
    if error <= ROUNDING * float(np.abs([*first, *second]).max()):
        return Difference(mean, mean, mean, None, test)
    freedom = sum(errors) ** 2 / sum(
        e**2 / (len(v) - 1) for e, v in zip(errors, (first, second), strict=True)
    )
    return _by_t(mean, error, freedom, test)


def between(a: Mapping[Key, float], b: Mapping[Key, float], pairs: str = "") -> Difference | None:
    """The test that is right for two groups of values, each by its key, as the seed of a run is.

    Pairs where all of the smaller group have a partner, else Welch's test.

    Args:
        a: Values of one group.
        b: Of the other.
        pairs: As in `paired`.

    Returns:
        None where one of them has less than two values, which say nothing of chance.
    """
    both = [key for key in a if key in b]
    if len(both) >= 2 and len(both) == min(len(a), len(b)):
        return paired([a[key] for key in both], [b[key] for key in both], 0, pairs)
    if min(len(a), len(b)) < 2:
        return None
    return welch(list(a.values()), list(b.values()))


def holm(chances: Sequence[float]) -> list[float]:
    """Holm's correction (1979) for several tests: the p values to be judged by, in their order.

    Of twelve levers that do nothing, one "works" in 46 % of cases by the uncorrected values, and in
    at most 5 % by these, however the tests depend on each other.
    """
    found, least = [0.0] * len(chances), 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=lambda i: chances[i])):
        least = max(least, min(1.0, (len(chances) - rank) * chances[place]))
        found[place] = least
    return found


def mcnemar(only_a: int, only_b: int, count: int) -> Difference:
    """McNemar's test (1947) of two networks on the same images; the difference is of accuracies.

    The chi-squared test without correction for continuity, which is the score test of no
    difference, and Tango's interval (1998), which is the same score test of any difference turned
    round: so the interval leaves out 0 exactly where the test says that there is a difference.
    Fagerland et al. (2014) recommend both. The correction, and the exact test, find too little;
    this one finds a difference where there is none in at most 5.4 % of cases, not quite in 5 %.

    Args:
        only_a: Images that A alone has right.
        only_b: Images that B alone has right.
        count: Images in all, at least one.
    """
    low = _tango_low(only_a, only_b, count)
    high = -_tango_low(only_b, only_a, count)
    p = _two_sided(_score(only_a, only_b, count, 0.0))
    test = tr(
        "McNemar, on {count} images of which {only_a} and {only_b} are right in one alone",
        count=f"{count:,}",
        only_a=f"{only_a:,}",
        only_b=f"{only_b:,}",
    )
    return Difference((only_b - only_a) / count, low, high, p, test)


def proportions(right_a: int, right_b: int, count: int) -> Difference:
    """Two networks of which only the accuracies are known, each on as many images.

    The chi-squared test without correction, and Newcombe's interval from those of Wilson (1998,
    method 10). Where the images are the same ones it finds too little, as most answers agree; then
    `mcnemar` is the test.

    Args:
        right_a: Images that A has right.
        right_b: Images that B has right.
        count: Images, at least one.
    """
    a, b = right_a / count, right_b / count
    (low_a, high_a), (low_b, high_b) = _wilson(a, count), _wilson(b, count)
    low = b - a - math.hypot(b - low_b, high_a - a)
    high = b - a + math.hypot(high_b - b, a - low_a)
    both = (a + b) / 2
    error = math.sqrt(2 * both * (1 - both) / count)
    test = tr("two proportions of {count} images each", count=f"{count:,}")
    return Difference(b - a, low, high, _two_sided((b - a) / error) if error else 1.0, test)


def _wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's interval of a proportion."""
    z = _normal_quantile()
    middle = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    scale = 1 + z * z / count
    return (middle - half) / scale, (middle + half) / scale


def _tango_low(only_a: int, only_b: int, count: int) -> float:
    """The least difference that Tango's score test doesn't rule out."""
    from scipy.optimize import brentq

    limit, found = _normal_quantile(), (only_b - only_a) / count

    def beyond(difference: float) -> float:
        return _score(only_a, only_b, count, difference) - limit

    # The score falls as the difference grows. Looking on one side of 0 keeps the sign right.
    is_positive = found > 0 and beyond(0.0) > 0
    below, above = (0.0, found) if is_positive else (-1.0, min(found, 0.0))
    return float(brentq(beyond, below, above, xtol=1e-12)) if beyond(below) > 0 else below


def _score(only_a: int, only_b: int, count: int, difference: float) -> float:
    """Tango's score statistic (1998): standard errors between what was found and a difference."""
    away = only_b - only_a - count * difference
    b = -only_a - only_b + (2 * count - only_b + only_a) * difference
    c = -only_a * difference * (1 - difference)
    likely = (math.sqrt(max(0.0, b * b - 8 * count * c)) - b) / (4 * count)
    variance = count * (2 * likely + difference * (1 - difference))
    if variance <= 0:
        return math.copysign(math.inf, away) if away else 0.0
    return away / math.sqrt(variance)


def _share_of_variance(count: int, folds: int) -> float:
    """The variance of a mean by that of the values; test by training images is 1 to folds - 1."""
    return 1 / count + (1 / (folds - 1) if folds else 0.0)


def _by_t(mean: float, error: float, freedom: float, test: str) -> Difference:
    from scipy.special import stdtr

    half = _t_quantile(freedom) * error
    p = 2 * float(stdtr(freedom, -abs(mean) / error))
    return Difference(mean, mean - half, mean + half, p, test)


def _more_pairs(effect: float, count: int) -> int | None:
    """Pairs that are missing to show an effect (in standard deviations) with the usual power."""
    if count < PLANNED_FROM or effect == 0:
        return None
    for more in range(1, MOST_MORE + 1):
        wanted, freedom = count + more, count + more - 1
        needed = _t_quantile(freedom) + _t_quantile(freedom, POWER)
        if abs(effect) * math.sqrt(wanted) >= needed:
            return more
    return None


def _t_quantile(freedom: float, share: float = 1 - ALPHA / 2) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, share))


def _normal_quantile() -> float:
    from scipy.special import ndtri

    return float(ndtri(1 - ALPHA / 2))


def _two_sided(score: float) -> float:
    from scipy.special import ndtr

    return min(1.0, 2 * float(ndtr(-abs(score))))
