"""What was measured, drawn by Matplotlib: lines and dots on two axes, and bars."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from workbench.base.text import tr
from workbench.curves.looks import CYCLE
from workbench.figures.axes import (
    BAR_ROW,
    CURVE_LEGEND,
    DASHES,
    POINTS_PER_MILLIMETRE,
    TEXT,
    blank,
    finish,
    legend_below,
    legend_size,
    plain,
)
from workbench.figures.measured.numbers import colour_of
from workbench.figures.measured.settings import MeasuredBar, MeasuredBars, MeasuredLines
from workbench.figures.saving import style
from workbench.figures.settings import FigureLook

FAINT = 0.72
"""How much white is in values that lie behind others, as in figures of curves."""

LEAST_HEIGHT = 19.0
"""Of the axes with their words, in font sizes; the figure grows where the legend leaves less."""

MARKS = {"best": CYCLE[0] or TEXT, "measured": "#8a939e", "left behind": "#d3d8dd"}
GREYS = {"best": "#202020", "measured": "#8f8f8f", "left behind": "#d8d8d8"}
WORDS = {"best": tr("Best"), "measured": tr("Measured"), "left behind": tr("Left behind")}


def lines_figure_of(figure: MeasuredLines, data: None) -> Figure:
    """The lines, with legend and axis labels."""
    with mpl.rc_context(style(figure.look.font, figure.look.font_size)):
        return _paint_lines(figure)


def _paint_lines(figure: MeasuredLines) -> Figure:
    look = figure.look
    labels = [one.label or one.name for one in figure.series]
    columns, legend = legend_size(labels, look)
    least = LEAST_HEIGHT * look.font_size + legend
    drawn = blank(look, max(look.height * POINTS_PER_MILLIMETRE, least))
    handles = paint_lines(drawn.add_subplot(), figure, look)
    legend_below(drawn, handles, labels, look, columns, **CURVE_LEGEND)
    return drawn


def paint_lines(axes: Axes, figure: MeasuredLines, look: FigureLook) -> list[Line2D]:
    """Draws the lines with axis labels; returns their samples for a legend.

    Args:
        axes: Empty; they get scales, ticks and labels.
        figure: What is drawn.
        look: Gives the font size; the figure's own where it stands alone.
    """
    axes.set_xscale("log" if figure.log_x else "linear")
    axes.set_yscale("log" if figure.log_y else "linear")
    axes.margins(x=0.04, y=0.1)
    handles = [_draw(axes, figure, look, number) for number in range(len(figure.series))]
    finish(axes, look, log_x=figure.log_x, log_y=figure.log_y)
    plain(axes.set_xlabel(figure.x_title))
    plain(axes.set_ylabel(figure.y_title))
    return handles


def _draw(axes: Axes, figure: MeasuredLines, look: FigureLook, number: int) -> Line2D:
    """One line with the words beside its points; its sample for the legend."""
    series = figure.series[number]
    points, colour = look.font_size, colour_of(figure, series)
    wide = max(0.6, 0.12 * points)
    dots = {"marker": "o", "markersize": 0.45 * points, "markeredgewidth": 0}
    faint = tuple(FAINT + (1 - FAINT) * part for part in to_rgb(colour))
    ways: dict[str, dict[str, Any]] = {
        "line": {"linewidth": wide, "zorder": 2},
        "marked": {"linewidth": wide, "zorder": 3, **dots},
        "dashed": {"linewidth": 0.7 * wide, "linestyle": DASHES["dashed"], "zorder": 2},
        "faint": {"linewidth": 0.6 * wide, "color": faint, "zorder": 1},
        "dots": {"linestyle": "none", "zorder": 4, **dots},
    }
    (line,) = axes.plot(series.x, series.y, **{"color": colour, **ways[series.kind]})
    line.set_gid(f"series-{number}")
    for x, y, words in zip(series.x, series.y, series.words, strict=False):
        plain(
            axes.annotate(
                words,
                (x, y),
                (0, 0.4 * points),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=0.9 * points,
                annotation_clip=True,
                zorder=5,
            )
        )
    return line


def bars_of(figure: MeasuredBars, data: None) -> Figure:
    """The bars, the first on top, with what their shades say."""
    with mpl.rc_context(style(figure.look.font, figure.look.font_size)):
        return _paint_bars(figure)


def _paint_bars(figure: MeasuredBars) -> Figure:
    look, bars = figure.look, figure.bars
    shades = GREYS if look.monochrome else MARKS
    spread = np.array([_whisker(bar) for bar in bars])
    there = [mark for mark in MARKS if any(bar.mark == mark for bar in bars)]
    handles: list[Artist] = [Patch(facecolor=shades[mark]) for mark in there]
    labels = [WORDS[mark] for mark in there]
    if spread.any():
        handles.append(Line2D([], [], color=TEXT, linewidth=0.1 * look.font_size, marker="|"))
        labels.append(tr("Half of the samples"))
    columns, legend = legend_size(labels, look)
    least = (len(bars) * BAR_ROW + 6) * look.font_size + legend
    drawn = blank(look, max(look.height * POINTS_PER_MILLIMETRE, least))
    axes = drawn.add_subplot()
    rows, values = np.arange(len(bars)), np.array([bar.value for bar in bars])
    axes.barh(rows, values, height=0.62, color=[shades[bar.mark] for bar in bars], zorder=2)
    if spread.any():
        axes.errorbar(
            values,
            rows,
            xerr=spread.T,
            fmt="none",
            ecolor=TEXT,
            zorder=3,
            elinewidth=0.1 * look.font_size,
            capsize=0.25 * look.font_size,
        )
    finish(axes, look.changed(y_from=-0.7, y_to=len(bars) - 0.3), log_x=False, log_y=False)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_yticks(rows, [bar.label for bar in bars])
    for text in axes.get_yticklabels():
        plain(text)
    plain(axes.set_xlabel(figure.title))
    plain(axes.set_ylabel(figure.y_title))
    legend_below(drawn, handles, labels, look, columns, handlelength=1.2)
    return drawn


def _whisker(bar: MeasuredBar) -> tuple[float, float]:
    """How far its samples reach to the left and to the right of its end."""
    low = 0.0 if bar.low is None else bar.value - bar.low
    high = 0.0 if bar.high is None else bar.high - bar.value
    return max(low, 0.0), max(high, 0.0)
