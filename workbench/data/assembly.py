"""From the arrays of any format to a data set: the checks and conversions all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.data import fingerprint
from workbench.data.dataset import Array, ArrayImages, Dataset, Labels, Part, Shape
from workbench.data.errors import plain, refused
from workbench.data.fitting import fitted_all
from workbench.data.labels import as_labels, classes_of, counts_of, numbered
from workbench.data.pixels import as_images, refuse_other_scale, scale_for
from workbench.data.request import Request
from workbench.data.split import split_test
from workbench.spec.data import Data, DataInfo, FileData

TRAIN, TEST, VALIDATION = "training", "test", "validation"
"""The parts, as sentences name them, in the order in which they are digested."""

ReadParts = dict[str, tuple[Array, Labels]]


@dataclass(frozen=True, eq=False)
class Stored:
    """Images and their labels as a file holds them, with what it calls them."""

    images: Array
    labels: Array
    images_name: str = "images"
    labels_name: str = "labels"


@dataclass(frozen=True, eq=False)
class Source:
    """What a reader found.

    Attributes:
        where: The file or folder, for sentences.
        train: The training part, or everything where `test` is None.
        test: A test part of its own.
        validation: A validation part of its own.
        class_names: In label order, if the source has them.
        warnings: Sentences.
    """

    where: str
    train: Stored
    test: Stored | None = None
    validation: Stored | None = None
    class_names: tuple[str, ...] | None = None
    warnings: list[str] = field(default_factory=list)


def assembled(source: Source, spec: Data, request: Request) -> Dataset:
    """A data set from arrays: checked, split, scaled, fitted.

    Raises:
        DataError: for all that can be wrong with them.
    """
    read = _parts(source, spec)
    labels = {name: part_labels for name, (_, part_labels) in read.items()}
    classes = classes_of(labels, source.where)
    source_shape = _shape(read[TRAIN][0])
    pixels = _pixels(source, {name: images for name, (images, _) in read.items()}, spec, request)
    parts = {name: Part(ArrayImages(images), labels[name]) for name, images in pixels.items()}
    return Dataset(
        train=parts[TRAIN],
        test=parts[TEST],
        validation=parts.get(VALIDATION),
        info=DataInfo(
            _shape(pixels[TRAIN]),
            _names(source, classes),
            len(labels[TRAIN]),
            len(labels[TEST]),
            len(labels.get(VALIDATION, ())),
            counts_of(labels[TRAIN], classes),
            has_own_test=isinstance(spec, FileData) and source.test is not None,
        ),
        fingerprint=fingerprint.of_arrays(
            array for name, images in pixels.items() for array in (labels[name], images)
        ),
        warnings=tuple(source.warnings),
        source_shape=source_shape,
        source_digest=_source_digest(spec, read),
    )


def _source_digest(spec: Data, read: ReadParts) -> str:
    if not isinstance(spec, FileData):
        return ""
    return fingerprint.of_arrays(
        array for images, labels in read.values() for array in (labels, images)
    )


def _parts(source: Source, spec: Data) -> ReadParts:
    """(images, labels) of each part, checked: training, test, and validation where there is one."""
    images, labels = _checked(source.train, source)
    parts = {TRAIN: (images, labels)}
    if source.test is not None:
        parts[TEST] = _checked(source.test, source)
    else:
        assert isinstance(spec, FileData), "only users' files come without a test part"
        # Labels are judged before the split, whose sentences are about shares.
        classes_of({TRAIN: labels}, source.where)
        train, test = split_test(labels, spec.test_split)
        parts = {TRAIN: (images[train], labels[train]), TEST: (images[test], labels[test])}
    if source.validation is not None:
        parts[VALIDATION] = _checked(source.validation, source)
    return parts


def _checked(stored: Stored, source: Source) -> tuple[Array, Labels]:
    where = source.where
    images = as_images(stored.images, stored.images_name, where)
    labels = as_labels(stored.labels, stored.labels_name, where)
    if len(labels) != len(images):
        raise refused(
            where,
            f"{stored.labels_name} has {len(labels)} entries but {stored.images_name} has "
            f"{len(images)}; both must have the same length",
        )
    if stored.images.ndim == 4 and stored.images.shape[3] == 4:
        source.warnings.append(
            f"{plain(where)}: {stored.images_name} has an alpha channel, which is left out."
        )
    return images, labels


def _names(source: Source, classes: int) -> tuple[str, ...]:
    if source.class_names is None:
        return numbered(classes)
    if len(source.class_names) != classes:
        source.warnings.append(
            f"{plain(source.where)}: there are {len(source.class_names)} class names for {classes} "
            "classes, so the names are left out."
        )
        return numbered(classes)
    return source.class_names


def _pixels(
    source: Source, parts: Mapping[str, Array], spec: Data, request: Request
) -> dict[str, Array]:
    """All parts on one scale, in one shape."""
    where, name, train = source.where, source.train.images_name, parts[TRAIN]
    # What was split off for the test must be finite and on the same scale as well.
    whole = train if source.test is not None else as_images(source.train.images, name, where)
    scale = scale_for(whole, name, where)
    for own in filter(None, (source.test, source.validation)):
        part = as_images(own.images, own.images_name, where)
        refuse_other_scale(part, scale, own.images_name, train, where)
    if scale.dark:
        source.warnings.append(
            f"{plain(where)}: the brightest pixel of {name} is next to black, so training will "
            "see hardly anything; check the scale of the pixels."
        )
    height, width = spec.resize or train.shape[1:3]
    needed = height * width * (spec.channels or train.shape[3]) * scale.dtype.itemsize
    images = sum(map(len, parts.values()))
    what = f"{images} images of {width}x{height}"
    at = "data.resize" if spec.resize else "data.path"
    request.afford(needed * images, where, what, at)
    fits = {
        part: fitted_all(scale.apply(stored), spec.resize, spec.channels, request)
        for part, stored in parts.items()
    }
    for other, fit in fits.items():
        if fit.shape[1:] != fits[TRAIN].shape[1:]:
            raise refused(
                where,
                f"training images have the shape {_shape(fits[TRAIN])} but {other} images "
                f"{_shape(fit)}; must be the same, which data.resize and data.channels can bring "
                "about",
            )
    return fits


def _shape(images: Array) -> Shape:
    height, width, channels = images.shape[1:]
    return int(height), int(width), int(channels)
