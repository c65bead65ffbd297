"""Calibration, ROC, and precision over recall, drawn by Matplotlib."""

from __future__ import annotations

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workbench.evaluation.classification import Evaluation
from workbench.figures.axes import (
    CURVE_LEGEND,
    DASHES,
    POINTS_PER_MILLIMETRE,
    blank,
    finish,
    legend_below,
    legend_size,
    plain,
)
from workbench.figures.evaluation.numbers import (
    GUESS,
    PER_CENT,
    SHARE_LOOKS,
    ShareLine,
    share_colours,
    share_lines,
    thinned,
)
from workbench.figures.evaluation.settings import ShareFigure
from workbench.figures.saving import style
from workbench.figures.settings import FigureLook

EDGE = 2.0
"""Per cent around the square, so that a curve on its edge is seen."""

LEAST_HEIGHT = 21.0
"""Of the axes with their words, in font sizes; the figure grows where the legend leaves less."""


def shares_of(figure: ShareFigure, evaluation: Evaluation) -> Figure:
    """The curves, with the dashed line that they are held against.

    Raises:
        ValueError: one sentence, where there is nothing to draw.
    """
    lines = share_lines(figure, evaluation)
    with mpl.rc_context(style(figure.look.font, figure.look.font_size)):
        return _paint(figure, lines)


def _paint(figure: ShareFigure, lines: list[ShareLine]) -> Figure:
    look, (x_title, y_title, diagonal) = figure.look, SHARE_LOOKS[type(figure)]
    labels = [line.label for line in lines] + ([diagonal] if diagonal else [])
    columns, legend = legend_size(labels, look)
    least = LEAST_HEIGHT * look.font_size + legend
    drawn = blank(look, max(look.height * POINTS_PER_MILLIMETRE, least))
    axes = drawn.add_subplot()
    handles = _draw(axes, lines, look)
    if diagonal:
        ends = (0.0, PER_CENT)
        (guess,) = axes.plot(
            ends,
            ends,
            color=GUESS,
            linestyle=DASHES["dashed"],
            linewidth=0.08 * look.font_size,
            zorder=1,
        )
        guess.set_gid("diagonal")
        handles.append(guess)
    axes.set_xlim(-EDGE, PER_CENT + EDGE)
    axes.set_ylim(-EDGE, PER_CENT + EDGE)
    finish(axes, look, log_x=False, log_y=False)
    plain(axes.set_xlabel(x_title))
    plain(axes.set_ylabel(y_title))
    legend_below(drawn, handles, labels, look, columns, **CURVE_LEGEND)
    return drawn


def _draw(axes: Axes, lines: list[ShareLine], look: FigureLook) -> list[Line2D]:
    """The curves; their samples for the legend."""
    handles = []
    colours = share_colours(lines, monochrome=look.monochrome)
    for number, (line, (colour, dashes)) in enumerate(zip(lines, colours, strict=True)):
        points = thinned(line, look.width)
        (curve,) = axes.plot(
            points.x,
            points.y,
            color=colour,
            linestyle=DASHES[dashes],
            zorder=3,
            linewidth=max(0.6, 0.12 * look.font_size),
            marker="o" if line.markers else "",
            markersize=0.4 * look.font_size,
            markeredgewidth=0,
        )
        curve.set_gid(f"curve-{number}")
        handles.append(curve)
    return handles
