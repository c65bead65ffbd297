"""A quantity by run or by group: means, deviations, counts, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.runs.table.arrange import spread
from workbench.tradeoffs.pareto import Numbers
from workbench.tradeoffs.points import Indices

Labels = Sequence[str]


@dataclass(frozen=True)
class Bars:
    """A quantity of groups, the best first (the greatest, where no way is good).

    Attributes:
        labels: Of the groups.
        means: Their means.
        deviations: Their sample standard deviations; NaN for a group of one run.
        counts: How many runs of each have the figure.
        first: The number of the first run of each.
        bar_of: By run the number of its bar; -1 where it lacks the figure.
        missing: How many runs lack the figure.
        total: How many runs there are.
    """

    labels: tuple[str, ...]
    means: Numbers
    deviations: Numbers
    counts: Indices
    first: Indices
    bar_of: Indices
    missing: int
    total: int

    def __len__(self) -> int:
        return len(self.labels)


def bars_of(values: Numbers, labels: Labels, sign: int) -> Bars:
    """The bars of runs.

    Args:
        values: The figure of every run, NaN where missing.
        labels: The group of every run.
        sign: 1 where more is better, -1 where less is, 0 where neither.
    """
    known = np.flatnonzero(np.isfinite(values))
    numbers: dict[str, int] = {}
    codes = np.fromiter(
        (numbers.setdefault(labels[run], len(numbers)) for run in known.tolist()),
        np.intp,
        len(known),
    )
    count = len(numbers)
    means, deviations = spread(values[known], codes, count)
    first = np.full(count, len(values), np.intp)
    np.minimum.at(first, codes, known)
    order = np.lexsort((first, means if sign < 0 else -means))
    rank = np.empty(count, np.intp)
    rank[order] = np.arange(count)
    bar_of = np.full(len(values), -1, np.intp)
    bar_of[known] = rank[codes]
    names = list(numbers)
    return Bars(
        tuple(names[number] for number in order),
        means[order],
        deviations[order],
        np.bincount(codes, minlength=count)[order],
        first[order],
        bar_of,
        len(values) - len(known),
        len(values),
    )
