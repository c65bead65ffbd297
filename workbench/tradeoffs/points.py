"""Runs as points in two or three quantities: which have the figures, which are on the front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from workbench.runs.columns import Column
from workbench.spec.base import Spec, setting
from workbench.tradeoffs.pareto import Mask, Numbers, front, staircase

Indices = npt.NDArray[np.intp]
Better = Literal["more", "less", "neither"]
SIGNS: dict[str, int] = {"more": 1, "less": -1, "neither": 0}


class TradeoffAxis(Spec):
    """A column of numbers, and which way is good."""

    key: str = setting(..., "Quantity", "A column of the runs table.", min_length=1, max_length=300)
    better: Better = setting("neither", "Better", "Which way is good; 'neither' has no say.")
    log: bool = setting(False, "Log", "Logarithmic axis.")

    @classmethod
    def of(cls, column: Column) -> Self:
        """A column with the direction that it has by itself."""
        return cls(key=column.key, better=_WAYS[column.better])

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is, 0 where neither."""
        return SIGNS[self.better]


_WAYS: dict[int, Better] = {sign: word for word, sign in SIGNS.items()}  # type: ignore[misc]


@dataclass(frozen=True)
class Points:
    """Runs as points.

    Attributes:
        known: Numbers of the runs that have every figure.
        values: Their figures; shape (runs, quantities).
        is_best: Which of them are on the front.
        is_drawn: Which of them the axes can show: a logarithmic one shows what is above 0.
        missing: How many of all runs lack each of the quantities.
        total: How many runs there are.
    """

    known: Indices
    values: Numbers
    is_best: Mask
    is_drawn: Mask
    missing: tuple[int, ...]
    total: int

    @property
    def off_axis(self) -> int:
        """Runs that have every figure, one of which a logarithmic axis can't show."""
        return int(np.count_nonzero(~self.is_drawn))

    def best(self) -> Indices:
        """The numbers of the runs on the front, by the first quantity from the least up."""
        rows = np.flatnonzero(self.is_best)
        if not len(rows):
            return self.known[rows]
        return self.known[rows[np.lexsort(self.values[rows].T[::-1])]]


def points_of(columns: Sequence[Numbers], quantities: Sequence[TradeoffAxis]) -> Points:
    """The points of runs; the front is that of all with every figure, drawn or not.

    Args:
        columns: By quantity the figures of all runs, NaN where missing.
        quantities: Two or three.
    """
    table = np.column_stack(columns)
    has = np.isfinite(table)
    known = np.flatnonzero(has.all(axis=1))
    values = table[known]
    is_drawn = np.ones(len(known), np.bool_)
    for number, quantity in enumerate(quantities):
        if quantity.log:
            is_drawn &= values[:, number] > 0
    signs = [quantity.sign for quantity in quantities]
    # Where no direction counts, all would be on the front, which says nothing.
    is_best = front(values, signs) if any(signs) else np.zeros(len(known), np.bool_)
    missing = tuple(int(count) for count in np.count_nonzero(~has, axis=0))
    return Points(known, values, is_best, is_drawn, missing, len(table))


def front_line(
    points: Points, quantities: Sequence[TradeoffAxis]
) -> tuple[Numbers, Numbers] | None:
    """The line of the front; None where it is no line in the plane of the first two quantities."""
    says = [quantity.sign for quantity in quantities]
    if not all(says[:2]) or any(says[2:]):
        return None
    x, y = points.values[points.is_best & points.is_drawn, :2].T
    return staircase(x, y, says[0]) if len(x) else None
