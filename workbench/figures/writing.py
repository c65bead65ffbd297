"""A figure as any file: drawn, or as text; what it is follows the suffix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.base.files import write_atomically
from workbench.base.text import tr
from workbench.figures import pgf
from workbench.figures.families import FAMILIES
from workbench.figures.settings import FigureSpec

TEX = (".tex", ".tikz")


def check_suffix(path: Path, spec: type[FigureSpec]) -> None:
    """Refuses a file that we don't write, before anything is read.

    Raises:
        ValueError: one sentence that names it.
    """
    if path.suffix.lower() not in spec.SUFFIXES:
        raise ValueError(
            tr(
                "{name}: must end in one of {suffixes}",
                name=path.name,
                suffixes=", ".join(spec.SUFFIXES),
            )
        )


def write(figure: FigureSpec, data: Any, path: Path) -> list[str]:
    """Writes a figure, whole or not at all; sentences on what a reader of it would miss.

    Args:
        figure: Of a family.
        data: What its family reads for it.
        path: Its suffix says as what.

    Raises:
        ValueError: one sentence, where there is nothing to draw or we don't write such files.
        OSError: where the file can't be written.
    """
    check_suffix(path, type(figure))
    suffix = path.suffix.lower()
    text = FAMILIES[type(figure)].texts.get(suffix)
    if text is not None:
        written = text(figure, data)
        content, remarks = written.encode(), pgf.remarks(written) if suffix in TEX else []
    else:
        content, remarks = drawn_and_judged(figure, data, suffix[1:])
    write_atomically(path, content)
    return remarks


def drawn(figure: FigureSpec, data: Any, format_: str) -> bytes:
    """The figure as the bytes of an SVG, PDF or PNG, with its settings inside."""
    return drawn_and_judged(figure, data, format_)[0]


def drawn_and_judged(figure: FigureSpec, data: Any, format_: str) -> tuple[bytes, list[str]]:
    """As `drawn`, with sentences on what a reader of it would miss."""
    # Here, not above: Matplotlib takes a second to load.
    from workbench.figures.remarks import remarks
    from workbench.figures.saving import content

    made = FAMILIES[type(figure)].draw(figure, data)
    found = remarks(made)
    return content(made, format_, about=figure.to_json(), dpi=figure.look.dpi), found
