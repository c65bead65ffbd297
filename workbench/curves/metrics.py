"""What can be drawn against what: each metric and each x axis in words, with its unit."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.base.text import tr


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
        if not self.unit:
            return self.title
        return tr("{title} ({unit})", title=self.title, unit=self.unit)


METRICS = {
    "loss": Quantity(tr("Training loss")),
    "accuracy": Quantity(tr("Training accuracy"), "%", 100.0),
    "val_loss": Quantity(tr("Validation loss")),
    "val_accuracy": Quantity(tr("Validation accuracy"), "%", 100.0),
    "learning_rate": Quantity(tr("Learning rate")),
    "images_per_second": Quantity(tr("Speed"), "images/s"),
    "epoch_images_per_second": Quantity(tr("Speed of an epoch"), "images/s"),
    "gradient_norm": Quantity(tr("Gradient norm")),
    "update_ratio": Quantity(tr("Update / weight")),
    "penalty": Quantity(tr("Penalty on the weights")),
}
"""By their names in `workbench.curves.run.METRICS`."""

AXES = {
    "step": Quantity(tr("Step")),
    "epoch": Quantity(tr("Epoch")),
    "seconds": Quantity(tr("Training time"), "s"),
    "elapsed": Quantity(tr("Elapsed time"), "s"),
    "images": Quantity(tr("Images seen")),
}
"""By their names in `workbench.curves.run.AXES`."""
