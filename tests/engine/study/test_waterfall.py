"""The bars of a waterfall, by hand and by simulation."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from scipy import stats

from workbench.study.judging.noise import Noise
from workbench.study.judging.waterfall import (
    Combination,
    Waterfall,
    shapley_weights,
    subsets,
    waterfall,
)


def once(values: Mapping[str, float]) -> dict[Combination, dict[int, float]]:
    """One run of each combination, named by its letters."""
    return {frozenset(name): {0: value} for name, value in values.items()}


TWO = once({"": 10.0, "A": 14.0, "B": 11.0, "AB": 18.0})
THREE = once({"": 0.0, "A": 1.0, "B": 2.0, "C": 0.0, "AB": 5.0, "AC": 1.0, "BC": 4.0, "ABC": 9.0})


def shares(found: Waterfall) -> list[float]:
    return [bar.share.value for bar in found.bars]


def test_two_levers_by_hand() -> None:
    """A brings 4 alone and 7 behind B; B 1 alone and 4 behind A: 5.5 and 2.5 of 8."""
    found = waterfall("AB", TWO)
    assert found.is_shapley
    assert found.together is None
    assert shares(found) == [5.5, 2.5]
    assert found.total.value == 8.0
    first = found.bars[0]
    assert first.alone is not None
    assert first.last is not None
    assert (first.alone.value, first.last.value) == (4.0, 7.0)
    assert first.share.low == -math.inf, "one run of each tells nothing of noise"


def test_three_levers_by_hand() -> None:
    """A over the six orders: 1 first (twice), 3 behind B, 1 behind C, 5 last (twice): 16 / 6."""
    found = waterfall("ABC", THREE)
    assert shares(found)[0] == pytest.approx(16 / 6)
    assert sum(shares(found)) == pytest.approx(found.total.value) == 9.0


FIVE = once(
    {
        "": 0.0,
        **dict.fromkeys("ABCDE", 1.0),
        **{"ABCDE".replace(lever, ""): 17.0 for lever in "ABCDE"},
        "ABCDE": 20.0,
    }
)
"""Each brings 1 alone and 3 last; all of them 20."""


def test_without_all_combinations_what_does_not_add_up_is_a_bar_of_its_own() -> None:
    found = waterfall("ABCDE", FIVE)
    assert not found.is_shapley
    assert shares(found) == [2.0] * 5
    assert found.together is not None
    assert found.together.value == 20.0 - 5 * 2.0


def test_three_without_a_pair_is_the_mean_of_alone_and_last() -> None:
    """Without C alone there is no mean either; so that is what must have been run."""
    some = {cell: values for cell, values in THREE.items() if cell != frozenset("AC")}
    with pytest.raises(KeyError):
        waterfall("ABC", some)
    four = once(
        {"": 0.0, **dict.fromkeys("ABCD", 1.0), **dict.fromkeys(("ABC", "ABD", "ACD", "BCD"), 4.0)}
    )
    four[frozenset("ABCD")] = {0: 6.0}
    found = waterfall("ABCD", four)
    assert shares(found) == [1.5] * 4
    assert found.together is not None
    assert found.together.value == 0.0


def test_levers_that_only_add_have_no_interaction() -> None:
    adds = {"A": 3.0, "B": -1.0, "C": 0.5, "D": 0.0}
    cells = {cell: {0: sum(adds[lever] for lever in cell)} for cell in subsets("ABCD")}
    assert len(cells) == 16
    found = waterfall("ABCD", cells)
    assert shares(found) == pytest.approx(list(adds.values()))
    assert sum(shapley_weights("ABCD", "A").values()) == pytest.approx(0.0)


def test_one_lever_is_the_whole() -> None:
    found = waterfall("A", once({"": 1.0, "A": 3.0}), Noise(0.5, 10))
    assert shares(found) == [found.total.value] == [2.0]
    half = stats.t.ppf(0.975, 10) * 0.5 * math.sqrt(2)
    assert (found.total.low, found.total.high) == pytest.approx((2 - half, 2 + half))


def test_what_a_seed_does_to_all_is_no_noise() -> None:
    """Two combinations with the same three seeds: the interval is that of the paired t test."""
    a, b = [10.0, 20.0, 33.0], [11.0, 22.5, 34.0]
    cells = {frozenset[str](): dict(enumerate(a)), frozenset("A"): dict(enumerate(b))}
    found = waterfall("A", cells).total
    low, high = stats.ttest_rel(b, a).confidence_interval()
    assert (found.low, found.high) == pytest.approx((low, high))
    other = {frozenset[str](): dict(enumerate(a)), frozenset("A"): dict(enumerate(b, 7))}
    low, high = stats.ttest_ind(b, a).confidence_interval()
    found = waterfall("A", other).total
    assert (found.low, found.high) == pytest.approx((low, high))


def test_intervals_hold_the_truth_in_95_of_100_cases() -> None:
    rng = np.random.default_rng(6)
    truth = waterfall("AB", TWO)
    hits = 0
    for _ in range(400):
        by_seed = rng.normal(0, 2.0, 3)
        cells = {
            cell: {s: values[0] + by_seed[s] + rng.normal(0, 0.5) for s in range(3)}
            for cell, values in TWO.items()
        }
        for bar, wanted in zip(waterfall("AB", cells).bars, truth.bars, strict=True):
            hits += bar.share.low <= wanted.share.value <= bar.share.high
    assert hits / 800 == pytest.approx(0.95, abs=0.02)
