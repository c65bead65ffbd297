"""How every figure becomes a file: format by suffix, text as text, whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from workbench.files import write_atomically

SETTINGS: Any = {"svg.fonttype": "none", "pdf.fonttype": 42, "font.family": "DejaVu Sans"}
"""Text stays text: it can be searched, and changed in a drawing program."""

DPI = 192
"""Of a PNG: twice a common screen, so that it is sharp on paper too."""

FORMATS = ("svg", "pdf", "png")


def save(figure: Figure, path: Path) -> None:
    """Writes a figure; the format is the suffix of `path`.

    Raises:
        ValueError: one sentence, where it is no format of ours.
        OSError: where the file can't be written.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise ValueError(f"{path.name}: must end in .svg, .pdf or .png")
    content = io.BytesIO()
    with mpl.rc_context(SETTINGS):
        figure.savefig(content, format=suffix, dpi=DPI)
    write_atomically(path, content.getvalue())
