"""The data of a figure as text: CSV with every point, and TeX for pgfplots."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from workbench.curves.looks import grey_look, look
from workbench.figures.lines import Line, Source, axis_titles, lines_of, reduced
from workbench.figures.settings import CurveFigure
from workbench.runs.delimited import as_cell

TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
        "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
        "\n": " ", "\r": " ",
    }
)  # fmt: skip
HEAD = r"""\documentclass[border=2mm]{standalone}
\usepackage{pgfplots}
\pgfplotsset{compat=1.18}
\usepgfplotslibrary{fillbetween}
\begin{document}
"""
TAIL = r"""\end{document}
"""


def as_csv(figure: CurveFigure, sources: Mapping[str, Source]) -> str:
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


def as_pgfplots(figure: CurveFigure, sources: Mapping[str, Source], *, stand_alone: bool) -> str:
    """A picture for pgfplots, its points reduced to what the size can show.

    Args:
        figure: What is drawn, and how it looks.
        sources: The runs that it names, by id.
        stand_alone: With a document around it; else for a document that has its own.

    Raises:
        ValueError: where there is nothing to draw.
    """
    lines = reduced(lines_of(figure, sources), figure.look, log_x=figure.plot.log_x)
    looks = [_look(figure, line, number) for number, line in enumerate(lines)]
    colours = [
        rf"\definecolor{{run{number}}}{{HTML}}{{{colour.removeprefix('#').upper()}}}"
        for number, (colour, _) in enumerate(looks)
    ]
    parts = [*colours, r"\begin{tikzpicture}", rf"\begin{{axis}}[{_options(figure)}]"]
    for number, (line, (_, dashes)) in enumerate(zip(lines, looks, strict=True)):
        parts += _plots(line, number, dashes)
    parts += [r"\end{axis}", r"\end{tikzpicture}", ""]
    picture = "\n".join([f"% {figure.to_json()}", *parts])
    return f"{HEAD}{picture}{TAIL}" if stand_alone else picture


def _look(figure: CurveFigure, line: Line, number: int) -> tuple[str, str]:
    colour, dashes = grey_look(number) if figure.look.monochrome else look(line.number)
    return colour or "#000000", "dashed, mark=*" if line.is_validation else _DASHES[dashes]


_DASHES = {"solid": "solid", "dashed": "dashed", "dashdot": "dash dot", "dotted": "dotted"}


def _options(figure: CurveFigure) -> str:
    x_title, y_title = (title.translate(TEX) for title in axis_titles(figure))
    plot, look_ = figure.plot, figure.look
    ends = {"xmin": look_.x_from, "xmax": look_.x_to, "ymin": look_.y_from, "ymax": look_.y_to}
    options = [
        f"width={look_.width:g}mm", f"height={look_.height:g}mm",
        f"xlabel={{{x_title}}}", f"ylabel={{{y_title}}}",
        f"xmode={'log' if plot.log_x else 'linear'}", f"ymode={'log' if plot.log_y else 'linear'}",
        "legend style={font=\\footnotesize}", "legend pos=outer north east", "mark size=1pt",
        *(f"{name}={value:.9g}" for name, value in ends.items() if value is not None),
    ]  # fmt: skip
    if look_.title:
        options.append(f"title={{{look_.title.translate(TEX)}}}")
    if look_.grid:
        options.append("grid=major")
    return ", ".join(options)


def _plots(line: Line, number: int, dashes: str) -> list[str]:
    """The commands of one line, its raw values and its band."""
    colour = f"run{number}"
    parts = []
    if line.raw is not None:
        parts += _add(f"{colour}!28, no marks, thin, forget plot", *line.raw)
    if line.low is not None and line.high is not None:
        for name, edge in (("low", line.low), ("high", line.high)):
            parts += _add(f"draw=none, forget plot, name path={name}{number}", line.x, edge)
        parts.append(
            rf"\addplot[{colour}, opacity=0.18, forget plot] "
            rf"fill between[of=low{number} and high{number}];"
        )
    marks = "" if "mark" in dashes else ", no marks"
    parts += _add(f"{colour}, thick, {dashes}{marks}", line.x, line.y)
    return [*parts, rf"\addlegendentry{{{line.label.translate(TEX)}}}"]


def _add(options: str, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> list[str]:
    rows: Sequence[str] = [
        rf"{a:.7g} {b:.7g}\\" for a, b in zip(x.tolist(), y.tolist(), strict=True)
    ]
    return [rf"\addplot[{options}] table[row sep=\\] {{", *rows, "};"]
