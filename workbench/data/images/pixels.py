"""From stored numbers to pixels: shape checked, one scale for all parts, laid on one ground.

The one rule for arrays and for image files, for training and for each later image. Works on arrays
of any number type; knows no file format, and no resizing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.base.text import tr
from workbench.data.dataset import Array
from workbench.data.errors import refused
from workbench.data.images.rules import (
    DARK,
    TOLERANCE,
    WHITEST,
    brighter_than_white,
    ground_of,
    laid,
    opacity_and_shade,
    white_of,
)
from workbench.data.request import blocks
from workbench.spec.data import Ground, Reading


def as_images(stored: Array, name: str, where: str) -> Array:
    """Images as (n, height, width, channels) with 1, 3, or (with alpha) 4 channels.

    Args:
        stored: (n, height, width) or (n, height, width, channels), 1, 3 or 4 channels.
        name: What the file calls it.
        where: The file.

    Raises:
        DataError: where the shape differs, or there is not a single pixel.
    """
    wrong = tr(
        "{name} must have the shape (n, height, width) or (n, height, width, channels), got "
        "{shape}",
        name=name,
        shape=str(stored.shape),
    )
    if stored.ndim == 2:
        raise refused(where, tr("{wrong}; flat rows have to be reshaped", wrong=wrong))
    if stored.ndim not in (3, 4):
        raise refused(where, wrong)
    if len(stored) == 0:
        raise refused(
            where, tr("{name} is empty; there must be at least one image a class", name=name)
        )
    images = stored[..., np.newaxis] if stored.ndim == 3 else stored
    if images.shape[3] not in (1, 3, 4):
        wrong = tr(
            "{name} must have 1, 3 or 4 channels, got {shape}", name=name, shape=str(stored.shape)
        )
        if images.shape[1] in (1, 3, 4):
            wrong = tr("{wrong}; channels must come last", wrong=wrong)
        raise refused(where, wrong)
    if images.size == 0:
        raise refused(
            where,
            tr(
                "{name} holds images without pixels, got {shape}",
                name=name,
                shape=str(stored.shape),
            ),
        )
    if images.dtype.kind not in "biuf":
        raise refused(
            where, tr("{name} must hold numbers, got {name2}", name=name, name2=stored.dtype.name)
        )
    return images


def colours(images: Array) -> Array:
    """Without the alpha channel, not copied."""
    return images[..., :3] if images.shape[-1] == 4 else images


@dataclass(frozen=True)
class PixelScale:
    """How stored numbers become pixels.

    Attributes:
        dtype: uint8 or float32.
        white: The stored number that is white.
        limit: The largest stored number that makes sense on this scale.
        dark: Whether the brightest training pixel is next to black.
        ground: What transparent pixels are laid on; "" leaves an alpha channel out.
        opaque: The stored number of an opaque pixel in an alpha channel.
    """

    dtype: np.dtype[Any]
    white: float
    limit: float
    dark: bool
    ground: str = ""
    opaque: float = 0.0

    @property
    def factor(self) -> float:
        """What stored numbers are multiplied by."""
        if self.dtype == np.float32:
            return 1 / self.white
        return 255 if self.white == 1 else 1

    @property
    def reading(self) -> Reading:
        """As it is kept with a run."""
        white = self.white if self.dtype == np.float32 else 0.0
        return Reading(white=white, ground=self.ground)

    def apply(self, images: Array) -> Array:
        """Pixels as `dtype`, contiguous, 1 or 3 channels; uint8 images are passed on as they are.

        Args:
            images: (n, height, width, channels), with an alpha channel or without.
        """
        found = colours(images)
        is_drawn = bool(self.ground) and images.shape[3] == 4
        if not is_drawn and found.dtype == self.dtype and self.white in (1, 255):
            kept = np.ascontiguousarray(found)
            if kept.dtype == np.uint8:
                return kept
            if self.white == 1:
                clipped: Array = np.clip(kept, 0.0, 1.0)
                return clipped
        pixels = np.empty(found.shape, self.dtype)
        for rows in blocks(len(images), images[0].nbytes):
            block = self._pixels(found[rows], self.white)
            if is_drawn:
                opacity = self._pixels(images[rows][..., 3:], self.opaque)
                block = laid(block, opacity, self.ground)
            pixels[rows] = block
        return pixels

    def _pixels(self, stored: Array, white: float) -> Array:
        if self.dtype == np.uint8:
            return stored.astype(np.uint8) if white == 255 else stored.astype(np.uint8) * 255
        scaled = stored * np.float64(1 / white)
        return np.clip(scaled, 0.0, 1.0).astype(np.float32)


def scale_for(
    images: Array, name: str, where: str, ground: Ground = "auto", kept: Reading | None = None
) -> PixelScale:
    """The scale that suits the training images.

    uint8 stays; True is white; integers within 0..255 become uint8; wider ones are divided by the
    largest number of as many bits as they use (up to 16), to keep their precision; floats within
    0..1 stay, within 0..255 are divided by 255.

    Args:
        images: (n, height, width, channels), with an alpha channel or without.
        name: What the file calls them.
        where: The file.
        ground: The setting `data.ground`.
        kept: What a run has kept of this rule, which then goes first.

    Raises:
        DataError: where numbers are negative, not finite or beyond these ranges.
    """
    scale = _plain_scale(colours(images), name, where)
    is_wide = scale.dtype == np.float32 and images.dtype.kind in "iu"
    if kept is not None and is_wide and (kept.version == 1 or kept.white > 255):
        white = WHITEST if kept.version == 1 else kept.white
        scale = PixelScale(scale.dtype, white, WHITEST, scale.dark)
    if images.shape[3] != 4 or (kept is not None and kept.version == 1):
        return scale
    return _grounded(scale, images, ground, kept)


def _plain_scale(images: Array, name: str, where: str) -> PixelScale:
    kind = images.dtype.kind
    if kind == "b":
        return PixelScale(np.dtype(np.uint8), 1, 1, dark=not images.any())
    low, high = _range(images, name, where)
    if images.dtype == np.uint8:
        return PixelScale(np.dtype(np.uint8), 255, 255, dark=high <= 255 * DARK)
    whole = kind in "iu"
    if low < -TOLERANCE or high > (WHITEST if whole else 255 + TOLERANCE):
        right = tr("0 to 255 or 0 to 65535") if whole else tr("0 to 1 or 0 to 255")
        raise refused(
            where,
            tr(
                "{name} holds pixels from {low} to {high}; must be within {right}",
                name=name,
                low=f"{low:g}",
                high=f"{high:g}",
                right=right,
            ),
        )
    if whole and high <= 255:
        return PixelScale(np.dtype(np.uint8), 255, 255, dark=high <= 255 * DARK)
    if whole:
        return PixelScale(np.dtype(np.float32), white_of(high), WHITEST, dark=False)
    white = 1 if high <= 1 + TOLERANCE else 255
    return PixelScale(np.dtype(np.float32), white, white, dark=high <= white * DARK)


def _grounded(scale: PixelScale, images: Array, asked: Ground, kept: Reading | None) -> PixelScale:
    """With the ground for images that have an alpha channel; without one where all are opaque."""
    alpha = images[..., 3]
    high = float(alpha.max())
    opaque: float = 255
    if alpha.dtype.kind == "b":
        opaque = 1
    elif alpha.dtype.kind == "f":
        opaque = 1 if high <= 1 + TOLERANCE else 255
    elif scale.dtype == np.float32:
        opaque = white_of(high)
    if not (alpha < opaque).any():
        return scale
    if kept is not None and kept.ground:
        ground = kept.ground
    else:
        grounded = PixelScale(scale.dtype, scale.white, scale.limit, scale.dark, "black", opaque)
        ground = ground_of(asked, *_drawn(grounded, images))
    return PixelScale(scale.dtype, scale.white, scale.limit, scale.dark, ground, opaque)


def _drawn(scale: PixelScale, images: Array) -> tuple[float, float]:
    """Mean opacity, and mean shade weighted by it, of arrays."""
    seen, shade, total = 0.0, 0.0, 0
    for rows in blocks(len(images), images[0].nbytes):
        block = images[rows]
        opacity, gray = opacity_and_shade(
            scale._pixels(block[..., :3], scale.white), scale._pixels(block[..., 3:], scale.opaque)
        )
        seen += opacity * len(block)
        shade += gray * opacity * len(block)
        total += len(block)
    return seen / total, shade / seen if seen else 0.0


def refuse_flat(train: Array, name: str, where: str) -> None:
    """Refuses training pixels that all have one value: there is nothing to learn from.

    Raises:
        DataError: naming the value on a scale to 255.
    """
    first = train.flat[0]
    if all((train[rows] == first).all() for rows in blocks(len(train), train[0].nbytes)):
        shade = float(first) if train.dtype == np.uint8 else 255 * float(first)
        raise refused(
            where,
            tr(
                "all pixels of {name} have one value ({shade} of 255), so nothing can be learned "
                "from them; must hold pictures",
                name=name,
                shade=f"{shade:.0f}",
            ),
        )


def refuse_other_scale(
    images: Array, scale: PixelScale, name: str, train: Array, where: str
) -> str:
    """Refuses a test part that is not stored as the training part is.

    Returns:
        A warning where some of its pixels are brighter than white; else "".

    Raises:
        DataError: where its number type or its range differs.
    """
    if images.dtype.newbyteorder("=") != train.dtype.newbyteorder("="):
        raise refused(
            where,
            tr(
                "{name} is stored as {name2} but the training images as "
                "{name3}; both must have the same type",
                name=name,
                name2=images.dtype.name,
                name3=train.dtype.name,
            ),
        )
    if images.dtype in (np.uint8, np.bool_):
        return ""
    low, high = _range(colours(images), name, where)
    if low < -TOLERANCE or high > scale.limit + TOLERANCE:
        raise refused(
            where,
            tr(
                "{name} holds pixels from {low} to {high} but the training images 0 to "
                "{limit}; both must have the same range",
                name=name,
                low=f"{low:g}",
                high=f"{high:g}",
                limit=f"{scale.limit:g}",
            ),
        )
    return brighter_than_white(high, scale.white, name)


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
        what = tr("pixel that is") if broken == 1 else tr("pixels that are")
        raise refused(
            where,
            tr(
                "{name} holds {broken} {what} NaN or infinite, the first in image {first}; "
                "all must be finite",
                name=name,
                broken=broken,
                what=what,
                first=first,
            ),
        )
    return low, high
