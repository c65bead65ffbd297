"""Random numbers as transforms of images: one arithmetic for NumPy, TensorFlow and the scripts.

Uses NumPy alone and nothing of ours, because the generated scripts contain this text. `xp` is the
library whose arrays `draws` are of, `numpy` or `tensorflow`; each image takes one row of `draws`,
numbers from 0 to 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

DRAWS = 9
"""Random numbers that an image takes."""


def spread(draws: Any, column: int, size: float) -> Any:
    """A random number from -size to size for each image."""
    return (2.0 * draws[:, column] - 1.0) * size


def sources(
    draws: Any,
    height: int,
    width: int,
    xp: Any,
    *,
    shift: float,
    rotation: float,
    zoom: float,
    horizontal_flip: bool,
    vertical_flip: bool,
) -> Any:
    """Where each pixel of an image comes from, as (n, 6): a, b, c, d, e, f.

    Pixel (x, y) shows what was at (a x + b y + c, d x + e y + f).
    """
    angle = spread(draws, 0, math.radians(rotation))
    scale = 1.0 / (1.0 + spread(draws, 1, zoom))
    down, across = spread(draws, 2, shift * height), spread(draws, 3, shift * width)
    scale_x = scale * (xp.where(draws[:, 4] < 0.5, -1.0, 1.0) if horizontal_flip else 1.0)
    scale_y = scale * (xp.where(draws[:, 5] < 0.5, -1.0, 1.0) if vertical_flip else 1.0)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    a, b = scale_x * xp.cos(angle), scale_x * xp.sin(angle)
    d, e = -scale_y * xp.sin(angle), scale_y * xp.cos(angle)
    to_x, to_y = middle_x + across, middle_y + down
    c, f = middle_x - a * to_x - b * to_y, middle_y - d * to_x - e * to_y
    return xp.stack([a, b, c, d, e, f], 1)


def contrasts(draws: Any, contrast: float) -> Any:
    """The factor on each image's distance from its mean, (n, 1, 1, 1)."""
    return 1.0 + spread(draws, 6, contrast)[:, None, None, None]


def holes(draws: Any, height: int, width: int, xp: Any, cutout: float) -> Any:
    """Which pixels lie in each image's cut-out rectangle, (n, height, width, 1), true or false.

    Its middle is anywhere, so that it may reach over the border (DeVries and Taylor 2017).
    """
    row, column = draws[:, 7], draws[:, 8]
    ys, xs = ((np.arange(n, dtype=np.float32) + 0.5) / n for n in (height, width))
    inside_y = xp.abs(ys[None, :] - row[:, None]) < cutout / 2
    inside_x = xp.abs(xs[None, :] - column[:, None]) < cutout / 2
    return (inside_y[:, :, None] & inside_x[:, None, :])[..., None]
