"""Tests of significance against SciPy, published examples and sums made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from workbench.evaluation.significance import (
    MOST_MORE,
    Difference,
    mcnemar,
    paired,
    proportions,
    spread,
    welch,
)

SHARES = st.lists(st.floats(0, 1), min_size=3, max_size=12)


def test_the_spread_of_one_value_is_unknown() -> None:
    found = spread([0.5])
    assert (found.mean, found.deviation, found.low, found.high) == (0.5, None, None, None)


def test_the_interval_of_a_mean_is_students() -> None:
    values = [0.91, 0.93, 0.92, 0.95]
    found = spread(values)
    wanted = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx(wanted)
    assert found.deviation == pytest.approx(np.std(values, ddof=1))


def test_folds_widen_the_interval_as_nadeau_and_bengio_say() -> None:
    values = [0.91, 0.93, 0.92, 0.95, 0.94]
    plain, corrected = spread(values), spread(values, folds=5)
    assert plain.low is not None
    assert corrected.low is not None
    widened = (corrected.mean - corrected.low) / (plain.mean - plain.low)
    assert widened == pytest.approx(math.sqrt((1 / 5 + 1 / 4) / (1 / 5)))  # that is 1.5


def test_students_sleep_data() -> None:
    """The example of "Student" (1908): t = 4.0621 with 9 degrees of freedom, p = 0.002833."""
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = paired(first, second, pairs="people")
    assert found.difference == pytest.approx(1.58)
    assert found.p == pytest.approx(0.002833, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858))
    assert found.test == "paired t over 10 people"
    unpaired = welch(first, second)  # R's t.test(extra ~ group, data = sleep)
    assert unpaired.p == pytest.approx(0.07939, abs=5e-6)
    assert (unpaired.low, unpaired.high) == pytest.approx((-0.2054832, 3.3654832))


@settings(max_examples=60, deadline=None)
@given(SHARES, st.integers(0, 2**32 - 1))
def test_the_paired_test_is_scipys(a: list[float], seed: int) -> None:
    b = np.asarray(a) + np.random.default_rng(seed).normal(0.01, 0.02, len(a))
    found, wanted = paired(a, list(b)), stats.ttest_rel(b, a)
    assert found.p == pytest.approx(wanted.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(wanted.confidence_interval()))


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 9), st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_the_unpaired_test_is_scipys(n: int, m: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    a, b = random.normal(0.9, 0.01, n), random.normal(0.92, 0.03, m)
    found, wanted = welch(list(a), list(b)), stats.ttest_ind(b, a, equal_var=False)
    assert found.p == pytest.approx(wanted.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(wanted.confidence_interval()))


def test_the_corrected_test_by_hand() -> None:
    """Differences 1, 2, 3, 4, 5 (mean 3, variance 2.5) of 5 folds: t = 3 / sqrt(0.45 * 2.5)."""
    found = paired([0.0] * 5, [1.0, 2.0, 3.0, 4.0, 5.0], folds=5, pairs="folds")
    assert found.p == pytest.approx(2 * stats.t.sf(3 / math.sqrt(0.45 * 2.5), 4))
    assert found.high - found.difference == pytest.approx(2.7764451 * math.sqrt(1.125))
    assert found.test == "corrected paired t (Nadeau and Bengio) over 5 folds"
    assert found.more is None
    plain = paired([0.0] * 5, [1.0, 2.0, 3.0, 4.0, 5.0])
    assert plain.p is not None
    assert found.p > plain.p


@pytest.mark.parametrize(
    "found", [paired([0.1, 0.2, 0.3], [0.2, 0.3, 0.4]), welch([0.5, 0.5], [0.6, 0.6])]
)
def test_without_spread_there_is_no_test(found: Difference) -> None:
    assert found.p is None
    assert found.low == found.difference == found.high == pytest.approx(0.1)
    assert not found.is_shown


def test_more_pairs_have_the_power_that_is_said() -> None:
    """By the noncentral t distribution: 80 % at that number, less with one fewer."""
    differences = np.array([0.02, -0.01, 0.005, 0.012, -0.004, 0.009])
    found = paired([0.0] * 6, list(differences))
    assert not found.is_shown
    assert found.more is not None
    effect = differences.mean() / differences.std(ddof=1)

    def power(n: int) -> float:
        limit = stats.t.ppf(0.975, n - 1)
        return float(stats.nct.sf(limit, n - 1, effect * math.sqrt(n)))

    assert power(6 + found.more) == pytest.approx(0.8, abs=0.02)
    assert power(6 + found.more - 3) < 0.8


def test_no_number_is_said_where_none_is_known_well_enough() -> None:
    assert paired([0.0] * 4, [0.02, -0.01, 0.012, -0.004]).more is None  # too few for a plan
    tiny = [0.02, -0.02, 0.01, -0.01, 0.0001]
    assert paired([0.0] * 5, tiny).more is None  # more than MOST_MORE
    assert MOST_MORE == 100
    assert paired([0.0] * 5, [0.02, 0.021, 0.019, 0.02, 0.022]).more is None  # it is shown


def test_mcnemars_test_of_a_published_example() -> None:
    """Agresti, Categorical Data Analysis: approval of 1,600 people, 150 and 86 changed their mind.

    There z² = 17.36, and the interval by the score test is -0.058 to -0.021 (10.1.3).
    """
    found = mcnemar(150, 86, 1600)
    assert found.p == pytest.approx(stats.chi2.sf(64**2 / 236, 1))
    assert found.difference == pytest.approx(-0.04)
    assert (found.low, found.high) == pytest.approx((-0.0586, -0.0213), abs=5e-4)
    assert found.test.startswith("McNemar, on 1,600 images")


def test_tangos_interval_of_published_examples() -> None:
    """Fagerland et al. (2014), airway hyper-responsiveness before and after a transplant: of 21
    children 1 only before and 7 only after; and two networks that never differ: z² / (n + z²).
    """
    found = mcnemar(7, 1, 21)
    assert (found.low, found.high) == pytest.approx((-0.517, -0.026), abs=5e-4)
    square = stats.norm.ppf(0.975) ** 2
    same = mcnemar(0, 0, 14)
    assert (same.low, same.high) == pytest.approx((-square / (14 + square), square / (14 + square)))
    assert same.p == 1.0


def wanted_score(only_a: int, only_b: int, count: int, difference: float) -> float:
    """Tango's statistic with the share under the hypothesis found by maximizing the likelihood."""
    from scipy.optimize import minimize_scalar

    def surprise(share: float) -> float:  # of only_a
        shares = (share, share + difference, 1 - 2 * share - difference)
        if min(shares) <= 0:
            return math.inf
        counts = (only_a, only_b, count - only_a - only_b)
        return -sum(n * math.log(q) for n, q in zip(counts, shares, strict=True))

    least, most = max(0.0, -difference), (1 - difference) / 2
    found = minimize_scalar(
        surprise, bounds=(least, most), method="bounded", options={"xatol": 1e-12}
    )
    share = found.x
    variance = count * (2 * share + difference - difference**2)
    return float((only_b - only_a - count * difference) / math.sqrt(variance))


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(81, 2000))
def test_the_interval_ends_where_the_score_test_would_say_no(
    only_a: int, only_b: int, count: int
) -> None:
    found = mcnemar(only_a, only_b, count)
    limit = stats.norm.ppf(0.975)
    assert found.low < found.difference < found.high
    assert wanted_score(only_a, only_b, count, found.low) == pytest.approx(limit, abs=1e-3)
    assert wanted_score(only_a, only_b, count, found.high) == pytest.approx(-limit, abs=1e-3)


