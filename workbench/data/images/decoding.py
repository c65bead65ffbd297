"""One image file decoded by Pillow.

Files are hostile until decoded: only the formats of `formats` are tried, size is limited, and
whatever Pillow raises becomes `Unreadable` with a reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from workbench.base.text import tr
from workbench.data.dataset import Array
from workbench.data.errors import first_line
from workbench.data.images.fitting import Size
from workbench.data.images.formats import SIZES_OF_ONE, formats_for, nature
from workbench.data.images.rules import TOLERANCE, WHITEST

MAX_PIXELS = 89_478_485
"""Pillow's own limit for a decompression bomb, at which it only warns."""

GRAY_MODES = frozenset({"1", "L", "LA", "I;16", "I;16B", "I;16L", "I;16N", "I", "F"})

COLOUR_MODES = frozenset({"P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"})

WIDE_MODES = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})

ALPHA_MODES = frozenset({"LA", "PA", "RGBA"})

OTHER_HALF = {"B": "L", "L": "B", "N": "B" if np.little_endian else "L"}
"""Byte orders that give the lower 8 of 16 bits, where Pillow keeps the upper ones alone."""

TURNED = 5
"""EXIF orientations from here on swap height and width."""

Result = TypeVar("Result")


class Unreadable(Exception):
    """An image file that can't be decoded.

    Attributes:
        lasting: Whether the file's content is at fault, and not, say, its permissions.
    """

    def __init__(self, reason: str, *, lasting: bool = True) -> None:
        super().__init__(reason)
        self.lasting = lasting


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded image.

    Attributes:
        pixels: (height, width, 1 or 3): uint8, or as stored where it has more bits: uint16 or
            float32.
        opacity: (height, width, 1), of the same type; None where all of it is opaque.
        size: (height, width) as a person sees it, before a JPEG was decoded at a fraction of it.
        frames: Whether there are more frames, of which this is the first.
    """

    pixels: Array
    opacity: Array | None
    size: Size
    frames: bool = False

    @property
    def is_wide(self) -> bool:
        """Whether it has more than 8 bits."""
        return self.pixels.dtype != np.uint8


@dataclass(frozen=True)
class Header:
    """What an image file says of itself before it is decoded."""

    size: Size
    gray: bool


def decode(path: str | os.PathLike[str], wanted: Size | None = None) -> Decoded:
    """Decodes an image file, turned as its EXIF orientation says.

    Args:
        path: The file.
        wanted: (height, width) it will be resized to; a large JPEG is then decoded at a fraction
            of its size, which is never less than twice `wanted`.

    Raises:
        Unreadable: for whatever is wrong with it.
    """
    return _opened(path, lambda image: _decoded(path, image, wanted))


def header(path: str | os.PathLike[str]) -> Header:
    """What a file says of itself, which takes a fraction of decoding it.

    Raises:
        Unreadable: where it is no image.
    """
    return _opened(path, lambda image: Header(_size(image), image.mode in GRAY_MODES))


def _opened(path: str | os.PathLike[str], use: Callable[[Any], Result]) -> Result:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=formats_for(os.fspath(path))) as image:
            if image.width * image.height > MAX_PIXELS:
                raise _too_large()
            return use(image)
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except UnidentifiedImageError:
        kind = nature(path)
        raise Unreadable(
            tr("is {kind}", kind=kind) if kind else tr("is no image of a known format")
        ) from None
    except MemoryError:
        raise Unreadable(tr("does not fit in memory"), lasting=False) from None
    # Pillow's decoders raise all sorts of things at damaged files: SyntaxError, struct.error, ...
    except Exception as error:  # noqa: BLE001
        lasting = not (isinstance(error, OSError) and error.errno is not None)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else None
        raise Unreadable(reason or first_line(error), lasting=lasting) from None


def _size(image: Any) -> Size:
    # Pillow decodes a whole PNG to look for what may stand behind its pixels.
    known = image.format != "PNG" or "exif" in image.info
    size = (image.height, image.width)
    return size[::-1] if known and _is_turned(image) else size


def _is_turned(image: Any) -> bool:
    """Whether EXIF swaps height and width."""
    return bool(image.getexif().get(0x0112, 1) >= TURNED)


def _decoded(path: str | os.PathLike[str], image: Any, wanted: Size | None) -> Decoded:
    from PIL import ImageOps

    size = (image.height, image.width)
    frames = bool(getattr(image, "is_animated", False)) and image.format not in SIZES_OF_ONE
    if frames:
        image.seek(0)
    if wanted is not None:
        side = 2 * max(wanted)
        image.draft(None, (side, side))
    halves = _other_half(image)
    image.load()
    size = size[::-1] if _is_turned(image) else size
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode in WIDE_MODES:
        return Decoded(_wide(image), None, size, frames)
    if image.mode not in GRAY_MODES | COLOUR_MODES:
        raise Unreadable(tr("has pixels of mode {mode}, whose scale is unknown", mode=image.mode))
    gray, alpha = image.mode in GRAY_MODES, "transparency" in image.info
    if alpha or image.mode in ALPHA_MODES:
        seen = np.asarray(image.convert("LA" if gray else "RGBA"))
    else:
        seen = np.asarray(image.convert("L" if gray else "RGB"))
    seen = seen.reshape(*seen.shape[:2], -1)
    if halves is not None and seen.shape[2] >= 3:
        seen = _joined(path, seen, halves)
    count = 1 if gray else 3
    pixels, opacity = seen[..., :count], seen[..., count:]
    opaque = 255 if seen.dtype == np.uint8 else WHITEST
    transparent = opacity.shape[2] > 0 and bool((opacity < opaque).any())
    return Decoded(np.ascontiguousarray(pixels), opacity if transparent else None, size, frames)


def _wide(image: Any) -> Array:
    """Pixels of more than 8 bits: uint16 or float32."""
    stored = np.asarray(image)
    if not np.isfinite(stored).all():
        raise Unreadable(tr("has pixels that are NaN or infinite"))
    low, high = float(stored.min()), float(stored.max())
    if low < 0 or high > WHITEST + TOLERANCE:
        raise Unreadable(
            tr(
                "has pixels from {low} to {high}; must be within 0 to {whitest}",
                low=f"{low:g}",
                high=f"{high:g}",
                whitest=WHITEST,
            )
        )
    kind = np.float32 if image.mode == "F" else np.uint16
    return stored.astype(kind)[..., np.newaxis]


def _other_half(image: Any) -> str | None:
    """How to ask Pillow for the lower 8 bits of an image of 16 bits a channel; None for others."""
    if len(image.tile) != 1:
        return None
    arguments = image.tile[0].args
    raw = arguments if isinstance(arguments, str) else arguments[0] if arguments else None
    known = isinstance(raw, str) and raw[:-1] in ("RGB;16", "RGBA;16") and raw[-1] in OTHER_HALF
    return raw[:-1] + OTHER_HALF[raw[-1]] if known and isinstance(raw, str) else None


def _joined(path: str | os.PathLike[str], upper: Array, raw: str) -> Array:
    """Colours of 16 bits: Pillow gives the upper halves, and in the other byte order the lower."""
    from PIL import Image, ImageOps

    with Image.open(path, formats=formats_for(os.fspath(path))) as image:
        tile = image.tile[0]
        args = raw if isinstance(tile.args, str) else (raw, *tile.args[1:])
        image.tile = [tile._replace(args=args)]
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        lower = np.asarray(image)
    if lower.shape != upper.shape:
        raise Unreadable(tr("has changed while it was read"), lasting=False)
    joined: Array = upper.astype(np.uint16) << 8 | lower
    return joined


def _too_large() -> Unreadable:
    return Unreadable(tr("has more than {most} million pixels", most=MAX_PIXELS // 1000000))
