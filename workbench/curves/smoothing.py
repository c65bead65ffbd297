"""The exponential moving average of a curve, with TensorBoard's debiasing, without a Python loop.

Plain NumPy lives here. Qt and knowledge of runs never may.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from workbench.curves.pyramid import Extrema, FloatArray

MAX_WEIGHT = 0.999

_SMALLEST = 1e-200
"""Powers of the weight within one row stay above this, so that their inverse cannot overflow."""


class Average:
    """A running average: s = w s + (1 - w) y, answered as s / (1 - w^n).

    Non-finite values neither count nor disturb those after them; their average is NaN.
    """

    def __init__(self, weight: float) -> None:
        self.weight = min(max(weight, 0.0), MAX_WEIGHT)
        self._sum = 0.0
        self._count = 0

    def extend(self, values: FloatArray) -> npt.NDArray[np.float64]:
        """The averages at `values` (shape `(n,)`), which follow all that came before."""
        y = np.asarray(values, dtype=np.float64)
        finite = np.isfinite(y)
        if finite.all():
            return self._finite(y)
        smooth = np.full(len(y), np.nan)
        smooth[finite] = self._finite(y[finite])
        return smooth

    def _finite(self, y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if self.weight == 0.0 or len(y) == 0:
            self._count += len(y)
            return y.copy()
        biased = self._recurrence(y)
        counts = np.arange(self._count + 1, self._count + len(y) + 1, dtype=np.float64)
        self._count += len(y)
        self._sum = float(biased[-1])
        # 1 - w^n, without losing digits where w is close to 1.
        return np.asarray(biased / -np.expm1(counts * math.log(self.weight)))

    def _recurrence(self, y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Solve the recurrence row by row: within a row it is a cumulative sum of y / w^i."""
        log = math.log(self.weight)
        width = max(1, min(1024, int(math.log(_SMALLEST) / log), len(y)))
        rows = -(-len(y) // width)
        padded = np.zeros(rows * width)
        padded[: len(y)] = y
        table = padded.reshape(rows, width)
        powers = np.exp(log * np.arange(1, width + 1))
        within = np.cumsum(table * ((1.0 - self.weight) / powers), axis=1) * powers
        carried = np.empty(rows)
        carry, step = self._sum, float(powers[-1])
        for row, last in enumerate(within[:, -1].tolist()):
            carried[row] = carry
            carry = carry * step + last
        within += carried[:, None] * powers
        return np.asarray(within.reshape(-1)[: len(y)])


class SmoothSeries:
    """The smoothed copy of an `Extrema`, computed in pieces as far as asked for."""

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self._average = Average(weight)
        self.extrema = Extrema()

    def catch_up(self, source: Extrema, limit: int) -> bool:
        """Smooth at most `limit` further values of `source`; True if some are left to do."""
        done = len(self.extrema)
        piece = source.values[done : done + limit]
        if len(piece):
            self.extrema.append(self._average.extend(piece))
        return len(self.extrema) < len(source)
