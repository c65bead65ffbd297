"""Verdicts on levers, against SciPy and values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from workbench.evaluation.significance import Difference, between, holm
from workbench.runs.columns import RUN_COLUMNS
from workbench.study.judging.time_to import time_to
from workbench.study.judging.verdicts import Arm, VerdictCode, judged, keeps, kept_words

ACCURACY = RUN_COLUMNS["test_accuracy"]
SECONDS = RUN_COLUMNS["seconds"]
BASE = dict(enumerate([0.990, 0.992, 0.991, 0.989, 0.993]))


def moved(*by: float) -> dict[int, float]:
    """The baseline's values, each moved by some amount."""
    return {seed: BASE[seed] + step for seed, step in enumerate(by)}


UP = moved(0.0037, 0.0043, 0.0037, 0.0043, 0.0037)
DOWN = moved(-0.0037, -0.0043, -0.0037, -0.0043, -0.0037)
FLAT = moved(0.001, -0.001, 0.001, -0.001, 0.001)
WEAK = moved(0.001, 0.003, 0.001, 0.0002, 0.002)


def test_holm_by_hand() -> None:
    """0.01 x 4; 0.02 x 3; 0.03 x 2; and 0.04 x 1, which is below the one before."""
    assert holm([0.02, 0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.06, 0.04, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_twelve_useless_levers_find_a_winner_in_five_percent_of_studies() -> None:
    chances = np.random.default_rng(1).random((2000, 12))
    by_chance = (chances.min(axis=1) < 0.05).mean()
    corrected = np.mean([min(holm(row)) < 0.05 for row in chances.tolist()])
    assert by_chance == pytest.approx(0.46, abs=0.03)
    assert corrected == pytest.approx(0.05, abs=0.015)


def test_pairs_where_there_are_some_else_welch() -> None:
    a, b = [0.1, 0.2, 0.4, 0.3], [0.3, 0.2, 0.5, 0.6]
    first, second = dict(enumerate(a)), dict(enumerate(b))
    found = between(first, second)
    assert found is not None
    assert found.p == pytest.approx(stats.ttest_rel(b, a).pvalue)
    found = between(first, {10 + key: value for key, value in second.items()})
    assert found is not None
    assert found.p == pytest.approx(stats.ttest_ind(b, a, equal_var=False).pvalue)
    assert between(first, {0: 0.3}) is None


def test_better_worse_and_nothing_shown() -> None:
    arms = [Arm("one cycle", UP), Arm("width 0.5", DOWN), Arm("label smoothing", FLAT)]
    one, two, three = judged(BASE, arms, ACCURACY)
    wanted = [VerdictCode.BETTER, VerdictCode.WORSE, VerdictCode.NOT_SHOWN]
    assert [one.verdict, two.verdict, three.verdict] == wanted
    test = stats.ttest_rel(list(UP.values()), list(BASE.values()))
    low, high = test.confidence_interval()
    assert one.sentence == (
        f"one cycle: better, +0.39 points (95 % interval {100 * low:.2f} to {100 * high:.2f}, "
        f"paired t over 5 seeds, p < 0.001, < 0.001 after Holm's correction for 3 tests)"
    )
    assert three.sentence.startswith("label smoothing: nothing shown, +0.02 points (95 % interval ")


def test_what_one_test_would_show_is_not_shown_among_many() -> None:
    (alone,) = judged(BASE, [Arm("weak", WEAK)], ACCURACY)
    assert alone.verdict is VerdictCode.BETTER
    assert "Holm" not in alone.sentence
    among, *_ = judged(BASE, [Arm("weak", WEAK), *[Arm("flat", FLAT)] * 11], ACCURACY)
    assert among.verdict is VerdictCode.NOT_SHOWN
    assert among.difference == alone.difference, "the interval is the plain one"


def test_times_are_ratios() -> None:
    factors = (0.49, 0.5, 0.51)
    base = dict(enumerate([100.0, 120.0, 90.0]))
    half = {seed: base[seed] * factor for seed, factor in enumerate(factors)}
    (found,) = judged(base, [Arm("bfloat16", half)], SECONDS)
    assert found.verdict is VerdictCode.BETTER
    assert found.sentence.startswith("bfloat16: better, 0.5 times (95 % interval 0.476 to 0.525, ")
    logs = np.log(factors)
    low, high = stats.t.interval(0.95, 2, loc=logs.mean(), scale=stats.sem(logs))
    assert found.difference is not None
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high))
    outcome = found.plain()["outcome"]
    assert outcome["difference"] == pytest.approx(math.prod(factors) ** (1 / 3))
    assert outcome["low"] == pytest.approx(math.exp(low))


