"""What a file really is that can't be read, by its first bytes, and how to make one that can.

Only the beginning of a file is looked at; nothing is unpacked or run.
"""

from __future__ import annotations

import re
import zipfile
from itertools import islice
from pathlib import Path

from workbench.base.text import english, joined, tr
from workbench.base.units import size
from workbench.data.arrays.npy import ARCHIVE_FAULTS
from workbench.data.arrays.published import published
from workbench.data.errors import SAVEZ, plain, refused, unreadable

BEGIN = 1024
MOST_ENTRIES = 1000
TEXT, GZIP = tr("is a text file"), tr("is a gzip file")
ZIP = b"PK\x03\x04"
LFS = b"version https://git-lfs"

CIFAR = re.compile(r"^(data_batch(_\d)?|test_batch)(\.bin|\.mat)?$")
"""Batches of CIFAR-10 are pickles in its Python version, and bare bytes in its binary version."""

STARTS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\x89HDF\r\n\x1a\n",
        tr("is an HDF5 file (.h5, or .mat of version 7.3)"),
        tr("read it with h5py and save its arrays with {savez}", savez=SAVEZ),
    ),
    (
        b"MATLAB 5.0",
        tr("is a MATLAB file"),
        tr("scipy.io.loadmat reads it, and {savez} saves its arrays", savez=SAVEZ),
    ),
    (b"\0\0\x08\x03", tr("is an IDX images file"), tr("choose the kind IDX files")),
    (b"\0\0\x08\x01", tr("is an IDX labels file"), tr("choose the kind IDX files")),
    (
        b"PAR1",
        tr("is a Parquet file"),
        tr(
            "pandas.read_parquet reads it; decode its images and save them with {savez}",
            savez=SAVEZ,
        ),
    ),
    (
        b"ARROW1",
        tr("is an Arrow file"),
        tr("read it with pyarrow and save its arrays with {savez}", savez=SAVEZ),
    ),
    (
        b"SQLite format 3",
        tr("is an SQLite database"),
        tr("save its arrays with {savez}", savez=SAVEZ),
    ),
    (
        b"\x80\x02",
        tr("is a Python pickle, which could run code when read"),
        tr("load it in Python, if you trust it, and save its arrays with {savez}", savez=SAVEZ),
    ),
    (b"\x1f\x8b", GZIP, tr("unpack it with gunzip or tar")),
    (b"BZh", tr("is a bzip2 file"), tr("unpack it with bunzip2 or tar")),
    (b"\xfd7zXZ", tr("is an xz file"), tr("unpack it with unxz or tar")),
    (b"7z\xbc\xaf\x27\x1c", tr("is a 7-Zip archive"), tr("unpack it")),
    (b"Rar!", tr("is a RAR archive"), tr("unpack it")),
    (b"%PDF", tr("is a PDF"), tr("choose the file with the images")),
    (
        b"\x89PNG",
        tr("is a single PNG image"),
        tr("choose the kind Image folder, and a folder of images"),
    ),
    (
        b"\xff\xd8\xff",
        tr("is a single JPEG image"),
        tr("choose the kind Image folder, and a folder of images"),
    ),
    (
        b"\x93NUMPY",
        tr("is a single NumPy array (.npy)"),
        tr("choose the kind NumPy arrays, with the labels in a file beside it"),
    ),
)
"""What a file begins with, what it then is, and what makes one that can be read."""


def other_kind(path: Path) -> tuple[str, str] | None:
    """What a file is, and what to do; None where its beginning says nothing.

    Raises:
        OSError: where it can't be read.
    """
    with open(path, "rb") as file:
        begin = file.read(BEGIN)
    if not begin:
        return tr("is empty"), tr("copy or download it again")
    if begin.startswith(LFS):
        told = re.search(rb"\nsize (\d{1,15})\s", begin)
        what = (
            tr(
                "is a pointer of Git LFS to a file of {size}, not the file itself",
                size=size(int(told[1])),
            )
            if told
            else tr("is a pointer of Git LFS to the file, not the file itself")
        )
        return what, tr("'git lfs pull' fetches it")
    if CIFAR.match(path.name.lower()) and begin[:2] != b"PK":
        return (
            tr("is a batch of CIFAR-10"),
            tr(
                "choose the kind CIFAR-10, which has the same images, or save its arrays "
                "with {savez}",
                savez=SAVEZ,
            ),
        )
    known = published(path.name)
    if known is not None:
        return known
    lower = begin.lstrip().lower()
    if lower.startswith((b"<!doctype", b"<html", b"<?xml")) or b"<html" in lower[:500]:
        return (
            tr("is a web page, such as one that asks to log in, not the download itself"),
            tr("open the address in a browser and download it again"),
        )
    if begin.startswith(ZIP) and not zipfile.is_zipfile(path):
        return (
            tr(
                "is an archive of {size} that was cut off: its end is missing",
                size=size(path.stat().st_size),
            ),
            tr("copy or download it again"),
        )
    # Protocols 2 to 5 of pickle begin with 0x80 and their number.
    if begin[:1] == b"\x80" and begin[1:2] in b"\x02\x03\x04\x05":
        begin = b"\x80\x02"
    if begin[257:262] == b"ustar":
        return tr("is a tar archive"), tr("unpack it, or choose the kind Image folder")
    if len(begin) > 12 and begin[4:8] == bytes(4) and begin[:4] != bytes(4) and _is_record(begin):
        return tr("looks like a TFRecord file"), tr(
            "read it with tf.data and save it with {savez}", savez=SAVEZ
        )
    found = next(((what, way) for start, what, way in STARTS if begin.startswith(start)), None)
    return found or _of_text(begin)


