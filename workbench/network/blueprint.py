"""Where the calls of a block stand to each other: a column for each step, a lane for each branch.

Only the order matters here; lengths are `drawing`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbench.spec.layers import Step


class Place(NamedTuple):
    """Of a call: columns from left to right, lanes from top to bottom."""

    column: int
    lane: int


class Edge(NamedTuple):
    """From one call to another.

    Attributes:
        source: Number of the call whence the value comes; None for what reaches the block.
        target: Number of the call that takes it.
        level: 0 goes along a lane; 1 and more pass over the calls between, higher the more.
    """

    source: int | None
    target: int
    level: int


def arrange(steps: Sequence[Step]) -> tuple[tuple[Place, ...], tuple[Edge, ...]]:
    """Places of a block's calls, and the edges between them.

    The first that takes a value goes on in its lane; another that takes it begins a lane below.
    What merges stands in the highest lane of its inputs.
    """
    number = {step.output: index for index, step in enumerate(steps)}
    places: list[Place] = []
    edges: list[tuple[int | None, int]] = []
    taken: set[int | None] = set()
    ends: dict[int, int] = {}  # last column that is taken, by lane
    for index, step in enumerate(steps):
        sources = [number.get(value) for value in step.inputs]
        before = [places[s] if s is not None else Place(-1, 0) for s in sources]
        column = 1 + max(place.column for place in before)
        lane = min(place.lane for place in before)
        if len(sources) == 1 and sources[0] in taken:
            lane = next(n for n in range(lane + 1, len(steps) + 1) if ends.get(n, -1) < column)
        taken.update(sources)
        places.append(Place(column, lane))
        ends[lane] = column
        edges += [(source, index) for source in sources]
    return tuple(places), _levelled(edges, places)


def _levelled(edges: Sequence[tuple[int | None, int]], places: Sequence[Place]) -> tuple[Edge, ...]:
    """Edges that would run through a call pass over it, each over those that it spans."""
    taken = set(places)
    passed: list[tuple[int, int, int]] = []
    levels: dict[tuple[int | None, int], int] = {}
    spans = {edge: _span(edge, places) for edge in edges}
    for edge in sorted(edges, key=lambda e: spans[e][1] - spans[e][0]):
        first, last, lane = spans[edge]
        if not any(Place(column, lane) in taken for column in range(first + 1, last)):
            levels[edge] = 0
            continue
        under = [level for a, b, level in passed if a < last and first < b]
        levels[edge] = 1 + max(under, default=0)
        passed.append((first, last, levels[edge]))
    return tuple(Edge(*edge, levels[edge]) for edge in edges)


def _span(edge: tuple[int | None, int], places: Sequence[Place]) -> tuple[int, int, int]:
    """Columns that an edge goes from and to, and the lane it goes along."""
    source, target = edge
    start = places[source] if source is not None else Place(-1, 0)
    return start.column, places[target].column, start.lane
