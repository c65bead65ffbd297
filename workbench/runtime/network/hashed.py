"""Layers with hashed kernels (Chen et al. 2015): Keras's own, whose kernel is looked up.

Uses Keras and NumPy alone and nothing of ours, because the generated scripts contain this text.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def hashed(numbers: np.ndarray) -> np.ndarray:
    """Well-mixed 64-bit numbers: the same input gives the same output on every machine.

    The finalizer of SplitMix64 (Steele et al. 2014), as in xxHash and its like.
    """
    mixed = numbers.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def hashed_places(entries: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """For each entry of a kernel the value that it uses, and its sign (+1 or -1).

    Args:
        entries: Of the kernel.
        size: Values that are stored.
        seed: Another one for each layer.
    """
    numbers = np.arange(1, entries + 1, dtype=np.uint64)
    start = hashed(np.array([seed + 1]))[0]
    places = hashed(numbers + start) % np.uint64(size)
    signs = hashed(numbers ^ ~start) >> np.uint64(63)
    return places.astype(np.int32), 1.0 - 2.0 * signs.astype(np.float32)


class HashedKernel(keras.layers.Layer):
    """Put before a Keras layer: its kernel's entries share fewer stored values.

    Args:
        hash_compression: So many entries share one value on average.
        hash_seed: Decides which; another one for each layer.
    """

    def __init__(
        self, *args: Any, hash_compression: int, hash_seed: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hash_compression, self.hash_seed = hash_compression, hash_seed

    def add_weight(self, shape: Any = None, initializer: Any = None, **kwargs: Any) -> Any:
        """As Keras's, but for the kernel fewer values are made."""
        if kwargs.get("name") != "kernel":
            return super().add_weight(shape=shape, initializer=initializer, **kwargs)
        entries = int(np.prod(shape))
        size = max(1, (2 * entries + self.hash_compression) // (2 * self.hash_compression))
        self._places, self._signs = hashed_places(entries, size, self.hash_seed)
        self._kernel_shape = tuple(shape)

        def first_values(_: Any, dtype: Any = None) -> Any:
            # The scale of fresh weights depends on the whole kernel's shape.
            return keras.ops.reshape(initializer(shape, dtype=dtype), (-1,))[:size]

        return super().add_weight(shape=(size,), initializer=first_values, **kwargs)

    @property
    def kernel(self) -> Any:
        """The whole kernel, looked up."""
        values = keras.ops.take(keras.ops.convert_to_tensor(self._kernel), self._places)
        signs = keras.ops.cast(self._signs, values.dtype)
        return keras.ops.reshape(values * signs, self._kernel_shape)

    def get_config(self) -> dict[str, Any]:
        """As Keras's."""
        own = {"hash_compression": self.hash_compression, "hash_seed": self.hash_seed}
        return {**super().get_config(), **own}


class HashedDense(HashedKernel, keras.layers.Dense):
    """Dense with a hashed kernel."""


class HashedConv2D(HashedKernel, keras.layers.Conv2D):
    """Conv2D with a hashed kernel."""
