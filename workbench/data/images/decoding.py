"""Image files decoded by Pillow: one at a time for checking, or many on demand by several threads.

Files are hostile until decoded: only the formats of `formats` are tried, size is limited, and
whatever Pillow raises becomes `Unreadable` with a reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.data.dataset import Array, Shape
from workbench.data.errors import first_line, refused
from workbench.data.images.fitting import Size, fitted
from workbench.data.images.formats import SIZES_OF_ONE, formats_for, nature
from workbench.data.images.pixels import (
    TOLERANCE,
    WHITEST,
    ground_of,
    laid,
    opacity_and_shade,
    white_of,
)
from workbench.spec.data import Ground, Reading

MAX_PIXELS = 89_478_485
"""Pillow's own limit for a decompression bomb, at which it only warns."""

GRAY_MODES = frozenset({"1", "L", "LA", "I;16", "I;16B", "I;16L", "I;16N", "I", "F"})
COLOUR_MODES = frozenset({"P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"})
WIDE_MODES = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I", "F"})
ALPHA_MODES = frozenset({"LA", "PA", "RGBA"})
OTHER_HALF = {"B": "L", "L": "B", "N": "B" if np.little_endian else "L"}
"""Byte orders that give the lower 8 of 16 bits, where Pillow keeps the upper ones alone."""

EIGHT_BITS = Reading()
TURNED = 5
"""EXIF orientations from here on swap height and width."""

THREADS = min(4, os.cpu_count() or 1)
TASKS_AT_ONCE = 256
ITEMS_TO_A_TASK = 16
"""Small files are decoded faster than a thread is handed the next one."""

Item = TypeVar("Item")
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


# --- pixels for the network ----------------------------------------------------------------------


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


def in_threads(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Results in order; an exception here or in the caller's loop leaves little work behind."""
    from PIL import Image

    Image.init()  # loads Pillow's plugins once, not in several threads at the same time

    def several(first: int) -> list[Result]:
        return [work(item) for item in items[first : first + step]]

    step = max(1, min(ITEMS_TO_A_TASK, len(items) // THREADS))
    at_once = step * TASKS_AT_ONCE
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="decode")
    try:
        for begin in range(0, len(items), at_once):
            firsts = range(begin, min(begin + at_once, len(items)), step)
            for results in pool.map(several, firsts):
                yield from results
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class FileImages:
    """Images in files, decoded whenever they are read.

    Args:
        root: The folder.
        files: Paths within it, one an image.
        shape: (height, width, channels) of every image as read.
        resize: Whether files have other sizes and are resized to `shape`.
        reading: How they become pixels.
    """

    in_memory = False

    def __init__(
        self,
        root: Path,
        files: Sequence[str],
        shape: Shape,
        *,
        resize: bool,
        reading: Reading = EIGHT_BITS,
    ) -> None:
        self._root = root
        self._files = tuple(files)
        self._shape = shape
        self._resize = resize
        self._reading = reading

    @property
    def shape(self) -> Shape:
        """(height, width, channels)."""
        return self._shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """uint8, or float32 where images have more than 8 bits."""
        return np.dtype(np.float32 if self._reading.white else np.uint8)

    def __len__(self) -> int:
        return len(self._files)

    def read(self, indices: npt.NDArray[Any], on_image: Callable[[], None] | None = None) -> Array:
        """Decodes the images at `indices`: (n, height, width, channels) `dtype`.

        Args:
            indices: Which, in any order.
            on_image: Called after each image.

        Raises:
            DataError: where a file was damaged, changed or deleted since it was checked.
        """
        result = np.empty((len(indices), *self._shape), self.dtype)
        wanted = [int(index) for index in indices]
        for place, pixels in enumerate(in_threads(self._image, wanted)):
            result[place] = pixels
            if on_image is not None:
                on_image()
        return result

    def _image(self, index: int) -> Array:
        path = self._root / self._files[index]
        size = self._shape[:2] if self._resize else None
        try:
            pixels = self.pixels_of(decode(path, size))
        except Unreadable as error:
            raise refused(
                path,
                tr(
                    "can't be read any more ({error}); don't change images in training", error=error
                ),
            ) from None
        if pixels.shape != self._shape:
            raise refused(path, tr("has changed its size since it was checked; start again"))
        return pixels

    def pixels_of(self, image: Decoded) -> Array:
        """A decoded image in this shape and type."""
        size = self._shape[:2] if self._resize else None
        pixels = fitted(as_pixels(image, self._reading), size, self._shape[2])
        return as_floats(pixels) if self._reading.white else as_bytes(pixels)
