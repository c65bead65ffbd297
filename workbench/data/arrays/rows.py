"""Images that are stored as rows of pixels: their height, width and channels, and their pixels."""

from __future__ import annotations

import math

from workbench.base.text import plural, tr
from workbench.base.units import listing
from workbench.data.dataset import Array, Shape
from workbench.data.errors import refused

LEAST_SIDE = 4
"""Rows of fewer pixels are no images unless the height is set."""


def shape_of_rows(pixels: int, height: int, channels: int) -> Shape | str:
    """(height, width, channels) of a row of pixels, or what is wrong.

    Args:
        pixels: Numbers in a row.
        height: As set; 0 for square images.
        channels: As set; 0 for 1, or 3 where only that makes square images.
    """
    for count in (channels,) if channels else (1, 3):
        each = pixels // count
        side = height or math.isqrt(each)
        if not side or pixels % count or each % side or (not height and side * side != each):
            continue
        if height or side >= LEAST_SIDE:
            return side, each // side, count
    if height or channels:
        rows = plural("{count} row", "{count} rows", height)
        deep = plural("{count} channel", "{count} channels", channels)
        asked = listing(words for number, words in ((height, rows), (channels, deep)) if number)
        return tr(
            "{pixels} pixels an image make no image of {asked}", pixels=f"{pixels:,}", asked=asked
        )
    return tr(
        "{pixels} pixels an image make no square, so their height must be set", pixels=f"{pixels:,}"
    )


def unflattened(images: Array, height: int, channels: int, name: str, where: str) -> Array:
    """Images of an array of rows (n, pixels) as (n, height, width, channels); others as they are.

    Raises:
        DataError: naming `data.image_height`, where rows have no such shape.
    """
    if images.ndim != 2 or not images.size or images.dtype.kind not in "biuf":
        return images
    shape = shape_of_rows(images.shape[1], height, channels)
    if isinstance(shape, str):
        raise refused(
            where,
            tr(
                "{name} has the shape {shape}: {fault}",
                name=name,
                shape=str(images.shape),
                fault=shape,
            ),
            "data.image_height",
        )
    return images.reshape(len(images), *shape)
