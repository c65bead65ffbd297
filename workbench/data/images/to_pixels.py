"""From a decoded image to the pixels that a network gets: scale, ground, size."""

from __future__ import annotations

import os

import numpy as np

from workbench.data.dataset import Array, Shape
from workbench.data.images.decoding import Decoded, decode
from workbench.data.images.fitting import fitted
from workbench.data.images.rules import (
    TOLERANCE,
    WHITEST,
    ground_of,
    laid,
    opacity_and_shade,
    white_of,
)
from workbench.spec.data import Ground, Reading


def as_pixels(image: Decoded, reading: Reading, ground: Ground = "auto") -> Array:
    """A decoded image by the rules of a data set: on its scale, laid on its ground.

    This is the one way from a file to pixels, in training and for each later image.

    Args:
        image: As decoded.
        reading: What was decided when the data were read.
        ground: What is asked for, where no training image was transparent.

    Returns:
        (height, width, 1 or 3): uint8, or float32 within 0..1 where it has more bits.
    """
    if reading.version == 1:
        return _by_the_first_rules(image)
    pixels, opacity = image.pixels, image.opacity
    if image.is_wide:
        pixels = (pixels / np.float64(_white(pixels, reading))).clip(0, 1).astype(np.float32)
        if opacity is not None:
            opacity = (opacity / np.float64(WHITEST)).astype(np.float32)
    if opacity is None:
        return pixels
    chosen = reading.ground or ground_of(ground, *opacity_and_shade(pixels, opacity))
    return laid(pixels, opacity, chosen) if chosen else pixels


def _white(pixels: Array, reading: Reading) -> float:
    """The stored number that is white in an image of more than 8 bits."""
    if pixels.dtype == np.uint16:
        return reading.white if reading.white >= 255 else WHITEST
    high = float(pixels.max())
    if reading.white > 255 and high <= 1 + TOLERANCE:  # shares, among images of whole numbers
        return 1
    if reading.white and high <= reading.white + TOLERANCE:
        return reading.white
    return 1 if high <= 1 + TOLERANCE else white_of(high)


def _by_the_first_rules(image: Decoded) -> Array:
    """As every image was read before: 16 bits to 8, what lies under transparent pixels."""
    if not image.is_wide:
        return image.pixels
    return ((image.pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def as_bytes(pixels: Array) -> Array:
    """uint8 of pixels of either type."""
    return pixels if pixels.dtype == np.uint8 else np.round(255 * pixels).astype(np.uint8)


def as_floats(pixels: Array) -> Array:
    """float32 within 0..1 of pixels of either type."""
    return pixels if pixels.dtype != np.uint8 else pixels.astype(np.float32) / np.float32(255)


def later_image(
    path: str | os.PathLike[str], shape: Shape, reading: Reading, ground: Ground = "auto"
) -> Array:
    """A file that is not part of a data set, as the network of a run gets it.

    Args:
        path: The file.
        shape: (height, width, channels) of the run's images.
        reading: What the run has kept.
        ground: Its setting.

    Returns:
        (height, width, channels), uint8 or float32 within 0..1.

    Raises:
        Unreadable: where it is no image.
    """
    pixels = as_pixels(decode(path, shape[:2]), reading, ground)
    return fitted(pixels, shape[:2], shape[2])
