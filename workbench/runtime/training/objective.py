"""What training makes small: the loss of the spec on labels of either form."""

from __future__ import annotations

import operator
from typing import Any

import keras
import tensorflow as tf

from workbench.spec.losses import Loss


class Objective:
    """Mean loss over a batch, without penalties.

    Args:
        loss: Which.
        classes: How many there are.
        logits: Whether the network ends in logits instead of probabilities.
    """

    def __init__(self, loss: Loss, classes: int, *, logits: bool) -> None:
        self._spec, self._classes, self._logits = loss, classes, logits
        self._on_shares = self._made(shares=True)
        self._on_numbers = None if loss.needs_shares else self._made(shares=False)

    def __call__(self, labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        """The loss.

        Args:
            labels: Class numbers (n,), or shares of the classes (n, classes).
            outputs: (n, classes).
        """
        if self._logits and not self._spec.takes_logits:
            outputs = tf.nn.softmax(outputs)
        if labels.shape.rank == 2:
            return self._on_shares(labels, outputs)
        if self._on_numbers is not None:
            return self._on_numbers(labels, outputs)
        return self._on_shares(tf.one_hot(labels, self._classes), outputs)

    def _made(self, *, shares: bool) -> Any:
        name, settings = self._spec.keras_call(shares=shares)
        if self._spec.takes_logits:
            settings["from_logits"] = self._logits
        return operator.attrgetter(name.removeprefix("keras."))(keras)(**settings)


def share_right(labels: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """Share of a batch that is classified right; of mixed labels the share of the class found."""
    found = tf.argmax(outputs, axis=-1, output_type=tf.int32)
    if labels.shape.rank == 2:
        return tf.reduce_mean(tf.gather(labels, found, axis=1, batch_dims=1))
    return tf.reduce_mean(tf.cast(tf.equal(found, labels), tf.float32))
