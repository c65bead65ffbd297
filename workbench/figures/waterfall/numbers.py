"""Where the bars of a waterfall lie, and its numbers as CSV."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.figures.waterfall.settings import WaterfallFigure, WaterfallStep
from workbench.runs.table.delimited import as_cell, as_csv


@dataclass(frozen=True)
class PlacedStep:
    """A bar with its ends, in the unit of the axis.

    Attributes:
        step: Its settings.
        start, end: Of the bar.
        low, high: Of the interval of its end; None where it has none.
        alone, last: Where it would end if it was worth so much; None where that isn't known.
    """

    step: WaterfallStep
    start: float
    end: float
    low: float | None
    high: float | None
    alone: float | None
    last: float | None

    @property
    def reaches(self) -> tuple[float, ...]:
        """All places on the axis that it takes."""
        known = (self.low, self.high, self.alone, self.last)
        return (self.start, self.end, *(place for place in known if place is not None))


def rows_of(figure: WaterfallFigure) -> tuple[tuple[str, str], ...]:
    """Label and words of every row: the baseline, the bars, and all of them together."""
    return (
        (figure.start_label, figure.start_words),
        *((step.label, step.words) for step in figure.steps),
        (figure.end_label, figure.end_words),
    )


def along(figure: WaterfallFigure, value: float) -> float:
    """A place on the axis as the eye measures it."""
    return math.log10(value) if figure.multiplies else value


def placed(figure: WaterfallFigure) -> tuple[PlacedStep, ...]:
    """The bars, each from where the one before ended."""
    return tuple(_placed(figure))


def end_of(figure: WaterfallFigure) -> float:
    """What all levers together reach, in the unit of the axis."""
    return placed(figure)[-1].end


def span_of(figure: WaterfallFigure) -> tuple[float, float]:
    """The least and the greatest place on the axis."""
    places = [place for step in placed(figure) for place in step.reaches]
    return min(places), max(places)


def waterfall_csv(figure: WaterfallFigure, data: None) -> str:
    """A row a bar, with the numbers beside it."""
    rows = [["lever", "amount", "low", "high", "alone", "last", "from", "to", "verdict"]]
    for one in placed(figure):
        step = one.step
        known = (step.amount, step.low, step.high, step.alone, step.last, one.start, one.end)
        numbers = ("" if value is None else repr(value) for value in known)
        rows.append([as_cell(step.label), *numbers, step.mark])
    return as_csv(rows)


def _placed(figure: WaterfallFigure) -> Iterator[PlacedStep]:
    start = figure.start
    for step in figure.steps:
        known = (step.low, step.high, step.alone, step.last)
        low, high, alone, last = (_after(figure, start, amount) for amount in known)
        end = _moved(figure, start, step.amount)
        yield PlacedStep(step, start, end, low, high, alone, last)
        start = end


def _after(figure: WaterfallFigure, start: float, amount: float | None) -> float | None:
    return None if amount is None else _moved(figure, start, amount)


def _moved(figure: WaterfallFigure, start: float, amount: float) -> float:
    return start * amount if figure.multiplies else start + amount
