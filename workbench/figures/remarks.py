"""What a reader of a figure would miss, said to the person who makes it: one sentence each."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workbench.base.text import tr
from workbench.figures.fonts import fall_back, warning


def remarks(figure: Figure) -> list[str]:
    """Sentences on a figure that is drawn; none where it shows all that it should."""
    return [*filter(None, (warning(fall_back(figure)), _alike(figure)))]


def _alike(figure: Figure) -> str:
    """Whether curves of the legend can't be told apart."""
    looks = [
        (line.get_color(), str(vars(line).get("_unscaled_dash_pattern")), line.get_marker())
        for legend in figure.legends
        for line in legend.legend_handles
        if isinstance(line, Line2D) and line.get_linestyle() != "None"
    ]
    different = len(set(looks))
    if different == len(looks):
        return ""
    return tr(
        "{count} curves have only {different} looks, so some can't be told apart; group them "
        "(by name, or the seeds of one experiment), or draw fewer",
        count=len(looks),
        different=different,
    )
