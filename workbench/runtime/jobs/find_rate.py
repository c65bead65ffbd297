"""The task `find_rate`: the learning-rate range test, on a network of its own."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.experiment import Experiment
from workbench.hardware import learning_rate_range
from workbench.runtime.process.work import Work
from workbench.runtime.training.fresh import fresh_loop
from workbench.runtime.training.pipeline import epoch_order
from workbench.runtime.training.train import Prepared, prepare, training_feed

CALL_SECONDS = 0.05
"""A compiled call is sized to take about this long, so that the curve grows while one looks."""


def find_rate(request: dict[str, Any], work: Work) -> dict[str, Any]:
    """Trains with a learning rate that grows at each step, until the loss explodes.

    Args:
        request: `experiment`: TOML.
        work: Hears `found`: rates and losses since it was last told.

    Returns:
        `rates`, `losses` and `smoothed` of every useful step; `suggestion` (None where there is
        none), `index` of the point it was read from, and `words`.
    """
    experiment = Experiment.from_toml(request["experiment"])
    dataset = work.load(experiment.data)
    rates, losses = learning_rate_range.rates_to_try(), np.empty(0, np.float32)
    prepared = prepare(experiment, dataset)
    work.progress(0, len(rates), "building the network")
    test = _Test(prepared)
    count = 1
    while len(losses) < len(rates) and learning_rate_range.useful(losses) == len(losses):
        began, before = time.perf_counter(), len(losses)
        losses = np.append(losses, test.steps(rates[before : before + count]))
        took = time.perf_counter() - began
        done = len(losses)
        if before:  # the first call traces and compiles
            count = max(1, round(CALL_SECONDS / (took / (done - before))))
        found = {"rates": rates[before:done].tolist(), "losses": losses[before:].tolist()}
        work.progress(done, len(rates), "", **_plain(found))
    return _result(rates, losses)


def _result(rates: npt.NDArray[np.float64], losses: npt.NDArray[np.float32]) -> dict[str, Any]:
    suggestion = learning_rate_range.suggest(rates[: len(losses)], losses)
    count = learning_rate_range.useful(losses)
    return {
        "rates": rates[:count].tolist(),
        "losses": losses[:count].tolist(),
        "smoothed": learning_rate_range.smoothed(losses[:count]).tolist(),
        "suggestion": suggestion.rate,
        "index": suggestion.index,
        "words": suggestion.words,
    }


def _plain(found: dict[str, list[float]]) -> dict[str, list[float]]:
    """Without what is no longer a number: JSON has no NaN, and a plot no place for it."""
    pairs = [
        pair for pair in zip(found["rates"], found["losses"], strict=True) if np.isfinite(pair[1])
    ]
    return {"rates": [rate for rate, _ in pairs], "losses": [loss for _, loss in pairs]}


class _Test:
    """Steps through epoch after epoch, as training does."""

    def __init__(self, prepared: Prepared) -> None:
        experiment = prepared.experiment
        self._rows, self._seed = prepared.train_rows, experiment.training.seed
        self._loop = fresh_loop(experiment, prepared.dataset.info, prepared.device, len(self._rows))
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
