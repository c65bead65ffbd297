"""Which weights become zero: the schedule of pruning by magnitude, and the masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.floating[Any]]
Mask = npt.NDArray[np.bool_]
"""True where a weight stays; of the kernel's shape."""

UPDATES = 100
"""How often the masks are chosen while the zeros grow, at most: sorting all weights takes time."""


def cubic(initial: float, final: float, share: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The share of zeros when a share of the ramp has passed (Zhu and Gupta 2017, equation 1).

    Args:
        initial: Share of zeros at its start.
        final: Share of zeros at its end.
        share: Of the ramp, from 0 to 1; beyond it stays at its end.
    """
    left = 1.0 - np.clip(np.asarray(share, np.float64), 0.0, 1.0)
    found: npt.NDArray[np.float64] = final + (initial - final) * left**3
    return found


class ZerosPlan(NamedTuple):
    """At which steps the masks are chosen, and how many weights are zero from then on.

    Attributes:
        steps: (choices,), ascending from 0.
        zeros: (choices,).
    """

    steps: npt.NDArray[np.int32]
    zeros: npt.NDArray[np.int32]


def planned_zeros(weights: int, initial: float, final: float, steps: int, ramp: float) -> ZerosPlan:
    """How many weights are to be zero as fine-tuning goes on.

    Args:
        weights: How many there are.
        initial: Share of zeros now.
        final: Share of zeros at the end.
        steps: Of the fine-tuning, at least 1.
        ramp: Share of them in which the zeros grow; the last number of it is that of the final
            share.
    """
    length = max(1, round(steps * ramp))
    every = max(1, length // UPDATES)
    chosen = np.unique([*range(0, length, every), length - 1]).astype(np.int32)
    done = (chosen + 1) / length
    return ZerosPlan(chosen, np.rint(cubic(initial, final, done) * weights).astype(np.int32))


def smallest(kernels: Sequence[Weights], zeros: int) -> list[Mask]:
    """Masks that make the smallest weights of all kernels together zero.

    Args:
        kernels: Compared with each other.
        zeros: How many become zero, at least: of equal ones all go.
    """
    sizes = np.sort(np.concatenate([np.abs(kernel).ravel() for kernel in kernels]))
    limit = sizes[zeros - 1] if zeros else -1.0
    return [np.abs(kernel) > limit for kernel in kernels]


def pattern(kernel: Weights, keep: int, of: int) -> Mask:
    """The mask of N:M sparsity: the largest of each group of weights in a row along the inputs.

    Args:
        kernel: (..., inputs, outputs); all axes but the last are inputs.
        keep: Weights that stay of each group.
        of: Weights of a group; the inputs that are left over stay whole.
    """
    rows = np.abs(kernel).reshape(-1, kernel.shape[-1])
    whole = len(rows) // of * of
    groups = rows[:whole].reshape(-1, of, rows.shape[1])
    order = np.argsort(np.argsort(-groups, axis=1, kind="stable"), axis=1, kind="stable")
    mask = np.ones(rows.shape, np.bool_)
    mask[:whole] = (order < keep).reshape(whole, rows.shape[1])
    return mask.reshape(kernel.shape)


def zero_share(kernels: Sequence[Weights]) -> float:
    """The share of weights that are exactly zero."""
    total = sum(kernel.size for kernel in kernels)
    return 1.0 - sum(int(np.count_nonzero(kernel)) for kernel in kernels) / max(1, total)
