"""Other types for single layers of a quantized file: "1=float32+7=int4", by number from 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.base.text import tr
from workbench.deployment.quantization import FLOAT32, SCHEMES
from workbench.spec.base import SpecError
from workbench.spec.layers import Layer
from workbench.spec.layers.plan import Block

BETWEEN, IS = "+", "="
EXAMPLE = "1=float32+7=int4"


class BadLayers(ValueError):
    """What is no list of layers with their types, in one sentence."""


def as_text(given: object) -> object:
    """The text of a table, as `{1 = "float32", 7 = "int4"}` in TOML; anything else as it is."""
    if not isinstance(given, Mapping):
        return given
    return BETWEEN.join(f"{number}{IS}{mode}" for number, mode in given.items())


def read(text: str) -> dict[int, str]:
    """Modes by number of the layer, ascending.

    Raises:
        BadLayers: one sentence.
    """
    found: dict[int, str] = {}
    for part in filter(None, (each.strip() for each in text.split(BETWEEN))):
        number, _, mode = (each.strip() for each in part.partition(IS))
        if not number.isdecimal() or not int(number):
            raise BadLayers(
                tr(
                    "{part} names no layer; write the layer's number and its type, as in {example}",
                    part=repr(part),
                    example=EXAMPLE,
                )
            )
        if mode not in (FLOAT32, *SCHEMES):
            raise BadLayers(
                tr(
                    "layer {number} can't be {mode}; choose {known}",
                    number=number,
                    mode=repr(mode),
                    known=", ".join((FLOAT32, *SCHEMES)),
                )
            )
        if int(number) in found:
            raise BadLayers(tr("layer {number} is named twice; keep one", number=number))
        found[int(number)] = mode
    return dict(sorted(found.items()))


def written(modes: Mapping[int, str]) -> str:
    """The text that `read` reads."""
    return BETWEEN.join(f"{number}{IS}{mode}" for number, mode in modes.items())


def require(modes: Mapping[int, str], layers: Sequence[Layer]) -> None:
    """Refuses numbers of layers that have nothing to quantize.

    Args:
        modes: By number.
        layers: Of the network.

    Raises:
        SpecError: one sentence, which names those that can be chosen.
    """
    known = {
        number: layer
        for number, layer in enumerate(layers, 1)
        if layer.enabled and (layer.kernels or isinstance(layer, Block))
    }
    for number in modes:
        if number not in known:
            names = ", ".join(f"{each} {layer.label}" for each, layer in known.items())
            raise SpecError.at(
                "quantize.layers",
                tr(
                    "layer {number} has no kernel to quantize; choose among {names}",
                    number=number,
                    names=names,
                ),
            )
