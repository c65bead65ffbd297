"""What can be drawn against what: each metric and each x axis in words, with its unit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """Something that a plot's axis shows.

    Attributes:
        title: Sentence case, without the unit.
        unit: "" for a plain number.
        scale: From what the store holds to that unit.
    """

    title: str
    unit: str = ""
    scale: float = 1.0

    @property
    def label(self) -> str:
        """As an axis is labelled: "Accuracy (%)"."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


METRICS = {
    "loss": Quantity("Training loss"),
    "accuracy": Quantity("Training accuracy", "%", 100.0),
    "val_loss": Quantity("Validation loss"),
    "val_accuracy": Quantity("Validation accuracy", "%", 100.0),
    "learning_rate": Quantity("Learning rate"),
    "images_per_second": Quantity("Speed", "images/s"),
    "epoch_images_per_second": Quantity("Speed of an epoch", "images/s"),
    "gradient_norm": Quantity("Gradient norm"),
    "update_ratio": Quantity("Update / weight"),
    "penalty": Quantity("Penalty on the weights"),
}
"""By their names in `workbench.curves.run.METRICS`."""

AXES = {
    "step": Quantity("Step"),
    "epoch": Quantity("Epoch"),
    "seconds": Quantity("Training time", "s"),
    "elapsed": Quantity("Elapsed time", "s"),
    "images": Quantity("Images seen"),
}
"""By their names in `workbench.curves.run.AXES`."""
