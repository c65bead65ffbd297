"""What figures by Matplotlib share: an empty one in its size, and how axes look."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from workbench.base.text import plural
from workbench.base.units import wide
from workbench.figures.fonts import fall_back
from workbench.figures.saving import any_letter
from workbench.figures.settings import MILLIMETRES_PER_INCH, FigureLook

POINTS_PER_MILLIMETRE = 72 / MILLIMETRES_PER_INCH
LETTER, ROW, HANDLE = 0.56, 1.35, 4.0
"""Width of a letter, height of a legend's row and width of its sample, in font sizes."""

PAGE = 297 * POINTS_PER_MILLIMETRE
"""Height of A4: a figure that its legend makes longer can't be printed."""

LEGEND_SHARE = 0.45
"""The legend may take this part of the height; for more the figure grows."""

LEAST_SIZE, LEAST_LABEL = 5.0, 12
"""Points of a legend's font, and letters of a name, that are still read."""

BAR_ROW = 1.7
"""Height of a bar's row in font sizes."""

CURVE_LEGEND = {"handlelength": 2.4, "labelspacing": 0.25, "borderaxespad": 0.1}
"""Distances in a legend of curves, in font sizes."""

WIDE_LETTER = 0.62
"""Where nothing may be cut off."""

NAMED_DIGITS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (300.0, ()),
    (5.0, ("2", "5")),
    (2.0, ("2", "3", "5", "7")),
)
"""First digits that are named between powers of ten, by how often the axis multiplies its least
value; on a shorter one every tick is.
"""

LEAST_PLAIN, MOST_PLAIN = 1e-3, 1e6
"""Between them a number is written in full; an axis that goes beyond names powers of ten."""

DASHES: dict[str, Any] = {
    "solid": "-", "dashed": (0, (5, 2)), "dashdot": (0, (6, 2, 1, 2)), "dotted": (0, (1, 1.5)),
}  # fmt: skip
"""Line styles by the names that `workbench.curves.looks` gives them."""

TEXT, GRID, FRAME = "#1b1f24", "#e3e6ea", "#8a939e"


def blank(look: FigureLook, height: float) -> Figure:
    """A figure without axes, with its title.

    Args:
        look: Gives title, width and font size.
        height: In points.
    """
    width = look.width * POINTS_PER_MILLIMETRE
    figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
    if look.title:
        plain(figure.suptitle(look.title, fontsize=look.font_size * 1.1))
    return figure


def finish(axes: Axes, look: FigureLook, *, log_x: bool, log_y: bool) -> None:
    """The part of the axes that is shown, grid, frame and ticks."""
    points = look.font_size
    axes.set_xlim(positive(look.x_from, log_x), positive(look.x_to, log_x))
    axes.set_ylim(positive(look.y_from, log_y), positive(look.y_to, log_y))
    if look.grid:
        axes.grid(visible=True, color=GRID, linewidth=0.06 * points, zorder=0)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FRAME)
    for which, length in (("major", 0.35), ("minor", 0.2)):  # and all numbers on one line
        axes.tick_params(
            which=which,
            color=FRAME,
            labelcolor=TEXT,
            length=length * points,
            pad=(0.7 - length) * points,
        )
    for axis, is_log in ((axes.xaxis, log_x), (axes.yaxis, log_y)):
        if not is_log:
            axis.set_major_formatter(FuncFormatter(tick))
        else:
            _name_between(axis)


def _name_between(axis: Axis) -> None:
    """Numbers on a logarithmic axis as a person writes them; Matplotlib's would overlap."""
    low, high = axis.get_view_interval()
    if not 0 < low < high:
        return
    named = next((digits for least, digits in NAMED_DIGITS if high / low >= least), None)
    if named != () or (low >= LEAST_PLAIN and high <= MOST_PLAIN):
        axis.set_major_formatter(FuncFormatter(tick))
    axis.set_minor_formatter(
        FuncFormatter(
            lambda value, place=None: (
                tick(value) if named is None or f"{value:.3e}".startswith(named) else ""
            )
        )
    )


def lay_out(figure: Figure) -> None:
    """Finds the places of everything: before, nobody knows where something is."""
    fall_back(figure)
    with any_letter():
        figure.draw_without_rendering()


def plain(text: Text) -> None:
    """A name with dollar signs is no formula."""
    text.set_parse_math(False)
    text.set_color(TEXT)


