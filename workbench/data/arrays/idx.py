"""IDX files, as MNIST is published in: one file or a folder of a set, plain or gzipped.

Names are read by their words: `emnist-letters-train-images-idx3-ubyte.gz` is the images of the
training part of `emnist-letters`.
"""

from __future__ import annotations

import math
import os
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from workbench.base.text import tr
from workbench.base.units import size
from workbench.data import paths
from workbench.data.arrays import emnist
from workbench.data.arrays.array_names import (
    IMAGES,
    LABELS,
    ROLES,
    TEST,
    TRAIN,
    VALIDATION,
    part_of,
)
from workbench.data.arrays.gzipped import maybe_gzipped
from workbench.data.arrays.kinds_of_file import refuse_other_kind, with_hint
from workbench.data.arrays.published import published
from workbench.data.assembly import ReadSource, Stored, assembled
from workbench.data.dataset import Array, Dataset
from workbench.data.errors import claimed, plain, refused, unreadable
from workbench.data.request import BLOCK_BYTES, ReadRequest
from workbench.spec.data import Idx

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Number types by the third byte of a file."""

AXES = {IMAGES: (3, 4), LABELS: (1, 2)}
"""By the fourth byte; images with four axes have their channels last."""

QMNIST_COLUMNS = 8
"""QMNIST's labels are rows: the class, and seven numbers of where the digit comes from."""

MAX_DEFLATE_RATIO = 1040
"""gzip can't do better than 1032 to 1: a header that wants more is refused unread."""

_KIND = re.compile(r"^(idx\d?|ubyte|byte|int|short|float|double|gz)$")


@dataclass(frozen=True)
class IdxFile:
    """What a file's name says.

    Attributes:
        role: "images" or "labels".
        part: "training", "test" or "validation"; None where the name says none.
        set_name: What files of one set have in common: "emnist-letters"; "" for plain MNIST.
    """

    path: Path
    role: str
    part: str | None
    set_name: str


def read(spec: Idx, request: ReadRequest) -> Dataset:
    """Reads the folder, or the set that a file belongs to.

    Raises:
        DataError: for anything wrong with them.
    """
    path = paths.existing(spec)
    files = _chosen(path)
    parts = {part: _stored(file, request) for part, file in files.items()}
    train = files[TRAIN]
    source = ReadSource(
        str(path),
        parts[TRAIN],
        parts.get(TEST),
        parts.get(VALIDATION),
        emnist.names_beside(train.path.parent, train.set_name),
    )
    return assembled(emnist.with_transposed(source, spec.transpose), spec, request)


def named(path: Path) -> IdxFile | None:
    """What a file's name says; None where it names neither images nor labels."""
    words = [word for word in re.split(r"[-_. ]+", path.name.lower()) if word]
    roles = [word for word in words if word in ROLES and len(word) > 1]
    if len(roles) != 1:
        return None
    rest = [word for word in words if word not in roles and not _KIND.match(word)]
    return IdxFile(path, ROLES[roles[0]], *part_of("-".join(rest)))


def _chosen(path: Path) -> dict[str, IdxFile]:
    """The images file of each part; what stands alone is the training part."""
    folder = path if path.is_dir() else path.parent
    files = _in_folder(folder)
    if path.is_dir():
        of_images = [file for file in files if file.role == IMAGES]
        if not of_images:
            raise refused(
                path,
                with_hint(
                    tr(
                        "holds no train-images-idx3-ubyte (nor .gz); must name a folder with it, "
                        "or an IDX images file"
                    ),
                    path,
                ),
            )
        set_name = _only_set(of_images, path)
    else:
        given = named(path)
        if given is None:
            if published(path.name):
                refuse_other_kind(path, tr("an IDX images file"))
            raise refused(path, tr("must have 'images' in its name, and a labels file beside it"))
        if given.part is None and given.role == IMAGES:
            return {TRAIN: given}
        set_name = given.set_name
        of_images = [file for file in files if file.role == IMAGES]
    found: dict[str, IdxFile] = {}
    for file in of_images:
        if file.set_name == set_name:
            found.setdefault(file.part or TRAIN, file)
    if TRAIN not in found:  # a test part by itself is all there is
        if not found:
            raise refused(
                path,
                tr(
                    "there is no images file beside it, which must have 'images' in its name in "
                    "place of 'labels'"
                ),
            )
        return {TRAIN: next(iter(found.values()))}
    return found


def _in_folder(folder: Path) -> list[IdxFile]:
    """IDX files by their names, a plain one before its gzipped copy."""
    try:
        paths_there = sorted(folder.iterdir(), key=lambda path: (path.suffix == ".gz", path.name))
    except OSError as error:
        raise unreadable(folder, error) from None
    files = (named(path) for path in paths_there if re.search(r"idx\d|ubyte", path.name.lower()))
    return [file for file in files if file is not None and file.path.is_file()]


