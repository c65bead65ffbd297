"""A network as a picture: boxes, frames and lines as data, computed once for every painter.

Layers flow from left to right in rows that wrap, as words do; inside a block its calls stand in
columns, branches below each other. Here is no Qt and no Matplotlib: the window and the figure
draw the same `Drawing`. Lengths are in pixels at zoom 1, y grows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.base.text import joined, tr
from workbench.network.analysis import Analysis
from workbench.network.drawing.page import Sheet
from workbench.network.drawing.shapes import (
    FONT,
    INPUT,
    LINE,
    MARGIN,
    TITLE,
    Box,
    Drawing,
    Fill,
    Frame,
    Point,
    Rect,
)
from workbench.network.drawing.units import PALEST, DrawingScale, Unit, input_unit, unit_of
from workbench.spec.layers import Layer

__all__ = [
    "FONT",
    "INPUT",
    "LINE",
    "MARGIN",
    "PALEST",
    "TITLE",
    "Box",
    "Drawing",
    "Fill",
    "Frame",
    "Point",
    "Rect",
    "draw",
]


def draw(
    layers: Sequence[Layer],
    analysis: Analysis,
    width: float,
    *,
    measure: str = "parameters",
    inside: bool = True,
) -> Drawing:
    """The drawing of a network.

    Args:
        layers: All of them, also those behind one that doesn't fit.
        analysis: What they cost.
        width: Rows wrap at it, unless a block alone is wider.
        measure: What the shade tells: `parameters` or `macs`.
        inside: Whether blocks are drawn with what they are made of.
    """
    scale = DrawingScale(analysis, measure)
    units = [input_unit(analysis.input_shape, scale)]
    units += [unit_of(index, layer, analysis, scale, inside) for index, layer in enumerate(layers)]
    return Sheet(width).laid_out(units, _legend(measure, units))


def _legend(measure: str, units: Sequence[Unit]) -> tuple[str, ...]:
    shade = {
        "parameters": tr("Shade: share of the parameters."),
        "macs": tr("Shade: share of the MACs."),
    }[measure]
    sizes = tr("Width: channels (logarithmic). Height: image height (square root).")
    lines = [joined(" ", [sizes, shade])]
    looks = {cell.look for unit in units for cell in unit.cells}
    if Fill.TIED in looks:
        lines.append(tr("Dashed: has the weights of a call before it."))
    if Fill.OFF in looks:
        lines.append(tr("Faint: switched off, or behind a layer that doesn't fit."))
    return tuple(lines)
