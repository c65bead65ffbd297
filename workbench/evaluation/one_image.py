"""What a trained network makes of one image: the shares of the classes, and what its layers give.

Plain values, with pixels as base64 in messages; the training process fills them.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

MAPS = 16
"""Of a layer that are shown: the first ones, so that each keeps its place while one draws."""

FILTERS = 32
UNITS = 256
"""Of a layer without height and width that are shown."""

SIDE = 48
"""Pixels of a map at most; larger ones are thinned out."""


@dataclass(frozen=True)
class Maps:
    """Small pictures of one shape, side by side.

    Attributes:
        name: Of the layer: "1 Conv2D".
        shape: Of all that the layer gives for one image, of which this is a part.
        low, high: What is black, and what is white.
        pixels: (number, height, width, 1 or 3).
    """

    name: str
    shape: tuple[int, ...]
    low: float
    high: float
    pixels: Pixels

    def plain(self) -> dict[str, Any]:
        """Plain values, for a message."""
        packed = {"size": list(self.pixels.shape), "bytes": packed_text(self.pixels)}
        return {**asdict(self), "shape": list(self.shape), "pixels": packed}

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Maps:
        """From plain values."""
        pixels = unpacked(values["pixels"]["bytes"], values["pixels"]["size"])
        return cls(**{**values, "shape": tuple(values["shape"]), "pixels": pixels})


@dataclass(frozen=True)
class Answer:
    """A network's answer on one image.

    Attributes:
        class_names: In order.
        probabilities: The share of each class.
        label: Number of the right class, where it is known.
        test_images: How many the test part has; 0 where it wasn't read.
        image: As the network saw it.
        layers: What each layer that is switched on gives.
        filters: Kernels of the first layer; None where it has none that can be shown.
    """

    class_names: tuple[str, ...]
    probabilities: tuple[float, ...]
    label: int | None
    test_images: int
    image: Maps
    layers: tuple[Maps, ...]
    filters: Maps | None

    def plain(self) -> dict[str, Any]:
        """Plain values, for a message."""
        return {
            "class_names": list(self.class_names), "probabilities": list(self.probabilities),
            "label": self.label, "test_images": self.test_images, "image": self.image.plain(),
            "layers": [layer.plain() for layer in self.layers],
            "filters": self.filters.plain() if self.filters else None,
        }  # fmt: skip

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Answer:
        """From plain values."""
        return cls(
            tuple(values["class_names"]), tuple(values["probabilities"]), values["label"],
            values["test_images"], Maps.parse(values["image"]),
            tuple(map(Maps.parse, values["layers"])),
            Maps.parse(values["filters"]) if values["filters"] else None,
        )  # fmt: skip

    @property
    def likeliest(self) -> int:
        """Number of the class with the largest share."""
        return int(np.argmax(self.probabilities))


# --- what can be asked about ---------------------------------------------------------------------


def drawn(pixels: Pixels, *, centred: bool) -> dict[str, Any]:
    """An image (height, width) that a person drew, white on black.

    Args:
        pixels: As they were drawn.
        centred: Whether to fit and centre what is drawn as digits of data sets are.
    """
    size = [*pixels.shape, 1]
    return {"source": "drawn", "bytes": packed_text(pixels), "size": size, "centred": centred}


def from_file(path: Path, *, inverted: bool) -> dict[str, Any]:
    """An image file; inverted where it shows dark on white what was learned as white on black."""
    return {"source": "file", "path": str(path), "inverted": inverted}


def of_test_part(number: int) -> dict[str, Any]:
    """An image of the run's test part, from 0."""
    return {"source": "test", "number": number}


# --- numbers as pixels ---------------------------------------------------------------------------


def activation_maps(name: str, values: npt.NDArray[np.floating[Any]]) -> Maps:
    """What a layer gives for one image: (height, width, channels), or units in one row."""
    if values.ndim == 3:
        stride = -(-max(values.shape[:2]) // SIDE)
        shown = np.moveaxis(values[::stride, ::stride, :MAPS], 2, 0)[..., np.newaxis]
    else:
        shown = values.reshape(1, 1, -1, 1)[:, :, :UNITS]
    low, high = float(shown.min()), float(shown.max())
    return Maps(name, values.shape, low, high, _as_pixels(shown, low, high))


def filter_pictures(name: str, kernel: npt.NDArray[np.floating[Any]]) -> Maps | None:
    """Kernels (height, width, inputs, filters) as pictures, zero in the middle gray.

    None where they take other than 1 or 3 channels, which are no colours.
    """
    if kernel.ndim != 4 or kernel.shape[2] not in (1, 3):
        return None
    shown = np.moveaxis(kernel[..., :FILTERS], 3, 0)
    far = float(np.abs(shown).max())
    return Maps(name, kernel.shape, -far, far, _as_pixels(shown, -far, far))


def _as_pixels(values: npt.NDArray[np.floating[Any]], low: float, high: float) -> Pixels:
    scale = 255 / (high - low) if high > low else 0.0
    pixels: Pixels = np.round((values - low) * scale).astype(np.uint8)
    return pixels


def packed_text(pixels: Pixels) -> str:
    """Pixels as text."""
    return base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode("ascii")


def unpacked(text: str, size: list[int]) -> Pixels:
    """Pixels from text."""
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(size)
