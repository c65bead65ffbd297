"""Layers several times over, with weights of their own or tied ones."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from workbench.base.text import tr
from workbench.spec.base import AsTuple, refuse, setting
from workbench.spec.layers.base import Layer, Shape
from workbench.spec.layers.convolution import Conv2D
from workbench.spec.layers.plan import Block, Chain, Node, Tied

MAX_DEPTH = 8


class Repeat(Block):
    """Layers in a row several times over, on request with one set of weights for all passes.

    Shared weights (tied layers, as in recurrent convolutional networks: Liang and Hu 2015) make
    the network deeper at no parameter; the channels that leave the layers must then be as many as
    reach them.
    """

    label = tr("Repeat")

    kind: Literal["repeat"] = "repeat"
    times: int = setting(2, "Times", "How often the layers are passed.", ge=1, le=100)
    share_weights: bool = setting(
        True, "Share weights", "One set of weights for all passes, counted once; off, one for each."
    )
    layers: Annotated[tuple[Layer, ...], AsTuple] = Field(
        (Conv2D(padding="same"),),
        min_length=1,
        max_length=100,
        title=tr("Layers"),
        description=tr("The layers of one pass."),
    )

    @field_validator("layers", mode="before")
    @classmethod
    def _not_too_deep(cls, layers: object) -> object:
        """Before the layers are read: a file may nest more tables than Python's stack takes."""
        inside, depth = layers, 0
        while isinstance(inside, list | tuple):
            depth += 1
            if depth > MAX_DEPTH:
                raise refuse({"": tr("must be nested {most} deep at most", most=MAX_DEPTH)})
            inside = [
                item
                for layer in inside
                for item in (layer.get("layers", ()) if isinstance(layer, dict) else ())
            ] or None
        return layers

    def width_paths(self) -> tuple[str, ...]:
        """Those of its layers."""
        return tuple(
            f"layers[{number}].{path}"
            for number, layer in enumerate(self.layers)
            for path in layer.width_paths()
        )

    def body(self, shape: Shape) -> Node:
        layers = Chain(self.layers, setting="layers")
        if self.share_weights:
            return Tied(layers, self.times)
        return Chain((layers,) * self.times)

    def summary(self) -> str:
        inside = ", ".join(layer.label for layer in self.layers if layer.enabled)
        if self.share_weights:
            return tr("{times} x ({inside}) · tied", times=self.times, inside=inside)
        return f"{self.times} x ({inside})"
