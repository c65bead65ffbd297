"""How fast one setting trains: a few real steps, timed in samples; and whether it learns.

The task `trial` is a sample for who stands outside: it keeps what it has built for the next one.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.data import Dataset, Part
from workbench.execution.tasks.trial import TRIAL, Sample, TrialRequest
from workbench.experiment import Experiment
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training import hardware
from workbench.runtime.training.borrowed.loading import borrowed_by_name
from workbench.runtime.training.borrowed.networks import NOTHING, Borrowed
from workbench.runtime.training.fresh import fresh_loop
from workbench.runtime.training.pipeline import Feed, epoch_order, feed, pipeline_of
from workbench.runtime.training.prepare import training_feed
from workbench.runtime.training.train import CALL_SECONDS, EVALUATION_BATCH

INDICES = 4_000_000
"""How many images' numbers are laid out at once at most."""

MOST_STEPS = 2048


class Trial:
    """A network under one setting, ready to be timed.

    Args:
        experiment: Network and settings.
        dataset: Its data.
        feeds: Those of other trials on the same data, by kind and batch size; taken or added to.
        borrowed: What it takes from runs.

    Attributes:
        compile_seconds: From nothing to the second step; no part of any sample.
    """

    def __init__(
        self,
        experiment: Experiment,
        dataset: Dataset,
        feeds: dict[tuple[str, int], Feed],
        borrowed: Borrowed = NOTHING,
    ) -> None:
        began = time.perf_counter()
        self._experiment = experiment
        self._batch_size = experiment.training.batch_size
        device = hardware.choose(experiment.hardware)
        images = len(dataset.train.labels)
        self._loop = fresh_loop(experiment, dataset.info, device, images, borrowed=borrowed)
        kind = (pipeline_of(dataset.train, experiment.hardware), self._batch_size)
        if kind not in feeds:
            feeds[kind] = training_feed(experiment, dataset)
        self._feed = feeds[kind]
        self._fresh = [v.numpy() for v in self._variables()]
        self._steps = max(2, min(MOST_STEPS, INDICES // self._batch_size))
        rows = epoch_order(np.arange(images), experiment.training.seed, 0)
        self._order = np.resize(rows, self._steps * self._batch_size)
        self._begin()
        self._take(1)
        self.compile_seconds = time.perf_counter() - began
        self._step_seconds = self._timed(1)

    def sample(self, seconds: float) -> float:
        """Images a second over about this long, in calls as a run makes them."""
        steps, took = 0, 0.0
        while took < seconds:
            count = self._steps_to_a_call()
            took += self._timed(count)
            steps += count
        return steps * self._batch_size / took

    def learn(self, steps: int) -> npt.NDArray[np.float32]:
        """The losses of the first steps from the experiment's first weights, on its first batches.

        The same batches for every trial of the same data, seed and batch size.
        """
        for variable, value in zip(self._variables(), self._fresh, strict=True):
            variable.assign(value)
        self._begin()
        losses: list[npt.NDArray[np.float32]] = []
        while (done := sum(map(len, losses))) < steps:
            losses.append(self._take(min(self._steps_to_a_call(), steps - done)))
        return np.concatenate(losses)

    def judging_seconds(self, part: Part, images: int) -> tuple[float, float]:
        """Seconds of judging a few images for the first time, which traces; and of one image then.

        Args:
            part: Whose images are judged.
            images: As many as a run judges at most; more in one batch would take memory that no
                run takes.
        """
        hardware = self._experiment.hardware
        source = feed(part, EVALUATION_BATCH, hardware, beside=self._feed)
        order = np.resize(np.arange(len(part.labels)), min(images, EVALUATION_BATCH))
        took = []
        for _ in range(3):
            began = time.perf_counter()
            self._loop.evaluate(source, order)
            took.append(time.perf_counter() - began)
        return took[0], min(took[1:]) / len(order)

    def _variables(self) -> list[Any]:
        return [*self._loop.model.variables, *self._loop.optimizer.variables]

    def _begin(self) -> None:
        self._state, self._position = self._feed.begin(self._order, 0), 0

    def _steps_to_a_call(self) -> int:
        asked = self._experiment.hardware.steps_per_execution
        by_the_clock = max(1, round(CALL_SECONDS / self._step_seconds))
        return min(asked or by_the_clock, self._steps)

    def _timed(self, count: int) -> float:
        """Takes `count` steps; the seconds that took."""
        if self._position + count > self._steps:
            self._begin()
        began = time.perf_counter()
        self._take(count)
        took = time.perf_counter() - began
        self._step_seconds = took / count
        return took

    def _take(self, count: int) -> npt.NDArray[np.float32]:
        if self._position + count > self._steps:
            self._begin()
        rates = np.full(count, self._experiment.optimizer.learning_rate)
        taken = self._loop.train(self._feed, self._state, self._position, rates)
        self._position += count
        return taken.loss


_kept: dict[str, Trial] = {}


@does(TRIAL)
def trial(request: TrialRequest, work: TaskWork[None]) -> Sample:
    """One sample of an experiment's speed."""
    text = request.experiment
    if text not in _kept:
        experiment = Experiment.from_toml(text)
        _kept.clear()
        dataset = work.load(experiment.data)
        used = borrowed_by_name(work.store, experiment, dataset.info)
        _kept[text] = Trial(experiment, dataset, {}, used)
    work.check()
    made, seconds = _kept[text], request.seconds
    return Sample(made.compile_seconds, made.sample(seconds) if seconds else 0.0)
