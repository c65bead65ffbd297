"""Curves of runs as a figure on white, drawn by Matplotlib."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workbench.curves.looks import grey_look, look
from workbench.figures.axes import (
    CURVE_LEGEND,
    DASHES,
    LEGEND_SHARE,
    POINTS_PER_MILLIMETRE,
    TEXT,
    WIDE_LETTER,
    blank,
    finish,
    legend_below,
    legend_size,
    plain,
    wrapped,
)
from workbench.figures.curves.numbers import (
    CurveSource,
    FigureCurve,
    axis_titles,
    lines_of,
    reduced,
)
from workbench.figures.saving import style
from workbench.figures.settings import CurveFigure

FAINT = 0.72
"""How much white is in the raw values behind a smoothed curve, as on the screen."""

BAND_OPACITY = 0.18
MOST_MARKED = 60

TITLE_LINES, TITLE_MARGIN = 4, 3
"""Lines that the title of a small plot may take before there are fewer side by side, and letters
between two titles.
"""


def figure_of(figure: CurveFigure, sources: Mapping[str, CurveSource]) -> Figure:
    """The figure, with legend and axis labels.

    Args:
        figure: What is drawn, and how it looks.
        sources: The runs that it names, by id.

    Raises:
        ValueError: one sentence, where there is nothing to draw.
    """
    lines = reduced(lines_of(figure, sources), figure.look, log_x=figure.plot.log_x)
    with mpl.rc_context(style(figure.look.font, figure.look.font_size)):
        return _Painter(figure).paint(lines)


class _Painter:
    """Draws lines; one a figure."""

    def __init__(self, figure: CurveFigure) -> None:
        self._spec, self._plot, self._look = figure, figure.plot, figure.look
        self._points = self._look.font_size
        self._width = self._look.width * POINTS_PER_MILLIMETRE
        self._height = self._look.height * POINTS_PER_MILLIMETRE

    def paint(self, lines: Sequence[FigureCurve]) -> Figure:
        if self._plot.layout == "multiples":
            return self._multiples(lines)
        labels = [line.label for line in lines]
        columns, height = legend_size(labels, self._look)
        over = max(0.0, height + self._points - LEGEND_SHARE * self._height)
        figure = blank(self._look, self._height + over)
        axes = figure.add_subplot()
        handles = [self._draw(axes, line, number) for number, line in enumerate(lines)]
        self._finish(axes)
        x_title, y_title = axis_titles(self._spec)
        plain(axes.set_xlabel(x_title))
        plain(axes.set_ylabel(y_title))
        legend_below(figure, handles, labels, self._look, columns, **CURVE_LEGEND)
        return figure

    def _multiples(self, lines: Sequence[FigureCurve]) -> Figure:
        """A small plot for each run, on the same axes; its title is its legend."""
        titles = list(dict.fromkeys(line.run_ids for line in lines))
        longest = max(len(line.label) for line in lines if not line.is_validation)
        across = self._width / self._points / WIDE_LETTER
        columns = round(math.sqrt(len(titles) * self._width / self._height))
        columns = min(columns, len(titles), int(TITLE_LINES * across // longest))
        columns = max(1, columns)
        rows = -(-len(titles) // columns)
        letters = int(across / columns) - TITLE_MARGIN
        deep = 1 + max(wrapped(line.label, letters).count("\n") for line in lines)
        least = (rows * (4.7 + 1.3 * deep) + 4) * self._points
        figure = blank(self._look, max(self._height, least))
        grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        places = dict(zip(titles, grid.flat, strict=False))
        for axes in grid.flat[len(titles) :]:
            axes.remove()
        for axes in grid.flat[max(0, len(titles) - columns) : len(titles)]:
            axes.tick_params(labelbottom=True)  # there may be none below it
        for number, line in enumerate(lines):
            axes = places[line.run_ids]
            self._draw(axes, line, number)
            if not line.is_validation:
                plain(axes.set_title(wrapped(line.label, letters), fontsize=self._points))
        for axes in places.values():
            self._finish(axes)
        x_title, y_title = axis_titles(self._spec)
        plain(figure.supxlabel(x_title, fontsize=self._points))
        plain(figure.supylabel(y_title, fontsize=self._points))
        return figure

    def _draw(self, axes: Axes, line: FigureCurve, number: int) -> Line2D:
        """Draws one line with what lies behind it; its sample for the legend."""
        colour, dashes = look(line.number)
        if self._look.monochrome:
            colour, dashes = grey_look(number)
        drawn: dict[str, Any] = {"color": colour or TEXT, "linestyle": DASHES[dashes]}
        if line.is_validation:
            drawn["linestyle"] = DASHES["dashed"]
        if line.is_validation or len(line.x) == 1:
            drawn.update(
                marker="o",
                markersize=0.35 * self._points,
                markeredgewidth=0,
                markevery=max(1, len(line.x) // MOST_MARKED),
            )
        wide = max(0.6, 0.1 * self._points)
        for line_id, part in self._behind(axes, line, drawn["color"], wide):
            part.set_gid(line_id)
        (curve,) = axes.plot(line.x, line.y, linewidth=wide, zorder=3, **drawn)
        curve.set_gid(_gid("curve", line))
        return curve

    def _behind(
        self, axes: Axes, line: FigureCurve, colour: str, wide: float
    ) -> list[tuple[str, Any]]:
        """The raw values and the band of a line."""
        parts: list[tuple[str, Any]] = []
        if line.raw is not None:
            faint = tuple(FAINT + (1 - FAINT) * part for part in to_rgb(colour))
            (raw,) = axes.plot(*line.raw, color=faint, linewidth=0.6 * wide, zorder=1)
            parts.append((_gid("raw", line), raw))
        if line.low is not None and line.high is not None:
            band = axes.fill_between(
                line.x,
                line.low,
                line.high,
                color=colour,
                alpha=BAND_OPACITY,
                linewidth=0,
                zorder=2,
            )
            parts.append((_gid("band", line), band))
        return parts

    def _finish(self, axes: Axes) -> None:
        """Scales, ranges, grid and ticks."""
        plot = self._plot
        axes.set_xscale("log" if plot.log_x else "linear")
        axes.set_yscale("log" if plot.log_y else "linear")
        axes.margins(x=0.01, y=0.04)
        if not plot.log_y and plot.metric.endswith("accuracy"):
            axes.set_ylim(bottom=max(axes.get_ylim()[0], -1), top=min(axes.get_ylim()[1], 101))
        finish(axes, self._look, log_x=plot.log_x, log_y=plot.log_y)


def _gid(part: str, line: FigureCurve) -> str:
    """Names a part of an SVG, so that a drawing program (or a test) finds it."""
    kind = "validation-" if line.is_validation else ""
    return f"{part}-{kind}{'+'.join(line.run_ids)}"
