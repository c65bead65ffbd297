"""Which image formats are read, which aren't and why, and which files are no images anyway.

Only decoders of plain pixels are let in: what runs another program (EPS), is a container of other
formats (PSD, ICNS, FITS, PDF), or draws instead of storing pixels (SVG, WMF) stays out.
"""

from __future__ import annotations

import os

from workbench.base.text import tr

STRONG = (
    "PNG",
    "JPEG",
    "BMP",
    "GIF",
    "WEBP",
    "TIFF",
    "PPM",
    "JPEG2000",
    "AVIF",
    "QOI",
    "SGI",
    "SUN",
)
"""Pillow's formats that say what they are in their first bytes: tried whatever the ending."""

WEAK = {
    ".tga": "TGA",
    ".icb": "TGA",
    ".vda": "TGA",
    ".vst": "TGA",
    ".pcx": "PCX",
    ".dib": "DIB",
    ".ico": "ICO",
}
"""Formats that nearly any bytes could be: tried for their endings only."""

EXTENSIONS = frozenset(
    {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".mpo", ".bmp", ".gif", ".webp",
     ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm", ".pfm", ".jp2", ".j2k", ".jpc", ".jpf",
     ".jpx", ".j2c", ".avif", ".avifs", ".qoi", ".sgi", ".rgb", ".rgba", ".bw", ".ras", *WEAK}
)  # fmt: skip
SIZES_OF_ONE = frozenset({"ICO", "MPO"})
"""Formats whose further frames are the same picture again."""

COMMON = tr("PNG, JPEG, GIF, BMP, WebP, TIFF, PNM, JPEG 2000 or AVIF")

QUIET = frozenset(
    {".txt", ".xml", ".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".md", ".rst", ".html",
     ".htm", ".ini", ".db", ".log", ".py", ".ipynb", ".m", ".sh", ".url", ".lnk", ".toml"}
)  # fmt: skip
"""Endings of annotations, notes and scripts, which nobody takes for images."""

LEFT_BEHIND = frozenset(
    {
        "__macosx",
        "@eadir",
        "#recycle",
        "#snapshot",
        "$recycle.bin",
        tr("system volume information"),
        "lost+found",
        "recycler",
        "found.000",
        "__pycache__",
    }
)
"""Folders that systems, file servers and archives leave behind, as all that begin with a dot."""

LITTER = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})

_STARTS = (
    (b"8BPS", tr("a Photoshop file")),
    (b"%!PS", tr("a PostScript file")),
    (b"%PDF", tr("a PDF file")),
    (b"SIMPLE  =", tr("a FITS file")),
    (b"\x89HDF", tr("an HDF5 file")),
    (b"PK\x03\x04", tr("a zip archive")),
    (b"\x1f\x8b", tr("a gzip file")),
    (b"\x93NUMPY", tr("a NumPy array")),
    (b"MATLAB", tr("a MATLAB file")),
    (b"Rar!", tr("a RAR archive")),
    (b"7z\xbc\xaf", tr("a 7z archive")),
    (b"version https://git-lfs", tr("a Git LFS pointer, not the image itself")),
    (b"<svg", tr("an SVG drawing")),
    (b"<!DOCTYPE", tr("a web page")),
    (b"<!doctype", tr("a web page")),
    (b"<html", tr("a web page")),
    (b"<?xml", tr("an XML file")),
)
_BRANDS = {
    b"heic": tr("a HEIC photo"),
    b"heix": tr("a HEIC photo"),
    b"mif1": tr("a HEIF photo"),
    b"msf1": tr("a HEIF photo"),
    b"hevc": tr("a HEIC photo"),
    b"isom": tr("a video"),
    b"mp42": tr("a video"),
    b"qt  ": tr("a video"),
}


def extension(name: str) -> str:
    """A file's ending in lower case, with its dot; "" where it has none."""
    return os.path.splitext(name)[1].lower()


def formats_for(name: str) -> tuple[str, ...]:
    """Pillow's formats to try on a file of this name."""
    weak = WEAK.get(extension(name))
    return STRONG if weak is None else (*STRONG, weak)


def is_litter(name: str) -> bool:
    """Whether a file or folder is hidden, or left behind by a system."""
    return name.startswith((".", "~$")) or name.lower() in LEFT_BEHIND | LITTER


def nature(path: str | os.PathLike[str]) -> str:
    """What a file that is no readable image is, by its first bytes; "" where they don't tell."""
    try:
        with open(path, "rb") as file:
            start = file.read(132)
    except OSError:
        return ""
    if not start:
        return tr("empty")
    if not any(start):
        return tr("nothing but zeros")
    if start[4:8] == b"ftyp" and start[8:12] in _BRANDS:
        return _BRANDS[start[8:12]]
    if start[128:132] == b"DICM":
        return tr("a DICOM file")
    return next((words for first, words in _STARTS if start.lstrip().startswith(first)), "")
