"""Curves cut to the density that a zoom needs, kept so that moving the view only slices them.

How a curve is cut from its pyramid never lives here, nor where its values come from.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

import numpy as np
import numpy.typing as npt

FloatPoints = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

MOST_CUTS = 12
"""Cuts of one run that are kept; the oldest are forgotten."""

CLOSE = 1.25
"""A cut that is finer by no more than this is as good as the one that is asked for."""


class Allowance:
    """How long one frame may spend recutting curves: a view that is moved has to follow.

    Args:
        seconds: Of the frame that begins now; infinite for a view at rest.
    """

    def __init__(self, seconds: float = float("inf")) -> None:
        self._end = time.perf_counter() + seconds
        self.was_short = False

    def lasts(self) -> bool:
        """Whether another curve may be cut. Remembers that one could not be."""
        if time.perf_counter() < self._end:
            return True
        self.was_short = True
        return False


class Cuts:
    """The cuts of one run's curves."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Hashable, int], tuple[object, FloatPoints]] = {}

    def get(
        self,
        series: Hashable,
        made_of: object,
        density: int,
        cut: Callable[[], FloatPoints],
        allowance: Allowance,
    ) -> FloatPoints:
        """A curve in at least `density` parts of two points, or in fewer for the time being.

        Args:
            series: Which curve.
            made_of: Changes whenever the values do.
            density: Parts of the whole curve.
            cut: Recuts it.
            allowance: Without any left, a coarser cut stands in, if there is one.
        """
        kept = self._kept.get((series, density))
        if kept is not None and kept[0] == made_of:
            return kept[1]
        known = {
            key[1]: points
            for key, (source, points) in self._kept.items()
            if key[0] == series and source == made_of
        }
        near = min((parts for parts in known if parts >= density), default=None)
        if near is None:
            if known and not allowance.lasts():
                return known[max(known)]
            points = cut()
        elif near <= CLOSE * density:
            points = known[near]
        else:
            finest = max(known)
            points = thinned(known[finest], density)
        self._keep((series, density), made_of, points)
        return points

    def _keep(self, key: tuple[Hashable, int], made_of: object, points: FloatPoints) -> None:
        self._kept.pop(key, None)
        if len(self._kept) >= MOST_CUTS:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (made_of, points)


def thinned(points: FloatPoints, parts: int) -> FloatPoints:
    """The minimum and maximum of each of `parts` equally wide parts, and both ends.

    What a cut keeps are extremes already, so none is lost.
    """
    x, y = points
    if len(x) <= 2 * parts:
        return points
    part = ((x - x[0]) * (parts / ((x[-1] - x[0]) or 1.0))).astype(np.int64)
    starts = np.flatnonzero(part[1:] != part[:-1]) + 1
    starts = np.concatenate([[0], starts])
    sizes = np.diff(starts, append=len(x))
    chosen = np.zeros(len(x), bool)
    chosen[0] = chosen[-1] = True
    for extreme in (np.minimum, np.maximum):
        equal = np.flatnonzero(y == np.repeat(extreme.reduceat(y, starts), sizes))
        of = part[equal]
        chosen[equal[:1]] = True
        chosen[equal[1:][of[1:] != of[:-1]]] = True  # the first of several that are as extreme
    return x[chosen], y[chosen]
