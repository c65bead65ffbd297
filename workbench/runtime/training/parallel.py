"""Data parallelism: every device takes its share of each batch, always the same one.

The batches, their order and the loss are those of one device, whatever the number of devices. What
a layer does over its batch (BatchNormalization) it does over each share, as in Keras.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

Results = tuple[tf.Tensor, ...]
WholeStep = Callable[[tf.Tensor, tf.Tensor, tf.Tensor], Results]
ShareStep = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], Results]
"""Takes images, labels, learning rate, which share of the whole batch these images are, and how
many that has; its results are shares of the whole batch's, to be added up."""


def in_parallel(step: ShareStep, strategy: tf.distribute.Strategy) -> WholeStep:
    """A step on whole batches, taken by all devices of a strategy together."""
    devices = strategy.num_replicas_in_sync

    def whole(images: tf.Tensor, labels: tf.Tensor, rate: tf.Tensor) -> Results:
        count = tf.shape(labels)[0]

        def part(context: Any) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            first, end = share_of(count, context.replica_id_in_sync_group, devices)
            share = tf.cast(end - first, tf.float32) / tf.cast(count, tf.float32)
            # A device that nothing is left for takes an image along that doesn't count.
            end = tf.maximum(end, first + 1)
            return images[first:end], labels[first:end], share

        own_images, own_labels, share = strategy.experimental_distribute_values_from_function(part)
        results = strategy.run(step, (own_images, own_labels, rate, share, count))
        return tuple(strategy.reduce("SUM", result, axis=None) for result in results)

    return whole


def share_of(count: Any, device: int, devices: int) -> tuple[Any, Any]:
    """First and end of the rows of a batch of `count` that a device takes."""
    return count * device // devices, count * (device + 1) // devices
