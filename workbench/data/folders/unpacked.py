"""An archive of an image folder (.zip, .tar, .tar.gz, ...), unpacked once into the cache.

What an archive says of itself is believed nowhere: no entry leaves the folder, no link is made, and
count, sizes and the share of what is really written are limited. Everything here can be deleted at
any time; what no run used for a month is deleted here.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import shutil
import stat
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from tarfile import EOFHeaderError, HeaderError, ReadError  # type: ignore[attr-defined]
from typing import IO, NamedTuple, Self, cast

from workbench.base.paths import cache_folder
from workbench.base.text import joined, tr
from workbench.base.units import size
from workbench.data.errors import DataError, first_line, plain, refused, unreadable
from workbench.data.folders.tree import MAX_DEPTH
from workbench.data.images.formats import EXTENSIONS, QUIET, extension, is_litter, nature
from workbench.data.request import ReadRequest

MAX_FILES = 5_000_000
MAX_RATIO = 200
"""Bytes written for each byte of the archive, at most; images hardly ever reach 20."""

ALWAYS_ALLOWED = 100_000_000
"""Bytes written whatever the archive's size."""

SPARED = 1 << 30
"""Bytes of the disk that are left free."""

BLOCK = 1 << 20
MAX_PADDING = 64 << 20
"""Bytes after the end of a tar archive that are read."""

END_BYTES = 1 << 16
UNUSED_SECONDS = 30 * 86400
LEFT_OVER_SECONDS = 86400
MARK = "used"
STARTS = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
FAULTS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OverflowError,
    ValueError,
)
LATEST = 2.0**40
"""Seconds of the latest time of change that is kept: beyond it no file system goes."""


class ArchiveEntry(NamedTuple):
    """A regular file of an archive, with its name, time of change and content."""

    name: str
    mtime: float
    content: IO[bytes]


def is_archive(path: Path) -> bool:
    """Whether a file begins as one of these archives does.

    Raises:
        DataError: where it can't be read.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(265)
    except OSError as error:
        raise unreadable(path, error) from None
    return start.startswith(STARTS) or start[257:262] == b"ustar"


def unpacked(path: Path, request: ReadRequest) -> Path:
    """The folder with the archive's images: as it was unpacked before, or unpacked now.

    Raises:
        DataError: where it is damaged, encrypted, unsafe or too large.
    """
    home = cache_folder() / "unpacked"
    target = home / _key(path)
    try:
        if (target / MARK).exists():
            os.utime(target / MARK)
            return target / "files"
        home.mkdir(parents=True, exist_ok=True)
        _tidy(home)
        made = Path(tempfile.mkdtemp(dir=home, prefix="."))
    except OSError as error:
        raise refused(
            path,
            tr(
                "can't be unpacked into {home} ({error})", home=plain(home), error=first_line(error)
            ),
        ) from None
    try:
        (made / "files").mkdir()
        _unpack(path, made / "files", request)
        (made / MARK).write_bytes(b"")
        try:
            os.rename(made, target)
        except OSError:
            if not (target / MARK).exists():  # else another process was faster
                raise
    except DataError:
        raise
    except (gzip.BadGzipFile, *FAULTS) as error:  # before OSError, which the first one is
        raise refused(
            path,
            tr(
                "is no archive of images or a damaged one ({error}); download or pack it once more",
                error=first_line(error),
            ),
        ) from None
    except OSError as error:
        reason = error.strerror or first_line(error)
        raise refused(path, tr("can't be unpacked ({reason})", reason=reason.lower())) from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target / "files"


def _unpack(path: Path, into: Path, request: ReadRequest) -> None:
    """Writes the images; other files that a warning will count are made empty."""
    packed = path.stat().st_size
    free = max(0, shutil.disk_usage(into).free - SPARED)
    most = min(free, max(ALWAYS_ALLOWED, MAX_RATIO * packed))
    written = files = 0
    with ExitStack() as stack:
        total, entries = _entries(path, stack)
        stack.callback(entries.close)  # before the archive is, whose file it may hold
        reporter = request.reporter(tr("unpacking"), total)
        for entry in entries:
            reporter.step()
            files += 1
            if files > MAX_FILES:
                raise refused(
                    path, tr("holds more than {max_files} files", max_files=f"{MAX_FILES:,}")
                )
            parts = _safe(path, entry.name)
            ending = extension(entry.name)
            if not parts or any(map(is_litter, parts)) or ending in QUIET:
                continue
            place = into.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            with open(place, "wb") as out:
                while ending in EXTENSIONS and (block := entry.content.read(BLOCK)):
                    written += len(block)
                    if written > most:
                        raise _too_large(path, free, packed)
                    out.write(block)
            os.utime(place, (moment := min(LATEST, max(0.0, entry.mtime)), moment))


def _entries(path: Path, stack: ExitStack) -> tuple[int, Generator[ArchiveEntry]]:
    """How many files there are (0: unknown), and each as it is come to."""
    if zipfile.is_zipfile(path):
        archive = stack.enter_context(zipfile.ZipFile(path))
        return len(archive.infolist()), _of_zip(path, archive)
    return 0, _of_tar(stack.enter_context(_decompressed(path)))


def _decompressed(path: Path) -> IO[bytes]:
    """The bytes of a tar archive, held against their checksums, which `tarfile` leaves out."""
    with open(path, "rb") as file:
        start = file.read(3)
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.open(path))
    if start == b"BZh":
        return cast("IO[bytes]", bz2.open(path))
    return cast("IO[bytes]", lzma.open(path)) if start == b"\xfd7z" else open(path, "rb")


def _of_zip(path: Path, archive: zipfile.ZipFile) -> Generator[ArchiveEntry]:
    for info in archive.infolist():
        if info.is_dir() or stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            continue
        if info.flag_bits & 1:
            raise refused(path, tr("is encrypted; unpack it and choose the folder"))
        moment = time.mktime((*info.date_time, 0, 0, -1))
        with archive.open(info) as content:
            yield ArchiveEntry(info.filename, moment, content)


class _Header(tarfile.TarInfo):
    """A header of a tar archive; `tarfile` takes one that is damaged for the archive's end."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        """The next one."""
        try:
            return super().fromtarfile(tarfile)
        except EOFHeaderError:  # the end as it should be
            raise
        except HeaderError as error:
            raise ReadError(f"{error} at {tarfile.offset:,} bytes") from None