def test_sizes_need_no_test() -> None:
    column = RUN_COLUMNS["parameters"]
    arms = [Arm("width 0.5", {0: 250.0}), Arm("betas", {0: 1000.0})]
    less, same = judged({0: 1000.0, 1: 1000.0}, arms, column)
    assert less.verdict is VerdictCode.BETTER
    assert less.sentence == "width 0.5: better, 0.25 times (exact)"
    assert same.verdict is VerdictCode.NOT_SHOWN
    assert same.sentence == "betas: the same in each of the runs"


def test_why_there_is_no_figure() -> None:
    arms = [
        Arm("shared blocks", reason="no equal layers in a row", applies=False),
        Arm("bfloat16", reason="out of budget"),
        Arm("depth", {0: 0.99}),
    ]
    found = judged(BASE, arms, ACCURACY)
    assert [one.sentence for one in found] == [
        "shared blocks: does not apply, no equal layers in a row",
        "bfloat16: not tried, out of budget",
        "depth: nothing shown, as one run on a side says nothing of chance",
    ]
    wanted = [VerdictCode.NOT_APPLICABLE, VerdictCode.NOT_TRIED, VerdictCode.NOT_SHOWN]
    assert [one.verdict for one in found] == wanted
    (lost,) = judged({}, [Arm("depth", {0: 0.99})], ACCURACY)
    assert lost.verdict is VerdictCode.NOT_TRIED


def test_a_difference_without_spread_is_no_proof() -> None:
    (found,) = judged(BASE, [Arm("odd", moved(*[0.5] * 5))], ACCURACY)
    assert found.verdict is VerdictCode.NOT_SHOWN
    assert "without any spread that a test could be made on" in found.sentence


def test_as_good_as_is_more_than_no_difference_shown() -> None:
    sure = Difference(0.0, -0.0005, 0.0005, 0.9, "t")
    unsure = Difference(0.0, -0.002, 0.002, 0.9, "t")
    assert keeps(sure, 0.001)
    assert not keeps(unsure, 0.001)
    slower = Difference(0.5, 0.2, 0.8, 0.01, "t")
    assert keeps(slower, 0.001)
    assert not keeps(slower, 0.7, better=-1)
    assert kept_words("bfloat16", sure, 0.001, ACCURACY) == (
        "bfloat16 is as good as the baseline to within 0.10 points (95 % interval −0.05 to 0.05)"
    )
    assert kept_words("bfloat16", unsure, 0.001, ACCURACY).startswith("it is not shown that bfl")


def test_time_to_a_target_that_some_never_reach() -> None:
    every = time_to([6.0, 6.1, 5.0, 8.0, 7.0])
    assert every.sentence == "reached by 5 of 5 seeds, median 6.1 s"
    assert every.mean == pytest.approx((6.0 * 6.1 * 5.0 * 8.0 * 7.0) ** 0.2)
    assert every.note == ""
    some = time_to([6.0, None, 5.0, 8.0, None])
    assert some.sentence == "reached by 3 of 5 seeds, median 8.0 s"
    assert some.mean is None
    assert some.note == "no mean is given, as 2 runs never got there"
    half = time_to([6.0, None, 5.0, None])
    assert half.sentence == "reached by 2 of 4 seeds; too few for a median"
    assert time_to([None]).sentence == "reached by 0 of 1 seed; too few for a median"
