"""Arrays in the .npy format, in a zip archive or as files, that nobody vouches for.

Headers are read with NumPy's own reader, limited in size, and every claim (length, type, size) is
held against what the file can really contain before anything is allocated. Never unpickles.
"""

from __future__ import annotations

import math
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from workbench.base.text import tr
from workbench.base.units import size
from workbench.data.dataset import Array
from workbench.data.errors import SAVEZ, claimed, plain, refused
from workbench.data.request import BLOCK_BYTES, Reporter

ARCHIVE_FAULTS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    IndexError,
)
"""What zipfile raises at damaged or exotic archives, besides OSError. DataError is a ValueError!"""

WRITTEN = tr("write the arrays with {savez}", savez=SAVEZ)
"""What helps where a file is no array: to save the same thing again doesn't."""

MAX_HEADER = 4096
MAX_DEFLATE_RATIO = 1040
"""DEFLATE can't do better than 1032 to 1; a member that claims more is lying."""

HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@dataclass(frozen=True)
class Member:
    """One array, known by its header.

    Attributes:
        open: Opens its bytes, the header first; an archive must be open meanwhile.
        held_bytes: Of the array, without the header, that are really there.
        file: Name of the file, where it holds this array alone.
    """

    open: Callable[[], IO[bytes]]
    held_bytes: int
    name: str
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    header_bytes: int
    file: str = ""

    @property
    def length(self) -> int:
        """Size of the first axis."""
        return self.shape[0] if self.shape else 0

    @property
    def data_bytes(self) -> int:
        """Bytes of the array without the header; exact, however large the claim."""
        return math.prod(self.shape) * self.dtype.itemsize


def members_of(archive: zipfile.ZipFile, where: str) -> dict[str, Member]:
    """The header of every array in an archive, by name without `.npy`.

    Raises:
        DataError: where one of them holds Python objects, or claims what it can't hold.
        ARCHIVE_FAULTS: where the archive is damaged.
    """
    members: dict[str, Member] = {}
    for entry in archive.infolist():
        name = entry.filename.removesuffix(".npy")
        if name == entry.filename:
            continue
        if name in members:
            raise refused(
                where, tr("holds {name} twice; must hold each array once", name=plain(name))
            )
        _refuse_claim(entry, name, where)
        member = _member(partial(archive.open, entry), entry.file_size, name, where)
        _refuse_contents(member, where)
        members[name] = member
    return members


def file_member(path: Path, name: str) -> Member:
    """The header of a .npy file.

    Raises:
        DataError: as `members_of`.
        OSError: where it can't be read.
    """
    where, total = str(path), path.stat().st_size
    member = _member(partial(_opened, path), total, name, where)
    _refuse_contents(member, where)
    return member


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def read_member(member: Member, where: str, reporter: Reporter | None) -> Array:
    """The array itself.

    Raises:
        DataError: where it is shorter than its header says.
        ARCHIVE_FAULTS: where the archive is damaged.
    """
    flat = np.empty(math.prod(member.shape), member.dtype)
    view = flat.view(np.uint8).data if flat.size else memoryview(b"")
    each = max(1, member.data_bytes // max(1, member.length))
    done = told = 0
    with member.open() as file:
        file.read(member.header_bytes)
        while done < len(view):
            got = file.readinto(view[done : done + BLOCK_BYTES])  # type: ignore[attr-defined]
            if not got:
                raise refused(
                    where,
                    tr(
                        "{name} ends after {done} of {all} bytes; the file is cut "
                        "off, so copy it from where it is whole",
                        name=plain(member.name),
                        done=done,
                        all=len(view),
                    ),
                )
            done += got
            if reporter is not None:
                reporter.step(done // each - told)
                told = done // each
        if file.read(1):  # also makes zipfile check the checksum
            raise refused(
                where,
                tr(
                    "{name} goes on after its end; {written}",
                    name=plain(member.name),
                    written=WRITTEN,
                ),
            )
    return flat.reshape(member.shape, order="F" if member.fortran else "C")


def _refuse_claim(entry: zipfile.ZipInfo, name: str, where: str) -> None:
    """Refuses encrypted members, unknown compression, and sizes that can't be true."""
    if entry.flag_bits & 0x1:
        raise refused(
            where, tr("{name} is encrypted; {written}", name=plain(name), written=WRITTEN)
        )
    ratios = {zipfile.ZIP_STORED: 1, zipfile.ZIP_DEFLATED: MAX_DEFLATE_RATIO}
    ratio = ratios.get(entry.compress_type)
    if ratio is None:
        raise refused(
            where,
            tr(
                "{name} is compressed in a way that NumPy does not use; save it with "
                "numpy.savez_compressed",
                name=plain(name),
            ),
        )
    if entry.file_size > ratio * (entry.compress_size + 1):
        raise refused(
            where,
            tr(
                "{name} claims {file_size} in {compress_size} of "
                "archive, which can't be; {written}",
                name=plain(name),
                file_size=claimed(entry.file_size),
                compress_size=size(entry.compress_size),
                written=WRITTEN,
            ),
        )


def _member(opened: Callable[[], IO[bytes]], total: int, name: str, where: str) -> Member:
    with opened() as file:
        try:
            shape, fortran, dtype = _header(file)
        except (zipfile.BadZipFile, zlib.error):
            raise
        # NumPy parses headers with ast and tokenize, which raise all sorts of things at nonsense.
        except Exception as error:  # noqa: BLE001
            raise refused(
                where,
                tr(
                    "{name} is no NumPy array ({fault}); {written}",
                    name=plain(name),
                    fault=type(error).__name__,
                    written=WRITTEN,
                ),
            ) from None
        begin = file.tell()
        return Member(opened, total - begin, name, shape, fortran, dtype, begin)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    read = HEADER_READERS[np.lib.format.read_magic(file)]
    with warnings.catch_warnings():  # about files written by Python 2, which are welcome
        warnings.simplefilter("ignore")
        shape, fortran, dtype = read(file, max_header_size=MAX_HEADER)
    return tuple(int(side) for side in shape), bool(fortran), dtype


def _refuse_contents(member: Member, where: str) -> None:
    """Refuses Python objects, and headers that promise more or less than there is."""
    if member.dtype.hasobject:
        raise refused(
            where,
            tr(
                "{name} holds Python objects, which could run code when read; save it "
                "as an array of numbers",
                name=plain(member.name),
            ),
        )
    odd = member.dtype.itemsize == 0 or member.dtype.subdtype is not None
    if odd or min(member.shape, default=0) < 0:
        raise refused(
            where,
            tr(
                "{name} has an impossible shape; {written}",
                name=plain(member.name),
                written=WRITTEN,
            ),
        )
    if member.data_bytes != member.held_bytes:
        raise refused(
            where,
            tr(
                "{name} claims {data_bytes} in its header but holds "
                "{held_bytes}; the file is damaged or cut off, so copy it again",
                name=plain(member.name),
                data_bytes=claimed(member.data_bytes),
                held_bytes=size(member.held_bytes),
            ),
        )