def _of_tar(file: IO[bytes]) -> Generator[ArchiveEntry]:
    with tarfile.open(fileobj=file, mode="r|", tarinfo=_Header) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None:
                with content:
                    yield ArchiveEntry(member.name, float(member.mtime), content)
    for _ in range(MAX_PADDING // BLOCK):  # to the end, where the checksum stands
        if not file.read(BLOCK):
            return


def _safe(path: Path, name: str) -> list[str]:
    """The parts of an entry's name, which stays below the folder."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    outside = name.startswith(("/", "\\")) or ".." in parts or ":" in (parts or [""])[0]
    if outside or "\0" in name:
        raise refused(
            path,
            tr(
                "holds {name}, which lies outside of it; the archive can't be trusted",
                name=plain(name),
            ),
        )
    if len(parts) > MAX_DEPTH + 1:
        raise refused(
            path,
            tr(
                "holds files in more than {max_depth} folders inside each other; pack the folder "
                "of the images itself",
                max_depth=MAX_DEPTH,
            ),
        )
    return parts


def _too_large(path: Path, free: int, packed: int) -> ValueError:
    if free < max(ALWAYS_ALLOWED, MAX_RATIO * packed):
        return refused(
            path,
            tr(
                "needs more than the {free} that can be used on the disk of "
                "{cache_folder}; free some, or set DLOPT_CACHE to another folder",
                free=size(free),
                cache_folder=plain(cache_folder()),
            ),
        )
    return refused(
        path,
        tr(
            "unpacks to more than {max_ratio} times its size, as no archive of images does",
            max_ratio=MAX_RATIO,
        ),
    )


def _key(path: Path) -> str:
    """The same for the same archive, wherever it lies: of its size, time, beginning and end."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            digest.update(f"{status.st_size} {status.st_mtime_ns} ".encode())
            digest.update(file.read(END_BYTES))
            file.seek(max(0, status.st_size - END_BYTES))
            digest.update(file.read(END_BYTES))
    except OSError as error:
        raise unreadable(path, error) from None
    return digest.hexdigest()[:24]


def _tidy(home: Path) -> None:
    """Removes what was not used for long, and what a process that was killed left behind."""
    now = time.time()
    for entry in list(os.scandir(home)):
        if not entry.is_dir(follow_symlinks=False):
            continue
        mark = Path(entry.path) / MARK
        kept = UNUSED_SECONDS if mark.exists() else LEFT_OVER_SECONDS
        used = mark.stat() if mark.exists() else entry.stat(follow_symlinks=False)
        if now - used.st_mtime > kept:
            shutil.rmtree(entry.path, ignore_errors=True)


def not_a_folder(path: Path) -> str:
    """What a file is that was chosen where a folder was meant, and what would be right."""
    ending = extension(path.name)
    if ending == ".npz":
        return tr("is a NumPy archive; choose NumPy archive as the kind of data")
    if ending in EXTENSIONS:
        above = path.parent.parent
        return tr(
            "is one image; must be the folder above the class folders, as {above}",
            above=plain(above),
        )
    if "idx" in path.name.lower():
        return tr("is an IDX file; choose IDX files as the kind of data")
    if ending == ".csv":
        return tr("is a table; must be a folder with a subfolder of images for each class")
    kind = nature(path)
    what = tr("is {kind}", kind=kind) if kind else tr("is a file")
    archived = tr("unpack it and choose the folder") if ending in (".rar", ".7z") else ""
    return joined(
        "; ",
        [what, archived or tr("must be a folder of class folders, or a .zip or .tar.gz of one")],
    )
