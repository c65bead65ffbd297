"""What the Compare plots draw: a run, or the mean of a group of runs, behind one interface.

Colours and pens live here beside the numbers; widgets never may.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from ui.plots.compare.cuts import Allowance, Cuts, FloatPoints
from ui.plots.ranges import Range
from workbench.curves.mean import Band, band_of
from workbench.curves.pyramid import Extrema, visible_indices
from workbench.curves.run import EPOCH_METRICS, Points, RunCurves
from workbench.curves.smoothing import Average
from workbench.figures.settings import Plot

Edges = tuple[npt.NDArray[np.float64], npt.NDArray[np.floating], npt.NDArray[np.floating]]
MOST_KEPT = 32_768
"""Parts of a curve that is kept for slicing; beyond, few points are in sight."""

NOTHING: FloatPoints = (np.empty(0), np.empty(0))


def in_data_units(plot: Plot, x_range: Range) -> Range:
    """A part of the x axis as the data have it: an axis shows logarithms where it is one."""
    low, high = x_range
    return (10.0**low, 10.0**high) if plot.log_x else (low, high)


@dataclass(frozen=True)
class CurveView:
    """What is asked of a curve: how it is drawn, where, and how finely.

    Attributes:
        x_range: What is shown; logarithms on a logarithmic axis.
        buckets: Parts of the shown width that get two points each.
        allowance: Time for recutting curves.
    """

    plot: Plot
    x_range: Range
    buckets: int
    allowance: Allowance = field(default_factory=Allowance)

    @property
    def window(self) -> Range:
        """The x that is shown, in units of the data."""
        return in_data_units(self.plot, self.x_range)

    def on_axes(
        self,
        x: npt.NDArray[np.float64],
        low: npt.NDArray[np.floating],
        high: npt.NDArray[np.floating],
    ) -> Edges:
        """Logarithms where an axis is logarithmic; what has none is left out."""
        if self.plot.log_x:
            keep = x > 0
            x, low, high = np.log10(x[keep]), low[keep], high[keep]
        if self.plot.log_y:
            keep = high > 0
            x, low, high = x[keep], low[keep], high[keep]
            low, high = np.log10(np.maximum(low, high * 1e-3)), np.log10(high)
        return x, low, high

    def points_on_axes(
        self, x: npt.NDArray[np.float64], y: npt.NDArray[np.floating]
    ) -> FloatPoints:
        """As `on_axes`, for a curve."""
        x, y, _ = self.on_axes(x, y, y)
        return x, y.astype(np.float64)


@dataclass
class Item:
    """One curve of the plots.

    Attributes:
        key: Tells it from the others: the run's id, or the group's words.
        run_ids: The run, or the runs of the group.
        name: In legend and readout.
        hidden: By a click in the legend.
    """

    key: str
    run_ids: tuple[str, ...]
    name: str
    colour: QColor
    style: Qt.PenStyle
    curves: Sequence[RunCurves]
    hidden: bool = False
    _bounds: tuple[object, Range | None] = field(default=(None, None), repr=False, compare=False)
    _cuts: Cuts = field(default_factory=Cuts, repr=False, compare=False)

    @property
    def version(self) -> object:
        """Another one whenever what is drawn may be another."""
        return tuple((id(curves), curves.version) for curves in self.curves)

    def bounds(self, axis: str) -> tuple[float, float] | None:
        """The least and the greatest x, or None without data."""
        made_of = (self.version, axis)
        if self._bounds[0] != made_of:
            known = [b for b in (curves.bounds(axis) for curves in self.curves) if b is not None]
            whole = (min(b[0] for b in known), max(b[1] for b in known)) if known else None
            self._bounds = (made_of, whole)
        return self._bounds[1]

    def catch_up(self, metric: str, smoothing: float, limit: int) -> bool:
        """Computes at most `limit` more smoothed values; True if some are left."""
        return self.curves[0].catch_up(metric, smoothing, limit)

    def smoothed_count(self, metric: str, smoothing: float) -> int:
        """How many smoothed values there are so far."""
        return self.curves[0].smoothed_count(metric, smoothing)

    def visible(self, metric: str, view: CurveView, smoothing: float) -> FloatPoints:
        """What to draw, in units of the axes.

        The whole curve is cut to the density of this zoom once, and sliced while it is moved.
        """
        plot, curves = view.plot, self.curves[0]
        bounds = self.bounds(plot.axis)
        if bounds is None:
            return NOTHING
        density = view.buckets << _doublings(bounds, view)

        def cut(x0: float, x1: float, buckets: int) -> FloatPoints:
            return view.points_on_axes(
                *curves.visible(
                    metric, plot.axis, x0, x1, buckets, smoothing, logarithmic=plot.log_x
                )
            )

        if density > MOST_KEPT:
            return cut(*view.window, view.buckets)
        x, y = self._cuts.get(
            (metric, plot.axis, plot.log_x, plot.log_y, smoothing),
            (self.version, self.smoothed_count(metric, smoothing)),
            density,
            lambda: cut(*bounds, density),
            view.allowance,
        )
        start = max(int(x.searchsorted(view.x_range[0], "left")) - 1, 0)
        stop = int(x.searchsorted(view.x_range[1], "right")) + 1
        return x[start:stop], y[start:stop]

    def edges(self, metric: str, view: CurveView) -> Edges | None:
        """The band to draw, in units of the axes; None for a run alone."""
        return None

    def value_at(self, metric: str, plot: Plot, x: float) -> tuple[float, float] | None:
        """The point nearest to `x`."""
        return self.curves[0].value_at(metric, plot.axis, x, plot.smoothing)


@dataclass(frozen=True)
class Mean:
    """A mean as it is drawn."""

    band: Band
    extrema: Extrema


@dataclass
class GroupItem(Item):
    """Several runs as their mean; computed elsewhere, as it may take a while."""

    means: dict[tuple[str, str, float, str], tuple[object, Mean]] = field(default_factory=dict)

    def key_of(self, metric: str, plot: Plot) -> tuple[str, str, float, str]:
        """Which mean a plot needs."""
        return metric, plot.axis, _smoothing(metric, plot), plot.band

    def mean(self, metric: str, plot: Plot) -> Mean | None:
        """The mean for a plot, also one that is out of date; None where it isn't known yet."""
        known = self.means.get(self.key_of(metric, plot))
        return known[1] if known is not None else None

    def is_stale(self, metric: str, plot: Plot) -> bool:
        """Whether the mean for a plot has to be computed."""
        known = self.means.get(self.key_of(metric, plot))
        return known is None or known[0] != self.version

    def catch_up(self, metric: str, smoothing: float, limit: int) -> bool:
        return False

    def smoothed_count(self, metric: str, smoothing: float) -> int:
        return sum(len(known[1].band.x) for known in self.means.values())

    def visible(self, metric: str, view: CurveView, smoothing: float) -> FloatPoints:
        mean = self.mean(metric, view.plot)
        if mean is None:
            return NOTHING
        found = _found(mean, view)
        return view.points_on_axes(mean.band.x[found], mean.band.mean[found])

    def edges(self, metric: str, view: CurveView) -> Edges | None:
        mean = self.mean(metric, view.plot)
        if mean is None:
            return None
        found = _found(mean, view)
        return view.on_axes(mean.band.x[found], mean.band.low[found], mean.band.high[found])

    def value_at(self, metric: str, plot: Plot, x: float) -> tuple[float, float] | None:
        mean = self.mean(metric, plot)
        if mean is None or not len(mean.band.x):
            return None
        nearest = int(np.abs(mean.band.x - x).argmin())
        return float(mean.band.x[nearest]), float(mean.band.mean[nearest])


def _found(mean: Mean, view: CurveView) -> npt.NDArray[np.int64]:
    return visible_indices(
        mean.band.x, mean.extrema, *view.window, view.buckets, logarithmic=view.plot.log_x
    )


def _doublings(whole: Range, view: CurveView) -> int:
    """How often the shown part of x has to be doubled to reach the whole."""
    low, high = whole
    if view.plot.log_x:
        least = max(low, 1e-6 * high, 1e-300)
        low, high = math.log10(least), math.log10(max(high, 2.0 * least))
    parts = (high - low) / (view.x_range[1] - view.x_range[0])
    return math.ceil(math.log2(max(parts, 1.0)))


def mean_of(points: Sequence[Points], metric: str, plot: Plot) -> Mean:
    """The mean of copied points; for a thread."""
    smoothing = _smoothing(metric, plot)
    smoothed = [
        (x, Average(smoothing).extend(y).astype(np.float32)) if smoothing else (x, y)
        for x, y in points
    ]
    band = band_of(smoothed, plot.band)
    extrema = Extrema()
    extrema.append(band.mean)
    return Mean(band, extrema)


def _smoothing(metric: str, plot: Plot) -> float:
    return 0.0 if metric in EPOCH_METRICS else plot.smoothing
