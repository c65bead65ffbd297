"""From layers to the boxes of a drawing that have no place on the page yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log2, sqrt

from workbench.base.text import plural, tr
from workbench.network.analysis import Analysis
from workbench.network.blueprint import Edge, Place, arrange
from workbench.network.costs import LayerCost, share
from workbench.network.drawing.shapes import CHARACTER, GAP, INPUT, Fill
from workbench.spec.layers import Layer, Operation, Shape, written

TALLEST = 72.0
THINNEST = 6.0
PER_DOUBLING = 6.0
SHADES = 128
PALEST = 0.15
"""Shade of what has no part in the total but weights."""
MOST_LETTERS = 24
MOST_CALLS = 24
"""A block of more is drawn as one box; nobody follows a longer row."""

ALONE = Place(0, 0)


class DrawingScale:
    """Sizes of boxes, which depend on the whole network."""

    def __init__(self, analysis: Analysis, measure: str) -> None:
        self._measure = measure
        self._total: int = getattr(analysis, measure)
        shapes = [analysis.input_shape, *(c.output_shape for c in analysis.layers)]
        self._highest = max((s[0] for s in shapes if len(s) == 3), default=1)

    def size(self, shape: Shape) -> tuple[float, float]:
        """Width and height of the box of a value of this shape."""
        side = shape[0] if len(shape) == 3 else 1
        height = TALLEST * sqrt(min(1.0, side / self._highest))
        return 8.0 + PER_DOUBLING * log2(max(1, shape[-1])), max(THINNEST, height)

    def shade(self, cost: LayerCost) -> float:
        """For its part of the measure; in steps, so that an edit changes few boxes."""
        part = share(getattr(cost, self._measure), self._total)
        return PALEST + (1 - PALEST) * round(SHADES * sqrt(part)) / SHADES


@dataclass(frozen=True)
class Cell:
    """A box before it has a place on the page."""

    layer: int
    size: tuple[float, float]
    labels: tuple[str, ...]
    look: Fill
    shade: float = 0.0
    place: Place = ALONE

    @cached_property
    def width(self) -> float:
        """Of the box or its widest label."""
        return max(self.size[0], *(CHARACTER * len(label) for label in self.labels))


@dataclass(frozen=True)
class Unit:
    """A layer of the structure: one cell, or the cells of a block with the edges between them."""

    layer: int
    cells: tuple[Cell, ...]
    edges: tuple[Edge, ...] = ()
    title: str = ""
    is_reached: bool = True

    @cached_property
    def columns(self) -> list[float]:
        """Width of each column, gap included."""
        count = 1 + max(cell.place.column for cell in self.cells)
        widths = [0.0] * count
        for cell in self.cells:
            widths[cell.place.column] = max(widths[cell.place.column], cell.width)
        return [width + GAP for width in widths]

    @cached_property
    def width(self) -> float:
        """Of all columns, or of the title."""
        return max(sum(self.columns), CHARACTER * len(self.title) + GAP)


def input_unit(shape: Shape, scale: DrawingScale) -> Unit:
    """The image that enters."""
    cell = Cell(INPUT, scale.size(shape), (tr("Input"), written(shape)), Fill.INPUT)
    return Unit(INPUT, (cell,))


def unit_of(
    index: int, layer: Layer, analysis: Analysis, scale: DrawingScale, inside: bool
) -> Unit:
    """A layer at a place of the structure, with what is in it where `inside` is wanted."""
    if index >= len(analysis.layers):
        look = Fill.WRONG if index == len(analysis.layers) else Fill.OFF
        labels = _labels(layer, tr("doesn't fit") if look is Fill.WRONG else "", index)
        return Unit(index, (Cell(index, (24.0, 24.0), labels, look),), is_reached=False)
    cost = analysis.layers[index]
    if not cost.enabled:
        labels = _labels(layer, tr("switched off"), index)
        return Unit(index, (Cell(index, scale.size(cost.output_shape), labels, Fill.OFF),))
    if not cost.parts or not inside or len(cost.parts) > MOST_CALLS:
        return Unit(index, (_whole(index, cost, scale),))
    steps = [part.step for part in cost.parts if part.step is not None]
    places, edges = arrange(steps)
    cells = tuple(
        Cell(
            index,
            scale.size(part.output_shape),
            _labels(part.layer, written(part.output_shape)),
            _look(part),
            scale.shade(part),
            place,
        )
        for part, place in zip(cost.parts, places, strict=True)
    )
    title = f"{index + 1}  {_short(f'{layer.label}  {layer.summary()}', 2 * MOST_LETTERS)}"
    return Unit(index, cells, edges, title.strip())


def _whole(index: int, cost: LayerCost, scale: DrawingScale) -> Cell:
    """A layer, or a block that isn't looked into, as one box."""
    calls: tuple[str, ...] = ()
    if cost.parts:
        calls = (plural("{count} call inside", "{count} calls inside", len(cost.parts)),)
    labels = (*_labels(cost.layer, written(cost.output_shape), index), *calls)
    return Cell(index, scale.size(cost.output_shape), labels, _look(cost), scale.shade(cost))


def _look(cost: LayerCost) -> Fill:
    if cost.parameters:
        return Fill.WEIGHTS
    had = isinstance(cost.layer, Layer) and any(cost.layer.parameters(cost.input_shape))
    return Fill.TIED if had else Fill.PLAIN


def _labels(layer: Layer | Operation, last: str, index: int | None = None) -> tuple[str, ...]:
    """Name (with its number, of a layer of the structure), settings and `last`, below a box."""
    number = "" if index is None else f"{index + 1}  "
    lines = (f"{number}{layer.label}", _short(layer.summary(), MOST_LETTERS), last)
    return tuple(line for line in lines if line)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
