"""Activations in 8 bits while a network is trained, as the quantized file will have them.

Each activation that the file keeps in integers is rounded to 256 places of a range, which follows
the smallest and largest value of each batch; gradients pass the rounding within the range and stop
beyond it (Jacob et al. 2018, section 3). Nothing is left in the model: the ranges go into the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from workbench.spec.layers import Layer
from workbench.spec.layers.plan import Block

Ranges = dict[str, tuple[float, float]]
"""Smallest and largest value by layer, as `Quantization.ranges` has them."""

MOMENTUM = 0.99
"""Of a range: how much of it stays at each batch."""

BITS = 8
WIDEST_EMPTY = 1e-3
"""A range is at least so wide: of a layer that gives nothing as well."""

FUSED = (keras.layers.BatchNormalization, keras.layers.Activation, keras.layers.ReLU)
"""What the file computes together with the layer before, so that nothing is stored between."""

MOVED = (
    keras.layers.InputLayer,
    keras.layers.Flatten,
    keras.layers.Reshape,
    keras.layers.Dropout,
    keras.layers.SpatialDropout2D,
    keras.layers.MaxPooling2D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.ZeroPadding2D,
    keras.layers.UpSampling2D,
)
"""What gives values that it was given, in the scale that they have."""


class RoundedActivations:
    """Rounds the activations of a model from now on.

    Args:
        model: Changed: its layers round what they give. The last one doesn't, as the scale of
            shares of classes is fixed.
    """

    def __init__(self, model: keras.Model) -> None:
        self._ranges = {layer: _Range() for layer in _stored(model)}
        for layer, found in self._ranges.items():
            layer.call = _rounding(layer.call, found)

    def ranges(self, model: keras.Model, layers: Sequence[Layer]) -> Ranges:
        """The range that each layer of a plain chain has now, as the quantizer names them; none of
        a network with blocks, whose activations have no such names.

        Args:
            model: The same.
            layers: Its structure.
        """
        numbered = [(n, layer) for n, layer in enumerate(layers, 1) if layer.enabled]
        chain = [each for each in model.layers if not isinstance(each, keras.layers.InputLayer)]
        if len(chain) != len(numbered) or any(isinstance(each, Block) for _, each in numbered):
            return {}
        return {
            f"layer{number}": self._ranges[layer].ends
            for (number, spec), layer in zip(numbered, chain, strict=True)
            if layer in self._ranges and spec.kernels
        }


class _Range:
    """The range of one activation, which follows the batches."""

    def __init__(self) -> None:
        self._low = tf.Variable(0.0, trainable=False)
        self._high = tf.Variable(0.0, trainable=False)

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest value."""
        low, high = float(self._low.numpy()), float(self._high.numpy())
        return low, max(high, low + WIDEST_EMPTY)

    def rounded(self, values: tf.Tensor) -> tf.Tensor:
        """Traced: the values on the places of the range, after it has followed them."""
        plain = tf.cast(values, tf.float32)
        low = self._followed(self._low, tf.minimum(tf.reduce_min(plain), 0.0))
        high = self._followed(self._high, tf.maximum(tf.reduce_max(plain), 0.0))
        high = tf.maximum(high, low + WIDEST_EMPTY)
        found = tf.quantization.fake_quant_with_min_max_vars(plain, low, high, num_bits=BITS)
        return tf.cast(found, values.dtype)

    def _followed(self, end: tf.Variable, new: tf.Tensor) -> tf.Tensor:
        """The end of the range, a little nearer to a batch's; at the first one it is that."""
        new, before = tf.stop_gradient(new), end.read_value()
        return end.assign(tf.where(before == 0.0, new, MOMENTUM * before + (1 - MOMENTUM) * new))


def _rounding(call: Callable[..., Any], found: _Range) -> Callable[..., Any]:
    def rounded(*arguments: Any, **named: Any) -> Any:
        return found.rounded(call(*arguments, **named))

    return rounded


def _stored(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """The layers whose outputs the file stores in a scale of their own."""
    for layer in model.layers:
        users = [
            each
            for each in model.operations
            if any(given is layer.output for given in _inputs(each))
        ]
        is_fused = len(users) == 1 and isinstance(users[0], FUSED)
        if users and not is_fused and not isinstance(layer, MOVED):
            yield layer


def _inputs(operation: Any) -> list[Any]:
    """What an operation takes; nothing where it is the input of the network."""
    if isinstance(operation, keras.layers.InputLayer):
        return []
    return list(tf.nest.flatten(operation.input))