@pytest.mark.parametrize("count", [50, 360, 1000])
def test_test_and_interval_of_two_networks_never_disagree(count: int) -> None:
    most = min(count, 60)
    pairs = [(a, b) for a in range(most + 1) for b in range(most + 1 - max(0, a + most - count))]
    shown = 0
    for only_a, only_b in pairs:
        if only_a + only_b > count:
            continue
        found = mcnemar(only_a, only_b, count)
        assert -1 <= found.low <= found.difference <= found.high <= 1
        assert found.is_shown == (found.low > 0 or found.high < 0), (only_a, only_b)
        shown += found.is_shown
    assert shown > 100


def test_a_difference_is_found_where_there_is_none_about_as_often_as_is_said() -> None:
    """The exact share of such findings among 360 images, for several shares that differ."""
    count = 360
    rates = []
    for share in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2):
        total = 0.0
        for differing in range(count + 1):
            weight = stats.binom.pmf(differing, count, share)
            if weight < 1e-9:
                continue
            halves = np.arange(differing + 1)
            shown = (2 * halves - differing) ** 2 > stats.chi2.ppf(0.95, 1) * differing
            total += weight * stats.binom.pmf(halves, differing, 0.5)[shown].sum()
        rates.append(total)
    assert max(rates) < 0.054
    assert max(rates) > 0.045


def test_two_proportions_have_the_interval_that_newcombe_published() -> None:
    """His Table II (1998), method 10: 9 of 10 against 3 of 10."""
    found = proportions(3, 9, 10)
    assert found.difference == pytest.approx(0.6)
    assert (found.low, found.high) == (
        pytest.approx(0.1705, abs=5e-5), pytest.approx(0.8090, abs=5e-5),
    )  # fmt: skip
    assert found.p == pytest.approx(0.0062, abs=1e-4)
    assert found.is_shown


def test_equal_proportions_are_within_chance_also_at_the_ends() -> None:
    for right in (0, 5, 10):
        found = proportions(right, right, 10)
        assert (found.difference, found.p, found.is_shown) == (0.0, 1.0, False)
        assert found.low < 0 < found.high
