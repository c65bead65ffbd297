"""Growing arrays and a min/max pyramid over them, so that a plot of millions of points stays cheap.

Plain NumPy lives here. Qt, pyqtgraph and anything that knows what a run is never may.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
IndexArray = npt.NDArray[np.int64]

_LOG_PARTS = 16
"""Of a logarithmic x axis; within one, buckets hold equally many points."""

_Pair = tuple[npt.NDArray[Any], npt.NDArray[Any]]
"""Where the minima and where the maxima of some buckets are."""

FACTOR = 8
"""Points (or blocks of the level below) that one block summarises."""

_OVERSAMPLING = 2
"""A level is fine enough when it has this many blocks for each bucket that is asked for."""


class GrowingArray:
    """A one-dimensional array that grows in amortised constant time (doubled when full)."""

    def __init__(self, dtype: npt.DTypeLike, capacity: int = 64) -> None:
        self._data: npt.NDArray[Any] = np.empty(capacity, dtype)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> npt.NDArray[Any]:
        """What is stored, as a view: valid until the next `append`."""
        return self._data[: self._size]

    @property
    def nbytes(self) -> int:
        """Bytes allocated."""
        return self._data.nbytes

    def append(self, values: npt.ArrayLike) -> None:
        """Add `values` (shape `(n,)`) at the end."""
        added = np.asarray(values)
        needed = self._size + len(added)
        if needed > len(self._data):
            grown = np.empty(max(needed, 2 * len(self._data)), self._data.dtype)
            grown[: self._size] = self.values
            self._data = grown
        self._data[self._size : needed] = added
        self._size = needed

    def truncate(self, size: int) -> None:
        """Keep the first `size` values."""
        self._size = min(size, self._size)


class _Level:
    """Of every complete block at one level: its extreme values, and where they are."""

    def __init__(self) -> None:
        self.low, self.high = GrowingArray(np.float32), GrowingArray(np.float32)
        self.low_at, self.high_at = GrowingArray(np.int32), GrowingArray(np.int32)

    def __len__(self) -> int:
        return len(self.low)

    @property
    def columns(self) -> tuple[GrowingArray, ...]:
        return self.low, self.high, self.low_at, self.high_at

    def truncate(self, blocks: int) -> None:
        for column in self.columns:
            column.truncate(blocks)


class Extrema:
    """A min/max pyramid over a growing series of values that knows nothing of x.

    Several x axes (step, epoch, seconds) can so share one pyramid: it answers with indices.
    Non-finite values are kept in `values` as NaN and counted, but never answered.
    """

    def __init__(self) -> None:
        self._values = GrowingArray(np.float32)
        self._levels: list[_Level] = []
        self._non_finite = 0

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> npt.NDArray[np.float32]:
        """All values, NaN for those that were not finite. Valid until the next `append`."""
        return self._values.values

    @property
    def nbytes(self) -> int:
        """Bytes allocated, with the levels (about 1.3 times the values alone)."""
        levels = (column.nbytes for level in self._levels for column in level.columns)
        return self._values.nbytes + sum(levels)

    @property
    def non_finite(self) -> int:
        """How many of the values were NaN or infinite."""
        return self._non_finite

    def append(self, values: npt.ArrayLike) -> None:
        """Add `values` (shape `(n,)`), in amortised O(n)."""
        with np.errstate(over="ignore"):
            added = np.array(values, dtype=np.float32)
        bad = ~np.isfinite(added)
        count = int(np.count_nonzero(bad))
        if count:
            added[bad] = np.nan
            self._non_finite += count
        self._values.append(added)
        self._build()

    def truncate(self, size: int) -> None:
        """Keep the first `size` values."""
        if self._non_finite:
            self._non_finite -= int(np.count_nonzero(np.isnan(self.values[size:])))
        self._values.truncate(size)
        block = FACTOR
        for level in self._levels:
            level.truncate(size // block)
            block *= FACTOR

    def _build(self) -> None:
        """Summarise the blocks that became complete, from the finest level up."""
        total = len(self._values)
        for depth in range(64):
            total //= FACTOR
            if depth == len(self._levels):
                if total == 0:
                    return
                self._levels.append(_Level())
            level = self._levels[depth]
            done = len(level)
            if total == done:
                return
            source = slice(done * FACTOR, total * FACTOR)
            if depth == 0:
                raw = self.values[source]
                low, high = self._without_nan(raw)
                at = np.arange(source.start, source.stop, dtype=np.int32)
                low_at = high_at = at
            else:
                below = self._levels[depth - 1]
                low, high = below.low.values[source], below.high.values[source]
                low_at, high_at = below.low_at.values[source], below.high_at.values[source]
            _summarise(level, low, high, low_at, high_at)

    def _without_nan(self, raw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """`raw` for looking for a minimum, and for a maximum: NaN can be neither."""
        if not self._non_finite:
            return raw, raw
        bad = np.isnan(raw)
        return np.where(bad, np.float32(np.inf), raw), np.where(bad, np.float32(-np.inf), raw)

    def indices(self, start: int, stop: int, buckets: int) -> IndexArray:
        """Where to draw between index `start` and `stop` (exclusive), in rising order.

        Every index if there are at most `2 * buckets`, or else the minimum and the maximum of
        each of at most `buckets + 3` buckets. No value outside the answer lies below the smallest
        or above the largest of its bucket, so no spike is lost. Non-finite values are left out.
        """
        start, stop = max(start, 0), min(stop, len(self))
        buckets = max(buckets, 1)
        if stop - start <= 2 * buckets:
            found = np.arange(start, max(stop, start), dtype=np.int64)
        else:
            found = self._reduced(start, stop, buckets)
        if self._non_finite:
            found = found[~np.isnan(self.values[found])]
        return found

    def _reduced(self, start: int, stop: int, buckets: int) -> IndexArray:
        size, depth = 1, -1
        while (stop - start) // (size * FACTOR) >= _OVERSAMPLING * buckets:
            size *= FACTOR
            depth += 1
        first, last = -(-start // size), stop // size
        if depth < 0:
            low, high = self._without_nan(self.values[first:last])
            low_at = high_at = np.arange(first, last, dtype=np.int64)
        else:
            level = self._levels[depth]
            low, high = level.low.values[first:last], level.high.values[first:last]
            low_at, high_at = level.low_at.values[first:last], level.high_at.values[first:last]
        parts = [
            *self._raw_extremes(start, first * size),
            *_grouped(low, high, low_at, high_at, buckets),
            *self._raw_extremes(last * size, stop),
        ]
        return _in_order(
            np.concatenate([low for low, _ in parts]), np.concatenate([high for _, high in parts])
        )

    def _raw_extremes(self, start: int, stop: int) -> list[_Pair]:
        """The extremes of a ragged edge: the points that fill no block of the level in use."""
        if stop <= start:
            return []
        low, high = self._without_nan(self.values[start:stop])
        return [(np.array([start + int(low.argmin())]), np.array([start + int(high.argmax())]))]

    def neighbour(self, index: int, direction: int) -> int | None:
        """The finite value at `index` or the nearest beyond it in `direction` (-1 or 1)."""
        width = 64
        while 0 <= index < len(self):
            if direction > 0:
                piece = self.values[index : index + width]
                found = np.flatnonzero(np.isfinite(piece))
                if len(found):
                    return index + int(found[0])
                index += width
            else:
                first = max(index + 1 - width, 0)
                found = np.flatnonzero(np.isfinite(self.values[first : index + 1]))
                if len(found):
                    return first + int(found[-1])
                index = first - 1
            width *= 2
        return None


def _summarise(
    level: _Level,
    low: FloatArray,
    high: FloatArray,
    low_at: npt.NDArray[Any],
    high_at: npt.NDArray[Any],
) -> None:
    """Append to `level` the blocks of `FACTOR` neighbours each."""
    for values, at, out, out_at, pick in (
        (low, low_at, level.low, level.low_at, np.argmin),
        (high, high_at, level.high, level.high_at, np.argmax),
    ):
        chosen = pick(values.reshape(-1, FACTOR), axis=1)
        flat = chosen + np.arange(0, len(values), FACTOR)
        out.append(values[flat])
        out_at.append(at[flat])


def _grouped(
    low: FloatArray,
    high: FloatArray,
    low_at: npt.NDArray[Any],
    high_at: npt.NDArray[Any],
    buckets: int,
) -> list[_Pair]:
    """Where the extremes of at most `buckets + 1` equal groups of neighbouring blocks are."""
    if len(low) == 0:
        return []
    width = -(-len(low) // buckets)
    whole = len(low) // width * width
    starts = np.arange(0, whole, width)
    pairs = [
        (
            low_at[low[:whole].reshape(-1, width).argmin(axis=1) + starts],
            high_at[high[:whole].reshape(-1, width).argmax(axis=1) + starts],
        )
    ]
    if whole < len(low):
        at_low, at_high = whole + int(low[whole:].argmin()), whole + int(high[whole:].argmax())
        pairs.append((low_at[at_low : at_low + 1], high_at[at_high : at_high + 1]))
    return pairs


def _in_order(low_at: npt.NDArray[Any], high_at: npt.NDArray[Any]) -> IndexArray:
    """The two places of each bucket one after the other; once where they are the same.

    Buckets follow each other, so no sorting is needed.
    """
    merged = np.empty(2 * len(low_at), np.int64)
    np.minimum(low_at, high_at, out=merged[0::2])
    np.maximum(low_at, high_at, out=merged[1::2])
    keep = np.ones(len(merged), bool)
    keep[1::2] = low_at != high_at
    return merged[keep]


def visible_indices(
    x: FloatArray,
    extrema: Extrema,
    x0: float,
    x1: float,
    buckets: int,
    *,
    logarithmic: bool = False,
) -> IndexArray:
    """Which points to draw of `extrema` over `x` (same length, non-decreasing) from `x0` to `x1`.

    At most about `2 * buckets`, among them one beyond either edge if there is one, so that lines
    run to the edge. On a `logarithmic` x axis each part of its length gets as many as another.
    """
    size = len(extrema)
    start = int(np.searchsorted(x[:size], x0, side="left"))
    stop = int(np.searchsorted(x[:size], x1, side="right"))
    if logarithmic and stop - start > 2 * buckets:
        parts = _log_parts(x[start:stop], extrema, start, buckets)
    else:
        parts = [extrema.indices(start, stop, buckets)]
    before, after = extrema.neighbour(start - 1, -1), extrema.neighbour(stop, 1)
    if before is not None:
        parts.insert(0, np.array([before]))
    if after is not None:
        parts.append(np.array([after]))
    return np.concatenate(parts).astype(np.int64)


def visible_points(
    x: FloatArray,
    extrema: Extrema,
    x0: float,
    x1: float,
    buckets: int,
    *,
    logarithmic: bool = False,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]:
    """The points of `visible_indices`. Both answers are finite and new arrays."""
    found = visible_indices(x, extrema, x0, x1, buckets, logarithmic=logarithmic)
    return x[found].astype(np.float64), extrema.values[found]


def _log_parts(x: FloatArray, extrema: Extrema, start: int, buckets: int) -> list[IndexArray]:
    """The indices to draw of `x`, which begins at index `start`, in parts of equal length."""
    first = int(np.searchsorted(x, 0.0, side="right"))
    if first == len(x):
        return [np.empty(0, np.int64)]
    edges = np.geomspace(float(x[first]), float(x[-1]), _LOG_PARTS + 1)[1:-1]
    stops = [first, *np.searchsorted(x, edges).tolist(), len(x)]
    share = max(1, buckets // _LOG_PARTS)
    return [
        extrema.indices(start + low, start + high, share) for low, high in itertools.pairwise(stops)
    ]


def require_rising(added: FloatArray, stored: FloatArray, name: str) -> None:
    """Refuse an x that is not finite or lies before its predecessor.

    Raises:
        ValueError: with one sentence that names `name`.
    """
    if len(added) == 0:
        return
    if not np.isfinite(added).all():
        raise ValueError(f"{name} must be finite, but holds NaN or infinity")
    if (len(added) > 1 and (np.diff(added) < 0).any()) or (
        len(stored) and float(added[0]) < float(stored[-1])
    ):
        raise ValueError(f"{name} must not fall, but goes back; truncate first")
