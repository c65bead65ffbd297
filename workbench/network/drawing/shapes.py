"""What a drawing of a network is made of: boxes, frames and lines, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

FONT = 11.0
LINE = 15.0
TITLE = 18.0
CHARACTER = 6.1
"""Width of a letter, about: the painters know better, but no two of them the same."""

GAP = 20.0
MARGIN = 20.0

INPUT = -1
"""What `Box.layer` is for the image that enters."""


class Fill(Enum):
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
    look: Fill
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
