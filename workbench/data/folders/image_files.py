"""Image files read on demand, by several threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.data.dataset import Array, Shape
from workbench.data.errors import refused
from workbench.data.images.decoding import Decoded, Result, Unreadable, decode
from workbench.data.images.fitting import fitted
from workbench.data.images.to_pixels import as_bytes, as_floats, as_pixels
from workbench.spec.data import Reading

EIGHT_BITS = Reading()

THREADS = min(4, os.cpu_count() or 1)

TASKS_AT_ONCE = 256

ITEMS_TO_A_TASK = 16
"""Small files are decoded faster than a thread is handed the next one."""

Item = TypeVar("Item")


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
