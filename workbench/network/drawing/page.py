"""From boxes without a place to the page: units in rows that wrap, and the lines between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.network.blueprint import Edge
from workbench.network.drawing.shapes import (
    GAP,
    LINE,
    MARGIN,
    TITLE,
    Box,
    Drawing,
    Frame,
    Point,
    Rect,
)
from workbench.network.drawing.units import Cell, Unit

LANE_GAP = 8.0
SKIP_STEP = 10.0
ROW_GAP = 28.0


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


class Sheet:
    """Puts units in rows."""

    def __init__(self, width: float) -> None:
        self._width = width
        self._boxes: list[Box] = []
        self._frames: list[Frame] = []
        self._lines: list[tuple[Point, ...]] = []
        self._exit: tuple[Point, float] | None = None  # of the last unit, and its right edge
        self._right = 0.0

    def laid_out(self, units: Sequence[Unit], legend: tuple[str, ...]) -> Drawing:
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
            self._right,
            y - ROW_GAP + MARGIN,
            tuple(self._boxes),
            tuple(self._frames),
            tuple(self._lines),
            legend,
        )

    def _rows(self, units: Sequence[Unit]) -> Iterator[list[Unit]]:
        row: list[Unit] = []
        x = MARGIN
        for unit in units:
            if row and x + unit.width + MARGIN > self._width:
                yield row
                row, x = [], MARGIN
            row.append(unit)
            x += unit.width + GAP
        yield row

    def _place(self, unit: Unit, x: float, y: float, lanes: _Lanes) -> None:
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


def _lanes(row: Sequence[Unit]) -> _Lanes:
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


def _box(cell: Cell, lefts: Sequence[float], y: float, lanes: _Lanes) -> Box:
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
        start,
        Point(out, start.y),
        Point(out, way),
        Point(back, way),
        Point(back, end.y),
        end,
    )


def _edge(
    edge: Edge, unit: Unit, boxes: Sequence[Box], lefts: Sequence[float], entry: Point, y: float
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
        return (
            start,
            Point(out, start.y),
            Point(out, over),
            Point(turn, over),
            Point(turn, end.y),
            end,
        )
    if start.y == end.y:
        return (start, end)
    turn = max(turn, start.x) if edge.source is not None else out
    return (start, Point(turn, start.y), Point(turn, end.y), end)
