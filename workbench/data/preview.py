"""A data set at a glance: counts, range of pixels and some images, for the GUI and the CLI.

Pure: from a `Dataset` to plain values and back from JSON; prints and opens nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from workbench.data.dataset import Array, Dataset, Images, Labels, Shape
from workbench.data.images.fitting import fitted
from workbench.data.labels import counts_of
from workbench.data.request import blocks
from workbench.spec.data import DataInfo

INFO = TypeAdapter(DataInfo)
THUMBNAIL = 96
STREAM_SAMPLE = 512
"""Images of a stream whose pixels are looked at: decoding all of them would take too long."""


@dataclass(frozen=True, eq=False)
class Preview:
    """What can be shown of a data set.

    Attributes:
        info: Shape, class names, counts.
        test_counts: Test images a class.
        validation_counts: Validation images a class, of a part that the data bring; else empty.
        pixel_min: Darkest training pixel, 0..255; of a sample where images are streamed.
        pixel_max: Brightest.
        pixel_mean: Mean.
        fingerprint: Of the data set.
        in_memory: Whether images are held in memory, or streamed from files.
        bytes: What the decoded images take, uint8 or float32 as they are kept.
        warnings: Sentences.
        source_shape: (height, width, channels) as stored; None where unknown.
        sample_labels: (n,) int32, sorted.
        samples: (n, height, width, channels) uint8, at most 96 pixels a side.
    """

    info: DataInfo
    test_counts: tuple[int, ...]
    pixel_min: float
    pixel_max: float
    pixel_mean: float
    fingerprint: str
    in_memory: bool
    bytes: int
    warnings: tuple[str, ...]
    source_shape: Shape | None
    sample_labels: Labels
    samples: npt.NDArray[np.uint8]
    validation_counts: tuple[int, ...] = ()

    @property
    def train_counts(self) -> tuple[int, ...]:
        """Training images a class."""
        return self.info.class_counts

    def to_json(self) -> dict[str, Any]:
        """Plain values for one line of JSON."""
        return {
            "info": INFO.dump_python(self.info, mode="json"),
            "counts": {
                "test": list(self.test_counts),
                "validation": list(self.validation_counts),
            },
            "source_shape": list(self.source_shape) if self.source_shape else None,
            "pixels": {"min": self.pixel_min, "max": self.pixel_max, "mean": self.pixel_mean},
            "fingerprint": self.fingerprint,
            "in_memory": self.in_memory,
            "bytes": self.bytes,
            "warnings": list(self.warnings),
            "samples": {
                "labels": self.sample_labels.tolist(),
                "shape": list(self.samples.shape),
                "pixels": base64.b64encode(self.samples.tobytes()).decode("ascii"),
            },
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Preview:
        """What `to_json` gave."""
        pixels, samples = values["pixels"], values["samples"]
        source = values["source_shape"]
        content = np.frombuffer(base64.b64decode(samples["pixels"]), np.uint8)
        return cls(
            info=INFO.validate_python(values["info"]),
            test_counts=tuple(values["counts"]["test"]),
            validation_counts=tuple(values["counts"]["validation"]),
            pixel_min=pixels["min"],
            pixel_max=pixels["max"],
            pixel_mean=pixels["mean"],
            fingerprint=values["fingerprint"],
            in_memory=values["in_memory"],
            bytes=values["bytes"],
            warnings=tuple(values["warnings"]),
            source_shape=(source[0], source[1], source[2]) if source else None,
            sample_labels=np.array(samples["labels"], np.int32),
            samples=content.reshape(samples["shape"]),
        )


def describe(dataset: Dataset, samples: int = 64) -> Preview:
    """A preview with some training images, the first of each class.

    Args:
        dataset: Read data.
        samples: How many images at most.
    """
    train, info = dataset.train, dataset.info
    rows = first_of_each(train.labels, samples)
    low, high, mean = _statistics(train.images)
    pixels = int(np.prod(info.image_shape)) * train.images.dtype.itemsize
    return Preview(
        info=info,
        test_counts=counts_of(dataset.test.labels, info.classes),
        pixel_min=low,
        pixel_max=high,
        pixel_mean=mean,
        fingerprint=dataset.fingerprint,
        in_memory=train.images.in_memory,
        bytes=pixels * (info.train_images + info.validation_images + info.test_images),
        warnings=dataset.warnings,
        source_shape=dataset.source_shape,
        sample_labels=train.labels[rows],
        samples=thumbnails(train.images.read(rows)),
        validation_counts=counts_of(dataset.validation.labels, info.classes)
        if dataset.validation
        else (),
    )


def first_of_each(labels: Labels, samples: int) -> npt.NDArray[np.int64]:
    """Indices of about as many images of every class, by class; classes take turns."""
    by_class = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[by_class], labels[by_class], side="left")
    turn = np.arange(len(labels)) - starts  # 0 for the first image of its class, 1 for the next
    chosen = np.sort(np.argsort(turn, kind="stable")[:samples])
    return by_class[chosen].astype(np.int64)


def _statistics(images: Images) -> tuple[float, float, float]:
    """Smallest, largest and mean pixel on a scale to 255."""
    rows = np.arange(len(images))
    if not images.in_memory:
        rows = np.unique(np.linspace(0, len(images) - 1, STREAM_SAMPLE).astype(np.int64))
    lows, highs, total = [], [], 0.0
    image_bytes = int(np.prod(images.shape)) * images.dtype.itemsize
    for block in blocks(len(rows), image_bytes):
        pixels = images.read(rows[block])
        lows.append(float(pixels.min()))
        highs.append(float(pixels.max()))
        total += float(pixels.sum(dtype=np.float64))
    factor = 1.0 if images.dtype == np.uint8 else 255.0
    mean = total / (len(rows) * int(np.prod(images.shape)))
    return min(lows) * factor, max(highs) * factor, mean * factor


def thumbnails(images: Array) -> npt.NDArray[np.uint8]:
    """Images as they are shown: uint8, at most `THUMBNAIL` pixels a side."""
    height, width = images.shape[1:3]
    if images.dtype != np.uint8:
        images = np.round(images * 255).astype(np.uint8)
    shrink = min(1.0, THUMBNAIL / max(height, width))
    size = (max(1, round(height * shrink)), max(1, round(width * shrink)))
    shown = np.empty((len(images), *size, images.shape[3]), np.uint8)
    for number, image in enumerate(images):
        shown[number] = fitted(image, size, None)
    return shown
