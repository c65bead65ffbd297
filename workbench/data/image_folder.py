"""A folder with one subfolder of image files a class: layout, checks, and memory or stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from workbench.data import fingerprint, folder_index, paths
from workbench.data.dataset import ArrayImages, Dataset, Images, Labels, Part, Shape
from workbench.data.errors import SizesDiffer, plain, refused
from workbench.data.fitting import common_size
from workbench.data.folder_index import Checked, File
from workbench.data.image_files import FileImages
from workbench.data.labels import as_names, classes_of, counts_of
from workbench.data.request import Request
from workbench.data.split import split_test
from workbench.spec.data import DataInfo, ImageFolder
from workbench.spec.recipe import Recipe, StoredPart

TRAIN = "train"
TESTS = ("test", "val", "valid", "validation")
"""The first of these that is there is the test part; validation images are split from training."""


@dataclass
class Found:
    """What the folder holds.

    Attributes:
        root: The folder.
        names: Classes, sorted.
        train: (file, label) of the training part, or of everything where `test` is None.
        test: (file, label) of the test part of its own.
        parts: The folders of the training part and of the test part of its own.
        unreadable: Images left out because they can't be decoded.
        known: What checking showed, by path.
        warnings: Sentences.
    """

    root: Path
    names: list[str]
    train: list[tuple[File, int]]
    test: list[tuple[File, int]] | None = None
    parts: tuple[StoredPart, ...] = (StoredPart("training", ""),)
    unreadable: int = 0
    known: Mapping[str, Checked] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read(spec: ImageFolder, request: Request) -> Dataset:
    """Reads the folder: into memory where it fits, else as a stream.

    `train` and `test` subfolders are respected; without `test`, `val`, `valid` or `validation`
    serve as the test part; without `train`, images are split by `test_split`.

    Raises:
        DataError: for anything wrong with the folder. Single images that can't be read are left
            out with a warning.
    """
    root = paths.existing_folder(spec)
    found = _listed(root)
    everything = [file for file, _ in found.train + (found.test or [])]
    found.known = folder_index.checked(root, everything, request)
    _leave_out_unreadable(found)
    source_shape = _common_shape(found, spec)
    height, width = spec.resize or source_shape[:2]
    shape = (height, width, spec.channels or source_shape[2])
    parts = _parts(found, spec)
    classes_of({"training": parts[0][1], "test": parts[1][1]}, str(root))
    return _dataset(found, parts, shape, source_shape, spec, request)


def _listed(root: Path) -> Found:
    folders = folder_index.folders_in(root)
    by_lower = {name.lower(): name for name in reversed(folders)}
    train = by_lower.get(TRAIN)
    # A class may be called "train" (a vehicle): a training part has subfolders.
    if train is None or not folder_index.folders_in(root / train):
        names = _classes(root, folders)
        return Found(root, names, _labelled(root, "", names, names))
    names = _classes(root / train, folder_index.folders_in(root / train))
    found = Found(
        root,
        names,
        _labelled(root, f"{train}/", names, names),
        parts=(StoredPart("training", train),),
    )
    test = next((by_lower[name] for name in TESTS if name in by_lower), None)
    if test is not None:
        inside = _classes(root / test, folder_index.folders_in(root / test))
        unknown = sorted(set(inside) - set(names))
        if unknown:
            raise refused(
                root / test,
                f"class {plain(unknown[0])!r} has no folder in {plain(root / train)}; every class "
                "must have training images",
            )
        found.test = _labelled(root, f"{test}/", inside, names)
        found.parts += (StoredPart("test", test),)
    left = [name for name in folders if name not in (train, test)]
    if left:
        found.warnings.append(
            f"{plain(root)}: {', '.join(map(plain, left[:5]))} left out; only the folders train "
            "and test (or else val) are read."
        )
    return found


def _classes(folder: Path, names: list[str]) -> list[str]:
    if not names:
        loose = ", not images on their own" if folder_index.holds_images(folder) else ""
        raise refused(folder, f"must hold one subfolder of images for each class{loose}")
    return names


def _labelled(
    root: Path, prefix: str, folders: Sequence[str], names: Sequence[str]
) -> list[tuple[File, int]]:
    labelled = []
    for name in folders:
        files = folder_index.images_in(root, f"{prefix}{name}")
        if not files:
            raise refused(
                root / f"{prefix}{name}",
                "holds no image; every class folder must hold some (png, jpg, bmp, gif, webp, tif)",
            )
        labelled += [(file, names.index(name)) for file in files]
    return labelled


def _leave_out_unreadable(found: Found) -> None:
    """Keeps what can be decoded; says what is left out, and refuses a class that is all gone."""

    def good(item: tuple[File, int]) -> bool:
        return not found.known[item[0].path].problem

    bad = [item for item in found.train + (found.test or []) if not good(item)]
    if bad:
        first = bad[0][0].path
        reason = found.known[first].problem
        train = [item for item in found.train if good(item)]
        lost = {label for _, label in bad} - {label for _, label in train}
        if lost:
            raise refused(
                found.root,
                f"no training image of class {plain(found.names[min(lost)])!r} can be read "
                f"({plain(first)} {reason}); replace its files",
            )
        found.train = train
        found.test = None if found.test is None else [item for item in found.test if good(item)]
        if found.test == []:
            raise refused(
                found.root, f"no test image can be read ({plain(first)} {reason}); replace them"
            )
        found.unreadable = len(bad)
        count = f"{len(bad)} images" if len(bad) > 1 else "1 image"
        found.warnings.append(
            f"{plain(found.root)}: {count} left out because unreadable, the first is "
            f"{plain(first)} ({reason})."
        )
    alpha = sum(found.known[item[0].path].alpha for item in found.train + (found.test or []))
    if alpha:
        images = f"{alpha} images have" if alpha > 1 else "1 image has"
        found.warnings.append(f"{plain(found.root)}: {images} an alpha channel, which is left out.")


def _common_shape(found: Found, spec: ImageFolder) -> Shape:
    """The shape as stored; where sizes differ, that of the first image, if `resize` allows it."""
    items = [(file, found.known[file.path]) for file, _ in found.train + (found.test or [])]
    first_file, first = items[0]
    for file, other in items:
        differs = (other.height, other.width) != (first.height, first.width)
        if differs and spec.resize is None:
            sentence = refused(
                found.root,
                f"images differ in size ({plain(first_file.path)} is {first.width}x{first.height}, "
                f"{plain(file.path)} is {other.width}x{other.height}); must be set to one size",
                "data.resize",
            )
            sizes = [(checked.height, checked.width) for _, checked in items]
            raise SizesDiffer(str(sentence), common_size(sizes))
    gray = all(checked.gray for _, checked in items)
    return first.height, first.width, 1 if gray else 3


Rows = tuple[list[File], Labels]


def _parts(found: Found, spec: ImageFolder) -> tuple[Rows, Rows]:
    """(files, labels) of the training and of the test part."""
    files, labels = _rows(found.train)
    if found.test is not None:
        return (files, labels), _rows(found.test)
    classes_of({"training": labels}, str(found.root))
    train, test = split_test(labels, spec.test_split, as_names(found.names))
    return (
        ([files[row] for row in train], labels[train]),
        ([files[row] for row in test], labels[test]),
    )


def _rows(items: Sequence[tuple[File, int]]) -> Rows:
    return [file for file, _ in items], np.array([label for _, label in items], np.int32)


def _dataset(
    found: Found,
    parts: tuple[Rows, Rows],
    shape: Shape,
    source_shape: Shape,
    spec: ImageFolder,
    request: Request,
) -> Dataset:
    (train_files, train_labels), (test_files, test_labels) = parts
    streams = [
        FileImages(found.root, [file.path for file in files], shape, resize=spec.resize is not None)
        for files in (train_files, test_files)
    ]
    total = len(train_files) + len(test_files)
    if total * int(np.prod(shape)) <= request.memory_budget:
        train, test = _in_memory(streams, request)
        digest = fingerprint.of_arrays([train_labels, train.pixels, test_labels, test.pixels])
        images: tuple[Images, Images] = (train, test)
    else:
        images = (streams[0], streams[1])
        digest = _stream_fingerprint(parts, shape)
    names = as_names(found.names)
    info = DataInfo(
        shape, names, len(train_files), len(test_files),
        class_counts=counts_of(train_labels, len(names)),
        recipe=Recipe(found.parts, classes=tuple(found.names), unreadable=found.unreadable),
    )  # fmt: skip
    return Dataset(
        train=Part(images[0], train_labels),
        test=Part(images[1], test_labels),
        info=info,
        fingerprint=digest,
        warnings=tuple(found.warnings),
        source_shape=source_shape,
        source_digest=_source_digest(parts),
    )


def _in_memory(streams: Sequence[FileImages], request: Request) -> tuple[ArrayImages, ArrayImages]:
    reporter = request.reporter("decoding", sum(len(stream) for stream in streams))
    train, test = (
        ArrayImages(stream.read(np.arange(len(stream)), reporter.step)) for stream in streams
    )
    return train, test


def _source_digest(parts: tuple[Rows, Rows]) -> str:
    """Digest of the files' names below the folder, and of their sizes: no copy changes those."""
    return fingerprint.of_lines(
        f"{part} {label} {file.bytes} {file.path}"
        for part, (files, labels) in zip(("train", "test"), parts, strict=True)
        for file, label in zip(files, labels, strict=True)
    )


def _stream_fingerprint(parts: tuple[Rows, Rows], shape: Shape) -> str:
    """Digest of the files' names, sizes and times: reading them all would take too long."""
    lines = [str(shape)]
    for part, (files, labels) in zip(("train", "test"), parts, strict=True):
        lines += [
            f"{part} {label} {file.bytes} {file.mtime_ns} {file.path}"
            for file, label in zip(files, labels, strict=True)
        ]
    return fingerprint.of_lines(lines)
