"""Parallel axes, drawn by Matplotlib: a line a run, those outside the brushed ranges faint."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from workbench.base import units
from workbench.base.text import tr
from workbench.curves.looks import CYCLE, grey_look, look
from workbench.figures.axes import (
    DASHES,
    FRAME,
    LETTER,
    POINTS_PER_MILLIMETRE,
    TEXT,
    blank,
    lay_out,
    legend_below,
    legend_size,
    plain,
)
from workbench.figures.curves.numbers import Values
from workbench.figures.parallel.numbers import ParallelRuns
from workbench.figures.parallel.settings import MOST_NAMED, ParallelFigure
from workbench.figures.saving import style
from workbench.tradeoffs.brush import Axis
from workbench.tradeoffs.titles import title_of

MISSING = -0.09
"""The height at which the runs without a value pass."""

OTHERS, MANY = "#d3d8dd", "#404040"
MOST_VECTOR_LINES = 5_000
"""More are drawn as pixels: a drawing program would choke on them."""

LEAST_HEIGHT = 16.0
"""Of the axes in font sizes; the figure grows where its legend and titles leave less."""

LEAST_SLANT = 35.0
"""Degrees, of titles that have no room beside each other; steeper where the axes are nearer."""

MOST_TITLE_LINES = 3
LEAST_LETTERS, UPRIGHT_LETTERS = 9, 14
"""Words beside an axis stand upright where they have room for fewer letters."""


def parallel_of(figure: ParallelFigure, runs: ParallelRuns) -> Figure:
    """The axes with titles, ends and units, the lines, and what is brushed."""
    with mpl.rc_context(style(figure.look.font, figure.look.font_size)):
        return _Painter(figure, runs).paint()


class _Painter:
    """Draws one figure."""

    def __init__(self, figure: ParallelFigure, runs: ParallelRuns) -> None:
        self._spec, self._look, self._runs = figure, figure.look, runs
        self._points = figure.look.font_size
        self._solid: list[int] = np.flatnonzero(runs.is_inside).tolist()
        """The runs that are not faint, in their order."""
        width = figure.look.width * POINTS_PER_MILLIMETRE - 6 * self._points
        self._spacing = width / (len(runs.axes) - 1)
        self._letters = int(self._spacing / (LETTER * self._points))
        self._titles = [self._title(axis) for axis in runs.axes]
        self._is_slanted = any(
            title.count("\n") >= MOST_TITLE_LINES
            or max(map(len, title.split("\n"))) > self._letters
            for title in self._titles
        )
        steep = math.asin(min(1.0, 1.2 * self._points / self._spacing))
        self._slant = max(LEAST_SLANT, math.degrees(steep))

    def paint(self) -> Figure:
        handles, labels = self._entries()
        columns, legend = legend_size(labels, self._look)
        longest = max(len(title) for title in self._titles) * LETTER * self._points
        titles = (
            math.sin(math.radians(self._slant)) * longest
            if self._is_slanted
            else 3.5 * self._points
        )
        least = LEAST_HEIGHT * self._points + legend + titles
        figure = blank(self._look, max(self._look.height * POINTS_PER_MILLIMETRE, least))
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_xlim(0, len(self._runs.axes) - 1)
        axes.set_ylim(MISSING, 1.0)
        self._draw_lines(axes)
        for number, (axis, title) in enumerate(zip(self._runs.axes, self._titles, strict=True)):
            self._draw_axis(axes, number, axis, title)
        legend_below(
            figure,
            handles,
            labels,
            self._look,
            columns,
            handlelength=2.0,
            labelspacing=0.25,
            borderaxespad=0.1,
        )
        lay_out(figure)
        high = axes.get_window_extent().height * 72 / figure.dpi / (1.0 - MISSING)
        for number, axis in enumerate(self._runs.axes):
            self._write_ticks(axes, number, axis, high)
        return figure

    # --- lines ---------------------------------------------------------------------------------

    def _draw_lines(self, axes: Axes) -> None:
        heights = np.stack([axis.heights for axis in self._runs.axes], axis=1)
        heights[np.isnan(heights)] = MISSING
        across = np.broadcast_to(np.arange(heights.shape[1]), heights.shape)
        lines = np.stack([across, heights], axis=2)
        looks = [self._look_of(run) for run in self._solid]
        others = np.flatnonzero(~self._runs.is_inside).tolist()
        self._draw(axes, "other-lines", lines[others], zorder=1, colors=OTHERS)
        self._draw(
            axes,
            "lines",
            lines[self._solid],
            zorder=2,
            colors=[colour for colour, _ in looks],
            linestyles=[DASHES[dashes] for _, dashes in looks],
        )

    def _draw(self, axes: Axes, name: str, lines: Values, **drawn: Any) -> None:
        if not len(lines):
            return
        collection = LineCollection(
            list(lines), linewidths=0.1 * self._points, clip_on=False, **drawn
        )
        collection.set_gid(name)
        collection.set_rasterized(len(lines) > MOST_VECTOR_LINES)
        axes.add_collection(collection, autolim=False)

    def _look_of(self, run: int) -> tuple[str, str]:
        """Colour and line style; where the legend names no run, only its colour."""
        is_few = len(self._solid) <= MOST_NAMED
        if self._look.monochrome:
            return grey_look(self._solid.index(run)) if is_few else (MANY, "solid")
        colour, dashes = look(self._runs.table.colours[run])
        return colour or TEXT, dashes if is_few else "solid"

    def _entries(self) -> tuple[list[Any], list[str]]:
        """Samples and words of the legend: the runs, or how many there are."""
        solid, table = self._solid, self._runs.table
        total = units.count(len(table.run_ids))
        handles, labels = [], []
        if len(solid) <= MOST_NAMED:
            own = {entry.run_id: entry.label for entry in self._spec.named}
            order = {run_id: place for place, run_id in enumerate(own)}
            for run in sorted(solid, key=lambda r: order.get(table.run_ids[r], len(order))):
                handles.append(self._sample(*self._look_of(run)))
                labels.append(own.get(table.run_ids[run]) or table.names[run])
        else:
            handles.append(self._sample(self._look_of(solid[0])[0], "solid"))
            count = units.count(len(solid))
            inside = f"{count} of {total} runs brushed" if self._spec.brushes else f"{total} runs"
            labels.append(f"{inside}, a line each")
        if len(solid) < len(table.run_ids):
            handles.append(self._sample(OTHERS, "solid"))
            labels.append(
                tr(
                    "Outside the ranges: {runs}",
                    runs=units.count(len(table.run_ids) - len(solid)),
                )
            )
        return handles, labels

    def _sample(self, colour: str, dashes: str) -> Line2D:
        return Line2D([], [], color=colour, linestyle=DASHES[dashes], linewidth=0.14 * self._points)

    # --- axes ----------------------------------------------------------------------------------

    def _title(self, axis: Axis) -> str:
        """What it shows, with its unit, in lines as short as the axes are near."""
        words_, unit, _ = title_of(axis.column)
        notes = ", ".join(note for note in (unit, "log" if axis.log else "") if note)
        text = f"{words_} ({notes})" if notes else words_
        lines = textwrap.wrap(text, max(self._letters - 1, 1), break_long_words=False)
        return "\n".join(lines)

    def _draw_axis(self, axes: Axes, number: int, axis: Axis, title: str) -> None:
        axes.plot(
            [number, number],
            [0, 1],
            color=FRAME,
            linewidth=0.1 * self._points,
            zorder=3,
            clip_on=False,
        )
        range_ = self._spec.ranges.get(axis.column.key)
        if range_ is not None:
            self._draw_brush(axes, number, *range_)
        place = {"rotation": self._slant, "ha": "left"} if self._is_slanted else {"ha": "center"}
        text = title.replace("\n", " ") if self._is_slanted else title
        plain(
            axes.annotate(
                text,
                (number, 1.0),
                (0, 0.9 * self._points),
                textcoords="offset points",
                va="bottom",
                rotation_mode="anchor",
                annotation_clip=False,
                **place,
            )
        )
        if axis.missing:
            plain(
                axes.annotate(
                    f"{units.count(axis.missing)} without",
                    (number, MISSING),
                    (0, -0.4 * self._points),
                    textcoords="offset points",
                    ha="center",
                    va="top",
                    fontsize=0.9 * self._points,
                    annotation_clip=False,
                )
            )

    def _draw_brush(self, axes: Axes, number: int, low: float, high: float) -> None:
        half = 0.4 * self._points / self._spacing
        colour = MANY if self._look.monochrome else CYCLE[0]
        brush = Rectangle(
            (number - half, low),
            2 * half,
            high - low,
            edgecolor=colour,
            linewidth=0.08 * self._points,
            facecolor=mpl.colors.to_rgba(colour or TEXT, 0.3),
            zorder=4,
            clip_on=False,
        )
        brush.set_gid(f"brush-{number}")
        axes.add_patch(brush)

    def _write_ticks(self, axes: Axes, number: int, axis: Axis, high: float) -> None:
        """Words beside the axis on white, as lines pass behind them; its ends before all else."""
        size, taken = 0.9 * self._points, list[tuple[float, float]]()
        is_upright = self._letters < LEAST_LETTERS
        most = UPRIGHT_LETTERS if is_upright else self._letters - 2
        ticks = axis.ticks()
        for tick in (*ticks[:1], *ticks[:0:-1]):
            text = tick.text if len(tick.text) <= most else f"{tick.text[: most - 1]}…"
            middle, half = tick.height * high, 0.65 * size
            if is_upright:  # between the ends of the axis
                half = (LETTER * len(text) / 2 + 0.15) * size
                middle = min(max(middle, half), high - half)
            if any(low < middle + half and middle - half < top for low, top in taken):
                continue
            taken.append((middle - half, middle + half))
            plain(
                axes.annotate(
                    text,
                    (number, middle / high),
                    (0.6 * self._points, 0),
                    textcoords="offset points",
                    ha="left",
                    va="center",
                    rotation=90 if is_upright else 0,
                    fontsize=size,
                    annotation_clip=False,
                    zorder=5,
                    bbox={
                        "facecolor": "white",
                        "edgecolor": "none",
                        "alpha": 0.8,
                        "pad": 0.1 * self._points,
                    },
                )
            )
