"""A network as a picture: boxes, frames and lines as data, computed once for every painter.

Layers flow from left to right in rows that wrap, as words do; inside a block its calls stand in
columns, branches below each other. Here is no Qt and no Matplotlib: the window and the figure
draw the same `Drawing`. Lengths are in pixels at zoom 1, y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from math import log2, sqrt
from typing import NamedTuple

from workbench.analysis import Analysis
from workbench.blueprint import Edge, Place, arrange
from workbench.costs import LayerCost, share
from workbench.spec.layers import Layer, Operation, Shape, written

FONT = 11.0
LINE = 15.0
TITLE = 18.0
CHARACTER = 6.1
"""Width of a letter, about: the painters know better, but no two of them the same."""

GAP = 20.0
TALLEST = 72.0
THINNEST = 6.0
PER_DOUBLING = 6.0
SHADES = 128
PALEST = 0.15
"""Shade of what has no part in the total but weights."""
LANE_GAP = 8.0
SKIP_STEP = 10.0
ROW_GAP = 28.0
MARGIN = 20.0
MOST_LETTERS = 24
MOST_CALLS = 24
"""A block of more is drawn as one box; nobody follows a longer row."""

INPUT = -1
"""What `Box.layer` is for the image that enters."""

ALONE = Place(0, 0)


class Look(Enum):
    """How a box is filled."""

    INPUT = "input"
    WEIGHTS = "weights"
    PLAIN = "plain"
    TIED = "tied"
    OFF = "off"
    WRONG = "wrong"


class Rect(NamedTuple):
    """An upright rectangle."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Point(NamedTuple):
    """A corner of a line."""

    x: float
    y: float


@dataclass(frozen=True)
class Box:
    """What one call gives: as wide as it has channels, as high as its image.

    Attributes:
        layer: Place of its layer in the structure; `INPUT` for the image.
        rect: The box itself.
        area: With its labels: where a click means it.
        labels: Lines of text centred below the box; the first names it.
        look: Its fill.
        shade: How dark its fill is, to 1; tells its share of the network's parameters or MACs.
    """

    layer: int
    rect: Rect
    area: Rect
    labels: tuple[str, ...]
    look: Look
    shade: float = 0.0


@dataclass(frozen=True)
class Frame:
    """Around the calls of a block, with its name above them."""

    layer: int
    rect: Rect
    label: str


@dataclass(frozen=True)
class Drawing:
    """All there is to paint.

    Attributes:
        width, height: Of the whole.
        boxes, frames: In the order of the network.
        lines: From one box to the next, each through its corners; the last has an arrow's head.
        legend: What width, height and shade stand for; one sentence a line.
    """

    width: float
    height: float
    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    lines: tuple[tuple[Point, ...], ...]
    legend: tuple[str, ...]

    def layer_at(self, x: float, y: float) -> int | None:
        """The layer whose box, labels or frame are at a point; None where there is none."""
        places = [(b.area, b.layer) for b in self.boxes] + [(f.rect, f.layer) for f in self.frames]
        return next((n for area, n in places if n != INPUT and area.holds(x, y)), None)

    def area_of(self, layer: int) -> Rect | None:
        """All that belongs to a layer; None where it isn't drawn."""
        frames = [frame.rect for frame in self.frames if frame.layer == layer]
        areas = frames or [box.area for box in self.boxes if box.layer == layer]
        return areas[0] if areas else None


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
    scale = _Scale(analysis, measure)
    units = [_input_unit(analysis.input_shape, scale)]
    units += [_unit(index, layer, analysis, scale, inside) for index, layer in enumerate(layers)]
    return _Page(width).laid_out(units, _legend(measure, units))


def _legend(measure: str, units: Sequence[_Unit]) -> tuple[str, ...]:
    of = {"parameters": "parameters", "macs": "MACs"}[measure]
    lines = [
        "Width: channels (logarithmic). Height: image height (square root). "
        f"Shade: share of the {of}."
    ]
    looks = {cell.look for unit in units for cell in unit.cells}
    if Look.TIED in looks:
        lines.append("Dashed: has the weights of a call before it.")
    if Look.OFF in looks:
        lines.append("Faint: switched off, or behind a layer that doesn't fit.")
    return tuple(lines)


# --- from layers to cells ------------------------------------------------------------------------


