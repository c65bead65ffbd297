"""Kernels on the grid of integers: symmetric, one scale for each output channel."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.floating[Any]]

WEIGHT_BITS = {"int4": 4, "int8": 8}


def largest_of(bits: int) -> int:
    """The largest integer of a symmetric grid: 7 or 127."""
    return int(2 ** (bits - 1)) - 1


def channel_axis(name: str, rank: int) -> int:
    """The axis of a kernel along which each place has a scale of its own, as LiteRT has it.

    Args:
        name: Of the layer's class, as Keras calls it: a depthwise kernel's outputs are its inputs.
        rank: Axes of the kernel.
    """
    return 2 if "Depthwise" in name and rank == 4 else rank - 1


def on_grid(kernel: Weights, bits: int, axis: int) -> Weights:
    """The kernel rounded to its grid: scale max|w| / largest for each place of an axis."""
    others = tuple(each for each in range(kernel.ndim) if each != axis % kernel.ndim)
    scale = np.abs(kernel).max(axis=others, keepdims=True) / largest_of(bits)
    safe = np.where(scale == 0, 1, scale)
    found: Weights = (np.rint(kernel / safe) * scale).astype(kernel.dtype)
    return found
