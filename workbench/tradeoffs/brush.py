"""Parallel axes: columns of any kind as heights between 0 and 1, and ranges on them as a filter.

A brushed range becomes a term of the language of filters, and which runs it holds is found by that
term alone: so the expression that a person copies finds exactly the runs that were drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from workbench.runs.columns import Column
from workbench.runs.quantities import Kind
from workbench.runs.table.frame import Array
from workbench.runs.table.query import And, Compare, Operator, Or, Term
from workbench.tradeoffs.pareto import Numbers

STEPS = 400
"""The ends of a brushed range are rounded to this part of the axis: short numbers to read."""

MOST_DECIMALS = 8
"""A number that needs more is written with an exponent."""

FLAGS = ("false", "true")


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its height and its words."""

    height: float
    text: str


@dataclass(frozen=True)
class Axis:
    """A column as an axis.

    Attributes:
        column: What it shows.
        heights: Of every run, 0 to 1; NaN where the run has no value (or none above 0 on a
            logarithmic axis).
        low, high: Values at 0 and 1, in powers of ten where it is logarithmic; of numbers only.
        log: Whether it is logarithmic.
        categories: The texts, from the bottom up; empty for an axis of numbers.
    """

    column: Column
    heights: Numbers
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    categories: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """How many runs have no place on it."""
        return int(np.count_nonzero(np.isnan(self.heights)))

    def value_at(self, height: float) -> float:
        """The number at a height."""
        value = self.low + height * (self.high - self.low)
        return float(10.0**value) if self.log else value

    def ticks(self) -> list[Tick]:
        """Its ends, or all its texts; none where no run has a value, as it has no scale then."""
        if self.missing == len(self.heights):
            return []
        if self.categories:
            heights = _spaced(len(self.categories)).tolist()
            return [Tick(h, self._word(t)) for h, t in zip(heights, self.categories, strict=True)]
        if self.low == self.high:
            return [Tick(0.5, self.column.text(self.value_at(0.5)))]
        return [Tick(height, self.column.text(self.value_at(height))) for height in (0.0, 0.5, 1.0)]

    def _word(self, text: str) -> str:
        return self.column.text(float(FLAGS.index(text))) if self.column.kind is Kind.FLAG else text

    def term(self, low: float, high: float) -> Term | None:
        """What holds the runs between two heights; None where no value can be there."""
        if self.categories:
            return self._term_of_texts(low, high)
        if self.low == self.high:
            return self._any() if low <= 0.5 <= high else None
        terms: list[Term] = []
        if low > 0.0:
            terms.append(self._compared(Operator.AT_LEAST, low))
        elif self.log or high >= 1.0:
            terms.append(self._any())
        if high < 1.0:
            terms.append(self._compared(Operator.AT_MOST, high))
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def _any(self) -> Compare:
        """What holds every run that has a place on the axis."""
        if self.log:
            return Compare(self.column.key, Operator.MORE, "0")
        return Compare(self.column.key, Operator.UNEQUAL, None)

    def _compared(self, operator: Operator, height: float) -> Compare:
        step = abs(self.value_at(height + 1 / STEPS) - self.value_at(height))
        return Compare(
            self.column.key, operator, _written(self.value_at(height), step, self.column)
        )

    def _term_of_texts(self, low: float, high: float) -> Term | None:
        heights = _spaced(len(self.categories))
        inside = np.flatnonzero((heights >= low) & (heights <= high)).tolist()
        terms = tuple(
            Compare(self.column.key, Operator.EQUAL, self.categories[number]) for number in inside
        )
        if not terms:
            return None
        return terms[0] if len(terms) == 1 else Or(terms)


