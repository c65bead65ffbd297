"""What can be drawn against what: each metric and each x axis in words, with its unit."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.base.text import tr


@dataclass(frozen=True)
class AxisMetric:
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
    "loss": AxisMetric(tr("Training loss")),
    "accuracy": AxisMetric(tr("Training accuracy"), "%", 100.0),
    "val_loss": AxisMetric(tr("Validation loss")),
    "val_accuracy": AxisMetric(tr("Validation accuracy"), "%", 100.0),
    "learning_rate": AxisMetric(tr("Learning rate")),
    "images_per_second": AxisMetric(tr("Speed"), "images/s"),
    "epoch_images_per_second": AxisMetric(tr("Speed of an epoch"), "images/s"),
    "gradient_norm": AxisMetric(tr("Gradient norm")),
    "update_ratio": AxisMetric(tr("Update / weight")),
    "penalty": AxisMetric(tr("Penalty on the weights")),
}
"""By their names in `workbench.curves.run.METRICS`."""

AXES = {
    "step": AxisMetric(tr("Step")),
    "epoch": AxisMetric(tr("Epoch")),
    "seconds": AxisMetric(tr("Training time"), "s"),
    "elapsed": AxisMetric(tr("Elapsed time"), "s"),
    "images": AxisMetric(tr("Images seen")),
}
"""By their names in `workbench.curves.run.AXES`."""
