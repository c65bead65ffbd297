"""The pyramid loses no spike, holds long runs cheaply, and never answers NaN."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.curves.pyramid import (
    FACTOR,
    Extrema,
    FloatArray,
    GrowingArray,
    require_rising,
    visible_points,
)


class Pyramid:
    """One growing series of points."""

    def __init__(self) -> None:
        self.x, self.y = GrowingArray(np.float64), Extrema()

    @classmethod
    def of(cls, x: npt.ArrayLike, y: npt.ArrayLike) -> Pyramid:
        pyramid = cls()
        pyramid.append(x, y)
        return pyramid

    def append(self, x: npt.ArrayLike, y: npt.ArrayLike) -> None:
        self.x.append(x)
        self.y.append(y)

    def visible(self, x0: float, x1: float, buckets: int) -> tuple[FloatArray, FloatArray]:
        return visible_points(self.x.values, self.y, x0, x1, buckets)


def test_few_points_are_answered_exactly() -> None:
    pyramid = Pyramid.of([1.0, 2.0, 4.0], [3.0, 1.0, 2.0])
    x, y = pyramid.visible(0, 10, 100)
    assert x.tolist() == [1.0, 2.0, 4.0]
    assert y.tolist() == [3.0, 1.0, 2.0]


@pytest.mark.parametrize("spike", [0, 1, 7, 8, 63, 64, 499_999, 777_777, 999_998, 999_999])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_one_spike_in_a_million_is_always_visible(spike: int, sign: float) -> None:
    y = np.zeros(1_000_000, np.float32)
    y[spike] = sign
    pyramid = Pyramid.of(np.arange(len(y)), y)
    for low, high in ((0, 1e6), (spike - 3.5, spike + 90_000.5), (spike - 200_000, spike + 0.5)):
        x, values = pyramid.visible(low, high, 300)
        assert x[values == sign].tolist() == [spike]
        assert len(x) <= 2 * 303 + 2


@settings(max_examples=80, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 6000),
    buckets=st.integers(1, 60),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    pieces=st.integers(1, 9),
    bad=st.floats(0, 0.5),
)
def test_extremes_of_the_range_are_kept_in_order(
    seed: int, size: int, buckets: int, ends: tuple[float, float], pieces: int, bad: float
) -> None:
    random = np.random.default_rng(seed)
    x = np.cumsum(random.integers(0, 3, size)).astype(float)
    y = random.normal(size=size).astype(np.float32)
    y[random.random(size) < bad] = random.choice([np.nan, np.inf, -np.inf])
    pyramid = Pyramid()
    for part in np.array_split(np.arange(size), pieces):
        pyramid.append(x[part], y[part])
    low, high = sorted(end * x[-1] for end in ends)
    shown_x, shown_y = pyramid.visible(low, high, buckets)
    inside = (x >= low) & (x <= high) & np.isfinite(y)
    assert np.isfinite(shown_y).all()
    assert (np.diff(shown_x) >= 0).all()
    assert len(shown_x) <= 2 * (buckets + 3) + 2
    assert pyramid.y.non_finite == np.count_nonzero(~np.isfinite(y))
    if inside.any():
        drawn = shown_y[(shown_x >= low) & (shown_x <= high)]
        assert drawn.min() == y[inside].min()
        assert drawn.max() == y[inside].max()
    for side, picked in ((x < low, -1), (x > high, 0)):
        outside = np.flatnonzero(side & np.isfinite(y))
        if len(outside):
            assert x[outside[picked]] in shown_x, "the line must run to the edge of the plot"


def test_every_bucket_keeps_its_extremes_in_their_true_order() -> None:
    y = np.tile([0.0, 5.0, -5.0, 0.0], 4096).astype(np.float32)
    _, shown = Pyramid.of(np.arange(len(y)), y).visible(0, len(y), 64)
    assert set(shown.tolist()) == {5.0, -5.0}
    assert shown[:2].tolist() == [5.0, -5.0]


def test_appending_in_pieces_equals_building_at_once() -> None:
    y = np.random.default_rng(1).normal(size=30_000)
    x = np.arange(len(y), dtype=float)
    whole, grown = Pyramid.of(x, y), Pyramid()
    start = 0
    while start < len(y):
        stop = start + 1 + start % 23
        grown.append(x[start:stop], y[start:stop])
        start = stop
    for one, other in zip(
        whole.visible(100, 29_000, 200), grown.visible(100, 29_000, 200), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_truncated_points_are_forgotten_at_every_level() -> None:
    extrema = Extrema()
    y = np.zeros(FACTOR**4, np.float32)
    y[-1], y[-2] = 100.0, np.nan
    extrema.append(y)
    extrema.truncate(len(y) - 2)
    extrema.append(np.array([7.0, 0.0]))
    assert extrema.non_finite == 0
    found = extrema.indices(0, len(extrema), 10)
    assert extrema.values[found].max() == 7.0, "the levels above were built anew"


def test_only_nan_draws_nothing_but_is_counted() -> None:
    pyramid = Pyramid.of(np.arange(1000.0), np.full(1000, np.nan))
    x, y = pyramid.visible(0, 1000, 10)
    assert len(x) == len(y) == 0
    assert pyramid.y.non_finite == 1000


def test_a_long_end_of_nan_is_skipped_fast() -> None:
    y = np.full(2_000_000, np.nan, np.float32)
    y[:10] = 1.0
    pyramid = Pyramid.of(np.arange(len(y), dtype=float), y)
    x, _ = pyramid.visible(1_500_000, 1_600_000, 100)
    assert x.tolist() == [9.0]


@pytest.mark.parametrize(
    ("stored", "added", "message"),
    [
        ([], [1.0, 0.0], "x must not fall"),
        ([2.0], [1.0], "x must not fall"),
        ([], [np.nan], "x must be finite"),
    ],
)
def test_an_x_that_falls_is_refused_in_a_sentence(
    stored: list[float], added: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        require_rising(np.array(added), np.array(stored), "x")


def test_six_million_points_stay_cheap() -> None:
    pyramid = Pyramid.of(np.arange(6e6), np.random.default_rng(0).normal(size=6_000_000))
    costs = []
    for start in range(50):
        begin = time.perf_counter()
        x, _ = pyramid.visible(start * 1000, 6e6 - start, 1200)
        costs.append(time.perf_counter() - begin)
        assert 1200 < len(x) <= 2 * 1203 + 2
    # Measured 0.27 ms; the limit leaves room for a loaded machine.
    assert np.median(costs) < 0.002


def test_column_doubles_and_truncates() -> None:
    column = GrowingArray(np.int64, capacity=2)
    for value in range(9):
        column.append([value])
    column.truncate(4)
    column.truncate(8)
    assert column.values.tolist() == [0, 1, 2, 3]
