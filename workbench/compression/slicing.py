"""The weights of a narrower network, cut out of those of the wide one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.compression.channels import Places
from workbench.spec.layers import (
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Layer,
    Operation,
    SeparableConv2D,
)

Weights = npt.NDArray[Any]


def cut(
    layer: Layer | Operation, name: str, weights: Weights, inputs: Places, outputs: Places
) -> Weights:
    """Weights of a layer without those of channels that are gone.

    Args:
        layer: The wide one.
        name: Of the variable, as Keras calls it.
        weights: The whole.
        inputs: Places of the channels that stay of those that reach it.
        outputs: Of those that leave it.
    """
    if weights.ndim == 1:  # an offset, or the weights of normalization; not the state of a dropout
        return weights[outputs] if weights.dtype.kind == "f" else weights
    if isinstance(layer, Dense):
        return weights[np.ix_(inputs, outputs)]
    if isinstance(layer, Conv2D) and layer.groups > 1:
        return _cut_in_groups(layer.groups, weights, inputs, outputs)
    if isinstance(layer, Conv2D):
        return weights[:, :, inputs][..., outputs]
    if isinstance(layer, Conv2DTranspose):
        return weights[:, :, outputs][..., inputs]
    if isinstance(layer, DepthwiseConv2D):
        return weights[:, :, inputs]
    if isinstance(layer, SeparableConv2D):
        if name.startswith("depthwise"):
            return weights[:, :, inputs]
        between = layer.depth_multiplier
        reached = (inputs[:, None] * between + np.arange(between)).ravel()
        return weights[:, :, reached][..., outputs]
    raise TypeError(f"no channels can be cut out of {name} of {layer.label}")


def _cut_in_groups(groups: int, weights: Weights, inputs: Places, outputs: Places) -> Weights:
    """Each filter reads the channels of its group alone, by their places within it."""
    size, filters = weights.shape[2], weights.shape[3] // groups
    parts = []
    for group in range(groups):
        mine = inputs[inputs // size == group] % size
        made = outputs[outputs // filters == group]
        parts.append(weights[:, :, mine][..., made])
    return np.concatenate(parts, axis=-1)
