"""Layers as text, to be copied between experiments, windows, mails and files: TOML tables.

Never the clipboard itself, which is the window's.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.base.text import tr
from workbench.experiment import Structure
from workbench.spec.base import SpecError
from workbench.spec.layers import Layer
from workbench.spec.toml import as_toml, read_toml

WANTED = tr("layers are pasted as TOML, each as a table that begins with [[layers]]")


def layers_as_text(layers: Sequence[Layer]) -> str:
    """The layers as `[[layers]]` tables with every setting."""
    return as_toml({"layers": [layer.values() for layer in layers]})


def layers_from_text(text: str) -> tuple[Layer, ...]:
    """The layers that a text holds: `[[layers]]`, or `[[structure.layers]]` as in a file.

    Raises:
        SpecError: one sentence, which names the setting where one is refused.
    """
    try:
        values = read_toml(text)
    except SpecError as error:
        raise SpecError.at(
            "", tr("{wanted}; this text is {error}", wanted=WANTED, error=error)
        ) from None
    inside = values.get("structure", values)
    if not isinstance(inside, dict) or "layers" not in inside:
        raise SpecError.at("", tr("{wanted}; this text has none", wanted=WANTED))
    if inside is not values and len(values) > 1:
        other = next(key for key in values if key != "structure")
        raise SpecError.at(other, tr("is no layer; open a whole experiment as a file instead"))
    return Structure.parse(inside).layers
