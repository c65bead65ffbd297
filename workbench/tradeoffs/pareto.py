"""The Pareto front: the points that no other point beats, in up to three quantities."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MOST_QUANTITIES = 3


def front(values: Numbers, better: Sequence[int]) -> Mask:
    """Which points are beaten by no other: one at least as good in all, and better in one.

    Equal points beat neither one another, so all of them are on the front or none. Takes
    O(n log n).

    Args:
        values: Finite; shape (points, quantities).
        better: By quantity 1 where more is better, -1 where less is, 0 where it has no say. Where
            none has a say, nothing beats anything.
    """
    signs = np.asarray(better, np.float64)
    costs = -values[:, signs != 0] * signs[signs != 0]
    count, quantities = costs.shape
    if quantities > MOST_QUANTITIES:
        raise ValueError(f"a front is of at most {MOST_QUANTITIES} quantities, got {quantities}")
    if not quantities or not count:
        return np.ones(count, np.bool_)
    order = np.lexsort(costs.T[::-1])
    ranked = costs[order]
    is_new = np.concatenate([[True], (np.diff(ranked, axis=0) != 0).any(axis=1)])
    # Different points in the order of the alphabet: only an earlier one can beat a later one.
    found = np.zeros(count, np.bool_)
    found[order] = _FRONTS[quantities](ranked[is_new])[np.cumsum(is_new) - 1]
    return found


def _least(costs: Numbers) -> Mask:
    return np.asarray(np.arange(len(costs)) == 0, np.bool_)


def _front_of_two(costs: Numbers) -> Mask:
    before = np.minimum.accumulate(np.concatenate([[np.inf], costs[:-1, 1]]))
    return np.asarray(costs[:, 1] < before, np.bool_)


def _front_of_three(costs: Numbers) -> Mask:
    """Keeps the steps that the second and third cost of earlier points make."""
    firsts: list[float] = []  # rising
    seconds: list[float] = []  # falling
    found = np.zeros(len(costs), np.bool_)
    for number, (_, first, second) in enumerate(costs.tolist()):
        place = bisect_right(firsts, first)
        if place and seconds[place - 1] <= second:
            continue
        found[number] = True
        start = place - 1 if place and firsts[place - 1] == first else place
        stop = place
        while stop < len(seconds) and seconds[stop] >= second:
            stop += 1
        firsts[start:stop], seconds[start:stop] = [first], [second]
    return found


_FRONTS: dict[int, Callable[[Numbers], Mask]] = {
    1: _least,
    2: _front_of_two,
    3: _front_of_three,
}


def staircase(x: Numbers, y: Numbers, better_x: int) -> tuple[Numbers, Numbers]:
    """The line of a front in two quantities: at each x, the best y that a run there reaches.

    Args:
        x: Of the points on the front, in any order.
        y: Of the same.
        better_x: 1 where more of x is better, -1 where less is.
    """
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    if len(x) < 2:
        return x, y
    corners = (x[1:], y[:-1]) if better_x < 0 else (x[:-1], y[1:])
    return _between(x, corners[0]), _between(y, corners[1])


def _between(points: Numbers, corners: Numbers) -> Numbers:
    """One corner after each point but the last."""
    made = np.empty(2 * len(points) - 1)
    made[::2], made[1::2] = points, corners
    return made
