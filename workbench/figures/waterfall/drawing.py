"""A waterfall drawn by Matplotlib, on axes of its own or on those of a page."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from workbench.base.text import tr
from workbench.curves.looks import CYCLE
from workbench.figures.axes import (
    BAR_ROW,
    FRAME,
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
from workbench.figures.saving import style
from workbench.figures.settings import FigureLook
from workbench.figures.waterfall.numbers import (
    PlacedStep,
    along,
    placed,
    rows_of,
    span_of,
)
from workbench.figures.waterfall.settings import WaterfallFigure

MARKS: dict[str, dict[str, Any]] = {
    "gain": {"facecolor": CYCLE[0]},
    "loss": {"facecolor": CYCLE[1]},
    "not shown": {"facecolor": "#c3c9d0"},
    "together": {"facecolor": "#ffffff", "edgecolor": FRAME, "hatch": "//////"},
}
GREYS: dict[str, dict[str, Any]] = {
    "gain": {"facecolor": "#303030"},
    "loss": {"facecolor": "#ffffff", "edgecolor": "#000000", "hatch": "xxxxxx"},
    "not shown": {"facecolor": "#c8c8c8"},
    "together": {"facecolor": "#ffffff", "edgecolor": "#707070", "hatch": "//////"},
}
WORDS = {
    "gain": tr("Real"),
    "loss": tr("Harmful"),
    "not shown": tr("Nothing shown"),
    "together": tr("Together"),
}
HEIGHT = 0.56
"""Of a bar in its row."""

NAMES_SHARE = 0.32
"""Of the width, what names beside bars may take."""

AROUND = 0.05
"""Kept free at both ends of the axis, as a share of what is drawn."""

BESIDE = 0.7
"""From the axes to the words at their right, in font sizes."""

LINE = 1.2


def waterfall_of(figure: WaterfallFigure, data: None) -> Figure:
    """The bars, the baseline on top, with what their shades say."""
    look = figure.look
    with mpl.rc_context(hatched_style(look)):
        handles, labels = legend_of(figure)
        columns, legend = legend_size(labels, look)
        least = height_of(figure, look) + legend
        drawn = blank(look, max(look.height * POINTS_PER_MILLIMETRE, least))
        paint(drawn.add_subplot(), figure, look)
        legend_below(drawn, handles, labels, look, columns, handlelength=1.4)
        return drawn


def hatched_style(look: FigureLook) -> Any:
    """Settings of Matplotlib for text and for the lines in a bar, while a figure is made."""
    return {**style(look.font, look.font_size), "hatch.linewidth": 0.06 * look.font_size}


def height_of(figure: WaterfallFigure, look: FigureLook) -> float:
    """Points that its axes with their words need."""
    names = _names(figure, look)
    lines = sum(BAR_ROW + LINE * name.count("\n") for name in names)
    return (lines + 4.5 + LINE * _note(figure, look).count("\n")) * look.font_size


def legend_of(figure: WaterfallFigure) -> tuple[list[Artist], list[str]]:
    """Samples and words of what is in it."""
    points, shades = figure.look.font_size, _shades(figure.look)
    there = [mark for mark in WORDS if any(step.mark == mark for step in figure.steps)]
    handles: list[Artist] = [Patch(**{"linewidth": 0.06 * points, **shades[m]}) for m in there]
    labels = [WORDS[mark] for mark in there]
    if any(step.low is not None for step in figure.steps):
        handles.append(Line2D([], [], color=TEXT, linewidth=0.1 * points, marker="|"))
        labels.append(tr("95 % interval"))
    for name, words in (("alone", tr("Alone")), ("last", tr("Last out"))):
        if any(getattr(step, name) is not None for step in figure.steps):
            handles.append(Line2D([], [], linestyle="none", **_pointer(name, points)))
            labels.append(words)
    return handles, labels


def paint(axes: Axes, figure: WaterfallFigure, look: FigureLook) -> None:
    """Draws the bars with all their words.

    Args:
        axes: Empty; they get scale, ticks and labels.
        figure: What is drawn.
        look: Gives font size and width; the figure's own where it stands alone.
    """
    points, steps = look.font_size, placed(figure)
    axes.set_xscale("log" if figure.multiplies else "linear")
    rows = len(steps) + 2
    first, last = figure.start, steps[-1].end
    for place, row in ((first, 0), (last, rows - 1)):
        axes.plot([place], [row], marker="D", color=TEXT, markersize=0.55 * points, zorder=4)
    for row, step in enumerate(steps, 1):
        _paint_step(axes, step, row, look)
    ends = [first, *(step.end for step in steps)]
    for row, place in enumerate(ends):
        axes.plot([place, place], [row, row + 1], color=FRAME, linewidth=0.06 * points, zorder=1)
    axes.set_xlim(*_ends(figure))
    finish(axes, look.changed(y_from=-0.7, y_to=rows - 0.3), log_x=figure.multiplies, log_y=False)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_yticks(range(rows), _names(figure, look))
    for text in axes.get_yticklabels():
        plain(text)
    axes.tick_params(axis="y", length=0)
    _say(axes, figure, look)
    note = _note(figure, look)
    plain(axes.set_xlabel(f"{figure.title}\n{note}" if note else figure.title))


def _paint_step(axes: Axes, step: PlacedStep, row: int, look: FigureLook) -> None:
    points = look.font_size
    shade = {"linewidth": 0.06 * points, **_shades(look)[step.step.mark]}
    left, width = min(step.start, step.end), abs(step.end - step.start)
    axes.barh(row, width, left=left, height=HEIGHT, zorder=2, **shade)
    if step.low is not None and step.high is not None:
        axes.errorbar(
            [step.end],
            [row],
            xerr=[[max(step.end - step.low, 0.0)], [max(step.high - step.end, 0.0)]],
            fmt="none",
            ecolor=TEXT,
            elinewidth=0.1 * points,
            capsize=0.22 * points,
            capthick=0.1 * points,
            zorder=5,
        )
    for name, place in (("alone", step.alone), ("last", step.last)):
        if place is not None:
            edge = row + (HEIGHT / 2 + 0.1) * (1 if name == "alone" else -1)
            axes.plot([place], [edge], linestyle="none", zorder=4, **_pointer(name, points))


def _pointer(name: str, points: float) -> dict[str, Any]:
    """What marks a lever alone, below its bar, or last, above it."""
    return {
        "marker": "^" if name == "alone" else "v",
        "markersize": 0.42 * points,
        "markerfacecolor": "#ffffff",
        "markeredgecolor": TEXT,
        "markeredgewidth": 0.08 * points,
    }


def _say(axes: Axes, figure: WaterfallFigure, look: FigureLook) -> None:
    """How much each bar is, in a column of its own right of the axes."""
    for number, (_, words) in enumerate(rows_of(figure)):
        text = axes.annotate(
            "",
            (1.0, number),
            (BESIDE * look.font_size, 0),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            ha="left",
            va="center_baseline",
            fontsize=look.font_size,
            annotation_clip=False,
        )
        plain(text)
        text.set_text(words)


def _ends(figure: WaterfallFigure) -> tuple[float, float]:
    """The ends of the axis, a little beyond what is drawn."""
    low, high = (along(figure, end) for end in span_of(figure))
    room = AROUND * (high - low) or 0.1
    ends = low - room, high + room
    return (10.0 ** ends[0], 10.0 ** ends[1]) if figure.multiplies else ends


def _shades(look: FigureLook) -> dict[str, dict[str, Any]]:
    return GREYS if look.monochrome else MARKS


def _names(figure: WaterfallFigure, look: FigureLook) -> list[str]:
    """Words of all rows, in lines that leave room for the bars."""
    across = look.width * POINTS_PER_MILLIMETRE / look.font_size / WIDE_LETTER
    return [wrapped(label, int(NAMES_SHARE * across)) for label, _ in rows_of(figure)]


def _note(figure: WaterfallFigure, look: FigureLook) -> str:
    across = look.width * POINTS_PER_MILLIMETRE / look.font_size / WIDE_LETTER
    return wrapped(figure.note, int(0.8 * across)) if figure.note else ""
