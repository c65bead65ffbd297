"""The schedule that listens: it falls when an epoch's metric no longer improves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from workbench.base.text import plural, tr
from workbench.spec.base import Facts, setting
from workbench.spec.schedules.base import UNTOUCHED, Plan, Rates, Schedule, State, Steps


class ReduceLROnPlateau(Schedule):
    """Falls by a factor when a metric has stopped improving: no need to know the epochs before.

    Drawn as if it never fell, as nobody knows before training when it will.
    """

    label = tr("Reduce on plateau")
    formula = r"$\eta \leftarrow \eta\, f$ after $p$ epochs without improvement"
    keras_class = "keras.callbacks.ReduceLROnPlateau"

    kind: Literal["reduce_lr_on_plateau"] = "reduce_lr_on_plateau"
    monitor: Literal["val_loss", "val_accuracy", "loss", "accuracy"] = setting(
        "val_loss",
        "Metric",
        "The figure of each epoch that should improve. Losses are without penalties on the "
        "weights.",
    )
    factor: float = setting(
        0.2, "Factor", "The learning rate is multiplied by this at each fall.", gt=0.0, lt=1.0
    )
    patience: int = setting(
        5,
        "Patience",
        "Epochs without improvement after which it falls.",
        unit="epochs",
        ge=1,
        le=100_000,
    )
    min_delta: float = setting(
        1e-4, "Least change", "A smaller change is no improvement.", ge=0.0, le=1000.0
    )
    cooldown: int = setting(
        0, "Cooldown", "Epochs after a fall that aren't counted.", unit="epochs", ge=0, le=100_000
    )
    min_lr: float = setting(
        0.0, "Lowest rate", "It doesn't fall below this learning rate.", ge=0.0, le=1000.0
    )

    def rates(self, initial: float, steps: Steps, plan: Plan, state: State = UNTOUCHED) -> Rates:
        return super().rates(self._reached(initial, state), steps, plan)

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        return np.full(len(steps), initial)

    def _reached(self, initial: float, state: State) -> float:
        falls = state.get("falls", 0)
        return max(initial * self.factor**falls, self.min_lr) if falls else initial

    def after_epoch(
        self, state: State, metrics: Mapping[str, float | None], initial: float
    ) -> State:
        """As `keras.callbacks.ReduceLROnPlateau` does at the end of an epoch."""
        current = metrics[self.monitor]
        if current is None:
            return state
        resting = max(0, state.get("resting", 0) - 1)
        wait = 0 if state.get("resting", 0) else state.get("wait", 0)
        after = {"falls": state.get("falls", 0), "best": state.get("best", current)}
        if "best" not in state or self._is_better(current, state["best"]):
            return {**after, "best": current, "wait": 0, "resting": resting}
        wait += not resting
        if wait >= self.patience and self._reached(initial, state) > self.min_lr:
            return {**after, "falls": after["falls"] + 1, "wait": 0, "resting": self.cooldown}
        return {**after, "wait": wait, "resting": resting}

    def _is_better(self, current: float, best: float) -> bool:
        rises = self.monitor.endswith("accuracy")
        return (current - best if rises else best - current) > self.min_delta

    def faults(self, has_validation: bool) -> dict[str, str]:
        if self.monitor.startswith("val_") and not has_validation:
            return {
                "monitor": tr("{monitor} needs a validation share above 0", monitor=self.monitor)
            }
        return {}

    def in_force(self, facts: Facts) -> str:
        course = self.course(facts)
        if not course:
            return ""
        return plural(
            "{course}, until {count} epoch without a better {monitor}; then times {factor}, again "
            "and again.",
            "{course}, until {count} epochs without a better {monitor}; then times {factor}, again "
            "and again.",
            self.patience,
            course=course,
            monitor=self.monitor,
            factor=f"{self.factor:g}",
        )
