"""What a network costs, layer by layer, in pure Python: nothing is built to find out.

The arithmetic of one layer belongs to its class in `spec.layers`; here it is chained and added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod

from workbench.base.text import joined, tr
from workbench.network.advice import advice
from workbench.network.costs import FLOAT_BYTES, LayerCost, share
from workbench.spec.base import Problem
from workbench.spec.layers import Block, Layer, LayerError, Planner, Shape, Step, written

__all__ = ["FLOAT_BYTES", "Analysis", "LayerCost", "analyze", "share"]

KEPT = 64
"""Analyses that are remembered: forms, levers and comparisons ask for the same networks again."""


@dataclass(frozen=True)
class Analysis:
    """A whole network, up to its first layer that does not fit.

    Attributes:
        input_shape: (height, width, channels).
        layers: The layers that fit, in order.
        problems: The layer that doesn't fit, if any; paths start at `structure`.
        warnings: What is worth knowing of a network that can be trained; same paths.
    """

    input_shape: Shape
    layers: tuple[LayerCost, ...]
    problems: tuple[Problem, ...] = field(default=())
    warnings: tuple[Problem, ...] = field(default=())

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

    @property
    def receptive_field(self) -> tuple[int, int]:
        """Height and width of the part of the image that one output sees."""
        return self.layers[-1].receptive_field if self.layers else (1, 1)

    @property
    def last(self) -> LayerCost | None:
        """The layer whose output is the network's, the innermost one of a block."""
        return next((c.calls[-1] for c in reversed(self.layers) if c.calls), None)

    def training_bytes(self, batch_size: int, slots: int = 2) -> int:
        """Memory that training takes, about.

        Weights, gradients, the optimizer's values and, kept for the backward pass, every layer's
        output for every image of a batch, in float32. An estimate: what TensorFlow itself takes
        (some hundred MB) and scratch space of convolutions come on top, and outputs of layers
        that work in place are counted though they may not be kept.

        Args:
            batch_size: Images to a step.
            slots: Values that the optimizer keeps for each weight: 2 for Adam.
        """
        weights = self.parameters + self.trainable * (1 + slots)
        return weights * FLOAT_BYTES + self.activation_bytes * batch_size


def analyze(layers: Sequence[Layer], input_shape: Shape) -> Analysis:
    """Costs of `layers` fed with `input_shape`; stops at the first that doesn't fit."""
    return _analyzed(tuple(layers), tuple(input_shape))


@lru_cache(KEPT)
def _analyzed(layers: tuple[Layer, ...], input_shape: Shape) -> Analysis:
    costs: list[LayerCost] = []
    planner = Planner(input_shape)
    seen = (1, 1)
    for index, layer in enumerate(layers):
        shape = planner.output_shape
        try:
            steps = planner.add(layer)
        except LayerError as error:
            problem = _problem(index, layer, error, shape)
            return Analysis(input_shape, tuple(costs), (problem,), advice(costs))
        costs.append(_cost(index, layer, shape, steps, seen))
        seen = costs[-1].receptive_field
    return Analysis(input_shape, tuple(costs), (), advice(costs))


def _problem(index: int, layer: Layer, error: LayerError, shape: Shape) -> Problem:
    """The sentence about a layer that doesn't fit, with the shape that reached it."""
    path = f"structure.layers[{index}]" + (f".{error.field}" if error.field else "")
    said = error.message if error.field else joined(": ", [layer.label, error.message])
    if written(shape) not in error.message:
        said = tr("{said} (reached by {shape})", said=said, shape=written(shape))
    return Problem(path, said)


def _cost(
    index: int, layer: Layer, shape: Shape, steps: Sequence[Step], seen: tuple[int, int]
) -> LayerCost:
    """A layer's cost from its steps; one that is switched off passes on what reaches it."""
    if not steps:
        return LayerCost(index, layer, shape, shape, 0, 0, 0, 0, seen)
    parts = tuple(_step_cost(number, step) for number, step in enumerate(steps))
    if not isinstance(layer, Block):
        return _step_cost(index, steps[0])
    return LayerCost(
        index,
        layer,
        shape,
        steps[-1].output_shape,
        sum(part.parameters for part in parts),
        sum(part.trainable for part in parts),
        sum(part.macs for part in parts),
        sum(part.activation_bytes for part in parts),
        parts[-1].receptive_field,
        parts,
    )


def _step_cost(index: int, step: Step) -> LayerCost:
    return LayerCost(
        index,
        step.layer,
        step.input_shape,
        step.output_shape,
        sum(step.parameters),
        step.parameters.trainable,
        step.macs,
        prod(step.output_shape) * FLOAT_BYTES,
        step.receptive_field,
        step=step,
    )
