"""Screening designs: what is orthogonal to what, against sums made by hand and by simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest

from workbench.study.judging.design import (
    MOST_LEVERS,
    Screening,
    batches,
    effects,
    runs_of,
    screening,
)
from workbench.study.judging.noise import Noise

Array = npt.NDArray[np.float64]
NAMES = tuple("ABCDEFGHIJKLMNOPQRSTUVWX")


def responses(design: Screening, main: Array, together: dict[tuple[int, int], float]) -> Array:
    """What runs reach without noise: each lever adds its effect, some pairs something more."""
    applied = (design.signs > 0).astype(np.float64)
    found = applied @ main
    for (first, second), effect in together.items():
        found = found + effect * applied[:, first] * applied[:, second]
    return found


@pytest.mark.parametrize("count", range(1, MOST_LEVERS + 1))
def test_every_design_is_balanced_and_free_of_pairs(count: int) -> None:
    design = screening(NAMES[:count])
    x = design.signs.astype(np.float64)
    runs = len(x)
    assert runs == runs_of(count) == len(set(design.seeds))
    assert (x.sum(axis=0) == 0).all(), "each lever is on in half of the runs"
    assert (x.T @ x == runs * np.eye(count)).all(), "levers are orthogonal"
    pairs = [x[:, i] * x[:, j] for i, j in itertools.combinations(range(count), 2)]
    for pair in pairs:
        assert (x.T @ pair == 0).all(), "no lever is mixed up with what two do together"
    assert (x[: runs // 2] == -x[runs // 2 :]).all()


def test_sizes() -> None:
    sizes = {1: 2, 2: 4, 4: 8, 7: 16, 8: 16, 12: 24, 15: 32, 20: 40}
    assert {count: runs_of(count) for count in sizes} == sizes
    for count in (0, MOST_LEVERS + 1):
        with pytest.raises(ValueError, match="a screening takes 1 to 24 levers, got"):
            screening([f"lever {n}" for n in range(count)])


def test_which_run_applies_what() -> None:
    design = screening(["A", "B"], first_seed=5)
    assert design.signs.tolist() == [[1, 1], [1, -1], [-1, -1], [-1, 1]]
    assert [design.applied(run) for run in range(4)] == [("A", "B"), ("A",), (), ("B",)]
    assert design.seeds == (5, 6, 7, 8)
    assert design.order() == (0, 2, 1, 3)


def test_effects_by_hand() -> None:
    """A adds 3, B adds 1, both together 10 more. The main effect of A is (14 + 3 - 0 - 1) / 2."""
    found = effects(screening(["A", "B"]), [14.0, 3.0, 0.0, 1.0])
    a, b = (one.difference for one in found)
    assert a is not None
    assert b is not None
    assert (a.difference, b.difference) == (8.0, 6.0)
    # The rest after mean and levers is (14 - 3 + 0 - 1) / 4 = 2.5 in each run, with 1 degree.
    assert found[0].error == pytest.approx(math.sqrt(4 * 2.5**2))


def test_two_levers_together_bias_no_effect_whichever_runs_fail() -> None:
    design = screening(NAMES[:7])
    main = np.array([0.3, 0.0, -0.2, 0.0, 0.1, 0.0, 0.0])
    pairs = {(0, 1): 0.15, (3, 4): -0.2}
    wanted = main.copy()  # with the other lever of a pair on in half of the runs
    for (first, second), effect in pairs.items():
        wanted[[first, second]] += effect / 2
    reached = responses(design, main, pairs).tolist()
    assert estimates(design, reached) == pytest.approx(wanted)
    for lost in range(16):
        short = [None if run == lost else value for run, value in enumerate(reached)]
        assert estimates(design, short) == pytest.approx(wanted)
    # The plain half of it, without mirrors, takes a pair for a lever.
    half = np.linalg.lstsq(
        np.column_stack([np.ones(8), design.signs[:8]]), np.array(reached[:8]), rcond=None
    )[0]
    assert not np.allclose(2 * half[1:], wanted)


def estimates(design: Screening, reached: list[float | None]) -> list[float]:
    return [one.difference.difference for one in effects(design, reached) if one.difference]


def test_too_few_pairs_are_made_up_for_by_all_runs() -> None:
    """8 levers need all of the 8 pairs: with one run lost, the 15 others tell them."""
    design = screening(NAMES[:8])
    main = np.linspace(-0.2, 0.3, 8)
    reached: list[float | None] = responses(design, main, {}).tolist()
    assert all(one.is_clear for one in effects(design, reached))
    reached[3] = None
    found = effects(design, reached)
    assert not any(one.is_clear for one in found)
    assert [one.difference.difference for one in found if one.difference] == pytest.approx(main)


def test_what_cannot_be_told_apart_is_not_told() -> None:
    """Of the two pairs one is lost: A and B then change together in all that is left."""
    found = effects(screening(["A", "B"]), [2.0, None, 0.0, None])
    assert [one.difference for one in found] == [None, None]
    assert [one.error for one in found] == [math.inf, math.inf]
    nothing = effects(screening(["A", "B"]), [None] * 4)
    assert [one.difference for one in nothing] == [None, None]
    known = effects(screening(["A", "B"]), [None] * 4, Noise(0.1, 4))
    assert [one.difference for one in known] == [None, None]


def test_quantities_without_noise_have_exact_effects() -> None:
    design = screening(NAMES[:3])
    reached = responses(design, np.array([100.0, -50.0, 0.0]), {})
    found = [one.difference for one in effects(design, reached.tolist())]
    assert [one.difference for one in found if one] == pytest.approx([100.0, -50.0, 0.0])


def test_half_the_error_of_one_at_a_time() -> None:
    """7 levers, noise of 0.07 points, 16 runs: 0.035 against 0.071 points (16 runs: 2 each)."""
    rng = np.random.default_rng(3)
    design = screening(NAMES[:7])
    noise = rng.normal(0, 0.07, (3000, 16))
    folded = noise @ design.signs / 8
    single = noise[:, 2:].reshape(3000, 7, 2).mean(axis=2) - noise[:, :2].mean(axis=1)[:, None]
    assert folded.std() == pytest.approx(0.035, abs=0.001)
    assert single.std() == pytest.approx(0.070, abs=0.002)
    # What `effects` gives is that estimate, with that error on the mean.
    found = [effects(design, row.tolist()) for row in noise[:200]]
    slopes = [[one.difference.difference for one in row if one.difference] for row in found]
    assert np.allclose(slopes, folded[:200])
    errors = np.array([row[0].error for row in found])
    assert math.sqrt((errors**2).mean()) == pytest.approx(0.035, abs=0.002)


def test_intervals_hold_the_truth_in_95_of_100_cases() -> None:
    rng = np.random.default_rng(4)
    design = screening(NAMES[:5])
    truth = np.array([0.1, 0.0, -0.1, 0.05, 0.0])
    hits = 0
    for _ in range(300):
        reached = responses(design, truth, {}) + rng.normal(0, 0.07, len(design.seeds))
        values: list[float | None] = reached.tolist()
        values[int(rng.integers(len(values)))] = None
        for one, wanted in zip(effects(design, values), truth, strict=True):
            assert one.difference is not None
            hits += one.difference.low <= wanted <= one.difference.high
    assert hits / 1500 == pytest.approx(0.95, abs=0.015)


def test_known_noise_is_not_blown_up_by_pairs() -> None:
    design = screening(NAMES[:7])
    rng = np.random.default_rng(5)
    reached = responses(design, np.zeros(7), {(0, 1): 1.0}) + rng.normal(0, 0.07, 16)
    plain = effects(design, reached.tolist())[6].error
    known = effects(design, reached.tolist(), Noise(0.07, 8))[6].error
    assert plain > 0.07 > 0.045 > known > 0.025


def test_levers_that_exclude_each_other_are_screened_apart() -> None:
    conflicts = {frozenset(pair) for pair in (("stem", "kernel"), ("pooling", "head"))}
    levers = ["stem", "width", "kernel", "pooling", "head"]
    assert batches(levers, conflicts) == [("stem", "width", "pooling"), ("kernel", "head")]
    assert batches([], conflicts) == []
    many = [f"lever {n}" for n in range(MOST_LEVERS + 1)]
    assert [len(batch) for batch in batches(many, ())] == [MOST_LEVERS, 1]
