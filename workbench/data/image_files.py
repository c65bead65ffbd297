"""Image files decoded by Pillow: one at a time for checking, or many on demand by several threads.

Files are hostile until decoded: only the formats named here are tried, size is limited, and
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

from workbench.data.dataset import Array, Shape
from workbench.data.errors import first_line, refused
from workbench.data.fitting import Size, fitted

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
EXTENSIONS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
MAX_PIXELS = 89_478_485
"""Pillow's own limit for a decompression bomb, at which it only warns."""

GRAY_MODES = frozenset({"1", "L", "LA", "I;16", "I;16B", "I;16L"})
COLOUR_MODES = frozenset({"P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"})
ALPHA_MODES = frozenset({"LA", "PA", "RGBA"})
THREADS = min(4, os.cpu_count() or 1)
TASKS_AT_ONCE = 1024

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


@dataclass(frozen=True)
class Decoded:
    """A decoded image: (height, width, 1 or 3) uint8, and whether it had an alpha channel."""

    pixels: Array
    alpha: bool


def decode(path: str | os.PathLike[str], wanted: Size | None = None) -> Decoded:
    """Decodes an image file, turned as its EXIF orientation says; the alpha channel is dropped.

    Args:
        path: The file.
        wanted: (height, width) it will be resized to; a large JPEG is then decoded at a fraction
            of its size, which is never less than twice `wanted`.

    Raises:
        Unreadable: for whatever is wrong with it.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=FORMATS) as image:
            return _decoded(image, wanted)
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except UnidentifiedImageError:
        raise Unreadable("is no image of a known format") from None
    except MemoryError:
        raise Unreadable("does not fit in memory", lasting=False) from None
    # Pillow's decoders raise all sorts of things at damaged files: SyntaxError, struct.error, ...
    except Exception as error:  # noqa: BLE001
        lasting = not (isinstance(error, OSError) and error.errno is not None)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else None
        raise Unreadable(reason or first_line(error), lasting=lasting) from None


def _decoded(image: Any, wanted: Size | None) -> Decoded:
    from PIL import ImageOps

    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    if wanted is not None:
        side = 2 * max(wanted)
        image.draft(None, (side, side))
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    alpha = image.mode in ALPHA_MODES or "transparency" in image.info
    if image.mode.startswith("I;16"):
        wide = np.asarray(image).astype(np.uint32)
        return Decoded(((wide + 128) // 257).astype(np.uint8)[..., np.newaxis], alpha)
    if image.mode not in GRAY_MODES | COLOUR_MODES:
        raise Unreadable(f"has pixels of mode {image.mode}, whose scale is unknown")
    gray = image.mode in GRAY_MODES
    if image.mode in ("P", "PA") and alpha:
        image = image.convert("RGBA")  # Pillow warns where a transparent palette goes to RGB
    pixels = np.asarray(image.convert("L" if gray else "RGB"))
    return Decoded(pixels.reshape(*pixels.shape[:2], 1 if gray else 3), alpha)


def _too_large() -> Unreadable:
    return Unreadable(f"has more than {MAX_PIXELS // 1_000_000} million pixels")


def in_threads(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Results in order; an exception here or in the caller's loop leaves little work behind."""
    from PIL import Image

    Image.init()  # loads Pillow's plugins once, not in several threads at the same time
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="decode")
    try:
        for begin in range(0, len(items), TASKS_AT_ONCE):
            yield from pool.map(work, items[begin : begin + TASKS_AT_ONCE])
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class FileImages:
    """Images in files, decoded whenever they are read.

    Args:
        root: The folder.
        files: Paths within it, one an image.
        shape: (height, width, channels) of every image as read.
        resize: Whether files have other sizes and are resized to `shape`.
    """

    in_memory = False
    dtype: np.dtype[Any] = np.dtype(np.uint8)

    def __init__(self, root: Path, files: Sequence[str], shape: Shape, *, resize: bool) -> None:
        self._root = root
        self._files = tuple(files)
        self._shape = shape
        self._resize = resize

    @property
    def shape(self) -> Shape:
        """(height, width, channels)."""
        return self._shape

    def __len__(self) -> int:
        return len(self._files)

    def read(self, indices: npt.NDArray[Any], on_image: Callable[[], None] | None = None) -> Array:
        """Decodes the images at `indices`: (n, height, width, channels) uint8.

        Args:
            indices: Which, in any order.
            on_image: Called after each image.

        Raises:
            DataError: where a file was damaged, changed or deleted since it was checked.
        """
        result = np.empty((len(indices), *self._shape), np.uint8)
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
            pixels = fitted(decode(path, size).pixels, size, self._shape[2])
        except Unreadable as error:
            raise refused(
                path, f"can't be read any more ({error}); don't change images in training"
            ) from None
        if pixels.shape != self._shape:
            raise refused(path, "has changed its size since it was checked; start again")
        return pixels
