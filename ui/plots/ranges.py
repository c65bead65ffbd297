"""Which part of the data a plot shows while it follows them: robust, and calm.

Pure functions live here. Qt never may.
"""

from __future__ import annotations

import math
from enum import Enum

import numpy as np
import numpy.typing as npt

from ui.plots.ticks import step_between

Range = tuple[float, float]

_OUTLIER = 10.0
"""A curve whose greatest value is over this many times its 99th percentile is cut off."""


class Anchor(Enum):
    """What the y axis must show besides the data."""

    DATA = "data"
    ZERO = "zero"
    SHARE = "share"
    """Never below 0 nor above 1."""


def robust_bounds(values: npt.NDArray[np.floating]) -> Range | None:
    """The bounds of finite `values` without a spike that would flatten all else."""
    if len(values) == 0:
        return None
    low, high = float(values.min()), float(values.max())
    if len(values) >= 20:
        place = int(0.99 * (len(values) - 1))
        most = float(np.partition(values, place)[place])  # the 99th percentile, five times faster
        if most > 0 and high > _OUTLIER * most:
            high = 1.5 * most
    return low, high


def padded(bounds: Range, anchor: Anchor, logarithmic: bool = False) -> Range:
    """`bounds` with some air, and never empty."""
    low, high = bounds
    if anchor is Anchor.ZERO and not logarithmic:
        low = min(low, 0.0)
    span = high - low
    if span <= 0:
        span = 0.5 if logarithmic else max(abs(high) * 0.2, 1e-6)
        low, high = low - span / 2, high + span / 2
    air = 0.06 * span
    bottom = low if (anchor is Anchor.ZERO and low == 0.0 and not logarithmic) else low - air
    if low >= 0 and not logarithmic:  # no number below zero on the axis of what has none
        bottom = max(bottom, -0.02 * span)
    top = high + air
    if anchor is Anchor.SHARE:
        bottom, top = max(bottom, -0.02), min(top, 1.02)
    return bottom, top


def settled(current: Range | None, wanted: Range) -> Range:
    """Keep `current` while it shows `wanted` well: axes that jump with every value unsettle.

    It is well shown when nothing is cut off and at least two thirds of the height are used.
    """
    if current is None:
        return wanted
    slack = 1e-9 * (wanted[1] - wanted[0])
    inside = current[0] <= wanted[0] + slack and current[1] >= wanted[1] - slack
    used = (wanted[1] - wanted[0]) / max(current[1] - current[0], 1e-300)
    return current if inside and used >= 0.66 else wanted


def follow_x(bounds: Range) -> Range:
    """The x range for data within `bounds`: it grows in round steps, ahead of the data."""
    low, high = bounds
    if 0 <= low <= 0.1 * high:
        low = 0.0
    if high <= low:
        return low, low + 1.0
    step = step_between(low, high, 20)
    return low, math.ceil((high - 1e-9 * step) / step) * step