class _Scale:
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
class _Cell:
    """A box before it has a place on the page."""

    layer: int
    size: tuple[float, float]
    labels: tuple[str, ...]
    look: Look
    shade: float = 0.0
    place: Place = ALONE

    @cached_property
    def width(self) -> float:
        return max(self.size[0], *(CHARACTER * len(label) for label in self.labels))


@dataclass(frozen=True)
class _Unit:
    """A layer of the structure: one cell, or the cells of a block with the edges between them."""

    layer: int
    cells: tuple[_Cell, ...]
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
        return max(sum(self.columns), CHARACTER * len(self.title) + GAP)


def _input_unit(shape: Shape, scale: _Scale) -> _Unit:
    cell = _Cell(INPUT, scale.size(shape), ("Input", written(shape)), Look.INPUT)
    return _Unit(INPUT, (cell,))


def _unit(index: int, layer: Layer, analysis: Analysis, scale: _Scale, inside: bool) -> _Unit:
    if index >= len(analysis.layers):
        look = Look.WRONG if index == len(analysis.layers) else Look.OFF
        labels = _labels(layer, "doesn't fit" if look is Look.WRONG else "", index)
        return _Unit(index, (_Cell(index, (24.0, 24.0), labels, look),), is_reached=False)
    cost = analysis.layers[index]
    if not cost.enabled:
        labels = _labels(layer, "switched off", index)
        return _Unit(index, (_Cell(index, scale.size(cost.output_shape), labels, Look.OFF),))
    if not cost.parts or not inside or len(cost.parts) > MOST_CALLS:
        return _Unit(index, (_whole(index, cost, scale),))
    steps = [part.step for part in cost.parts if part.step is not None]
    places, edges = arrange(steps)
    cells = tuple(
        _Cell(
            index, scale.size(part.output_shape), _labels(part.layer, written(part.output_shape)),
            _look(part), scale.shade(part), place,
        )
        for part, place in zip(cost.parts, places, strict=True)
    )  # fmt: skip
    title = f"{index + 1}  {_short(f'{layer.label}  {layer.summary()}', 2 * MOST_LETTERS)}"
    return _Unit(index, cells, edges, title.strip())


def _whole(index: int, cost: LayerCost, scale: _Scale) -> _Cell:
    """A layer, or a block that isn't looked into, as one box."""
    calls = (f"{len(cost.parts)} calls inside",) if cost.parts else ()
    labels = (*_labels(cost.layer, written(cost.output_shape), index), *calls)
    return _Cell(index, scale.size(cost.output_shape), labels, _look(cost), scale.shade(cost))


def _look(cost: LayerCost) -> Look:
    if cost.parameters:
        return Look.WEIGHTS
    had = isinstance(cost.layer, Layer) and any(cost.layer.parameters(cost.input_shape))
    return Look.TIED if had else Look.PLAIN


def _labels(layer: Layer | Operation, last: str, index: int | None = None) -> tuple[str, ...]:
    """Name (with its number, of a layer of the structure), settings and `last`, below a box."""
    number = "" if index is None else f"{index + 1}  "
    lines = (f"{number}{layer.label}", _short(layer.summary(), MOST_LETTERS), last)
    return tuple(line for line in lines if line)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


# --- from cells to the page ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Lanes:
    """Vertical measures of a row of the page, from its top.

    Attributes:
        middles: Where the boxes of each lane are centred.
        bottoms: Where its labels begin.
        height: Of the row.
    """

    middles: tuple[float, ...]
    bottoms: tuple[float, ...]
    height: float


