"""What a budget can show: against published power, the plan of the study, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from workbench.evaluation.significance import spread
from workbench.runs.columns import RUN_COLUMNS
from workbench.study.judging.noise import Noise, pooled
from workbench.study.judging.resolution import (
    power,
    resolution,
    seeds_needed,
    seeds_sentence,
    smallest_screened,
    smallest_with_seeds,
)

ACCURACY = RUN_COLUMNS["test_accuracy"]


def test_cohens_table() -> None:
    """Cohen (1988): an effect of 0.5 deviations takes 64 a side, 0.8 takes 26, 0.2 takes 394
    (his table 2.4.1 says 393, by an approximation)."""
    assert [seeds_needed(1.0, effect) for effect in (0.2, 0.5, 0.8)] == [394, 64, 26]


@pytest.mark.parametrize(
    ("deviation", "wanted"),
    [
        (0.05, [(6, 10), (3, 4), (2, 3)]),
        (0.07, [(9, 16), (4, 6), (2, 3)]),
        (0.10, [(17, 30), (6, 10), (3, 4)]),
        (0.50, [(394, 690), (100, 174), (17, 30)]),
    ],
)
def test_seeds_a_side(deviation: float, wanted: list[tuple[int, int]]) -> None:
    """For 0.1, 0.2 and 0.5 points: one lever alone, and among twelve."""
    found = [
        (seeds_needed(deviation, points), seeds_needed(deviation, points, 12))
        for points in (0.1, 0.2, 0.5)
    ]
    assert found == wanted


@pytest.mark.parametrize("freedom", [1, 2, 4, 8, 50, 5000])
def test_power_rises_from_chance_to_certainty(freedom: int) -> None:
    found = [power(away, 1.0, freedom, 4) for away in np.r_[0:60:0.5, 100, 1000]]
    assert found[0] == pytest.approx(0.05 / 4 / 2)
    assert np.diff(found).min() >= -1e-9
    assert found[-1] == pytest.approx(1.0, abs=0.02)


def test_nothing_is_shown_by_one_seed_or_of_no_difference() -> None:
    assert seeds_needed(0.07, 0.0) is None
    assert seeds_needed(1.0, 0.001) is None
    assert seeds_needed(0.0, 0.1) == 2
    assert smallest_with_seeds(0.07, 1) == math.inf
    assert smallest_with_seeds(0.0, 3) == 0.0


def test_the_smallest_difference_is_where_seeds_begin_to_suffice() -> None:
    for seeds in (2, 3, 5, 9):
        smallest = smallest_with_seeds(0.07, seeds, 4)
        assert seeds_needed(0.07, smallest * 1.0001, 4) == seeds
        assert (seeds_needed(0.07, smallest * 0.999, 4) or 0) == seeds + 1
        freedom, error = 2 * seeds - 2, 0.07 * math.sqrt(2 / seeds)
        assert power(smallest, error, freedom, 4) == pytest.approx(0.8)


def test_power_by_simulation() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(0, 0.07, (4000, 5)), rng.normal(0.12, 0.07, (4000, 5))
    seen = (stats.ttest_ind(b, a, axis=1).pvalue < 0.05).mean()
    assert power(0.12, 0.07 * math.sqrt(2 / 5), 8) == pytest.approx(seen, abs=0.02)


def test_a_design_shows_what_its_error_lets_it() -> None:
    """7 levers in 16 runs: error half the noise, 8 degrees of freedom."""
    smallest = smallest_screened(0.07, 7, 16)
    assert power(smallest, 0.035, 8, 7) == pytest.approx(0.8)
    assert smallest == smallest_screened(0.07, 7, 31), "the design fits once"
    assert power(smallest_screened(0.07, 7, 32), 0.035 / math.sqrt(2), 24, 7) == pytest.approx(0.8)
    assert smallest_screened(0.07, 7, 15) == math.inf
    assert smallest_screened(0.07, 1, 2) == math.inf, "two runs leave no spread"


def test_the_sentence_of_a_budget() -> None:
    """20 minutes of runs of 26 s: 46 runs, of which 45 % screen 8 levers: once, with 16."""
    found = resolution(0.0007, 1200, 26, 8, 0.45)
    assert found.runs == 46
    assert found.smallest == smallest_screened(0.0007, 8, 16)
    assert found.sentence(ACCURACY) == (
        f"about 46 runs; differences under {100 * found.smallest:.2f} points can't be shown"
    )
    assert 0.1 < 100 * found.smallest < 0.25
    short = resolution(0.0007, 100, 26, 8)
    assert short.sentence(ACCURACY) == "about 3 runs, too few to judge 8 levers"


def test_noise_is_pooled_over_groups() -> None:
    groups = [[1.0, 3.0], [10.0, 10.0, 13.0], [5.0]]
    found = pooled([spread(group) for group in groups])
    assert found is not None
    # Squares about the means: 2 with 1 degree of freedom, 6 with 2.
    assert found.deviation == pytest.approx(math.sqrt(8 / 3))
    assert found.freedom == 3
    assert pooled([spread([5.0])]) is None


def test_what_seeds_can_show_in_a_sentence() -> None:
    noise = Noise(0.0007, 12)
    assert seeds_sentence(noise, 9, 1, ACCURACY) == (
        "Seeds differ by 0.07 points (standard deviation), so 9 of them on each side show "
        "differences from about 0.10 points on in four of five cases"
    )
    assert seeds_sentence(noise, 1, 1, ACCURACY) == "One seed says nothing of chance"
