"""Which reader serves which kind of data, and the one way to call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.data import digits, idx, image_folder, keras_cache, npz, pixel_csv
from workbench.data.dataset import Dataset
from workbench.data.errors import DataError, plain
from workbench.data.request import Progress, Request, default_budget
from workbench.spec.data import (
    CIFAR10,
    CIFAR100,
    MNIST,
    Csv,
    Data,
    Digits,
    FashionMNIST,
    FileData,
    Idx,
    ImageFolder,
    Npz,
)

READERS: dict[type[Data], Callable[[Any, Request], Dataset]] = {
    Digits: digits.read,
    MNIST: keras_cache.read,
    FashionMNIST: keras_cache.read,
    CIFAR10: keras_cache.read,
    CIFAR100: keras_cache.read,
    Npz: npz.read,
    Csv: pixel_csv.read,
    Idx: idx.read,
    ImageFolder: image_folder.read,
}


def load(
    spec: Data, *, progress: Progress | None = None, memory_budget: int | None = None
) -> Dataset:
    """Reads a data set.

    Args:
        spec: Which, and what is done to its images.
        progress: Called with (phase, images done, images in all), ten times a second at most; an
            exception from it ends the reading.
        memory_budget: Bytes of pixels to hold in memory; a quarter of what is free if None. An
            image folder that needs more is streamed, any other source refused.

    Raises:
        NotDownloaded: where one of Keras's data sets has to be fetched first.
        DataError: one sentence, where the data can't be used.
    """
    budget = default_budget() if memory_budget is None else memory_budget
    try:
        return READERS[type(spec)](spec, Request(budget, progress))
    except MemoryError:
        where = f"data.path: {plain(spec.path)}" if isinstance(spec, FileData) else "data.kind"
        raise DataError(
            f"{where}: the images don't fit in memory; use fewer or smaller ones, or an image "
            "folder, which is streamed"
        ) from None
