"""The data of a figure as text: CSV with every point, and TeX for pgfplots."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from workbench.curves.looks import grey_look, look
from workbench.figures.curves.numbers import (
    CurveSource,
    FigureCurve,
    axis_titles,
    lines_of,
    reduced,
)
from workbench.figures.pgf import DASHES, PgfPicture
from workbench.figures.settings import CurveFigure
from workbench.runs.table.delimited import as_cell


def as_csv(figure: CurveFigure, sources: Mapping[str, CurveSource]) -> str:
    """Every point of every line: a row each, in the units of the axes.

    Smoothed lines have the raw value beside it; means the edges of their band.

    Raises:
        ValueError: where there is nothing to draw.
    """
    lines = lines_of(figure, sources)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    x_title, y_title = axis_titles(figure)
    writer.writerow(["runs", "label", x_title, y_title, "raw", "low", "high"])
    for line in lines:
        empty = [""] * len(line.x)
        raw = line.raw[1].tolist() if line.raw is not None else empty
        low = line.low.tolist() if line.low is not None else empty
        high = line.high.tolist() if line.high is not None else empty
        ids, label = as_cell(" ".join(line.run_ids)), as_cell(line.label)
        writer.writerows(
            (ids, label, *(_number(v) for v in row))
            for row in zip(line.x.tolist(), line.y.tolist(), raw, low, high, strict=True)
        )
    return text.getvalue()


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.9g}"


def as_pgfplots(
    figure: CurveFigure, sources: Mapping[str, CurveSource], *, stand_alone: bool
) -> str:
    """A picture for pgfplots, its points reduced to what the size can show.

    Args:
        figure: What is drawn, and how it looks.
        sources: The runs that it names, by id.
        stand_alone: With a document around it; else for a document that has its own.

    Raises:
        ValueError: where there is nothing to draw.
    """
    lines = reduced(lines_of(figure, sources), figure.look, log_x=figure.plot.log_x)
    plot = figure.plot
    picture = PgfPicture(figure, *axis_titles(figure), log_x=plot.log_x, log_y=plot.log_y)
    for number, line in enumerate(lines):
        colour, dashes = _look(figure, line, number)
        _add(picture, picture.colour(colour), line, number, dashes)
    return picture.text(stand_alone=stand_alone)


def _look(figure: CurveFigure, line: FigureCurve, number: int) -> tuple[str, str]:
    colour, dashes = grey_look(number) if figure.look.monochrome else look(line.number)
    return colour or "#000000", "dashed, mark=*" if line.is_validation else DASHES[dashes]


def _add(picture: PgfPicture, colour: str, line: FigureCurve, number: int, dashes: str) -> None:
    """One line, its raw values and its band."""
    if line.raw is not None:
        picture.add(f"{colour}!28, no marks, thin, forget plot", *line.raw)
    if line.low is not None and line.high is not None:
        for name, edge in (("low", line.low), ("high", line.high)):
            picture.add(f"draw=none, forget plot, name path={name}{number}", line.x, edge)
        picture.fill(colour, f"low{number}", f"high{number}")
    marks = "" if "mark" in dashes else ", no marks"
    picture.add(f"{colour}, thick, {dashes}{marks}", line.x, line.y, line.label)
