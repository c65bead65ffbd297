"""Ends training early, as Keras's EarlyStopping, with a state that a checkpoint can hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from workbench.base.text import plural, tr
from workbench.runs.record import EpochMetrics
from workbench.spec.stopping import EarlyStopping, Stopping


@dataclass(frozen=True)
class Watched:
    """What has been seen so far; epochs count from 1, 0 stands for none.

    Attributes:
        best: The best figure, None before the first.
        best_epoch: Its epoch.
        waited: Epochs since then.
        stopped_epoch: The epoch after which training ended early.
    """

    best: float | None = None
    best_epoch: int = 0
    waited: int = 0
    stopped_epoch: int = 0


UNSEEN = Watched()


class Watch:
    """Looks at each epoch of a run.

    Args:
        rule: When to stop.
        model: Whose weights are kept.

    Attributes:
        seen: Its state, but for the weights.
        best_weights: Of the best epoch; empty while there are none, or where they aren't wanted.
    """

    def __init__(self, rule: Stopping, model: keras.Model) -> None:
        self._rule = rule if isinstance(rule, EarlyStopping) else None
        self._model = model
        self.seen = UNSEEN
        self.best_weights: list[np.ndarray] = []

    @property
    def stops(self) -> bool:
        """Whether training is over."""
        return self.seen.stopped_epoch > 0

    def epoch(self, metrics: EpochMetrics) -> None:
        """Takes the figures of an epoch that has just ended."""
        rule, seen = self._rule, self.seen
        if rule is None or metrics.epoch <= rule.start_from_epoch:
            return
        value: Any = getattr(metrics, rule.monitor)
        if seen.best is None or rule.improves(value, seen.best):
            self.seen = Watched(best=value, best_epoch=metrics.epoch)
            if rule.restore_best_weights:
                self.best_weights = [weight.numpy() for weight in self._model.weights]
            return
        waited = seen.waited + 1
        stopped = metrics.epoch if waited >= rule.patience else 0
        self.seen = replace(seen, waited=waited, stopped_epoch=stopped)

    def finish(self) -> None:
        """Puts the best weights back, whether training ended early or not."""
        for weight, value in zip(self._model.weights, self.best_weights, strict=False):
            weight.assign(value)

    def sentence(self, last_epoch: int) -> str:
        """How the run ended, where that isn't plain."""
        if self._rule is None or not self.seen.best_epoch:
            return ""
        name, seen, kept = self._rule.monitor, self.seen, bool(self.best_weights)
        if self.stops:
            given = {"epoch": seen.stopped_epoch, "name": name}
            words = (
                plural(
                    "stopped early at epoch {epoch}: {name} has not improved by {least} for "
                    "{count} epoch",
                    "stopped early at epoch {epoch}: {name} has not improved by {least} for "
                    "{count} epochs",
                    seen.waited,
                    least=f"{self._rule.min_delta:g}",
                    **given,
                )
                if self._rule.min_delta
                else plural(
                    "stopped early at epoch {epoch}: {name} has not improved for {count} epoch",
                    "stopped early at epoch {epoch}: {name} has not improved for {count} epochs",
                    seen.waited,
                    **given,
                )
            )
            return (
                tr(
                    "{words}; weights of epoch {best_epoch}",
                    words=words,
                    best_epoch=seen.best_epoch,
                )
                if kept
                else words
            )
        if kept and seen.best_epoch < last_epoch:
            return tr(
                "weights of epoch {best_epoch}, which had the best {name}",
                best_epoch=seen.best_epoch,
                name=name,
            )
        return ""