def legend_below(
    figure: Figure,
    handles: Sequence[Artist],
    labels: Sequence[str],
    look: FigureLook,
    columns: int,
    **more: Any,
) -> Legend:
    """A legend below the axes.

    Args:
        figure: Without one.
        handles: Samples.
        labels: Words. They are put in afterwards: some are no words for Matplotlib.
        look: Gives the font size.
        columns: As many entries stand side by side; one that stands alone may take several lines.
        more: Distances, for Matplotlib.
    """
    plan = legend_plan(labels, look)
    if plan.is_shortened:
        columns = plan.columns
        hidden = len(handles) - len(plan.labels) + 1
        if hidden > 1:
            handles = [*handles[:-hidden], Line2D([], [], linestyle="none")]
    legend = figure.legend(
        handles,
        [str(number) for number in range(len(handles))],
        loc="outside lower center",
        ncols=columns,
        frameon=False,
        fontsize=plan.font_size,
        columnspacing=1.2,
        **more,
    )
    has_lines = columns == 1 and not plan.is_shortened
    shown = in_lines(plan.labels, look) if has_lines else plan.labels
    for text, label in zip(legend.get_texts(), shown, strict=True):
        plain(text)
        text.set_text(label)
    return legend


class LegendPlan(NamedTuple):
    """How a legend is set.

    Attributes:
        labels: Of its entries; the last one counts those that have no room.
        columns: Entries side by side.
        font_size: In points.
        height: In points.
        is_shortened: Whether it had to give way, so that the figure fits on a page.
    """

    labels: tuple[str, ...]
    columns: int
    font_size: float
    height: float
    is_shortened: bool


def legend_plan(labels: Sequence[str], look: FigureLook) -> LegendPlan:
    """The legend in full where a page has room for it; else shorter, smaller, and at last less.

    Args:
        labels: Words of all entries.
        look: Gives the size of figure and font.
    """
    points, high = look.font_size, look.height * POINTS_PER_MILLIMETRE
    most = max(PAGE - (1 - LEGEND_SHARE) * high, LEGEND_SHARE * high) - 2 * points
    columns = columns_of(labels, look)
    lines = sum(label.count("\n") + 1 for label in in_lines(labels, look))
    height = (lines if columns == 1 else -(-len(labels) // columns)) * ROW * points
    if height <= most:
        return LegendPlan(tuple(labels), columns, points, height, is_shortened=False)
    size = points
    while True:
        rows = int(most / (ROW * size))
        columns = min(max(1, -(-len(labels) // rows)), _most_columns(look, size))
        if columns * rows >= len(labels) or size <= LEAST_SIZE:
            break
        size = max(LEAST_SIZE, 0.9 * size)
    letters = _letters(look, size, columns)
    kept = [shortened(label, letters) for label in labels[: columns * rows]]
    left = len(labels) - len(kept)
    if left:
        kept[-1] = plural("and {count} more", "and {count} more", left + 1)
    height = -(-len(kept) // columns) * ROW * size
    return LegendPlan(tuple(kept), columns, size, height, is_shortened=True)


def _letters(look: FigureLook, size: float, columns: int) -> int:
    """Letters that a legend's entry may have, given the number of columns."""
    return int((look.width * POINTS_PER_MILLIMETRE / columns / size - HANDLE - 1) / WIDE_LETTER)


def _most_columns(look: FigureLook, size: float) -> int:
    return max((n for n in range(1, 100) if _letters(look, size, n) >= LEAST_LABEL), default=1)


def shortened(text: str, letters: int) -> str:
    """A name without its middle: runs of one experiment differ at their ends."""
    letters = max(letters, LEAST_LABEL)
    if wide(text) <= letters:
        return text
    kept = len(text)
    while kept > 2 and wide(text[: kept - kept // 2] + text[-(kept // 2) :]) > letters - 1:
        kept -= 1
    return f"{text[: kept - kept // 2]}…{text[-(kept // 2) :]}"


def columns_of(labels: Sequence[str], look: FigureLook) -> int:
    """How many entries of a legend the width has room for, side by side."""
    entry = (max(map(wide, labels)) * LETTER + HANDLE) * look.font_size
    return max(1, min(len(labels), int(look.width * POINTS_PER_MILLIMETRE // entry)))


def legend_size(labels: Sequence[str], look: FigureLook) -> tuple[int, float]:
    """How many entries of a legend stand side by side, and its height in points."""
    plan = legend_plan(labels, look)
    return plan.columns, plan.height


def in_lines(labels: Sequence[str], look: FigureLook) -> list[str]:
    """Words of a legend, those that are wider than the figure over several lines."""
    room = look.width * POINTS_PER_MILLIMETRE / look.font_size - HANDLE
    return [wrapped(label, int(room / WIDE_LETTER)) for label in labels]


def wrapped(text: str, letters: int) -> str:
    """A text wrapped into lines of limited length."""
    return text if len(text) <= letters else "\n".join(textwrap.wrap(text, max(letters, 8)))


def positive(value: float | None, is_log: bool) -> float | None:
    """An end of an axis; none that a logarithmic one can't have."""
    return None if value is not None and is_log and value <= 0 else value


def tick(value: float, place: int | None = None) -> str:
    """Thousands separated, as few digits as tell the ticks apart."""
    if value and abs(value) < 1e-3:
        mantissa, _, exponent = f"{value:.3e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