def _only_set(files: Iterable[IdxFile], where: Path) -> str:
    sets = sorted({file.set_name for file in files})
    if len(sets) > 1 and "" not in sets:
        there = ", ".join(plain(name) for name in sets[:8])
        raise refused(
            where,
            tr("holds several sets ({there}); must name one file of one of them", there=there),
        )
    return sets[0]


def _stored(images: IdxFile, request: ReadRequest) -> Stored:
    labels = _labels_of(images)
    classes, form = _array(labels, LABELS, request), ""
    if classes.ndim == 2 and classes.shape[1] == QMNIST_COLUMNS:
        classes, form = classes[:, 0], "first column"
    pixels = _array(images.path, IMAGES, request)
    return Stored(pixels, classes, images.path.name, labels.name, labels_form=form)


def _labels_of(images: IdxFile) -> Path:
    """The labels file that belongs to an images file."""
    for file in _in_folder(images.path.parent):
        if file.role == LABELS and (file.part, file.set_name) == (images.part, images.set_name):
            return file.path
    name = images.path.name.replace("images", "labels").removesuffix(".gz")
    name = name.replace("idx3", "idx1").replace("idx4", "idx1")
    raise refused(images.path, tr("there is no labels file {name} (nor .gz) beside it", name=name))


def _array(path: Path, what: str, request: ReadRequest) -> Array:
    with maybe_gzipped(path) as (file, raw):
        ratio = 1 if file is raw else MAX_DEFLATE_RATIO
        return _content(path, file, os.fstat(raw.fileno()).st_size, ratio, what, request)


def _content(
    path: Path,
    file: IO[bytes],
    length: int,
    ratio: int,
    what: str,
    request: ReadRequest,
) -> Array:
    """The array, read only after its header was held against the file's true length.

    Args:
        path: For sentences.
        file: At its begin; unpacks what is gzipped.
        length: Bytes on disk.
        ratio: How many bytes one of them can stand for, at most.
        what: "images" or "labels".
        request: Whom to tell, and the memory there is.
    """
    dtype, shape, header = _header(path, file, what)
    needed = math.prod(shape) * dtype.itemsize
    if needed > ratio * length or (ratio == 1 and needed != length - header):
        there = size(length) if ratio > 1 else size(length - header)
        raise refused(
            path,
            tr(
                "claims {needed} of {what} in its header but holds {there}; the file is "
                "damaged, so copy or download it again",
                needed=claimed(needed),
                what=what,
                there=there,
            ),
        )
    request.afford(needed, str(path), tr("its {what}", what=what))
    reporter = request.reporter(tr("reading"), shape[0] if what == IMAGES else 0)
    content = bytearray()
    while len(content) <= needed:
        block = file.read(min(BLOCK_BYTES, needed + 1 - len(content)))
        if not block:
            break
        before = len(content)
        content += block
        if what == IMAGES and needed:
            reporter.step(shape[0] * len(content) // needed - shape[0] * before // needed)
    if len(content) != needed:
        given = {"needed": size(needed), "what": what}
        fault = (
            tr(
                "holds less than the {needed} of {what} that its header claims; the file is "
                "damaged, so copy or download it again",
                **given,
            )
            if len(content) < needed
            else tr(
                "holds more than the {needed} of {what} that its header claims; the file is "
                "damaged, so copy or download it again",
                **given,
            )
        )
        raise refused(path, fault)
    array = np.frombuffer(content, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(
    path: Path, file: IO[bytes], what: str
) -> tuple[np.dtype[np.generic], tuple[int, ...], int]:
    """Number type, shape, and bytes of the header."""
    start = file.read(4)
    wanted = AXES[what]
    is_idx = len(start) == 4 and start[:2] == b"\0\0" and start[2] in TYPES
    if not is_idx or start[3] not in wanted:
        if not is_idx:
            refuse_other_kind(path, tr("an IDX {what} file", what=what), is_gzip=True)
        right = " or ".join(f"0x{0x800 + axes:08x}" for axes in wanted)
        raise refused(
            path,
            tr(
                "starts with 0x{start}, so it is no IDX {what} file; must start with {right}",
                start=start.hex() or "0",
                what=what,
                right=right,
            ),
        )
    axes = start[3]
    sides = file.read(4 * axes)
    if len(sides) < 4 * axes:
        raise refused(path, tr("ends in its header; the file is cut off, so copy it again"))
    return np.dtype(TYPES[start[2]]), struct.unpack(f">{axes}I", sides), 4 + 4 * axes
