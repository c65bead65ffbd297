"""A figure of curves as any file: drawn, as CSV, or for pgfplots; what it is follows the suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from workbench.figures.lines import Source
from workbench.figures.settings import CurveFigure
from workbench.figures.tables import as_csv, as_pgfplots
from workbench.files import write_atomically


def check_suffix(path: Path) -> None:
    """Refuses a file that we don't write, before anything is read.

    Raises:
        ValueError: one sentence that names it.
    """
    if path.suffix.lower() not in WRITERS:
        raise ValueError(f"{path.name}: must end in one of {', '.join(WRITERS)}")


def write(figure: CurveFigure, sources: Mapping[str, Source], path: Path) -> None:
    """Writes a figure, whole or not at all.

    Raises:
        ValueError: one sentence, where there is nothing to draw or the suffix is none of ours.
        OSError: where the file can't be written.
    """
    check_suffix(path)
    WRITERS[path.suffix.lower()](figure, sources, path)


def drawn(figure: CurveFigure, sources: Mapping[str, Source], format_: str) -> bytes:
    """The figure as the bytes of an SVG, PDF or PNG, with its settings inside."""
    # Here, not above: Matplotlib takes a second to load.
    from workbench.figures.curves import figure_of
    from workbench.figures.saving import content

    made = figure_of(figure, sources)
    return content(made, format_, about=figure.to_json(), dpi=figure.look.dpi)


def _write_drawn(figure: CurveFigure, sources: Mapping[str, Source], path: Path) -> None:
    write_atomically(path, drawn(figure, sources, path.suffix.lower().removeprefix(".")))


def _write_csv(figure: CurveFigure, sources: Mapping[str, Source], path: Path) -> None:
    write_atomically(path, as_csv(figure, sources).encode())


def _write_tex(figure: CurveFigure, sources: Mapping[str, Source], path: Path) -> None:
    stand_alone = path.suffix.lower() == ".tex"
    write_atomically(path, as_pgfplots(figure, sources, stand_alone=stand_alone).encode())


WRITERS: dict[str, Callable[[CurveFigure, Mapping[str, Source], Path], None]] = {
    ".svg": _write_drawn, ".pdf": _write_drawn, ".png": _write_drawn, ".csv": _write_csv,
    ".tex": _write_tex, ".tikz": _write_tex,
}  # fmt: skip
