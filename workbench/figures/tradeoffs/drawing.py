"""Scatters with their Pareto front, and bars with their deviations, drawn by Matplotlib."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from workbench.base import units
from workbench.base.text import tr
from workbench.curves.looks import look
from workbench.figures.axes import (
    BAR_ROW,
    FRAME,
    LETTER,
    POINTS_PER_MILLIMETRE,
    TEXT,
    WIDE_LETTER,
    blank,
    columns_of,
    finish,
    lay_out,
    legend_below,
    plain,
    tick,
    wrapped,
)
from workbench.figures.saving import style
from workbench.figures.tradeoffs.numbers import RunNumbers, bars, points
from workbench.figures.tradeoffs.settings import BarsFigure, ScatterFigure
from workbench.tradeoffs.groups import Bars
from workbench.tradeoffs.labels import Rectangle, place
from workbench.tradeoffs.pareto import Mask, Numbers
from workbench.tradeoffs.points import Indices, Points, front_line
from workbench.tradeoffs.sizes import shares
from workbench.tradeoffs.titles import title_of

GREY = "#6b7480"
SMALLEST, LARGEST = 10.0, 110.0
"""Areas of dots, in square points at a font of 8 points."""

NAMES_SHARE, LINE = 0.5, 1.2
"""Of the width, what names beside bars may take, and the height of a further line in font sizes."""


def scatter_of(figure: ScatterFigure, table: RunNumbers) -> Figure:
    """The scatter, its front drawn and named.

    Raises:
        ValueError: one sentence, where there is nothing to draw.
    """
    found = points(figure, table)
    with mpl.rc_context(style(figure.look.font, figure.look.font_size)):
        return _Scatter(figure, table, found).paint()


class _Scatter:
    """Draws one scatter."""

    def __init__(self, figure: ScatterFigure, table: RunNumbers, found: Points) -> None:
        self._spec, self._look, self._table = figure, figure.look, table
        self._all, shown = found, found.is_drawn
        self._runs = found.known[shown]
        self._is_best: Mask = found.is_best[shown]
        self._titles = [title_of(table.about[key]) for key in figure.keys]
        self._scales = np.array([title.scale for title in self._titles])
        self._values = found.values[shown] * self._scales
        self._points = self._look.font_size

    def paint(self) -> Figure:
        figure = blank(self._look, self._look.height * POINTS_PER_MILLIMETRE)
        axes = figure.add_subplot()
        x, y = self._spec.quantities[:2]
        axes.set_xscale("log" if x.log else "linear")
        axes.set_yscale("log" if y.log else "linear")
        axes.margins(0.08)
        self._draw_line(axes)
        dots = self._draw_dots(axes)
        finish(axes, self._look, log_x=x.log, log_y=y.log)
        plain(axes.set_xlabel(self._titles[0].text))
        plain(axes.set_ylabel(self._titles[1].text))
        if len(self._titles) > 2 and self._spec.third == "colour":
            form = None if self._spec.quantities[2].log else FuncFormatter(tick)
            bar = figure.colorbar(dots, ax=axes, format=form)
            bar.outline.set_visible(False)
            plain(bar.ax.set_ylabel(self._titles[2].text))
        self._legend(figure)
        self._name(figure, axes)
        return figure

    def _draw_line(self, axes: Axes) -> None:
        line = front_line(self._all, self._spec.quantities)
        if line is not None:
            x, y = (part * scale for part, scale in zip(line, self._scales[:2], strict=True))
            (drawn,) = axes.plot(x, y, color=FRAME, linewidth=0.1 * self._points, zorder=1)
            drawn.set_gid("front-line")

    def _draw_dots(self, axes: Axes) -> Any:
        """The dots, those on the front on top of the others, with a dark edge."""
        order = np.argsort(self._is_best, kind="stable")
        x, y = self._values[order, :2].T
        edges = [TEXT if best else "none" for best in self._is_best[order]]
        dots = axes.scatter(
            x,
            y,
            s=self._areas()[order],
            zorder=3,
            edgecolors=edges,
            linewidths=0.09 * self._points,
            **self._paint_of(order),
        )
        dots.set_gid("dots")
        return dots

    def _paint_of(self, order: Indices) -> dict[str, Any]:
        if len(self._titles) > 2 and self._spec.third == "colour":
            map_ = "Greys" if self._look.monochrome else "viridis"
            norm = "log" if self._spec.quantities[2].log else "linear"
            return {"c": self._values[order, 2], "cmap": map_, "norm": norm}
        if self._look.monochrome:
            return {"color": GREY}
        colours = [look(self._table.colours[run])[0] or TEXT for run in self._runs.tolist()]
        return {"color": [colours[number] for number in order.tolist()]}

    @property
    def _has_sizes(self) -> bool:
        return len(self._titles) > 2 and self._spec.third == "size"

    def _areas(self) -> Numbers:
        unit = (self._points / 8) ** 2
        if not self._has_sizes:
            return np.full(len(self._runs), 22.0 * unit)
        third = shares(self._values[:, 2], log=self._spec.quantities[2].log)
        return (SMALLEST + (LARGEST - SMALLEST) * third) * unit

    def _legend(self, figure: Figure) -> None:
        """What the line and the rings are, and what the sizes say."""
        handles, labels = [], []
        if self._is_best.any():
            count = int(np.count_nonzero(self._is_best))
            handles.append(self._sample(22.0, TEXT, "none"))
            labels.append(
                tr("Pareto front: {count} of {all} runs", count=count, all=len(self._runs))
            )
        if self._has_sizes:
            title, column = self._titles[2], self._table.about[self._spec.keys[2]]
            for area, value in (
                (SMALLEST, self._values[:, 2].min()),
                (LARGEST, self._values[:, 2].max()),
            ):
                handles.append(self._sample(area, "none", GREY))
                labels.append(f"{title.words}: {column.text(float(value) / title.scale)}")
        if handles:
            columns = columns_of(labels, self._look)
            legend_below(figure, handles, labels, self._look, columns, handletextpad=0.3)

    def _sample(self, area: float, edge: str, fill: str) -> Line2D:
        side = float(np.sqrt(area)) * self._points / 8
        return Line2D(
            [],
            [],
            marker="o",
            linestyle="none",
            markersize=side,
            markeredgecolor=edge,
            markerfacecolor=fill,
        )

    def _name(self, figure: Figure, axes: Axes) -> None:
        """Puts names beside the dots of the front, where they find room."""
        words_ = {entry.run_id: entry.label for entry in self._spec.named if entry.label}
        rows = np.flatnonzero(self._is_best)
        names = [
            words_.get(self._table.run_ids[run]) or self._table.names[run]
            for run in self._runs[rows].tolist()
        ]
        lay_out(figure)
        unit = 72 / figure.dpi
        at = [(float(x), float(y)) for x, y in axes.transData.transform(self._values[:, :2]) * unit]
        box = axes.get_window_extent()
        canvas = Rectangle(*(side * unit for side in (box.x0, box.y0, box.width, box.height)))
        sizes = [(LETTER * self._points * len(name), 1.2 * self._points) for name in names]
        named = [at[row] for row in rows.tolist()]
        others = [at[row] for row in np.flatnonzero(~self._is_best).tolist()]
        where = place(named, sizes, canvas, others)
        for name, point, row, found in zip(names, named, rows.tolist(), where, strict=True):
            if found is not None:
                offset = found.left - point[0], found.bottom - point[1]
                text = axes.annotate(
                    "",
                    self._values[row, :2],
                    offset,
                    textcoords="offset points",
                    fontsize=self._points,
                    zorder=4,
                    annotation_clip=True,
                )
                plain(text)
                text.set_text(name)
                text.set_in_layout(False)


def bars_figure_of(figure: BarsFigure, table: RunNumbers) -> Figure:
    """Horizontal bars, the best on top, with deviations and counts.

    Raises:
        ValueError: one sentence, where there is nothing to draw.
    """
    found = bars(figure, table)
    with mpl.rc_context(style(figure.look.font, figure.look.font_size)):
        return _paint_bars(figure, table, found)


def _paint_bars(figure: BarsFigure, table: RunNumbers, found: Bars) -> Figure:
    look_, column = figure.look, table.about[figure.quantity.key]
    title = title_of(column)
    across = look_.width * POINTS_PER_MILLIMETRE / look_.font_size / WIDE_LETTER
    names = [
        wrapped(_bar_words(found, number), int(NAMES_SHARE * across))
        for number in range(len(found))
    ]
    deep = max(name.count("\n") for name in names)
    least = (len(found) * (BAR_ROW + deep * LINE) + 3 * BAR_ROW) * look_.font_size
    drawn = blank(look_, max(look_.height * POINTS_PER_MILLIMETRE, least))
    axes = drawn.add_subplot()
    rows = np.arange(len(found))
    has_more = bool((found.counts > 1).any())
    colours = [
        GREY if look_.monochrome else look(table.colours[first])[0] or TEXT
        for first in found.first.tolist()
    ]
    means = found.means * title.scale
    if figure.from_zero:
        axes.barh(rows, means, height=0.62, color=colours, zorder=2)
    else:
        axes.scatter(means, rows, s=(0.8 * look_.font_size) ** 2, color=colours, zorder=4)
        axes.margins(x=0.08)
    if has_more:
        axes.errorbar(
            means,
            rows,
            xerr=np.nan_to_num(found.deviations) * title.scale,
            fmt="none",
            ecolor=TEXT,
            elinewidth=0.1 * look_.font_size,
            capsize=0.25 * look_.font_size,
            zorder=3,
        )
    axes.set_ylim(-0.7, len(found) - 0.3)
    axes.set_xscale("log" if figure.quantity.log else "linear")
    finish(
        axes,
        look_.changed(y_from=-0.7, y_to=len(found) - 0.3),
        log_x=figure.quantity.log,
        log_y=False,
    )
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set_yticks(rows, names)
    for text in axes.get_yticklabels():
        plain(text)
    spread = ": mean and standard deviation" if has_more else ""
    plain(axes.set_xlabel(f"{title.text}{spread}"))
    return drawn


def _bar_words(found: Bars, number: int) -> str:
    """A group says how many runs it is of; a run alone needs no count."""
    count = int(found.counts[number])
    return (
        f"{found.labels[number]} (n = {units.count(count)})" if count > 1 else found.labels[number]
    )
