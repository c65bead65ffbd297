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

from workbench.curves.mean import Band, band_of
from workbench.curves.pyramid import Extrema, visible_indices
from workbench.curves.run import EPOCH_METRICS, Points, RunCurves
from workbench.curves.smoothing import Average
from workbench.figures.settings import Plot

Edges = tuple[npt.NDArray[np.float64], npt.NDArray[np.float32], npt.NDArray[np.float32]]
MOST_KEPT = 32_768
"""Buckets of a curve that is kept for slicing; beyond, few points are in sight."""

MOST_CUTS = 8
NOTHING: Points = (np.empty(0), np.empty(0, np.float32))


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
    _cuts: dict[object, tuple[object, Points]] = field(default_factory=dict, repr=False)

    @property
    def version(self) -> object:
        """Another one whenever what is drawn may be another."""
        return tuple((id(curves), curves.version) for curves in self.curves)

    def bounds(self, axis: str) -> tuple[float, float] | None:
        """The least and the greatest x, or None without data."""
        known = [b for b in (curves.bounds(axis) for curves in self.curves) if b is not None]
        return (min(b[0] for b in known), max(b[1] for b in known)) if known else None

    def catch_up(self, metric: str, smoothing: float, limit: int) -> bool:
        """Computes at most `limit` more smoothed values; True if some are left."""
        return self.curves[0].catch_up(metric, smoothing, limit)

    def smoothed_count(self, metric: str, smoothing: float) -> int:
        """How many smoothed values there are so far."""
        return self.curves[0].smoothed_count(metric, smoothing)

    def visible(
        self, metric: str, plot: Plot, x0: float, x1: float, buckets: int, smoothing: float
    ) -> Points:
        """What to draw between two x.

        The whole curve is cut to the density of this zoom once, and sliced while it is moved.
        """
        bounds = self.bounds(plot.axis)
        if bounds is None:
            return NOTHING
        doublings = _doublings(bounds, (x0, x1), plot.log_x)
        if buckets << doublings > MOST_KEPT:
            return self.curves[0].visible(
                metric, plot.axis, x0, x1, buckets, smoothing, logarithmic=plot.log_x
            )
        key = (metric, plot.axis, plot.log_x, smoothing, buckets << doublings)
        made_of = (self.version, self.smoothed_count(metric, smoothing))
        kept = self._cuts.get(key)
        if kept is None or kept[0] != made_of:
            cut = self.curves[0].visible(
                metric, plot.axis, *bounds, buckets << doublings, smoothing,
                logarithmic=plot.log_x,
            )  # fmt: skip
            if len(self._cuts) >= MOST_CUTS:
                self._cuts.clear()
            kept = self._cuts[key] = (made_of, cut)
        x, y = kept[1]
        start = max(int(np.searchsorted(x, x0, "left")) - 1, 0)
        stop = int(np.searchsorted(x, x1, "right")) + 1
        return x[start:stop], y[start:stop]

    def edges(self, metric: str, plot: Plot, x0: float, x1: float, buckets: int) -> Edges | None:
        """The band between two x; None for a run alone."""
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

    def visible(
        self, metric: str, plot: Plot, x0: float, x1: float, buckets: int, smoothing: float
    ) -> Points:
        mean = self.mean(metric, plot)
        if mean is None:
            return NOTHING
        found = self._found(mean, plot, x0, x1, buckets)
        return mean.band.x[found], mean.band.mean[found].astype(np.float32)

    def edges(self, metric: str, plot: Plot, x0: float, x1: float, buckets: int) -> Edges | None:
        mean = self.mean(metric, plot)
        if mean is None:
            return None
        found = self._found(mean, plot, x0, x1, buckets)
        low, high = (edge[found].astype(np.float32) for edge in (mean.band.low, mean.band.high))
        return mean.band.x[found], low, high

    def _found(
        self, mean: Mean, plot: Plot, x0: float, x1: float, buckets: int
    ) -> npt.NDArray[np.int64]:
        return visible_indices(mean.band.x, mean.extrema, x0, x1, buckets, logarithmic=plot.log_x)

    def value_at(self, metric: str, plot: Plot, x: float) -> tuple[float, float] | None:
        mean = self.mean(metric, plot)
        if mean is None or not len(mean.band.x):
            return None
        nearest = int(np.abs(mean.band.x - x).argmin())
        return float(mean.band.x[nearest]), float(mean.band.mean[nearest])


def _doublings(whole: tuple[float, float], shown: tuple[float, float], log_x: bool) -> int:
    """How often the shown part of x has to be doubled to reach the whole."""
    if log_x:
        least = max(whole[0], 1e-6 * whole[1], 1e-300)
        parts = math.log(max(whole[1] / least, 2.0)), math.log(shown[1] / shown[0])
    else:
        parts = whole[1] - whole[0], shown[1] - shown[0]
    return math.ceil(math.log2(max(parts[0] / parts[1], 1.0)))


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
