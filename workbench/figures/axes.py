"""What figures by Matplotlib share: an empty one in its size, and how axes look."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter

from workbench.figures.settings import MILLIMETRES_PER_INCH, Look

POINTS_PER_MILLIMETRE = 72 / MILLIMETRES_PER_INCH
TEXT, GRID, FRAME = "#1b1f24", "#e3e6ea", "#8a939e"


def blank(look: Look, height: float) -> Figure:
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


def finish(axes: Axes, look: Look, *, log_x: bool, log_y: bool) -> None:
    """The part of the axes that is shown, grid, frame and ticks."""
    points = look.font_size
    axes.set_xlim(positive(look.x_from, log_x), positive(look.x_to, log_x))
    axes.set_ylim(positive(look.y_from, log_y), positive(look.y_to, log_y))
    if look.grid:
        axes.grid(visible=True, color=GRID, linewidth=0.06 * points, zorder=0)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FRAME)
    axes.tick_params(color=FRAME, labelcolor=TEXT, length=0.35 * points)
    for axis, is_log in ((axes.xaxis, log_x), (axes.yaxis, log_y)):
        if not is_log:
            axis.set_major_formatter(FuncFormatter(tick))


def plain(text: Text) -> None:
    """A name with dollar signs is no formula."""
    text.set_parse_math(False)
    text.set_color(TEXT)


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
