"""Several runs as one curve: their mean, and a band of how far they lie apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.curves.run import Points

MOST_POINTS = 4000
"""Where the runs have no points in common and many, the mean is taken at this many places."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """The mean of some runs.

    Attributes:
        x: Where; shape (n,).
        mean, low, high: Over the runs that reach as far; shape (n,).
        count: How many these are; shape (n,).
    """

    x: Values
    mean: Values
    low: Values
    high: Values
    count: npt.NDArray[np.int64]


def _deviation(table: Values, mean: Values, count: npt.NDArray[np.int64]) -> tuple[Values, Values]:
    """One standard deviation of the sample to either side; none where there is one run."""
    squares = np.nansum((table - mean) ** 2, axis=0)
    spread = np.sqrt(squares / np.maximum(count - 1, 1))
    return mean - spread, mean + spread


def _extremes(table: Values, mean: Values, count: npt.NDArray[np.int64]) -> tuple[Values, Values]:
    """The least and the greatest."""
    return np.nanmin(table, axis=0), np.nanmax(table, axis=0)


SPREADS: dict[str, Callable[[Any, Any, Any], tuple[Values, Values]]] = {
    "std": _deviation,
    "minmax": _extremes,
}
"""What a band can show, by name."""


def band_of(curves: Sequence[Points], spread: str) -> Band:
    """The mean of curves, each interpolated between its points and never beyond them.

    Args:
        curves: x not falling; values that are not finite are left out.
        spread: A name in `SPREADS`.
    """
    finite = [_finite(x, y) for x, y in curves]
    known = [(x, y) for x, y in finite if len(x)]
    if not known:
        empty = np.empty(0)
        return Band(empty, empty, empty, empty, np.empty(0, np.int64))
    grid = _grid([x for x, _ in known])
    table = np.stack([np.interp(grid, x, y, np.nan, np.nan) for x, y in known])
    count = np.sum(~np.isnan(table), axis=0)
    reached = count > 0  # there may be a gap between runs that lie one after the other
    grid, table, count = grid[reached], table[:, reached], count[reached]
    mean = np.nansum(table, axis=0) / count
    low, high = SPREADS[spread](table, mean, count)
    return Band(grid, mean, low, high, count)


def _finite(x: Values, y: npt.NDArray[np.float32]) -> tuple[Values, Values]:
    keep = np.isfinite(y)
    return x[keep], y[keep].astype(np.float64)


def _grid(columns: Sequence[Values]) -> Values:
    """Where the mean is taken: where the runs have points, unless that is too many places."""
    every = np.unique(np.concatenate(columns))
    longest = max(len(column) for column in columns)
    if len(every) <= max(longest, MOST_POINTS):
        return every
    return np.linspace(every[0], every[-1], MOST_POINTS)
