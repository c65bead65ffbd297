"""Channels and size of images: the one place where pixels are resampled, of arrays and of files.

Grayscale is ITU-R 601 luma as Pillow's mode L; resizing is Pillow's bilinear filter, which
averages when it shrinks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median_low

import numpy as np

from workbench.base.text import tr
from workbench.data.dataset import Array
from workbench.data.request import ReadRequest

Size = tuple[int, int]

MOST_PROPOSED = 128
"""Pixels of the longer side: photographs of full size would take days to train on."""


def common_size(sizes: Sequence[Size]) -> Size:
    """The size to bring images of several sizes to: that of most of them, else the median one.

    In proportion, but of `MOST_PROPOSED` pixels at most.
    """
    ((size, count),) = Counter(sizes).most_common(1)
    if 2 * count < len(sizes):
        size = median_low(height for height, _ in sizes), median_low(width for _, width in sizes)
    shrink = min(1.0, MOST_PROPOSED / max(size))
    return max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))


def fitted(image: Array, size: Size | None, channels: int | None) -> Array:
    """One image in the wanted size and number of channels.

    Args:
        image: (height, width, 1 or 3), uint8 or float32.
        size: (height, width), or None to keep it.
        channels: 1, 3, or None to keep them.
    """
    if channels == 1 and image.shape[2] == 3:
        image = gray(image)  # before resizing: a third of the work
    if size is not None and image.shape[:2] != size:
        image = _resized(image, size)
    if channels == 3 and image.shape[2] == 1:
        image = np.repeat(image, 3, axis=2)
    return image


def fitted_all(
    images: Array, size: Size | None, channels: int | None, request: ReadRequest
) -> Array:
    """Images (n, height, width, channels) in the wanted size and number of channels.

    Raises:
        DataError: where the result does not fit in memory.
    """
    height, width = size or images.shape[1:3]
    shape = (len(images), height, width, channels or images.shape[3])
    if shape == images.shape:
        return images
    result = np.empty(shape, images.dtype)
    reporter = request.reporter(tr("resizing"), len(images))
    for number, image in enumerate(images):
        result[number] = fitted(image, size, channels)
        reporter.step()
    return result


def gray(pixels: Array) -> Array:
    """Luma of (..., 3) as (..., 1); for uint8 to the bit what Pillow's `convert("L")` gives."""
    if pixels.dtype == np.uint8:
        weights = np.array([19595, 38470, 7471], np.uint32)
        luma = (pixels.astype(np.uint32) @ weights + 0x8000) >> 16
        return luma.astype(np.uint8)[..., np.newaxis]
    shares = np.array([0.299, 0.587, 0.114], np.float32)
    shade: Array = pixels @ shares
    return shade.astype(np.float32)[..., np.newaxis]


def _resized(image: Array, size: Size) -> Array:
    if image.dtype == np.uint8:
        plane = _resampled(image[..., 0] if image.shape[2] == 1 else image, size)
        return plane.reshape(*size, image.shape[2])
    planes = [_resampled(image[..., channel], size) for channel in range(image.shape[2])]
    stacked: Array = np.clip(np.stack(planes, axis=2), 0.0, 1.0)
    return stacked


def _resampled(plane: Array, size: Size) -> Array:
    """Pillow's modes L, RGB and F, by the array's type and shape."""
    from PIL import Image

    height, width = size
    image = Image.fromarray(np.ascontiguousarray(plane))
    resized: Array = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))
    return resized
