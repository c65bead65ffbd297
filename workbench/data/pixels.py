"""From what a file stores to pixels: shape checked, alpha dropped, one scale for both parts.

Works on arrays of any number type; knows no file format, and no resizing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.data.dataset import Array
from workbench.data.errors import refused
from workbench.data.request import blocks

DARK = 2 / 255
TOLERANCE = 1e-6


def as_images(stored: Array, name: str, where: str) -> Array:
    """Images as (n, height, width, channels) with 1 or 3 channels; the alpha channel is dropped.

    Args:
        stored: (n, height, width) or (n, height, width, channels), 1, 3 or 4 channels.
        name: What the file calls it.
        where: The file.

    Raises:
        DataError: where the shape is another one, or there is not a single pixel.
    """
    right = "must have the shape (n, height, width) or (n, height, width, channels)"
    if stored.ndim == 2:
        raise refused(where, f"{name} {right}, got {stored.shape}; flat rows have to be reshaped")
    if stored.ndim not in (3, 4):
        raise refused(where, f"{name} {right}, got {stored.shape}")
    if len(stored) == 0:
        raise refused(where, f"{name} is empty; there must be at least one image a class")
    images = stored[..., np.newaxis] if stored.ndim == 3 else stored
    if images.shape[3] not in (1, 3, 4):
        hint = "; channels must come last" if images.shape[1] in (1, 3, 4) else ""
        raise refused(where, f"{name} must have 1, 3 or 4 channels, got {stored.shape}{hint}")
    if images.size == 0:
        raise refused(where, f"{name} holds images without pixels, got {stored.shape}")
    if images.dtype.kind not in "biuf":
        raise refused(where, f"{name} must hold numbers, got {stored.dtype.name}")
    return images[..., :3] if images.shape[3] == 4 else images


@dataclass(frozen=True)
class Scale:
    """How stored numbers become pixels.

    Attributes:
        dtype: uint8 or float32.
        factor: What stored numbers are multiplied by.
        limit: The largest stored number that makes sense on this scale.
        dark: Whether the brightest training pixel is next to black.
    """

    dtype: np.dtype[Any]
    factor: float
    limit: float
    dark: bool

    def apply(self, images: Array) -> Array:
        """Pixels as `dtype`, contiguous; uint8 images are passed on as they are."""
        if images.dtype == self.dtype and self.factor == 1:
            kept = np.ascontiguousarray(images)
            return kept if kept.dtype == np.uint8 else np.clip(kept, 0.0, 1.0)
        pixels = np.empty(images.shape, self.dtype)
        for rows in blocks(len(images), images[0].nbytes):
            scaled = images[rows] * np.float64(self.factor)
            pixels[rows] = np.clip(scaled, 0.0, 1.0) if self.dtype == np.float32 else scaled
        return pixels


def scale_for(images: Array, name: str, where: str) -> Scale:
    """The scale that suits the training images.

    uint8 stays; True is white; integers within 0..255 become uint8; integers within 0..65535 are
    divided by 65535, to keep their precision; floats within 0..1 stay, within 0..255 are divided
    by 255.

    Raises:
        DataError: where numbers are negative, not finite or beyond these ranges.
    """
    kind = images.dtype.kind
    if kind == "b":
        return Scale(np.dtype(np.uint8), 255, 1, dark=not images.any())
    low, high = _range(images, name, where)
    if images.dtype == np.uint8:
        return Scale(np.dtype(np.uint8), 1, 255, dark=high <= 255 * DARK)
    whole = kind in "iu"
    if low < -TOLERANCE or high > (65535 if whole else 255 + TOLERANCE):
        right = "0 to 255 or 0 to 65535" if whole else "0 to 1 or 0 to 255"
        raise refused(
            where, f"{name} holds pixels from {low:g} to {high:g}; must be within {right}"
        )
    if whole and high <= 255:
        return Scale(np.dtype(np.uint8), 1, 255, dark=high <= 255 * DARK)
    limit = 65535 if whole else 1 if high <= 1 + TOLERANCE else 255
    return Scale(np.dtype(np.float32), 1 / limit, limit, dark=high <= limit * DARK)


def refuse_other_scale(images: Array, scale: Scale, name: str, train: Array, where: str) -> None:
    """Refuses a test part that is not stored as the training part is.

    Raises:
        DataError: where its number type or its range is another one.
    """
    if images.dtype.newbyteorder("=") != train.dtype.newbyteorder("="):
        raise refused(
            where,
            f"{name} is stored as {images.dtype.name} but the training images as "
            f"{train.dtype.name}; both must have the same type",
        )
    if images.dtype in (np.uint8, np.bool_):
        return
    low, high = _range(images, name, where)
    if low < -TOLERANCE or high > scale.limit + TOLERANCE:
        raise refused(
            where,
            f"{name} holds pixels from {low:g} to {high:g} but the training images 0 to "
            f"{scale.limit:g}; both must have the same range",
        )


def _range(images: Array, name: str, where: str) -> tuple[float, float]:
    """Smallest and largest number; refuses what is not finite."""
    low, high, broken, first = math.inf, -math.inf, 0, -1
    for rows in blocks(len(images), images[0].nbytes):
        block = images[rows]
        if block.dtype.kind == "f":
            bad = ~np.isfinite(block).reshape(len(block), -1)
            if bad.any():
                first = rows.start + int(bad.any(axis=1).argmax()) if first < 0 else first
                broken += int(bad.sum())
                continue
        low, high = min(low, float(block.min())), max(high, float(block.max()))
    if broken:
        what = "pixel that is" if broken == 1 else "pixels that are"
        raise refused(
            where,
            f"{name} holds {broken} {what} NaN or infinite, the first in image {first}; "
            "all must be finite",
        )
    return low, high
