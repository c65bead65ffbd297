"""When the metrics of a run are told, and when they are written."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.execution.messages import Steps
from workbench.runs.record import PROBE_DTYPE, STEP_DTYPE, EpochMetrics
from workbench.runtime.training.run_log import RunLog

FLUSH_SECONDS = 1.0
SAY_SECONDS = 0.1
"""Steps are told at most this often: nobody sees more, and each message takes time of a processor
that training could have.
"""

UNKNOWN = ("seconds", "penalty")
"""Columns of steps that a run of before they were kept goes on without."""


class Recorder:
    """Metrics of one run.

    They are written at most once a second, so that a disk never slows training; the parent is
    notified of the first steps at once, and then ten times a second.

    Args:
        log: Of the run.
        step: Where it begins.
        joules: The energy of the run so far.
    """

    def __init__(self, log: RunLog, step: int, joules: Callable[[], float | None]) -> None:
        self._log, self._joules = log, joules
        self._first_step = step + 1
        self._pieces: list[np.ndarray] = []
        self._probes: list[np.ndarray] = []
        self._told, self._told_at = 0, float("-inf")
        self._flushed = time.monotonic()

    def steps(
        self,
        columns: Mapping[str, npt.ArrayLike],
        probes: Sequence[npt.NDArray[np.float32]] = (),
    ) -> None:
        """Records the steps of one compiled call.

        Args:
            columns: Those of `STEP_DTYPE`, of shape (n,) each, or one value for all.
            probes: The columns of `PROBE_DTYPE`, or none.
        """
        values = np.empty(len(np.asarray(columns["loss"])), STEP_DTYPE)
        for name in STEP_DTYPE.names or ():
            values[name] = columns[name]
        self._pieces.append(values)
        if probes:
            self._probes.append(np.rec.fromarrays(probes, PROBE_DTYPE))
        now = time.monotonic()
        if now - self._told_at >= SAY_SECONDS:
            self._tell()
        if now - self._flushed >= FLUSH_SECONDS:
            self.flush()

    def _tell(self) -> None:
        """Tells the parent of the steps that it has not heard of; none of them is written."""
        pieces, probes = self._pieces[self._told :], self._probes[self._told :]
        if not pieces:
            return
        first_step = self._first_step + sum(map(len, self._pieces[: self._told]))
        columns = _columns(pieces) | (_columns(probes) if probes else {})
        self._log.say(Steps(self._log.run_id, first_step, **columns))
        self._told, self._told_at = len(self._pieces), time.monotonic()

    def epoch(self, metrics: EpochMetrics, rates: tuple[float, ...]) -> None:
        """Records the end of an epoch.

        Args:
            metrics: Of the epoch.
            rates: Images a second of every epoch so far.
        """
        self.flush()
        self._log.epoch(
            metrics,
            elapsed=metrics.elapsed,
            seconds=metrics.seconds,
            loss=metrics.loss,
            penalty=metrics.penalty,
            accuracy=metrics.accuracy,
            val_loss=metrics.val_loss,
            val_accuracy=metrics.val_accuracy,
            images_per_second=typical_rate(rates),
        )

    def flush(self) -> None:
        """Tells, and writes, what is held back."""
        self._tell()
        if self._pieces:
            values = np.concatenate(self._pieces)
            last = self._first_step + len(values) - 1
            elapsed, seconds = values["elapsed"][-1], values["seconds"][-1]
            self._log.steps(
                self._first_step,
                values,
                np.concatenate(self._probes) if self._probes else None,
                step=last,
                elapsed=float(elapsed),
                seconds=None if np.isnan(seconds) else float(seconds),
                joules=self._joules(),
            )
            self._first_step = last + 1
            self._pieces.clear()
            self._probes.clear()
            self._told = 0
        self._flushed = time.monotonic()


def _columns(pieces: list[np.ndarray]) -> dict[str, Any]:
    """The fields of structured arrays, one array after another; None for one that isn't known."""
    values = np.concatenate(pieces)
    return {
        name: None if np.isnan(values[name]).all() and name in UNKNOWN else values[name].tolist()
        for name in values.dtype.names or ()
    }


def typical_rate(rates: tuple[float, ...]) -> float | None:
    """Median images a second of the epochs after the first, which warms up; of all if only one."""
    known = rates[1:] or rates
    return statistics.median(known) if known else None
