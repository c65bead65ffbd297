"""Which reader serves which kind of data, and the one way to call it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.base.text import tr
from workbench.base.units import listing
from workbench.data import digits, fingerprint, keras_cache
from workbench.data.arrays import idx, npz
from workbench.data.dataset import Dataset
from workbench.data.errors import DataError, plain
from workbench.data.folders import reader
from workbench.data.request import Progress, ReadRequest, default_budget
from workbench.data.tables import pixel_csv
from workbench.spec.data import (
    CIFAR10,
    CIFAR100,
    MNIST,
    Csv,
    Data,
    DataInfo,
    Digits,
    FashionMNIST,
    FileData,
    Idx,
    ImageFolder,
    Npz,
    Reading,
)

READERS: dict[type[Data], Callable[[Any, ReadRequest], Dataset]] = {
    Digits: digits.read,
    MNIST: keras_cache.read,
    FashionMNIST: keras_cache.read,
    CIFAR10: keras_cache.read,
    CIFAR100: keras_cache.read,
    Npz: npz.read,
    Csv: pixel_csv.read,
    Idx: idx.read,
    ImageFolder: reader.read,
}


def load(
    spec: Data,
    *,
    progress: Progress | None = None,
    memory_budget: int | None = None,
    kept: Reading | None = None,
    is_glance: bool = False,
) -> Dataset:
    """Reads a data set.

    Args:
        spec: Which, and what is done to its images.
        progress: Called with (phase, images done, images in all), ten times a second at most; an
            exception from it ends the reading.
        memory_budget: Bytes of pixels to hold in memory; a quarter of what is free if None. An
            image folder that needs more is streamed, any other source refused.
        kept: How the data of a run were read, to read them alike; None decides it by the data.
        is_glance: To know shape, classes and counts before a run is made: of an image folder no
            image is decoded.

    Raises:
        NotDownloaded: where one of Keras's data sets has to be fetched first.
        DataError: one sentence, where the data can't be used.
    """
    budget = default_budget() if memory_budget is None else memory_budget
    try:
        dataset = READERS[type(spec)](spec, ReadRequest(budget, progress, kept, is_glance))
    except MemoryError:
        where = (
            tr("data.path: {path}", path=plain(spec.path))
            if isinstance(spec, FileData)
            else "data.kind"
        )
        raise DataError(
            tr(
                "{where}: the images don't fit in memory; use fewer or smaller ones, or an image "
                "folder, which is streamed",
                where=where,
            )
        ) from None
    _refuse_other_classes(spec, dataset.info, kept)
    if kept is not None and kept.version == 1 and dataset.validation is not None:
        # Runs of then knew of no such part: what judged them was split from the training part.
        dataset = replace(dataset, validation=None, info=replace(dataset.info, validation_images=0))
    return dataset


def reading_to_keep(info: DataInfo) -> Reading:
    """What a run keeps of how its data were read, with a digest of its classes."""
    return replace(info.reading, classes=fingerprint.of_lines(info.class_names))


def _refuse_other_classes(spec: Data, info: DataInfo, kept: Reading | None) -> None:
    """Classes that were added, renamed or put in another order would be mistaken for each other."""
    if kept is None or not kept.classes or kept.classes == reading_to_keep(info).classes:
        return
    where = (
        tr("data.path: {path}", path=plain(spec.path))
        if isinstance(spec, FileData)
        else "data.kind"
    )
    raise DataError(
        tr(
            "{where}: the classes are no longer those that the run was trained on (now "
            "{class_names}); must be the same, in the same order",
            where=where,
            class_names=listing(info.class_names),
        )
    )
