"""All the data of one run that a plot can show: growing columns, pyramids, smoothing.

Plain NumPy lives here. Qt, pyqtgraph and drawing never may.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from workbench.curves.pyramid import (
    Extrema,
    FloatArray,
    GrowingArray,
    require_rising,
    visible_points,
)
from workbench.curves.smoothing import SmoothSeries

AXES: Final = ("step", "epoch", "seconds", "elapsed", "images")
TIMES: Final = ("seconds", "elapsed")
"""Axes that are columns of their own: training time, and all time but pauses."""

STEP_METRICS: Final = ("loss", "accuracy", "images_per_second", "learning_rate")
EPOCH_METRICS: Final = ("val_loss", "val_accuracy", "epoch_images_per_second")
PROBE_METRICS: Final = ("gradient_norm", "update_ratio")
PENALTY_METRICS: Final = ("penalty",)
METRICS: Final = STEP_METRICS + EPOCH_METRICS + PROBE_METRICS + PENALTY_METRICS

CATCH_UP: Final = 200_000
"""Values smoothed in one go (about 5 ms): a long run is smoothed over several turns."""

Points = tuple[npt.NDArray[np.float64], npt.NDArray[np.float32]]


class _Table:
    """Series that share their x columns: one value of each metric at every point."""

    def __init__(self, metrics: tuple[str, ...]) -> None:
        self.step, self.epoch = GrowingArray(np.float64), GrowingArray(np.float64)
        self.times = {name: GrowingArray(np.float64) for name in TIMES}
        self.series = {metric: Extrema() for metric in metrics}

    def __len__(self) -> int:
        return len(self.step)

    @property
    def columns(self) -> list[GrowingArray | Extrema]:
        return [self.step, self.epoch, *self.times.values(), *self.series.values()]

    def append_time(self, name: str, values: npt.ArrayLike | None) -> None:
        """Adds a time at the points added last; one that goes back is held at the last.

        A time that is None isn't known, and then it never was.
        """
        if values is not None:
            column = self.times[name]
            column.append(_rising(np.asarray(values, np.float64), column.values))

    def truncate(self, size: int) -> None:
        for column in self.columns:
            column.truncate(size)


class RunCurves:
    """What is known of one run: values at steps, at the ends of epochs, what probes found, and the
    penalty where there is one.

    Args:
        steps_per_epoch: turns steps into epochs for the "epoch" axis. It may be set later; until
            then it is taken from the epochs that have ended.
        images_per_step: turns steps into images for the "images" axis; None where unknown.

    Attributes:
        loss_holds_penalty: Whether the loss contains the penalty: in runs of before it was kept.
    """

    def __init__(
        self, steps_per_epoch: float | None = None, images_per_step: float | None = None
    ) -> None:
        self.steps_per_epoch = steps_per_epoch
        self.images_per_step = images_per_step
        self._steps = _Table(STEP_METRICS)
        self._epochs = _Table(EPOCH_METRICS)
        self._probes = _Table(PROBE_METRICS)
        self._penalties = _Table(PENALTY_METRICS)
        self.loss_holds_penalty = False
        self._smooth: dict[str, SmoothSeries] = {}
        self.version = 0

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def nbytes(self) -> int:
        """Bytes allocated for values, pyramids and smoothed curves."""
        smooth = sum(series.extrema.nbytes for series in self._smooth.values())
        return smooth + sum(column.nbytes for t in self._tables for column in t.columns)

    @property
    def has_probes(self) -> bool:
        """Whether gradients and updates were recorded."""
        return len(self._probes) > 0

    @property
    def has_penalty(self) -> bool:
        """Whether a penalty was recorded apart from the loss."""
        return len(self._penalties) > 0

    @property
    def _tables(self) -> tuple[_Table, ...]:
        return self._steps, self._epochs, self._probes, self._penalties

    @property
    def last_step(self) -> int | None:
        """The last step that has values, or None."""
        return int(self._steps.step.values[-1]) if len(self._steps) else None

    def append_steps(
        self,
        step: npt.ArrayLike,
        seconds: npt.ArrayLike | None,
        loss: npt.ArrayLike,
        accuracy: npt.ArrayLike,
        learning_rate: npt.ArrayLike,
        images_per_second: npt.ArrayLike,
        elapsed: npt.ArrayLike | None = None,
    ) -> None:
        """Add values at `n` steps; every argument has shape `(n,)`.

        `seconds` and `elapsed` are None where they aren't known.
        Steps rise; times that go back (a clock that was set) are held at the last.
        accuracy is a fraction, 0 to 1. Non-finite values are kept out of the drawing.

        Raises:
            ValueError: if the lengths differ or steps go back (see `truncate`).
        """
        columns = {
            "seconds": seconds,
            "loss": loss,
            "accuracy": accuracy,
            "learning_rate": learning_rate,
            "images_per_second": images_per_second,
            "elapsed": elapsed,
        }
        self._append(self._steps, step, columns)

    def _append(
        self, table: _Table, step: npt.ArrayLike, columns: Mapping[str, npt.ArrayLike | None]
    ) -> None:
        """Adds the times and a value of each of the table's metrics at some steps."""
        steps = np.asarray(step, dtype=np.float64)
        values = {name: np.asarray(c) for name, c in columns.items() if c is not None}
        for name, array in values.items():
            if array.shape != steps.shape:
                raise ValueError(f"{name} must have shape {steps.shape}, but has {array.shape}")
        require_rising(steps, table.step.values, "step")
        table.step.append(steps)
        for name in TIMES:
            table.append_time(name, values.get(name))
        for name, series in table.series.items():
            series.append(values[name])
        self.version += 1

    def append_probes(
        self,
        step: npt.ArrayLike,
        seconds: npt.ArrayLike | None,
        gradient_norm: npt.ArrayLike,
        update_ratio: npt.ArrayLike,
        elapsed: npt.ArrayLike | None = None,
    ) -> None:
        """Add what probes found at `n` steps; every argument has shape `(n,)`.

        Raises:
            ValueError: if the lengths differ or steps go back (see `truncate`).
        """
        columns = (seconds, elapsed, gradient_norm, update_ratio)
        names = (*TIMES, *PROBE_METRICS)
        self._append(self._probes, step, dict(zip(names, columns, strict=True)))

    def append_penalty(
        self,
        step: npt.ArrayLike,
        seconds: npt.ArrayLike | None,
        penalty: npt.ArrayLike,
        elapsed: npt.ArrayLike | None = None,
    ) -> None:
        """Add the penalty at `n` steps, of a run that has one; as `append_probes`."""
        columns = {"seconds": seconds, "elapsed": elapsed, "penalty": penalty}
        self._append(self._penalties, step, columns)

    def append_epoch(
        self,
        epoch: float,
        step: int,
        seconds: float | None,
        val_loss: float | None,
        val_accuracy: float | None,
        images_per_second: float | None,
        elapsed: float | None = None,
    ) -> None:
        """Add what was measured at the end of an epoch (1.0 is the end of the first).

        Raises:
            ValueError: if epoch or step go back (see `truncate`).
        """
        table = self._epochs
        require_rising(np.array([float(step)]), table.step.values, "step")
        require_rising(np.array([epoch], dtype=np.float64), table.epoch.values, "epoch")
        table.step.append([float(step)])
        table.epoch.append([epoch])
        for name, time in zip(TIMES, (seconds, elapsed), strict=True):
            table.append_time(name, None if time is None else [time])
        for name, value in zip(
            EPOCH_METRICS, (val_loss, val_accuracy, images_per_second), strict=True
        ):
            table.series[name].append([np.nan if value is None else value])
        self.version += 1

    def truncate(self, step: int) -> None:
        """Forget all after `step`: a resumed run goes on from its checkpoint."""
        for table in self._tables:
            table.truncate(int(np.searchsorted(table.step.values, float(step), side="right")))
        self._smooth.clear()
        self.version += 1

    def non_finite(self, metric: str) -> int:
        """How many values of `metric` were NaN or infinite and are therefore not drawn."""
        return self._table(metric).series[metric].non_finite

    def _table(self, metric: str) -> _Table:
        for table in self._tables:
            if metric in table.series:
                return table
        raise ValueError(f"metric must be one of {', '.join(METRICS)}, but is {metric!r}")

    def _epoch_length(self) -> float | None:
        """Steps in an epoch: as given, or else as seen."""
        if self.steps_per_epoch:
            return float(self.steps_per_epoch)
        if len(self._epochs) and self._epochs.epoch.values[-1] > 0:
            return float(self._epochs.step.values[-1] / self._epochs.epoch.values[-1]) or None
        return None

    def _x(self, table: _Table, axis: str) -> tuple[FloatArray, float] | None:
        """The x column behind `axis`, and by what to divide it; None if it is not known yet."""
        if axis in TIMES:
            times = table.times[axis]
            return (times.values, 1.0) if len(times) == len(table) else None
        if axis == "step":
            return table.step.values, 1.0
        if axis == "images":
            images = self.images_per_step
            return (table.step.values, 1.0 / images) if images else None
        if axis != "epoch":
            raise ValueError(f"axis must be one of {', '.join(AXES)}, but is {axis!r}")
        if table is self._epochs:
            return table.epoch.values, 1.0
        length = self._epoch_length()
        return None if length is None else (table.step.values, length)

    def bounds(self, axis: str) -> tuple[float, float] | None:
        """The least and the greatest x of the run on `axis`, or None without data."""
        ends: list[float] = []
        for table in (self._steps, self._epochs):  # all others lie at steps too
            column = self._x(table, axis)
            if column is not None and len(column[0]):
                ends += [float(column[0][0]) / column[1], float(column[0][-1]) / column[1]]
        return (min(ends), max(ends)) if ends else None

    def visible(
        self,
        metric: str,
        axis: str,
        x0: float,
        x1: float,
        buckets: int,
        smoothing: float = 0.0,
        *,
        logarithmic: bool = False,
    ) -> Points:
        """What to draw of `metric` between `x0` and `x1` (in units of `axis`).

        With `smoothing` above 0 the moving average of a step metric, as far as `catch_up` has
        computed it. See `visible_points` for what is answered.
        """
        table = self._table(metric)
        column = self._x(table, axis)
        if column is None:
            return np.empty(0), np.empty(0, np.float32)
        x, unit = column
        points, values = visible_points(
            x,
            self._extrema(metric, smoothing),
            x0 * unit,
            x1 * unit,
            buckets,
            logarithmic=logarithmic,
        )
        return points / unit, values

    def _extrema(self, metric: str, smoothing: float) -> Extrema:
        table = self._table(metric)
        if smoothing <= 0.0 or table is self._epochs:
            return table.series[metric]
        smooth = self._smooth.get(metric)
        if smooth is None or smooth.weight != smoothing:
            smooth = self._smooth[metric] = SmoothSeries(smoothing)
        return smooth.extrema

    def points(self, metric: str, axis: str) -> Points:
        """Every point of `metric`, NaN where a value was not finite; nothing if x isn't known."""
        table = self._table(metric)
        column = self._x(table, axis)
        if column is None:
            return np.empty(0), np.empty(0, np.float32)
        x = np.asarray(column[0] / column[1], dtype=np.float64)
        return x, table.series[metric].values.copy()

    def catch_up(self, metric: str, smoothing: float, limit: int = CATCH_UP) -> bool:
        """Compute at most `limit` more values of the moving average; True if some are left."""
        table = self._table(metric)
        if smoothing <= 0.0 or table is self._epochs:
            return False
        self._extrema(metric, smoothing)
        return self._smooth[metric].catch_up(table.series[metric], limit)

    def smoothed_count(self, metric: str, smoothing: float) -> int:
        """How many values of the moving average are computed so far."""
        smooth = self._smooth.get(metric)
        return len(smooth.extrema) if smooth and smooth.weight == smoothing else 0

    def value_at(
        self, metric: str, axis: str, x: float, smoothing: float = 0.0
    ) -> tuple[float, float] | None:
        """The point (x, value) of `metric` nearest to `x`, or None if the curve is empty.

        How far is too far to be told is for the caller to say.
        """
        column = self._x(self._table(metric), axis)
        if column is None:
            return None
        extrema = self._extrema(metric, smoothing)
        xs, unit = column[0][: len(extrema)], column[1]
        at = int(np.searchsorted(xs, x * unit))
        candidates = [extrema.neighbour(at - 1, -1), extrema.neighbour(at, 1)]
        known = [index for index in candidates if index is not None]
        if not known:
            return None
        nearest = min(known, key=lambda index: abs(float(xs[index]) - x * unit))
        return float(xs[nearest]) / unit, float(extrema.values[nearest])


def _rising(times: npt.NDArray[np.float64], stored: FloatArray) -> npt.NDArray[np.float64]:
    """`times` where none lies before its predecessor, and none is NaN."""
    last = float(stored[-1]) if len(stored) else 0.0
    held = np.where(np.isfinite(times), times, last)
    return np.maximum.accumulate(np.maximum(held, last)) if len(held) else held