def axis_of(column: Column, values: Array, *, log: bool = False) -> Axis:
    """A column as an axis.

    Args:
        column: About it.
        values: Of every run: numbers with NaN for missing, or texts with None.
        log: Logarithmic, where it is one of numbers.
    """
    if column.kind is Kind.FLAG:
        texts = [None if math.isnan(value) else FLAGS[int(value)] for value in values.tolist()]
        return _axis_of_texts(column, texts)
    if values.dtype == np.object_:
        return _axis_of_texts(column, values.tolist())
    numbers = np.asarray(values, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.log10(numbers) if log else numbers
    scaled = np.where(np.isfinite(scaled), scaled, np.nan)
    known = scaled[~np.isnan(scaled)]
    if not len(known):
        return Axis(column, scaled, log=log)
    low, high = float(known.min()), float(known.max())
    span = high - low
    heights = np.where(np.isnan(scaled), np.nan, 0.5) if span == 0 else (scaled - low) / span
    return Axis(column, heights, low, high, log)


def _axis_of_texts(column: Column, values: Sequence[str | None]) -> Axis:
    """Texts that differ in large and small letters alone are one, as they are to a filter."""
    folded = [value.casefold() if value else None for value in values]
    first: dict[str, str] = {}
    for text, value in zip(folded, values, strict=True):
        if text is not None and value is not None:
            first.setdefault(text, value)
    alphabet = sorted(first)
    spaced = dict(zip(alphabet, _spaced(len(alphabet)).tolist(), strict=True))
    heights = np.array([math.nan if t is None else spaced[t] for t in folded], np.float64)
    return Axis(column, heights, categories=tuple(first[text] for text in alphabet))


def _spaced(count: int) -> npt.NDArray[np.float64]:
    return np.full(count, 0.5) if count < 2 else np.linspace(0.0, 1.0, count)


def _written(value: float, step: float, column: Column) -> str:
    """A number as a filter has it, as short as its place on the axis allows."""
    if column.kind is Kind.DATE:
        exact = "seconds" if step >= 1 else "milliseconds"
        return datetime.fromtimestamp(value).isoformat(timespec=exact)
    digits = max(0, -math.floor(math.log10(step)))
    return f"{value:.6g}" if digits > MOST_DECIMALS else f"{value:.{digits}f}"


def moved(before: Axis, now: Axis, range_: tuple[float, float]) -> tuple[float, float] | None:
    """A range that was brushed on an axis before, on what the axis is now; None where it is gone.

    An end that stood at the end of the axis stays there: it stood for no limit.
    """
    if before.categories or now.categories:
        return range_ if before.categories == now.categories else None
    if before.log != now.log or now.low == now.high:
        return None
    span = now.high - now.low
    ends = [before.low + height * (before.high - before.low) for height in range_]
    low, high = ((end - now.low) / span for end in ends)
    low = 0.0 if range_[0] <= 0.0 else low
    high = 1.0 if range_[1] >= 1.0 else high
    return (max(low, 0.0), min(high, 1.0)) if low < 1.0 and high > 0.0 else None


def term_of(axes: Iterable[Axis], ranges: Mapping[str, tuple[float, float]]) -> Term | None:
    """The ranges on axes, by their keys, as a filter, or None."""
    brushed = (axis for axis in axes if axis.column.key in ranges)
    return together(axis.term(*ranges[axis.column.key]) for axis in brushed)


def between(
    axes: Sequence[Axis], ranges: Mapping[str, tuple[float, float]]
) -> npt.NDArray[np.bool_]:
    """(n,), which runs lie within all ranges, by their heights: of means no filter finds them."""
    held = [(axis.heights, ranges[axis.column.key]) for axis in axes if axis.column.key in ranges]
    masks = [(heights >= low) & (heights <= high) for heights, (low, high) in held]
    whole = np.ones(len(axes[0].heights) if axes else 0, np.bool_)
    return np.asarray(np.logical_and.reduce([whole, *masks]), np.bool_)


def together(terms: Iterable[Term | None]) -> Term | None:
    """What holds the runs that all brushed ranges hold."""
    known = tuple(term for term in terms if term is not None)
    if len(known) < 2:
        return known[0] if known else None
    flat: list[Term] = []
    for term in known:
        flat.extend(term.terms if isinstance(term, And) else [term])
    return And(tuple(flat))
