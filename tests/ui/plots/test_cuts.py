"""Kept cuts of curves: whatever stands in for which, no spike is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from ui.plots.compare.compared import CurveView, Item
from ui.plots.compare.cuts import CLOSE, MOST_CUTS, Allowance, Cuts, FloatPoints, thinned
from workbench.curves.run import RunCurves
from workbench.figures.settings import Plot


def noise(points: int) -> FloatPoints:
    return np.arange(points, dtype=float), np.random.default_rng(points).normal(size=points)


class Curve:
    """A curve to cut that counts how often it is."""

    def __init__(self) -> None:
        self.cuts = Cuts()
        self.made: list[int] = []
        self.version = 0

    def get(self, density: int, allowance: Allowance | None = None) -> FloatPoints:
        def cut() -> FloatPoints:
            self.made.append(density)
            return noise(2 * density)

        return self.cuts.get("loss", self.version, density, cut, allowance or Allowance())


@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 800),
    parts=st.integers(1, 100),
    levels=st.integers(1, 50),
)
def test_thinning_keeps_the_extremes_of_every_part_and_both_ends(
    seed: int, size: int, parts: int, levels: int
) -> None:
    random = np.random.default_rng(seed)
    x = np.cumsum(random.integers(0, 9, size)).astype(float)
    y = random.integers(0, levels, size).astype(float)
    thin_x, thin_y = thinned((x, y), parts)
    assert len(thin_x) <= 2 * parts + 4
    assert (np.diff(thin_x) >= 0).all()
    assert (thin_x[0], thin_x[-1]) == (x[0], x[-1])
    assert (thin_y[0], thin_y[-1]) == (y[0], y[-1])
    width = (x[-1] - x[0]) / parts
    for start in np.arange(parts) * width + x[0]:
        whole = y[(x >= start) & (x < start + width)]
        near = (thin_x >= start - width) & (thin_x <= start + 2 * width)
        if len(whole):
            assert thin_y[near].min() <= whole.min()
            assert thin_y[near].max() >= whole.max()


def test_a_coarse_cut_is_made_of_a_fine_one() -> None:
    curve = Curve()
    fine = curve.get(500)
    coarse = curve.get(50)
    assert curve.made == [500]
    assert 100 <= len(coarse[0]) <= 102
    assert coarse[1].max() == fine[1].max()
    assert curve.get(50)[0] is coarse[0]
    assert curve.get(int(500 / CLOSE))[0] is fine[0], "nearly as coarse as is asked for"


def test_without_time_a_coarser_cut_stands_in_until_there_is_some() -> None:
    curve = Curve()
    coarse = curve.get(50)
    hurried = Allowance(0.0)
    assert curve.get(400, hurried)[0] is coarse[0]
    assert hurried.was_short
    assert len(curve.get(400)[0]) == 800
    assert curve.made == [50, 400]


def test_other_values_are_cut_anew_even_without_time() -> None:
    curve = Curve()
    old = curve.get(50)
    curve.version = 1
    assert curve.get(50, Allowance(0.0))[0] is not old[0]
    assert curve.made == [50, 50]


def test_only_so_many_are_kept() -> None:
    curve = Curve()
    for power in range(MOST_CUTS + 3):
        curve.get(1 << power)
    assert len(curve.cuts._kept) == MOST_CUTS


@pytest.mark.parametrize("log_x", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.9])
@pytest.mark.parametrize("seconds", [0.0, float("inf")])
def test_every_spike_in_sight_is_drawn_in_every_frame_of_a_zoom(
    log_x: bool, smoothing: float, seconds: float
) -> None:
    steps = np.arange(1.0, 10_001.0)
    loss = np.random.default_rng(0).random(len(steps))
    spikes = np.array([5, 70, 813, 4_444, 4_460, 9_990])
    loss[spikes] = 100.0
    curves = RunCurves(100, 32)
    curves.append_steps(steps, steps, loss, loss, loss, loss)
    curves.catch_up("loss", smoothing)
    item = Item("a", ("a",), "a", QColor("red"), Qt.PenStyle.SolidLine, [curves])
    whole = np.array([0.0, 4.0]) if log_x else np.array([0.0, 10_000.0])
    centre = np.log10(4_450) if log_x else 4_450.0
    plot = Plot(log_x=log_x, smoothing=smoothing)
    for zoom in (*np.geomspace(1, 1e-3, 30), *np.geomspace(1e-3, 1, 30)):
        low, high = centre + (whole - centre) * zoom
        x, y = item.visible("loss", CurveView(plot, (low, high), 48, Allowance(seconds)), smoothing)
        tall = x[y > (5.0 if smoothing else 99.0)]
        at = np.log10(steps[spikes]) if log_x else steps[spikes]
        part = 2 * (high - low if seconds else whole[1] - whole[0]) / 48
        for spike in at[(at >= low) & (at <= high)]:
            assert np.abs(tall - spike).min() <= part
