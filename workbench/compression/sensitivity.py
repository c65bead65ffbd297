"""How much accuracy each layer costs as its channels are removed: measured, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

SHARES = (0.25, 0.5, 0.75)
"""Of a layer's channels that are removed."""


@dataclass(frozen=True)
class LayerSensitivity:
    """One layer, or several that shrink together.

    Attributes:
        layers: As a person knows them: "3 Conv2D".
        shares: Of the channels that were removed, ascending.
        val_accuracies: On the validation images with so many removed, without fine-tuning.
    """

    layers: str
    shares: tuple[float, ...]
    val_accuracies: tuple[float, ...]


_CURVES = TypeAdapter(list[LayerSensitivity])
FACT = "sensitivity"
"""The name under which a run keeps the curves, see `progress`."""


def packed(curves: list[LayerSensitivity]) -> str:
    """As they are kept with a run."""
    return _CURVES.dump_json(curves).decode()


def unpacked(text: str) -> list[LayerSensitivity]:
    """What a run kept; none where it is damaged."""
    try:
        return _CURVES.validate_json(text)
    except ValidationError:
        return []
