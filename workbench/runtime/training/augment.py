"""Training images varied at random on the device, a batch at a time.

Uses TensorFlow and the arithmetic of `warp` alone, because the generated scripts contain this text.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from workbench.spec.warp import DRAWS, contrasts, holes, sources


class Augmenter:
    """Varies batches of images; what it does depends on seed, epoch and batch number alone.

    Args:
        seed: Of the run.
        classes: How many there are.
        shift, rotation, zoom, horizontal_flip, vertical_flip, fill_mode: How pixels are moved.
        contrast, cutout, mixup: What else is done; see the settings of the same names.
    """

    def __init__(
        self,
        seed: int,
        classes: int,
        *,
        fill_mode: str = "constant",
        contrast: float = 0.0,
        cutout: float = 0.0,
        mixup: float = 0.0,
        **moves: Any,
    ) -> None:
        still = {
            "shift": 0.0,
            "rotation": 0.0,
            "zoom": 0.0,
            "horizontal_flip": False,
            "vertical_flip": False,
        }
        self._seed, self._classes, self._moves = seed, classes, {**still, **moves}
        self._fill_mode = fill_mode.upper() if moves else ""
        self._contrast, self._cutout, self._mixup = contrast, cutout, mixup

    def __call__(self, images: Any, labels: Any, epoch: Any, batch: Any) -> tuple[Any, Any]:
        """The batch varied.

        Args:
            images: (n, height, width, channels) from 0 to 1.
            labels: (n,) class numbers.
            epoch: From 0.
            batch: Number in the epoch, from 0.

        Returns:
            Images of the same shape and range, and the labels, (n, classes) where they are mixed.
        """
        seed = tf.stack([tf.constant(self._seed, tf.int32), tf.cast(epoch, tf.int32)])
        seed = tf.random.experimental.stateless_fold_in(seed, batch)
        images = self.varied(images, self.draws(seed, tf.shape(images)[0]))
        return self._mixed(images, labels, seed) if self._mixup else (images, labels)

    def draws(self, seed: Any, count: Any) -> Any:
        """The random numbers of `count` images."""
        return tf.random.stateless_uniform((count, DRAWS), seed, alg="philox")

    def varied(self, images: Any, draws: Any) -> Any:
        """The images with the changes that `draws` stand for, before any mixing."""
        height, width = images.shape[1:3]
        if self._fill_mode:
            maps = sources(draws, height, width, tf, **self._moves)
            images = tf.raw_ops.ImageProjectiveTransformV3(
                images=images,
                transforms=tf.pad(maps, [[0, 0], [0, 2]]),
                output_shape=[height, width],
                fill_value=0.0,
                interpolation="BILINEAR",
                fill_mode=self._fill_mode,
            )
            images.set_shape((None, height, width, None))
        if self._contrast:
            mean = tf.reduce_mean(images, (1, 2), keepdims=True)
            changed = mean + (images - mean) * contrasts(draws, self._contrast)
            images = tf.clip_by_value(changed, 0.0, 1.0)
        if self._cutout:
            images = tf.where(holes(draws, height, width, tf, self._cutout), 0.0, images)
        return images

    def _mixed(self, images: Any, labels: Any, seed: Any) -> tuple[Any, Any]:
        """Each image mixed with the next one: the order of a batch is random already."""
        count = tf.shape(labels)[0]
        # A share from Beta(alpha, alpha) for each pair; both may be 0 where alpha is very small.
        pair = tf.random.stateless_gamma((2, count), seed, self._mixup)
        share = tf.math.divide_no_nan(pair[0], pair[0] + pair[1])[:, None]
        targets = tf.one_hot(labels, self._classes)
        targets = share * targets + (1.0 - share) * tf.roll(targets, 1, 0)
        share = share[:, :, None, None]
        return share * images + (1.0 - share) * tf.roll(images, 1, 0), targets
