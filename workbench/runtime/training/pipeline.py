"""How images reach the compiled loop: from memory on the device, or as a stream.

All feeds give the same batches in the same order for the same seed, so a run can be resumed at
any step, and a folder that grew too large for memory trains as it did before.
"""

from __future__ import annotations

import copy
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from workbench.data import ArrayImages, Part
from workbench.runtime.training.augment import Augmenter
from workbench.spec.hardware import Auto, Hardware

Order = npt.NDArray[np.int64]

DECODE_THREADS = 2
"""Batches read side by side where the settings leave it open."""

DEFAULT = Auto()


class Feed(Protocol):
    """Batches of (images float32 in [0, 1], labels int32, or shares of the classes if mixed)."""

    batch_size: int

    def begin(self, order: Order, first_batch: int, epoch: int = 0) -> Any:
        """The state of an epoch for the compiled loop.

        Args:
            order: Indices into the part, shape (images,).
            first_batch: Where to begin, from 0.
            epoch: From 0, where images are varied.
        """

    def waited_seconds(self) -> float:
        """How long compiled steps have waited for images so far."""

    def batch(self, state: Any, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Traced: batch number `index` of the epoch; the last one may be smaller."""


def epoch_order(indices: Order, seed: int, epoch: int) -> Order:
    """The indices in the order of an epoch: a function of seed and epoch alone."""
    return np.random.default_rng((seed, epoch)).permutation(indices)


def scaled(images: tf.Tensor) -> tf.Tensor:
    """Pixels as float32 in [0, 1]."""
    if images.dtype == tf.uint8:
        return tf.cast(images, tf.float32) * (1 / 255)
    return tf.cast(images, tf.float32)


class MemoryFeed:
    """Images and labels in memory, gathered by index inside the compiled loop.

    Pixels stay as they are stored, mostly one byte each, and are scaled a batch at a time.
    """

    def __init__(self, part: Part, batch_size: int) -> None:
        self.batch_size, self.part = batch_size, part
        self._images = tf.constant(part.images.read(np.arange(len(part.images))))
        self._labels = tf.constant(part.labels, tf.int32)

    def with_batches_of(self, batch_size: int) -> MemoryFeed:
        """The same images, held once, in batches of another size."""
        other = copy.copy(self)
        other.batch_size = batch_size
        return other

    def begin(self, order: Order, first_batch: int, epoch: int = 0) -> tf.Tensor:
        return tf.constant(order, tf.int32)

    def waited_seconds(self) -> float:
        return 0.0

    def batch(self, state: tf.Tensor, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        rows = state[index * self.batch_size : (index + 1) * self.batch_size]
        return scaled(tf.gather(self._images, rows)), tf.gather(self._labels, rows)


class StreamFeed:
    """Images read (and decoded, where they are files) by several threads while the device computes.

    Args:
        part: Where images come from.
        batch_size: Images to a batch.
        threads: Batches read side by side; 0 for the usual number.
        prefetch: Batches made ready ahead; 0 leaves it to TensorFlow.
    """

    def __init__(self, part: Part, batch_size: int, threads: int = 0, prefetch: int = 0) -> None:
        self.batch_size = batch_size
        self._part = part
        self._threads = threads or DECODE_THREADS
        self._prefetch = prefetch or tf.data.AUTOTUNE
        with tf.device("/cpu:0"):
            self._waited = tf.Variable(0.0, trainable=False, dtype=tf.float64)

    def begin(self, order: Order, first_batch: int, epoch: int = 0) -> Any:
        images, labels = self._part.images, self._part.labels

        def read(rows: npt.NDArray[np.int64]) -> tuple[Any, Any]:
            return images.read(rows), labels[rows].astype(np.int32)

        @tf.autograph.experimental.do_not_convert
        def load(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            pixels, classes = tf.numpy_function(read, [rows], [images.dtype, tf.int32])
            pixels.set_shape((None, *images.shape))
            classes.set_shape((None,))
            return scaled(pixels), classes

        rest = np.asarray(order[first_batch * self.batch_size :], np.int64)
        dataset = tf.data.Dataset.from_tensor_slices(rest).batch(self.batch_size)
        dataset = dataset.map(load, num_parallel_calls=self._threads, deterministic=True)
        return iter(dataset.prefetch(self._prefetch))

    def waited_seconds(self) -> float:
        return float(self._waited.numpy())

    def batch(self, state: Any, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.device("/cpu:0"):
            began = tf.timestamp()
            with tf.control_dependencies([began]):
                images, labels = state.get_next()
            with tf.control_dependencies([images, labels]):
                self._waited.assign_add(tf.timestamp() - began)
        return images, labels


class AugmentedFeed:
    """Another feed's batches, varied at random."""

    def __init__(self, inner: Feed, augmenter: Augmenter) -> None:
        self.batch_size = inner.batch_size
        self.inner, self._augmenter = inner, augmenter

    def begin(self, order: Order, first_batch: int, epoch: int = 0) -> tuple[Any, tf.Tensor]:
        return self.inner.begin(order, first_batch), tf.constant(epoch, tf.int32)

    def waited_seconds(self) -> float:
        return self.inner.waited_seconds()

    def batch(self, state: tuple[Any, tf.Tensor], index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        inner, epoch = state
        return self._augmenter(*self.inner.batch(inner, index), epoch, index)


def feed(
    part: Part, batch_size: int, hardware: Hardware = DEFAULT, *, beside: Feed | None = None
) -> Feed:
    """The feed that hardware's settings ask for; by default the one that suits where images are.

    Args:
        part: The images.
        batch_size: Of a batch.
        hardware: The settings.
        beside: Another feed; where it holds the very part in memory, that is not held twice.
    """
    kind = pipeline_of(part, hardware)
    if kind == "memory":
        held = beside.inner if isinstance(beside, AugmentedFeed) else beside
        if isinstance(held, MemoryFeed) and held.part is part:
            return held.with_batches_of(batch_size)
        return MemoryFeed(part, batch_size)
    if kind == "cached" and not part.images.in_memory:
        part = Part(ArrayImages(part.images.read(np.arange(len(part.images)))), part.labels)
    return StreamFeed(part, batch_size, hardware.decode_threads, hardware.prefetch)


def pipeline_of(part: Part, hardware: Hardware) -> str:
    """How the images of a part reach the device: "memory", "cached" or "streamed"."""
    if hardware.pipeline != "auto":
        return hardware.pipeline
    return "memory" if part.images.in_memory else "streamed"
