"""What a file really is that can't be read, by its first bytes, and how to make one that can.

Only the beginning of a file is looked at; nothing is unpacked or run.
"""

from __future__ import annotations

import re
import zipfile
from itertools import islice
from pathlib import Path

from workbench.base.units import size
from workbench.data.arrays.npy import ARCHIVE_FAULTS
from workbench.data.errors import SAVEZ, plain, refused, unreadable

BEGIN = 1024
MOST_ENTRIES = 1000
TEXT, GZIP = "is a text file", "is a gzip file"
ZIP = b"PK\x03\x04"
LFS = b"version https://git-lfs"

CIFAR = re.compile(r"^(data_batch(_\d)?|test_batch)(\.bin|\.mat)?$")
"""Batches of CIFAR-10 are pickles in its Python version, and bare bytes in its binary version."""

STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89HDF\r\n\x1a\n", "is an HDF5 file (.h5, or .mat of version 7.3)",
     f"read it with h5py and save its arrays with {SAVEZ}"),
    (b"MATLAB 5.0", "is a MATLAB file", f"scipy.io.loadmat reads it, and {SAVEZ} saves its arrays"),
    (b"\0\0\x08\x03", "is an IDX images file", "choose the kind IDX files"),
    (b"\0\0\x08\x01", "is an IDX labels file", "choose the kind IDX files"),
    (b"PAR1", "is a Parquet file",
     f"pandas.read_parquet reads it; decode its images and save them with {SAVEZ}"),
    (b"ARROW1", "is an Arrow file", f"read it with pyarrow and save its arrays with {SAVEZ}"),
    (b"SQLite format 3", "is an SQLite database", f"save its arrays with {SAVEZ}"),
    (b"\x80\x02", "is a Python pickle, which could run code when read",
     f"load it in Python, if you trust it, and save its arrays with {SAVEZ}"),
    (b"\x1f\x8b", GZIP, "unpack it with gunzip or tar"),
    (b"BZh", "is a bzip2 file", "unpack it with bunzip2 or tar"),
    (b"\xfd7zXZ", "is an xz file", "unpack it with unxz or tar"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive", "unpack it"),
    (b"Rar!", "is a RAR archive", "unpack it"),
    (b"%PDF", "is a PDF", "choose the file with the images"),
    (b"\x89PNG", "is a single PNG image", "choose the kind Image folder, and a folder of images"),
    (b"\xff\xd8\xff", "is a single JPEG image",
     "choose the kind Image folder, and a folder of images"),
    (b"\x93NUMPY", "is a single NumPy array (.npy)",
     "choose the kind NumPy arrays, with the labels in a file beside it"),
)  # fmt: skip
"""What a file begins with, what it then is, and what makes one that can be read."""


def other_kind(path: Path) -> tuple[str, str] | None:
    """What a file is, and what to do; None where its beginning says nothing.

    Raises:
        OSError: where it can't be read.
    """
    with open(path, "rb") as file:
        begin = file.read(BEGIN)
    if not begin:
        return "is empty", "copy or download it again"
    if begin.startswith(LFS):
        told = re.search(rb"\nsize (\d{1,15})\s", begin)
        target = f"to a file of {size(int(told[1]))}" if told else "to the file"
        return f"is a pointer of Git LFS {target}, not the file itself", "'git lfs pull' fetches it"
    if CIFAR.match(path.name.lower()) and begin[:2] != b"PK":
        return (
            "is a batch of CIFAR-10",
            f"choose the kind CIFAR-10, which has the same images, or save its arrays with {SAVEZ}",
        )
    lower = begin.lstrip().lower()
    if lower.startswith((b"<!doctype", b"<html", b"<?xml")) or b"<html" in lower[:500]:
        return (
            "is a web page, such as one that asks to log in, not the download itself",
            "open the address in a browser and download it again",
        )
    if begin.startswith(ZIP) and not zipfile.is_zipfile(path):
        return (
            f"is an archive of {size(path.stat().st_size)} that was cut off: its end is missing",
            "copy or download it again",
        )
    # Protocols 2 to 5 of pickle begin with 0x80 and their number.
    if begin[:1] == b"\x80" and begin[1:2] in b"\x02\x03\x04\x05":
        begin = b"\x80\x02"
    if begin[257:262] == b"ustar":
        return "is a tar archive", "unpack it, or choose the kind Image folder"
    if len(begin) > 12 and begin[4:8] == bytes(4) and begin[:4] != bytes(4) and _is_record(begin):
        return "looks like a TFRecord file", f"read it with tf.data and save it with {SAVEZ}"
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
    way = "choose the kind CSV of pixels" if line.count(",") > 2 else f"make one with {SAVEZ}"
    return f"{TEXT}, which begins with {plain(line[:40])!r}", way


def hint_for_folder(folder: Path) -> str:
    """Which kind suits what a folder holds, as the end of a sentence; "" where none does."""
    try:
        entries = list(islice(folder.iterdir(), MOST_ENTRIES))
        folders = any(entry.is_dir() for entry in entries)
    except OSError:  # the reader says so
        return ""
    names = [entry.name.lower() for entry in entries]
    if any("idx" in name and "ubyte" in name for name in names):
        return "; for the IDX files in it, choose the kind IDX files"
    if any(name.endswith((".csv", ".csv.gz")) for name in names):
        return "; for the tables in it, choose the kind CSV of pixels"
    if any(name.endswith((".npz", ".npy")) for name in names):
        return "; for the arrays in it, choose the kind NumPy arrays"
    if any(CIFAR.match(name) for name in names):
        return "; for the batches of CIFAR-10 in it, choose the kind CIFAR-10"
    return "; for a folder of images, choose the kind Image folder" if folders else ""


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
    if found is None or (is_text and found[0].startswith(TEXT)):
        return
    if not (is_gzip and found[0] == GZIP):
        what, way = found
        raise refused(path, f"{what}; must be {wanted}: {way}")


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
            "is a PyTorch file, which could run code when read",
            f"load it with torch.load(..., weights_only=True) and save its arrays with {SAVEZ}",
        )
    if "[Content_Types].xml" in names:
        return "is an Excel or Word file", "export the table as CSV"
    if endings & {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"}:
        return "is a zip archive of images", "choose the kind Image folder"
    inside = f", which holds {names[0]}" if names else ""
    return f"is a zip archive without arrays{inside}", "unpack it"


def _is_record(begin: bytes) -> bool:
    """Whether a record's length stands first, as TFRecord has it: 8 bytes, then a checksum."""
    length = int.from_bytes(begin[:8], "little")
    return 8 < length < 1 << 28 and begin[12:13] == b"\n"
