"""What a trained network makes of one image: the shares of the classes, and what its layers give.

Plain values, with pixels as base64 in messages; the training process fills them.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, PlainSerializer, PlainValidator

from workbench.evaluation.answerer import Answerer, Layered, scaled
from workbench.hardware.requests import AboutRun

Pixels = npt.NDArray[np.uint8]

MAPS = 16
"""Of a layer that are shown: the first ones, so that each keeps its place while one draws."""

FILTERS = 32
UNITS = 256
"""Of a layer without height and width that are shown."""

SIDE = 48
"""Pixels of a map at most; larger ones are thinned out."""


def packed(pixels: Pixels) -> dict[str, Any]:
    """Pixels as plain values: their size, and their bytes in base64."""
    content = base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode("ascii")
    return {"size": list(pixels.shape), "bytes": content}


def unpacked(values: Any) -> Pixels:
    """Pixels from plain values, or as they are.

    Raises:
        ValueError: where they are none.
    """
    if isinstance(values, np.ndarray):
        return values
    try:
        content = base64.b64decode(values["bytes"], validate=True)
        return np.frombuffer(content, np.uint8).reshape([int(n) for n in values["size"]])
    except (KeyError, TypeError) as error:
        raise ValueError(f"no pixels ({error!r})") from None


PackedPixels = Annotated[Pixels, PlainValidator(unpacked), PlainSerializer(packed)]
"""Pixels that go through messages."""


@dataclass(frozen=True, eq=False)
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
    pixels: PackedPixels


@dataclass(frozen=True, eq=False)
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
        is_of_file: Whether the run's quantized file answered, which shows no layers.
    """

    class_names: tuple[str, ...]
    probabilities: tuple[float, ...]
    label: int | None
    test_images: int
    image: Maps
    layers: tuple[Maps, ...]
    filters: Maps | None
    is_of_file: bool = False

    @property
    def likeliest(self) -> int:
        """Number of the class with the largest share."""
        return int(np.argmax(self.probabilities))


# --- what can be asked about ---------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Drawn:
    """An image that a person drew, white on black.

    Attributes:
        pixels: (height, width) as they were drawn.
        centred: Whether to fit and centre what is drawn as digits of data sets are.
    """

    pixels: PackedPixels
    centred: bool
    source: Literal["drawn"] = "drawn"


@dataclass(frozen=True)
class FromFile:
    """An image file.

    Attributes:
        path: Of the file.
        inverted: Whether it shows dark on white what was learned as white on black.
    """

    path: Path
    inverted: bool
    source: Literal["file"] = "file"


@dataclass(frozen=True)
class OfTestPart:
    """An image of the run's test part.

    Attributes:
        number: From 0.
    """

    number: int
    source: Literal["test"] = "test"


Image = Annotated[Drawn | FromFile | OfTestPart, Field(discriminator="source")]


@dataclass(frozen=True, eq=False)
class ImageRequest(AboutRun):
    """Asks a run's network about one image.

    Attributes:
        image: Which.
    """

    image: Image


# --- the answer ----------------------------------------------------------------------------------


def answer_of(
    network: Answerer,
    image: npt.NDArray[Any],
    class_names: tuple[str, ...],
    *,
    label: int | None = None,
    test_images: int = 0,
    is_of_file: bool = False,
) -> Answer:
    """What a network makes of one image; its layers too, where it can show them.

    Args:
        network: That is asked.
        image: Pixels (height, width, channels), uint8 or in [0, 1].
        class_names: In the order of the shares.
        label: Number of the right class, where it is known.
        test_images: How many the test part has; 0 where it wasn't read.
        is_of_file: Whether it is the run's quantized file.

    Raises:
        FloatingPointError: where the answer isn't finite.
    """
    images, kernel = scaled(image[np.newaxis]), None
    names: tuple[str, ...] = ()
    outputs: list[npt.NDArray[np.float32]] = []
    if isinstance(network, Layered):
        kernel, names = network.first_kernel, tuple(network.layer_names)
        shares, values = network.layers(images)
        outputs = [value[0] for value in values]
    else:
        shares = network.shares(images)
    from workbench.data.images.to_pixels import as_bytes  # as in `predictions`

    numbers = [shares, *outputs, *([kernel] if kernel is not None else [])]
    if not all(np.isfinite(some).all() for some in numbers):
        raise FloatingPointError
    layers = tuple(map(activation_maps, names, outputs))
    filters = filter_pictures(names[0], kernel) if kernel is not None else None
    seen = Maps("", image.shape, 0.0, 1.0, as_bytes(image)[np.newaxis])
    probabilities = tuple(map(float, shares[0]))
    return Answer(class_names, probabilities, label, test_images, seen, layers, filters, is_of_file)


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
