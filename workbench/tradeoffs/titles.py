"""Columns as the axes of plots name them: whole words, a unit, and the scale that goes with it."""

from __future__ import annotations

from typing import NamedTuple

from workbench.runs.columns import Column, Kind

_WORDS = {
    "test_accuracy": "Test accuracy", "val_accuracy": "Validation accuracy",
    "accuracy": "Training accuracy", "val_loss": "Validation loss", "loss": "Training loss",
    "images_per_second": "Images per second", "penalty": "Penalty on the weights",
    "latency_ms": "Inference latency", "joules": "Energy",
}  # fmt: skip
"""Where the table's header is shorter."""

_UNITS = {
    Kind.SHARE: ("%", 100.0), Kind.SECONDS: ("s", 1.0), Kind.MILLISECONDS: ("ms", 1.0),
    Kind.BYTES: ("kB", 0.001), Kind.JOULES: ("J", 1.0),
}  # fmt: skip


class Title(NamedTuple):
    """How an axis is written.

    Attributes:
        words: Without the unit.
        unit: "" for none.
        scale: From the column's values to those of the unit.
    """

    words: str
    unit: str
    scale: float

    @property
    def text(self) -> str:
        """Test accuracy (%)."""
        return f"{self.words} ({self.unit})" if self.unit else self.words


def title_of(column: Column) -> Title:
    """The title of an axis that shows this column."""
    name, _, pick = column.key.partition("@")
    words = _WORDS.get(name, column.title)
    if pick and name in _WORDS:
        words = f"{words} ({'best' if column.best else f'epoch {pick}'})"
    return Title(words, *_UNITS.get(column.kind, ("", 1.0)))
