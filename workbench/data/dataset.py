"""What reading gives: images (in memory or in files), labels, and what is known of them.

Plain containers; no file is opened here and nothing is converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from workbench.spec.data import DataInfo

Array = npt.NDArray[Any]
Labels = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]
Shape = tuple[int, int, int]


class Images(Protocol):
    """Images of one shape.

    Attributes:
        shape: (height, width, channels), pixels.
        dtype: uint8 (0..255) or float32 (0..1).
        in_memory: Whether `read` costs no more than a copy.
    """

    @property
    def shape(self) -> Shape: ...  # noqa: D102

    @property
    def dtype(self) -> np.dtype[Any]: ...  # noqa: D102

    @property
    def in_memory(self) -> bool: ...  # noqa: D102

    def __len__(self) -> int: ...

    def read(self, indices: npt.NDArray[Any]) -> Array:
        """The images at `indices`, in that order: (n, height, width, channels), `dtype`."""


class ArrayImages:
    """Images in memory.

    Args:
        pixels: (n, height, width, channels), uint8 or float32 within 0..1.
    """

    in_memory = True

    def __init__(self, pixels: Array) -> None:
        self._pixels = pixels

    @property
    def pixels(self) -> Array:
        """All of them, not a copy."""
        return self._pixels

    @property
    def shape(self) -> Shape:
        """(height, width, channels)."""
        height, width, channels = self._pixels.shape[1:]
        return int(height), int(width), int(channels)

    @property
    def dtype(self) -> np.dtype[Any]:
        """uint8 or float32."""
        return self._pixels.dtype

    def __len__(self) -> int:
        return len(self._pixels)

    def read(self, indices: npt.NDArray[Any]) -> Array:
        """A copy of the images at `indices`, (n, height, width, channels)."""
        taken: Array = self._pixels[indices]
        return taken


@dataclass(frozen=True, eq=False)
class Part:
    """The training, validation or test part.

    Attributes:
        images: Its images.
        labels: (n,) int32, from 0.
    """

    images: Images
    labels: Labels


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set, ready to train on.

    Attributes:
        train: Training part; validation images are split from it where there are no others.
        test: Test part.
        info: Shape, class names and counts, after resizing and channel conversion.
        fingerprint: Short hexadecimal digest of images and labels as they are trained on.
        warnings: Sentences about what was left out or looks odd.
        source_shape: (height, width, channels) as stored; None where the images differ.
        source_digest: Of a user's own data as they are stored: equal wherever they lie, and
            whatever they are resized to; "" for a data set of the catalogue.
        validation: A validation part that the data bring; None where they don't.
    """

    train: Part
    test: Part
    info: DataInfo
    fingerprint: str
    warnings: tuple[str, ...] = ()
    source_shape: Shape | None = None
    source_digest: str = ""
    validation: Part | None = None
