"""What a network costs, layer by layer, in pure Python: nothing is built to find out.

The arithmetic of one layer belongs to its class in `spec.layers`; here it is chained and added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from workbench.spec.base import Problem
from workbench.spec.layers import Layer, LayerError, Shape

FLOAT_BYTES = 4


@dataclass(frozen=True)
class LayerCost:
    """One layer in place.

    Attributes:
        index: Position in the structure, from 0.
        layer: The layer.
        input_shape: What reaches it, without the batch.
        output_shape: What leaves it, without the batch.
        parameters: All its weights, the moving averages included, as Keras counts them.
        trainable: The weights that gradients train.
        macs: Multiply-accumulate operations for one image.
        activation_bytes: Memory of its output for one image in float32.
    """

    index: int
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: int
    trainable: int
    macs: int
    activation_bytes: int


@dataclass(frozen=True)
class Analysis:
    """A whole network, up to its first layer that does not fit.

    Attributes:
        input_shape: (height, width, channels).
        layers: The layers that fit, in order.
        problems: The layer that doesn't fit, if any; paths start at `structure`.
    """

    input_shape: Shape
    layers: tuple[LayerCost, ...]
    problems: tuple[Problem, ...] = field(default=())

    @property
    def output_shape(self) -> Shape:
        """What leaves the last layer that fits."""
        return self.layers[-1].output_shape if self.layers else self.input_shape

    @property
    def parameters(self) -> int:
        """All weights, as Keras's `count_params`."""
        return sum(cost.parameters for cost in self.layers)

    @property
    def trainable(self) -> int:
        """The weights that gradients train."""
        return sum(cost.trainable for cost in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-accumulate operations for one image."""
        return sum(cost.macs for cost in self.layers)

    @property
    def activation_bytes(self) -> int:
        """Memory of all outputs for one image in float32, input included."""
        own = sum(cost.activation_bytes for cost in self.layers)
        return own + prod(self.input_shape) * FLOAT_BYTES

    @property
    def weight_bytes(self) -> int:
        """Size of the weights in float32: the model file, less its headers."""
        return self.parameters * FLOAT_BYTES


def analyze(layers: Sequence[Layer], input_shape: Shape) -> Analysis:
    """Costs of `layers` fed with `input_shape`; stops at the first that doesn't fit."""
    costs: list[LayerCost] = []
    shape = input_shape
    for index, layer in enumerate(layers):
        try:
            output = layer.output_shape(shape)
        except LayerError as error:
            path = f"structure.layers[{index}]" + (f".{error.field}" if error.field else "")
            name = f"{layer.label}: " if not error.field else ""
            return Analysis(input_shape, tuple(costs), (Problem(path, name + error.message),))
        parameters = layer.parameters(shape)
        costs.append(
            LayerCost(
                index, layer, shape, output, sum(parameters), parameters.trainable,
                layer.macs(shape), prod(output) * FLOAT_BYTES,
            )
        )  # fmt: skip
        shape = output
    return Analysis(input_shape, tuple(costs))
