"""Images varied as the training process varies them, in NumPy, to be looked at.

The random numbers differ from those in training; what is made of them is the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.spec.augmentation import Augmentation
from workbench.spec.warp import DRAWS, contrasts, holes, sources

Pixels = npt.NDArray[np.float32]


def versions(
    images: npt.NDArray[np.uint8], augmentation: Augmentation, count: int, seed: int = 0
) -> npt.NDArray[np.uint8]:
    """Varied versions of images, the same ones for the same seed.

    Args:
        images: (n, height, width, channels).
        augmentation: What is varied.
        count: Versions of each image.
        seed: Decides which.

    Returns:
        (n, count, height, width, channels).
    """
    random = np.random.default_rng(seed)
    many = np.repeat(images, count, axis=0) * np.float32(1 / 255)
    draws = random.random((len(many), DRAWS), np.float32)
    found = varied(many, draws, augmentation)
    if augmentation.mixup:
        # With the next image, not the next version of the same one; of the two parts an image has
        # the larger one beside it: in training, where both labels count, it is all the same.
        share = random.beta(augmentation.mixup, augmentation.mixup, (len(many), 1, 1, 1))
        share = np.maximum(share, 1 - share)
        found = (share * found + (1 - share) * np.roll(found, count, axis=0)).astype(np.float32)
    pixels = np.round(found * 255).astype(np.uint8)
    return pixels.reshape(len(images), count, *images.shape[1:])


def varied(images: Pixels, draws: Pixels, augmentation: Augmentation) -> Pixels:
    """Images with the changes that `draws` stand for, before any mixing.

    Args:
        images: (n, height, width, channels) from 0 to 1.
        draws: (n, DRAWS) from 0 to 1.
        augmentation: What is varied.
    """
    height, width = images.shape[1:3]
    if augmentation.moves:
        maps = sources(
            draws,
            height,
            width,
            np,
            shift=augmentation.shift,
            rotation=augmentation.rotation,
            zoom=augmentation.zoom,
            horizontal_flip=augmentation.horizontal_flip,
            vertical_flip=augmentation.vertical_flip,
        )
        images = _moved(images, maps, augmentation.fill_mode)
    if augmentation.contrast:
        mean = images.mean(axis=(1, 2), keepdims=True)
        images = np.clip(mean + (images - mean) * contrasts(draws, augmentation.contrast), 0, 1)
    if augmentation.cutout:
        images = np.where(holes(draws, height, width, np, augmentation.cutout), 0, images)
    return images.astype(np.float32)


def _moved(images: Pixels, maps: npt.NDArray[Any], fill_mode: str) -> Pixels:
    """Each pixel from where its map says, between four neighbours in proportion."""
    height, width = images.shape[1:3]
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    a, b, c, d, e, f = (maps[:, i, None, None].astype(np.float32) for i in range(6))
    x, y = a * xs + b * ys + c, d * xs + e * ys + f
    if fill_mode != "constant":
        x, y = (_inside(place, n, fill_mode) for place, n in ((x, width), (y, height)))
    left, top = np.floor(x), np.floor(y)
    rows = np.arange(len(images))[:, None, None]
    found = np.zeros_like(images)
    for down in (0, 1):
        for across in (0, 1):
            column, row = left + across, top + down
            weight = (1 - np.abs(x - column)) * (1 - np.abs(y - row))
            weight[(column < 0) | (column >= width) | (row < 0) | (row >= height)] = 0
            place_x = np.clip(column, 0, width - 1).astype(np.intp)
            place_y = np.clip(row, 0, height - 1).astype(np.intp)
            found += weight[..., None] * images[rows, place_y, place_x]
    return found


def _inside(places: Pixels, size: int, fill_mode: str) -> Pixels:
    """Places brought back into an image: by mirrors at its edges, or to its last pixel."""
    if fill_mode == "reflect":
        turned = np.mod(places + 0.5, 2 * size)
        places = np.minimum(turned, 2 * size - turned) - 0.5
    return np.clip(places, 0, size - 1)
