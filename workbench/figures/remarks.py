"""What a reader of a figure would miss, said to the person who makes it: one sentence each."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from workbench.curves.looks import alike
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
    return alike(len(looks), len(set(looks)))