def _of_text(begin: bytes) -> tuple[str, str] | None:
    """A text, by its first line."""
    try:
        text = begin[: BEGIN - 4].decode("utf-8")  # a letter may be cut in two at the end
    except UnicodeDecodeError:
        return None
    line = text.strip().partition("\n")[0].strip()
    if not line.isprintable() or not line:
        return None
    way = (
        tr("choose the kind CSV of pixels")
        if line.count(",") > 2
        else tr("make one with {savez}", savez=SAVEZ)
    )
    return tr("{text}, which begins with {line}", text=TEXT, line=repr(plain(line[:40]))), way


def with_hint(said: str, folder: Path) -> str:
    """What is said of a folder, and which kind suits what it holds."""
    hint = hint_for_folder(folder)
    return joined("; ", [said, hint]) if hint else said


def hint_for_folder(folder: Path) -> str:
    """Which kind suits what a folder holds, as a clause; "" where none does."""
    try:
        entries = list(islice(folder.iterdir(), MOST_ENTRIES))
        folders = any(entry.is_dir() for entry in entries)
    except OSError:  # the reader says so
        return ""
    names = [entry.name.lower() for entry in entries]
    if any("idx" in name and "ubyte" in name for name in names):
        return tr("for the IDX files in it, choose the kind IDX files")
    if any(name.endswith((".csv", ".csv.gz")) for name in names):
        return tr("for the tables in it, choose the kind CSV of pixels")
    if any(name.endswith((".npz", ".npy")) for name in names):
        return tr("for the arrays in it, choose the kind NumPy arrays")
    if any(CIFAR.match(name) for name in names):
        return tr("for the batches of CIFAR-10 in it, choose the kind CIFAR-10")
    for what, way in filter(None, map(published, sorted(names))):
        return tr("one in it {what}: {way}", what=what, way=way)
    return tr("for a folder of images, choose the kind Image folder") if folders else ""


def refuse_other_kind(
    path: Path,
    wanted: str,
    *,
    is_known_zip: bool = False,
    is_text: bool = False,
    is_gzip: bool = False,
) -> None:
    """Refuses a file that is plainly something else than is wanted; returns where it isn't.

    Args:
        path: The file.
        wanted: With its article, as in "an .npz archive".
        is_known_zip: Whether it is a zip archive that holds no array.
        is_text: Whether any text is welcome.
        is_gzip: Whether gzip is welcome, so that what is in it is at fault.

    Raises:
        DataError: saying what it is and what to do.
    """
    try:
        found = _of_zip(path) if is_known_zip or _is_zip(path) else other_kind(path)
    except OSError as error:
        raise unreadable(path, error) from None
    if found is None or (is_text and english(found[0]).startswith(english(TEXT))):
        return
    if not (is_gzip and found[0] == GZIP):
        what, way = found
        raise refused(
            path, tr("{what}; must be {wanted}: {way}", what=what, wanted=wanted, way=way)
        )


def _is_zip(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(len(ZIP)) == ZIP and zipfile.is_zipfile(path)


def _of_zip(path: Path) -> tuple[str, str] | None:
    """What a zip archive is; None where it holds arrays."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:1000]
    except ARCHIVE_FAULTS:
        return None  # the reader says what is wrong with it
    endings = {Path(name).suffix.lower() for name in names}
    if ".npy" in endings:
        return None
    if any(name.endswith("data.pkl") for name in names):
        return (
            tr("is a PyTorch file, which could run code when read"),
            tr(
                "load it with torch.load(..., weights_only=True) and save its arrays with {savez}",
                savez=SAVEZ,
            ),
        )
    if "[Content_Types].xml" in names:
        return tr("is an Excel or Word file"), tr("export the table as CSV")
    if endings & {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"}:
        return tr("is a zip archive of images"), tr("choose the kind Image folder")
    if names:
        return (
            tr("is a zip archive without arrays, which holds {name}", name=names[0]),
            tr("unpack it"),
        )
    return tr("is a zip archive without arrays"), tr("unpack it")


def _is_record(begin: bytes) -> bool:
    """Whether a record's length stands first, as TFRecord has it: 8 bytes, then a checksum."""
    length = int.from_bytes(begin[:8], "little")
    return 8 < length < 1 << 28 and begin[12:13] == b"\n"
