"""From the arrays of any format to a data set: the checks and conversions all of them share."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.data import fingerprint
from workbench.data.dataset import Array, ArrayImages, Dataset, Labels, Part, Shape
from workbench.data.errors import plain, refused
from workbench.data.fitting import fitted_all
from workbench.data.labels import as_labels, classes_of, numbered
from workbench.data.pixels import as_images, refuse_other_scale, scale_for
from workbench.data.request import Request
from workbench.data.split import split_test
from workbench.spec.data import Data, DataInfo, FileData


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
        class_names: In label order, if the source has them.
        warnings: Sentences.
    """

    where: str
    train: Stored
    test: Stored | None = None
    class_names: tuple[str, ...] | None = None
    warnings: list[str] = field(default_factory=list)


def assembled(source: Source, spec: Data, request: Request) -> Dataset:
    """A data set from arrays: checked, split, scaled, fitted.

    Raises:
        DataError: for all that can be wrong with them.
    """
    train, test = _parts(source, spec)
    classes = classes_of(train[1], test[1], source.where)
    names = _names(source, classes)
    source_shape = _shape(train[0])
    train_images, test_images = _pixels(source, train[0], test[0], spec, request)
    info = DataInfo(_shape(train_images), names, len(train[1]), len(test[1]))
    return Dataset(
        train=Part(ArrayImages(train_images), train[1]),
        test=Part(ArrayImages(test_images), test[1]),
        info=info,
        fingerprint=fingerprint.of_arrays([train[1], train_images, test[1], test_images]),
        warnings=tuple(source.warnings),
        source_shape=source_shape,
        source_digest=_source_digest(spec, train, test),
    )


def _source_digest(spec: Data, *parts: tuple[Array, Labels]) -> str:
    if not isinstance(spec, FileData):
        return ""
    return fingerprint.of_arrays(array for images, labels in parts for array in (labels, images))


def _parts(source: Source, spec: Data) -> tuple[tuple[Array, Labels], tuple[Array, Labels]]:
    """(images, labels) of the training and of the test part, checked."""
    images, labels = _checked(source.train, source)
    if source.test is not None:
        return (images, labels), _checked(source.test, source)
    assert isinstance(spec, FileData), "only users' files come without a test part"
    # Labels are judged before the split, whose sentences are about shares.
    classes_of(labels, labels[:0], source.where)
    train, test = split_test(labels, spec.test_split)
    return (images[train], labels[train]), (images[test], labels[test])


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
    source: Source, train: Array, test: Array, spec: Data, request: Request
) -> tuple[Array, Array]:
    """Both parts on one scale, in one shape."""
    where, name = source.where, source.train.images_name
    if source.test is None:  # what was split off must be finite and on the same scale as well
        scale = scale_for(as_images(source.train.images, name, where), name, where)
    else:
        scale = scale_for(train, name, where)
        refuse_other_scale(test, scale, source.test.images_name, train, where)
    if scale.dark:
        source.warnings.append(
            f"{plain(where)}: the brightest pixel of {name} is next to black, so training will "
            "see hardly anything; check the scale of the pixels."
        )
    height, width = spec.resize or train.shape[1:3]
    needed = height * width * (spec.channels or train.shape[3]) * scale.dtype.itemsize
    what = f"{len(train) + len(test)} images of {width}x{height}"
    at = "data.resize" if spec.resize else "data.path"
    request.afford(needed * (len(train) + len(test)), where, what, at)
    fits = [
        fitted_all(scale.apply(part), spec.resize, spec.channels, request) for part in (train, test)
    ]
    if fits[0].shape[1:] != fits[1].shape[1:]:
        raise refused(
            where,
            f"training images have the shape {_shape(fits[0])} but test images {_shape(fits[1])}; "
            "must be the same, which data.resize and data.channels can bring about",
        )
    return fits[0], fits[1]


def _shape(images: Array) -> Shape:
    height, width, channels = images.shape[1:]
    return int(height), int(width), int(channels)
