"""IDX files, as MNIST is published in: one file or a folder of four, plain or gzipped."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

from workbench.data import paths
from workbench.data.assembly import Source, Stored, assembled
from workbench.data.dataset import Array, Dataset
from workbench.data.errors import claimed, first_line, refused, unreadable
from workbench.data.request import BLOCK_BYTES, Request
from workbench.spec.data import Idx
from workbench.words import size

IMAGES = {0x00000803: 3, 0x00000804: 4}
"""Magic numbers of unsigned bytes with 3 axes, and 4 (channels last), by their axes."""
LABELS = {0x00000801: 1}
MAX_DEFLATE_RATIO = 1040
"""gzip can't do better than 1032 to 1: a header that wants more is refused unread."""

TRAIN = ("train",)
TEST = ("t10k", "test")
IMAGES_SUFFIXES = ("-images-idx3-ubyte", "-images.idx3-ubyte", "-images-idx4-ubyte",
                   "-images.idx4-ubyte")  # fmt: skip
GZIP_START = b"\x1f\x8b"


def read(spec: Idx, request: Request) -> Dataset:
    """Reads the folder or the pair of files.

    Raises:
        DataError: for anything wrong with them.
    """
    path = paths.existing(spec)
    if path.is_file():
        return assembled(Source(str(path), _stored(path, request)), spec, request)
    train = _found(path, TRAIN)
    if train is None:
        raise refused(
            path,
            f"holds no {TRAIN[0]}{IMAGES_SUFFIXES[0]} (nor .gz); must name a folder with it, or "
            "an IDX images file",
        )
    test = _found(path, TEST)
    source = Source(
        str(path), _stored(train, request), None if test is None else _stored(test, request)
    )
    return assembled(source, spec, request)


def _found(folder: Path, prefixes: Sequence[str]) -> Path | None:
    """The images file of a part."""
    for prefix in prefixes:
        for suffix in IMAGES_SUFFIXES:
            for ending in ("", ".gz"):
                path = folder / f"{prefix}{suffix}{ending}"
                if path.is_file():
                    return path
    return None


def _stored(images: Path, request: Request) -> Stored:
    labels = _labels_beside(images)
    return Stored(
        _array(images, IMAGES, "images", request),
        _array(labels, LABELS, "labels", request),
        images.name,
        labels.name,
    )


def _labels_beside(images: Path) -> Path:
    """The labels file that belongs to an images file."""
    if "images" not in images.name:
        hint = "; choose the images file" if "labels" in images.name else ""
        raise refused(images, f"must have 'images' in its name, and a labels file beside it{hint}")
    name = images.name.replace("images", "labels")
    name = name.replace("idx3", "idx1").replace("idx4", "idx1").removesuffix(".gz")
    for ending in ("", ".gz"):
        labels = images.with_name(name + ending)
        if labels.is_file():
            return labels
    raise refused(images, f"there is no labels file {name} (nor .gz) beside it")


def _array(path: Path, magics: dict[int, int], what: str, request: Request) -> Array:
    try:
        length = path.stat().st_size
        with open(path, "rb") as plain_file:
            zipped = plain_file.read(2) == GZIP_START
            plain_file.seek(0)
            if not zipped:
                return _content(path, plain_file, length, 1, magics, what, request)
            with gzip.open(plain_file) as file:
                return _content(path, file, length, MAX_DEFLATE_RATIO, magics, what, request)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise refused(
            path, f"is a damaged gzip file ({first_line(error)}); copy or download it again"
        ) from None
    except OSError as error:
        raise unreadable(path, error) from None


def _content(
    path: Path,
    file: BinaryIO | gzip.GzipFile,
    length: int,
    ratio: int,
    magics: dict[int, int],
    what: str,
    request: Request,
) -> Array:
    """The array, read only after its header was held against the file's true length.

    Args:
        path: For sentences.
        file: At its begin; unpacks what is gzipped.
        length: Bytes on disk.
        ratio: How many bytes one of them can stand for, at most.
        magics: Axes by accepted magic number.
        what: "images" or "labels".
        request: Whom to tell, and the memory there is.
    """
    shape, header = _header(path, file, magics, what)
    needed = math.prod(shape)
    if needed > ratio * length or (ratio == 1 and needed != length - header):
        there = size(length) if ratio > 1 else size(length - header)
        raise refused(
            path,
            f"claims {claimed(needed)} of {what} in its header but holds {there}; the file is "
            "damaged, so copy or download it again",
        )
    request.afford(needed, str(path), f"its {what}")
    reporter = request.reporter("reading", shape[0] if what == "images" else 0)
    content = bytearray()
    while len(content) <= needed:
        block = file.read(min(BLOCK_BYTES, needed + 1 - len(content)))
        if not block:
            break
        before = len(content)
        content += block
        if what == "images" and needed:
            reporter.step(shape[0] * len(content) // needed - shape[0] * before // needed)
    if len(content) != needed:
        found = "less" if len(content) < needed else "more"
        raise refused(
            path,
            f"holds {found} than the {size(needed)} of {what} that its header claims; the file "
            "is damaged, so copy or download it again",
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _header(
    path: Path, file: BinaryIO | gzip.GzipFile, magics: dict[int, int], what: str
) -> tuple[tuple[int, ...], int]:
    """Shape, and bytes of the header."""
    start = file.read(4)
    magic = int.from_bytes(start, "big") if len(start) == 4 else -1
    if magic not in magics:
        right = " or ".join(f"0x{number:08x}" for number in magics)
        raise refused(
            path,
            f"starts with 0x{start.hex() or '0'}, so it is no IDX {what} file of bytes; must start "
            f"with {right}",
        )
    axes = magics[magic]
    sides = file.read(4 * axes)
    if len(sides) < 4 * axes:
        raise refused(path, "ends in its header; the file is cut off, so copy it again")
    return struct.unpack(f">{axes}I", sides), 4 + 4 * axes
