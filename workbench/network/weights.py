"""The weights that a network holds, layer by layer, and where two networks' differ in shape."""

from __future__ import annotations

from itertools import zip_longest
from typing import NamedTuple

from workbench.network.analysis import Analysis
from workbench.spec.layers import Step


class LayerWeights(NamedTuple):
    """One set of weights.

    Attributes:
        number: Of the layer in the structure, from 1.
        label: Of the layer that has them, the innermost one of a block.
        parameters: How many they are, moving averages included.
        form: What decides their shapes.
    """

    number: int
    label: str
    parameters: int
    form: tuple[object, ...]


def weights_of(analysis: Analysis) -> list[LayerWeights]:
    """Every set of weights once, in the order in which layers are first called."""
    found, seen = [], set[int]()
    for cost in analysis.layers:
        for call in cost.calls:
            step = call.step
            if step is None or step.weights in seen or not sum(step.parameters):
                continue
            seen.add(step.weights)
            label, parameters = step.layer.label, sum(step.parameters)
            found.append(LayerWeights(cost.index + 1, label, parameters, _form(step)))
    return found


def first_difference(
    ours: Analysis, theirs: Analysis
) -> tuple[LayerWeights | None, LayerWeights | None] | None:
    """The first weights of two networks that differ in shape; None where all are equal.

    Where one network has more layers with weights, the other one's place is None.
    """
    pairs = zip_longest(weights_of(ours), weights_of(theirs))
    return next((pair for pair in pairs if _form_of(pair[0]) != _form_of(pair[1])), None)


def _form_of(weights: LayerWeights | None) -> tuple[object, ...]:
    return weights.form if weights is not None else ()


def _form(step: Step) -> tuple[object, ...]:
    """Equal for equal shapes: the class, how many there are, and along which axes they lie."""
    kernel = getattr(step.layer, "kernel_size", ())
    channels = (step.input_shape[-1], step.output_shape[-1])
    return step.layer.implementation, step.parameters, kernel, channels