class _Page:
    """Puts units in rows."""

    def __init__(self, width: float) -> None:
        self._width = width
        self._boxes: list[Box] = []
        self._frames: list[Frame] = []
        self._lines: list[tuple[Point, ...]] = []
        self._exit: tuple[Point, float] | None = None  # of the last unit, and its right edge
        self._right = 0.0

    def laid_out(self, units: Sequence[_Unit], legend: tuple[str, ...]) -> Drawing:
        """The drawing of the units."""
        y = MARGIN
        for row in self._rows(units):
            lanes = _lanes(row)
            x = MARGIN
            for unit in row:
                self._place(unit, x, y, lanes)
                x += unit.width + GAP
            self._right = max(self._right, x - GAP + MARGIN)
            y += lanes.height + ROW_GAP
        return Drawing(
            self._right, y - ROW_GAP + MARGIN, tuple(self._boxes), tuple(self._frames),
            tuple(self._lines), legend,
        )  # fmt: skip

    def _rows(self, units: Sequence[_Unit]) -> Iterator[list[_Unit]]:
        row: list[_Unit] = []
        x = MARGIN
        for unit in units:
            if row and x + unit.width + MARGIN > self._width:
                yield row
                row, x = [], MARGIN
            row.append(unit)
            x += unit.width + GAP
        yield row

    def _place(self, unit: _Unit, x: float, y: float, lanes: _Lanes) -> None:
        lefts = [x + sum(unit.columns[:column]) for column in range(len(unit.columns) + 1)]
        boxes = [_box(cell, lefts, y, lanes) for cell in unit.cells]
        self._boxes += boxes
        middle = y + lanes.middles[0]
        if unit.title:
            bottom = max(box.area.y + box.area.height for box in boxes) + LANE_GAP
            self._frames.append(Frame(unit.layer, Rect(x, y, unit.width, bottom - y), unit.title))
        entry = Point(x if unit.title else boxes[0].rect.x, middle)
        if self._exit is not None and unit.is_reached:
            self._lines.append(_between(*self._exit, entry, x, y))
        for edge in unit.edges:
            self._lines.append(_edge(edge, unit, boxes, lefts, entry, y))
        last = boxes[-1].rect
        self._exit = Point(last.x + last.width, last.y + last.height / 2), x + unit.width


def _lanes(row: Sequence[_Unit]) -> _Lanes:
    """Lanes as high as the highest box and the most labels of any unit of the row."""
    cells = [cell for unit in row for cell in unit.cells]
    y = TITLE if any(unit.title for unit in row) else 0.0
    y += SKIP_STEP * max((edge.level for unit in row for edge in unit.edges), default=0)
    middles, bottoms = [], []
    for lane in range(1 + max(cell.place.lane for cell in cells)):
        own = [cell for cell in cells if cell.place.lane == lane]
        height = max(cell.size[1] for cell in own)
        middles.append(y + height / 2)
        bottoms.append(y + height + LANE_GAP / 2)
        y += height + LANE_GAP / 2 + LINE * max(len(cell.labels) for cell in own) + LANE_GAP
    return _Lanes(tuple(middles), tuple(bottoms), y)


def _box(cell: _Cell, lefts: Sequence[float], y: float, lanes: _Lanes) -> Box:
    column, lane = cell.place
    left, width = lefts[column], lefts[column + 1] - lefts[column]
    top = y + lanes.middles[lane] - cell.size[1] / 2
    rect = Rect(left + (width - cell.size[0]) / 2, top, *cell.size)
    bottom = y + lanes.bottoms[lane] + LINE * len(cell.labels)
    area = Rect(left, top, width, bottom - top)
    return Box(cell.layer, rect, area, cell.labels, cell.look, cell.shade)


def _between(start: Point, right: float, end: Point, left: float, top: float) -> tuple[Point, ...]:
    """From one layer to the next: straight, or around to the row below."""
    if start.y == end.y and start.x < end.x:
        return (start, end)
    out, back, way = right + GAP / 2, left - GAP / 2, top - ROW_GAP / 2
    return (
        start, Point(out, start.y), Point(out, way), Point(back, way), Point(back, end.y), end,
    )  # fmt: skip


def _edge(
    edge: Edge, unit: _Unit, boxes: Sequence[Box], lefts: Sequence[float], entry: Point, y: float
) -> tuple[Point, ...]:
    """A line inside a block: straight, to another lane, or over the boxes between."""
    target = boxes[edge.target].rect
    end = Point(target.x, target.y + target.height / 2)
    turn = lefts[unit.cells[edge.target].place.column]
    if edge.source is None:
        start, out = entry, entry.x + GAP / 4
    else:
        source = boxes[edge.source].rect
        start = Point(source.x + source.width, source.y + source.height / 2)
        out = lefts[unit.cells[edge.source].place.column + 1]
    if edge.level:
        over = y + TITLE + SKIP_STEP * (edge.level - 0.5)
        return (start, Point(out, start.y), Point(out, over), Point(turn, over),
                Point(turn, end.y), end)  # fmt: skip
    if start.y == end.y:
        return (start, end)
    turn = max(turn, start.x) if edge.source is not None else out
    return (start, Point(turn, start.y), Point(turn, end.y), end)
