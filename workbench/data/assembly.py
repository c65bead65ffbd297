"""From the arrays of any format to a data set: the checks and conversions all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.base.text import tr
from workbench.data import fingerprint
from workbench.data.dataset import Array, ArrayImages, Dataset, Labels, Part, Shape
from workbench.data.errors import plain, refused
from workbench.data.images.fitting import fitted_all
from workbench.data.images.pixels import (
    PixelScale,
    as_images,
    colours,
    refuse_flat,
    refuse_other_scale,
    scale_for,
)
from workbench.data.label_forms import Numbered, class_numbers, flat_labels
from workbench.data.labels import counts_of
from workbench.data.recipes import recipe_of
from workbench.data.request import ReadRequest
from workbench.data.split import NO_TEST_PART, split_test
from workbench.spec.data import Data, DataInfo, FileData, Ground
from workbench.spec.recipe import PixelTable

TRAIN, TEST, VALIDATION = "training", "test", "validation"
"""The parts, as sentences name them, in the order in which they are digested."""

ReadParts = dict[str, tuple[Array, Labels]]


@dataclass(frozen=True, eq=False)
class Stored:
    """Images and their labels as a file holds them.

    Attributes:
        images: (n, height, width) or (n, height, width, channels).
        labels: In any form that `label_forms` knows.
        images_name: What the file calls them, for sentences.
        labels_name: The same of the labels.
        files: Names of the files of both, where each has its own.
        is_rows: Whether each image was a row of pixels.
        is_transposed: Whether rows and columns of the images were swapped.
        table: How the table was laid out that they are from.
        labels_form: How labels were stored, where they don't show it any more.
    """

    images: Array
    labels: Array
    images_name: str = "images"
    labels_name: str = "labels"
    files: tuple[str, str] | None = None
    is_rows: bool = False
    is_transposed: bool = False
    table: PixelTable | None = None
    labels_form: str = ""


@dataclass(frozen=True, eq=False)
class ReadSource:
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


def assembled(source: ReadSource, spec: Data, request: ReadRequest) -> Dataset:
    """A data set from arrays: checked, split, scaled, fitted.

    Raises:
        DataError: for all that can be wrong with them.
    """
    read, found = _parts(source, spec)
    labels, classes = {name: part[1] for name, part in read.items()}, len(found.names)
    source_shape = _shape(read[TRAIN][0])
    pixels, scale = _pixels(
        source, {name: images for name, (images, _) in read.items()}, spec, request
    )
    parts = {name: Part(ArrayImages(images), labels[name]) for name, images in pixels.items()}
    return Dataset(
        train=parts[TRAIN],
        test=parts[TEST],
        validation=parts.get(VALIDATION),
        info=DataInfo(
            _shape(pixels[TRAIN]),
            found.names,
            len(labels[TRAIN]),
            len(labels[TEST]),
            len(labels.get(VALIDATION, ())),
            counts_of(labels[TRAIN], classes),
            label_values=found.values,
            has_own_test=isinstance(spec, FileData) and source.test is not None,
            recipe=recipe_of(_own(source), scale) if isinstance(spec, FileData) else None,
            reading=scale.reading,
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


def _parts(source: ReadSource, spec: Data) -> tuple[ReadParts, Numbered]:
    """(images, labels) of each part, checked: training, test, and validation where there is one."""
    own = _own(source)
    read = {name: _checked(part, source.where) for name, part in own.items() if part is not None}
    found = class_numbers(
        {name: labels for name, (_, labels) in read.items()}, source.class_names, source.where
    )
    if found.warning:
        said = tr("{where}: {said}.", where=plain(source.where), said=found.warning)
        source.warnings.append(said)
    parts = {name: (images, found.labels[name]) for name, (images, _) in read.items()}
    if TEST not in parts:
        assert isinstance(spec, FileData), "only users' files come without a test part"
        if VALIDATION in parts:
            said = tr("{where}: {said}.", where=plain(source.where), said=NO_TEST_PART)
            source.warnings.append(said)
        images, labels = parts[TRAIN]
        train, test = split_test(labels, spec.test_split, found.names)
        parts = {
            TRAIN: (images[train], labels[train]),
            TEST: (images[test], labels[test]),
            **{name: part for name, part in parts.items() if name == VALIDATION},
        }
    return {name: parts[name] for name in own if name in parts}, found


def _own(source: ReadSource) -> dict[str, Stored | None]:
    """The parts that the files bring."""
    return {TRAIN: source.train, TEST: source.test, VALIDATION: source.validation}


def _checked(stored: Stored, where: str) -> tuple[Array, Array]:
    """Images, and one label each, as number or text."""
    images = as_images(stored.images, stored.images_name, where)
    labels = flat_labels(stored.labels, len(images), stored.labels_name, where)
    if len(labels) != len(images):
        raise refused(
            where,
            tr(
                "{labels_name} has {count} entries but {images_name} has "
                "{other}; both must have the same length",
                labels_name=stored.labels_name,
                count=len(labels),
                images_name=stored.images_name,
                other=len(images),
            ),
        )
    return images, labels


def _pixels(
    source: ReadSource, parts: Mapping[str, Array], spec: Data, request: ReadRequest
) -> tuple[dict[str, Array], PixelScale]:
    """All parts on one scale, on one ground, in one shape."""
    where, name, train = source.where, source.train.images_name, parts[TRAIN]
    ground: Ground = spec.ground if isinstance(spec, FileData) else "auto"
    if source.test is None:  # what was split off must be finite and within these ranges as well
        scale_for(as_images(source.train.images, name, where), name, where)
    scale = scale_for(train, name, where, ground, request.kept)
    said = [
        refuse_other_scale(
            parts[part], scale, name if own is None else own.images_name, train, where
        )
        for part, own in ((TEST, source.test), (VALIDATION, source.validation))
        if part in parts
    ]
    if scale.dark and not scale.ground:
        said.append(
            tr(
                "the brightest pixel of {name} is next to black, so training will see hardly "
                "anything; check the scale of the pixels",
                name=name,
            )
        )
    if scale.ground:
        said.append(
            tr(
                "{name} has transparent pixels, which are laid on {ground} (data.ground)",
                name=name,
                ground=scale.ground,
            )
        )
    source.warnings.extend(
        tr("{where}: {said}.", where=plain(where), said=words) for words in said if words
    )
    height, width = spec.resize or train.shape[1:3]
    needed = height * width * (spec.channels or _shape(train)[2]) * scale.dtype.itemsize
    images = sum(map(len, parts.values()))
    what = tr("{images} images of {width}x{height}", images=images, width=width, height=height)
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
                tr(
                    "training images have the shape {shape} but {part} images "
                    "{own}; must be the same, which data.resize and data.channels can bring "
                    "about",
                    shape=str(_shape(fits[TRAIN])),
                    part=other,
                    own=str(_shape(fit)),
                ),
            )
    if isinstance(spec, FileData):
        refuse_flat(fits[TRAIN], name, where)
    return fits, scale


def _shape(images: Array) -> Shape:
    height, width, channels = colours(images).shape[1:]
    return int(height), int(width), int(channels)
