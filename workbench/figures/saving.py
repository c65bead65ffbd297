"""How every figure becomes a file: format by suffix, text as text, whole or not at all.

The same figure gives the same bytes: no dates, and ids that follow from what is drawn.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from workbench.base.files import write_atomically
from workbench.figures.fonts import fall_back

SETTINGS: Any = {
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "svg.hashsalt": "dlopt-workbench",
    "font.family": "DejaVu Sans",
    "path.simplify": False,
}
"""Text stays text: it can be searched, and changed in a drawing program."""

DPI = 192
"""Of a PNG: twice a common screen, so that it is sharp on paper too."""

UNDATED: dict[str, dict[str, Any]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {},
}
ABOUT = {"svg": "Description", "pdf": "Keywords", "png": "Description"}
"""Where each format keeps what is said about a figure."""

FORMATS = tuple(ABOUT)


def style(font: str, size: float) -> Any:
    """Settings of Matplotlib for a figure's text, to be in force while it is made."""
    return {**SETTINGS, "font.family": font, "font.size": size}


def save(figure: Figure, path: Path, *, about: str = "", dpi: int = DPI) -> None:
    """Writes a figure; the format is the suffix of `path`.

    Raises:
        ValueError: one sentence, where it is no format of ours.
        OSError: where the file can't be written.
    """
    write_atomically(path, content(figure, format_of(path), about=about, dpi=dpi))


def format_of(path: Path) -> str:
    """The format that a file's name asks for.

    Raises:
        ValueError: one sentence, where we don't write such files.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise ValueError(f"{path.name}: must end in .svg, .pdf or .png")
    return suffix


@contextmanager
def any_letter() -> Iterator[None]:
    """A letter that no installed font has is a box; what is said of it, `fonts.warning` says."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def content(figure: Figure, format_: str, *, about: str = "", dpi: int = DPI) -> bytes:
    """A figure as the bytes of a file.

    Args:
        figure: Drawn.
        format_: One of `FORMATS`.
        about: Kept inside the file, ASCII; `workbench.figures.embedded` reads it back.
        dpi: Of a PNG.
    """
    metadata = {**UNDATED[format_], **({ABOUT[format_]: about} if about else {})}
    written = io.BytesIO()
    fall_back(figure)
    with mpl.rc_context(SETTINGS), any_letter():
        figure.savefig(written, format=format_, dpi=dpi, metadata=metadata)
    return written.getvalue()
