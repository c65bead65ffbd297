"""The task `find_rate`: the learning-rate range test, on a network of its own."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.execution.tasks.find_rate import FIND_RATE
from workbench.experiment import Experiment
from workbench.hardware import learning_rate_range
from workbench.hardware.learning_rate_range import RangePoints, RangeTest
from workbench.hardware.requests import AboutExperiment
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training.borrowed.loading import borrowed_by_name
from workbench.runtime.training.borrowed.networks import Borrowed
from workbench.runtime.training.fresh import fresh_loop
from workbench.runtime.training.pipeline import epoch_order
from workbench.runtime.training.prepare import Prepared, prepare, training_feed

CALL_SECONDS = 0.05
"""A compiled call is sized to take about this long, so that the curve grows while one looks."""


@does(FIND_RATE)
def find_rate(request: AboutExperiment, work: TaskWork[RangePoints]) -> RangeTest:
    """Trains with a learning rate that grows at each step, until the loss explodes."""
    experiment = Experiment.from_toml(request.experiment)
    dataset = work.load(experiment.data)
    rates, losses = learning_rate_range.rates_to_try(), np.empty(0, np.float32)
    prepared = prepare(experiment, dataset)
    work.progress(0, len(rates), tr("building the network"))
    test = _Test(prepared, borrowed_by_name(work.store, experiment, dataset.info))
    count = 1
    while len(losses) < len(rates) and learning_rate_range.useful(losses) == len(losses):
        began, before = time.perf_counter(), len(losses)
        losses = np.append(losses, test.steps(rates[before : before + count]))
        took = time.perf_counter() - began
        done = len(losses)
        if before:  # the first call traces and compiles
            count = max(1, round(CALL_SECONDS / (took / (done - before))))
        found = RangePoints.of(rates[before:done], losses[before:])
        work.progress(done, len(rates), "", found)
    return RangeTest.of(rates[: len(losses)], losses)


class _Test:
    """Steps through epoch after epoch, as training does."""

    def __init__(self, prepared: Prepared, borrowed: Borrowed) -> None:
        experiment = prepared.experiment
        self._rows, self._seed = prepared.train_rows, experiment.training.seed
        info, count = prepared.dataset.info, len(self._rows)
        self._loop = fresh_loop(experiment, info, prepared.device, count, borrowed=borrowed)
        self._feed = training_feed(experiment, prepared.dataset)
        # Whole batches only: a small last one jumps, and a jump looks like the end of learning.
        self._batches = len(self._rows) // experiment.training.batch_size
        self._step = 0
        self._state: Any = None

    def steps(self, rates: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        """The loss of each step, up to the end of the epoch; at least one."""
        epoch, first = divmod(self._step, self._batches)
        if first == 0:
            order = epoch_order(self._rows, self._seed, epoch)
            self._state = self._feed.begin(order, 0, epoch)
        rates = rates[: self._batches - first]
        loss = self._loop.train(self._feed, self._state, first, rates).loss
        self._step += len(rates)
        return loss
