"""What holds weights where they belong after each update, traced into the compiled loop.

Each is made for a loop whose weights are there, and called after every update: pruned weights stay
zero, shared ones equal.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from workbench.compression import sharing
from workbench.compression.grids import channel_axis, largest_of
from workbench.compression.zeros import Mask, planned_zeros, zero_share


def kernels_of(model: keras.Model) -> list[keras.Variable]:
    """The trained kernels, each once: neither offsets nor the weights of normalization."""
    return [weight for weight in model.trainable_variables if weight.name.endswith("kernel")]


class HeldZeros:
    """Keeps weights at zero.

    Args:
        kernels: Whose.
        masks: True where a weight is free.
    """

    def __init__(self, kernels: Sequence[keras.Variable], masks: Sequence[Mask]) -> None:
        self._kernels = list(kernels)
        self._free = [tf.constant(mask, kernel.dtype) for kernel, mask in zip(kernels, masks)]  # noqa: B905
        self()

    @classmethod
    def of(cls, model: keras.Model) -> HeldZeros | None:
        """What holds the zeros that the kernels have; None where they have none."""
        kernels = [kernel for kernel in kernels_of(model) if not np.all(kernel.numpy())]
        return cls(kernels, [kernel.numpy() != 0 for kernel in kernels]) if kernels else None

    def __call__(self) -> None:
        for kernel, free in zip(self._kernels, self._free, strict=True):
            kernel.assign(kernel.value * free)


class GrowingZeros:
    """Makes the smallest weights zero, ever more of them, and keeps them there.

    A weight that is zero takes part in the next choice with what its gradient would make of it in
    one step, so hardly any comes back; in the end exactly the share asked for is zero.

    Args:
        groups: Kernels whose weights are compared with each other.
        rate: Share of zeros at the end.
        steps: Of the fine-tuning.
        ramp: Share of them in which the zeros grow.
    """

    def __init__(
        self, groups: Sequence[Sequence[keras.Variable]], rate: float, steps: int, ramp: float
    ) -> None:
        self._groups = [list(group) for group in groups]
        self._plans = []
        self._masks = []
        for group in self._groups:
            weights = [kernel.numpy() for kernel in group]
            size = sum(kernel.size for kernel in weights)
            start = min(zero_share(weights), rate)
            self._plans.append(planned_zeros(size, start, rate, steps, ramp))
            self._masks.append([tf.Variable(w != 0, trainable=False) for w in weights])
        self._step = tf.Variable(0, trainable=False, dtype=tf.int32)

    def __call__(self) -> None:
        for group, masks, plan in zip(self._groups, self._masks, self._plans, strict=True):
            is_now = tf.equal(plan.steps, self._step)
            self._choose(group, masks, tf.reduce_max(tf.where(is_now, plan.zeros, -1)))
            for kernel, mask in zip(group, masks, strict=True):
                kernel.assign(kernel.value * tf.cast(mask, kernel.dtype))
        self._step.assign_add(1)

    def _choose(
        self, kernels: Sequence[keras.Variable], masks: Sequence[tf.Variable], zeros: tf.Tensor
    ) -> None:
        """New masks where the plan has a number for this step, else (-1) as they are."""

        def chosen() -> list[tf.Tensor]:
            sizes = [tf.abs(tf.cast(kernel.value, tf.float32)) for kernel in kernels]
            ordered = tf.sort(tf.concat([tf.reshape(size, [-1]) for size in sizes], 0))
            limit = tf.where(zeros > 0, ordered[tf.maximum(zeros - 1, 0)], -1.0)
            return [size > limit for size in sizes]

        found = tf.cond(zeros >= 0, chosen, lambda: [mask.read_value() for mask in masks])
        for mask, new in zip(masks, found, strict=True):
            mask.assign(new)


class SharedValues:
    """Lets the weights of each kernel share values; after each update a cluster is its mean.

    Args:
        kernels: Whose.
        values: Different ones that a kernel keeps at most.
        seed: Of the k-means.
    """

    def __init__(self, kernels: Sequence[keras.Variable], values: int, seed: int) -> None:
        self._kernels = list(kernels)
        self._places: list[tf.Tensor] = []
        self._live: list[npt.NDArray[np.float32]] = []
        for kernel in kernels:
            found = sharing.shared(kernel.numpy(), values, seed)
            kernel.assign(found.kernel)
            self._places.append(tf.constant(found.places.ravel()))
            live = np.ones(len(found.values), np.float32)
            live[: found.has_zeros] = 0.0
            self._live.append(live)

    def __call__(self) -> None:
        for kernel, places, live in zip(self._kernels, self._places, self._live, strict=True):
            flat = tf.reshape(tf.cast(kernel.value, tf.float32), [-1])
            means = tf.math.unsorted_segment_mean(flat, places, len(live)) * live
            kernel.assign(tf.reshape(tf.gather(means, places), kernel.shape))


class OnGrid:
    """Keeps kernels on the grid of integers while weights behind them are trained.

    The model always has the rounded kernels, so gradients are taken there, and each update is added
    to the weights behind: the straight-through estimator of Bengio et al. 2013. Zeros stay.

    Args:
        kernels: Whose.
        bits: Of an integer.
    """

    def __init__(self, kernels: Sequence[keras.Variable], bits: int) -> None:
        self._kernels, self._largest = list(kernels), largest_of(bits)
        self._behind = [tf.Variable(kernel.numpy(), trainable=False) for kernel in kernels]
        self._free = [tf.constant(kernel.numpy() != 0, kernel.dtype) for kernel in kernels]
        self._axes = [_channels(kernel) for kernel in kernels]
        for kernel, behind, axis in zip(kernels, self._behind, self._axes, strict=True):
            kernel.assign(self._rounded(behind.value(), axis))

    def __call__(self) -> None:
        for kernel, behind, free, axis in zip(
            self._kernels, self._behind, self._free, self._axes, strict=True
        ):
            before = self._rounded(behind.read_value(), axis)
            weights = (behind.read_value() + (kernel.value - before)) * free
            behind.assign(weights)
            kernel.assign(self._rounded(weights, axis))

    def _rounded(self, weights: tf.Tensor, axis: int) -> tf.Tensor:
        others = [each for each in range(weights.shape.rank) if each != axis]
        scale = tf.reduce_max(tf.abs(weights), others, keepdims=True) / self._largest
        return tf.round(tf.math.divide_no_nan(weights, scale)) * scale


def _channels(kernel: keras.Variable) -> int:
    """The axis of a kernel along which each place has a scale, as `grids.channel_axis`."""
    is_depthwise = "depthwise" in kernel.path.lower()
    name = "Depthwise" if is_depthwise and "pointwise" not in kernel.name else ""
    return channel_axis(name, len(kernel.shape))
