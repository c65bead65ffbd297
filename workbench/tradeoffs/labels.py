"""Where the names of points go, so that none lies on another or on a point: for any canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

DISTANCES = (6.0, 14.0, 26.0, 42.0)
"""From the point to the nearest edge of its name; the nearest with room is taken."""

SIDES = ((1, 1), (1, 0), (-1, 1), (1, -1), (-1, 0), (-1, -1), (0, 1), (0, -1))
"""Tried in this order: right and above first, where the eye looks."""

POINT = 4.0
"""Half the width of a point that no name may cover."""


MOST_MINDED = 300
"""Where there are more points, names lie over them: else there would be none."""


class Rectangle(NamedTuple):
    """A rectangle."""

    left: float
    bottom: float
    width: float
    height: float

    def meets(self, other: Rectangle) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.bottom < other.bottom + other.height
            and other.bottom < self.bottom + self.height
        )

    def is_inside(self, other: Rectangle) -> bool:
        """Whether it lies wholly in the other."""
        return (
            self.left >= other.left
            and self.left + self.width <= other.left + other.width
            and self.bottom >= other.bottom
            and self.bottom + self.height <= other.bottom + other.height
        )


def place(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    canvas: Rectangle,
    others: Sequence[tuple[float, float]] = (),
) -> list[Rectangle | None]:
    """A place for each name, those before first; None for one that finds no room.

    Args:
        points: What is named.
        sizes: Width and height of each name.
        canvas: Where names may be.
        others: Points without names; they are in the way too, unless they are too many to mind.
    """
    minded = others if len(others) <= MOST_MINDED else ()
    taken = [Rectangle(x - POINT, y - POINT, 2 * POINT, 2 * POINT) for x, y in (*points, *minded)]
    found: list[Rectangle | None] = []
    for point, size in zip(points, sizes, strict=True):
        boxes = (_beside(point, size, side, by) for by in DISTANCES for side in SIDES)
        free = (
            box
            for box in boxes
            if box.is_inside(canvas) and not any(box.meets(other) for other in taken)
        )
        box = next(free, None)
        found.append(box)
        if box is not None:
            taken.append(box)
    return found


def _beside(
    point: tuple[float, float], size: tuple[float, float], side: tuple[int, int], by: float
) -> Rectangle:
    starts = [
        at + by if way > 0 else at - by - length if way < 0 else at - length / 2
        for at, length, way in zip(point, size, side, strict=True)
    ]
    return Rectangle(starts[0], starts[1], *size)
