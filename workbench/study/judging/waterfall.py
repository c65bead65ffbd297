"""How much of what all levers together bring is each one's: the bars of a waterfall.

What a lever brings depends on what was there before it. Three numbers are told: alone (added to the
baseline), last (taken from the best combination), and the bar itself. Where all combinations of the
levers were run, the bar is the Shapley value: the mean over all orders in which they could have
been added, and the bars add up to the whole. Else it is the mean of alone and last, and what does
not add up is a bar of its own, "together".

Every one of these numbers is a weighted sum of the means of combinations, so one rule gives all
intervals. For ratios, give logarithms and take the exponential of what comes back.

Source:
    Shapley, L. S. (1953). A value for n-person games. Contributions to the theory of games 2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np

from workbench.evaluation.significance import ALPHA
from workbench.study.judging.noise import Noise

MOST_LEVERS = 4
"""Of so many all combinations are run: 16."""

Combination = frozenset[str]
Cells = Mapping[Combination, Mapping[int, float]]
"""What was reached with a combination of levers, by seed."""

Weights = Mapping[Combination, float]


@dataclass(frozen=True)
class Amount:
    """A number with its 95 % interval; the ends are infinite where nothing is known of noise."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class WaterfallBar:
    """One lever.

    Attributes:
        lever: Its name.
        share: How much of the whole is its.
        alone: Added to the baseline; None where that was not run.
        last: Added to all others; None where that was not run.
    """

    lever: str
    share: Amount
    alone: Amount | None
    last: Amount | None


@dataclass(frozen=True)
class Waterfall:
    """From the baseline to all levers together.

    Attributes:
        total: All levers less none.
        bars: In the order of the levers; with `together` they add up to the total.
        together: What is no lever's own; None where the bars are Shapley values.
        is_shapley: Whether they are.
    """

    total: Amount
    bars: tuple[WaterfallBar, ...]
    together: Amount | None
    is_shapley: bool


def waterfall(levers: Sequence[str], cells: Cells, noise: Noise | None = None) -> Waterfall:
    """The bars of some levers.

    Args:
        levers: Their names.
        cells: With at least no lever, all of them, and each alone and left out: or all
            combinations of at most four.
        noise: Between seeds, where it is known from other runs too.

    Raises:
        KeyError: where a combination that is needed is missing.
    """
    every = frozenset(levers)
    variance, freedom = _noise(cells, noise)

    def amount(weights: Weights) -> Amount:
        return _amount(weights, cells, variance, freedom)

    is_shapley = len(levers) <= MOST_LEVERS and all(one in cells for one in subsets(levers))
    whole = {every: 1.0, frozenset[str](): -1.0}
    bars, rest = [], dict(whole)
    for lever in levers:
        alone, last = _step(frozenset(), lever), _step(every - {lever}, lever)
        share = shapley_weights(levers, lever) if is_shapley else _mean(alone, last)
        rest = _summed(rest, {cell: -weight for cell, weight in share.items()})
        shown = (amount(w) if all(c in cells for c in w) else None for w in (alone, last))
        bars.append(WaterfallBar(lever, amount(share), *shown))
    together = None if is_shapley else amount(rest)
    return Waterfall(amount(whole), tuple(bars), together, is_shapley)


def subsets(levers: Sequence[str]) -> list[Combination]:
    """All combinations of some levers, none and all of them among them: small ones first."""
    sizes = range(len(levers) + 1)
    return [frozenset(one) for one in chain(*(combinations(levers, size) for size in sizes))]


def shapley_weights(levers: Sequence[str], lever: str) -> Weights:
    """How the Shapley value of a lever is summed from the means of all combinations."""
    others = [name for name in levers if name != lever]
    count = len(levers)
    found: dict[Combination, float] = {}
    for before in subsets(others):
        orders = math.factorial(len(before)) * math.factorial(count - len(before) - 1)
        found = _summed(found, _step(before, lever), orders / math.factorial(count))
    return found


def _step(before: Combination, lever: str) -> dict[Combination, float]:
    """A lever added to others."""
    return {before | {lever}: 1.0, before: -1.0}


def _summed(first: Weights, second: Weights, scale: float = 1.0) -> dict[Combination, float]:
    """The sum of two, the second scaled."""
    found = dict(first)
    for cell, weight in second.items():
        found[cell] = found.get(cell, 0.0) + scale * weight
    return found


def _mean(first: Weights, second: Weights) -> dict[Combination, float]:
    return _summed(_summed({}, first, 0.5), second, 0.5)


def _amount(weights: Weights, cells: Cells, variance: float, freedom: int) -> Amount:
    from scipy.special import stdtrit

    value = sum(w * float(np.mean(list(cells[cell].values()))) for cell, w in weights.items())
    if not freedom:
        return Amount(value, -math.inf, math.inf)
    shares = sum(weight**2 / len(cells[cell]) for cell, weight in weights.items())
    half = float(stdtrit(freedom, 1 - ALPHA / 2)) * math.sqrt(variance * shares)
    return Amount(value, value - half, value + half)


def _noise(cells: Cells, known: Noise | None) -> tuple[float, int]:
    """Variance of a run and its degrees of freedom: what neither combination nor seed explains.

    Where all combinations were run with the same seeds, what a seed does to all of them alike
    cancels in every difference, and is no noise.
    """
    values = list(cells.values())
    seeds = set(values[0])
    if len(seeds) > 1 and all(set(one) == seeds for one in values):
        table = np.array([[one[seed] for seed in sorted(seeds)] for one in values])
        rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
        squares, freedom = float((rest**2).sum()), (len(values) - 1) * (len(seeds) - 1)
    else:
        squares = sum(float(np.var(list(one.values()))) * len(one) for one in values)
        freedom = sum(len(one) - 1 for one in values)
    if known is not None:
        squares += known.freedom * known.deviation**2
        freedom += known.freedom
    return (squares / freedom, freedom) if freedom else (0.0, 0)
