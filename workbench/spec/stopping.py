"""When training ends before its last epoch."""

from __future__ import annotations

from typing import Literal

from workbench.base.text import tr
from workbench.spec.base import Choice, Facts, setting

Monitored = Literal["val_loss", "val_accuracy", "loss", "accuracy"]


class Stopping(Choice):
    """A rule that looks at each epoch's figures."""

    kind: str

    def faults(self, has_validation: bool) -> dict[str, str]:
        """What keeps it from working, as a sentence by the setting to blame."""
        return {}


class NoStopping(Stopping):
    """All epochs are trained."""

    label = tr("Off")

    kind: Literal["none"] = "none"


class EarlyStopping(Stopping):
    """Ends training once a figure has not improved for some epochs, with the best weights.

    What is learned after validation stops improving is mostly noise of the training images.
    """

    label = tr("When nothing improves")
    formula = r"stop when $v_t \geq v_{best} - \delta$ for $p$ epochs"
    source = "Prechelt 1998"
    keras_class = "keras.callbacks.EarlyStopping"

    kind: Literal["early_stopping"] = "early_stopping"
    monitor: Monitored = setting(
        "val_loss",
        "Watch",
        "The figure that has to improve; val_ ones are of the validation images. Losses are "
        "without penalties on the weights.",
    )
    min_delta: float = setting(
        0.0,
        "Least change",
        "What improves by less counts as no improvement.",
        ge=0.0,
        le=1000.0,
    )
    patience: int = setting(
        5,
        "Patience",
        "Epochs without improvement after which training ends.",
        unit="epochs",
        ge=0,
        le=100_000,
    )
    restore_best_weights: bool = setting(
        True,
        "Best weights",
        "End with the weights of the best epoch instead of the last one's.",
    )
    start_from_epoch: int = setting(
        0,
        "Begin after",
        "Epochs at the start that are not watched, where the figures still jump.",
        unit="epochs",
        ge=0,
        le=100_000,
    )

    @property
    def wants_more(self) -> bool:
        """Whether a larger figure is a better one."""
        return self.monitor.endswith("accuracy")

    def faults(self, has_validation: bool) -> dict[str, str]:
        if self.monitor.startswith("val_") and not has_validation:
            return {
                "monitor": tr("{monitor} needs a validation share above 0", monitor=self.monitor)
            }
        return {}

    def improves(self, value: float, best: float) -> bool:
        """Whether a figure is better than the best one before it, as Keras decides."""
        if self.wants_more:
            return value - self.min_delta > best
        return value + self.min_delta < best

    def in_force(self, facts: Facts) -> str:
        first = self.start_from_epoch + max(1, self.patience) + 1
        if facts.epochs and first > facts.epochs:
            return tr(
                "can't end training: it could after epoch {first} of {epochs}",
                first=first,
                epochs=facts.epochs,
            )
        if not facts.epochs:
            return tr("ends training after epoch {first} at the earliest", first=first)
        return tr(
            "ends training after epoch {first} of {epochs} at the earliest",
            first=first,
            epochs=facts.epochs,
        )
