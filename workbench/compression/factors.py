"""Layers of low rank: a kernel as the product of two thinner ones (singular values)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.spec.layers import Conv2D, Dense, Layer

Weights = npt.NDArray[np.floating[Any]]


class Factors(NamedTuple):
    """A kernel in two.

    Attributes:
        first: (..., inputs, rank), as the kernel but for its outputs.
        second: (rank, outputs) of a dense layer, (1, 1, rank, outputs) of a convolution.
    """

    first: Weights
    second: Weights


def factors(kernel: Weights, rank: int) -> Factors:
    """The two kernels of this rank whose product is nearest to a kernel (Eckart and Young 1936).

    Args:
        kernel: (inputs, outputs) or (height, width, inputs, outputs).
        rank: At most that of the kernel.
    """
    flat = np.asarray(kernel, np.float64).reshape(-1, kernel.shape[-1])
    left, values, right = np.linalg.svd(flat, full_matrices=False)
    root = np.sqrt(values[:rank])
    first = (left[:, :rank] * root).reshape(*kernel.shape[:-1], rank)
    second = root[:, None] * right[:rank]
    if kernel.ndim == 4:
        second = second[None, None]
    return Factors(first.astype(kernel.dtype), second.astype(kernel.dtype))


def rank_that_pays(kernel_shape: tuple[int, ...]) -> int:
    """The largest rank with which two kernels have fewer weights than the one; 0 for none."""
    inputs, outputs = int(np.prod(kernel_shape[:-1])), kernel_shape[-1]
    return max(0, (inputs * outputs - 1) // (inputs + outputs))


def can_factorize(layer: Layer) -> bool:
    """Whether two layers of ours can take its place."""
    if not layer.enabled or not isinstance(layer, (Conv2D, Dense)) or layer.hash_compression > 1:
        return False
    return not isinstance(layer, Conv2D) or layer.groups == 1


def pair(layer: Layer, rank: int) -> tuple[Layer, Layer]:
    """The two layers: a linear one of the rank, and one that gives what the layer gave.

    The first has the kernel size, strides and gaps of a convolution, the second one pixel.
    """
    linear = {"activation": "linear", "use_bias": False}
    if isinstance(layer, Dense):
        return layer.changed(units=rank, **linear), layer
    assert isinstance(layer, Conv2D)
    pixel = {"kernel_size": [1, 1], "strides": [1, 1], "dilation_rate": [1, 1]}
    return layer.changed(filters=rank, **linear), layer.changed(**pixel)
