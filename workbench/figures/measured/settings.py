"""Figures of what was measured and belongs to no run: they carry their numbers themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from workbench.base.text import tr
from workbench.figures.settings import FigureSpec, Named
from workbench.spec.base import AsTuple, Spec, setting

MOST_POINTS, MOST_SERIES = 10_000, 100
Floats = Annotated[tuple[float, ...], AsTuple]
Texts = Annotated[tuple[str, ...], AsTuple]


class Series(Named):
    """One line, or dots."""

    name: str = setting(..., "Name", "What it is, in the legend.", min_length=1, max_length=300)
    x: Floats = setting(..., "x", "In the unit of its axis.", min_length=1, max_length=MOST_POINTS)
    y: Floats = setting(..., "y", "In the unit of its axis.", min_length=1, max_length=MOST_POINTS)
    kind: Literal["line", "marked", "dashed", "faint", "dots"] = setting(
        "line", "Kind", "How it is drawn."
    )
    colour: int = setting(0, "Colour", "Its number in the cycle of colours.", ge=0)
    words: Texts = setting((), "Words", "Beside its points.", max_length=MOST_POINTS)

    @property
    def key(self) -> str:
        """Its name."""
        return self.name


class MeasuredSpec(FigureSpec):
    """What these figures have in common."""

    what: str = setting(..., "What", "Proposed as the file's name.", min_length=1, max_length=100)

    @property
    def file_name(self) -> str:
        """Named after what it shows."""
        return self.what

    def of_runs(self, run_ids: Sequence[str]) -> Self:
        """It shows no run."""
        raise ValueError(tr("a figure of what was measured is of no run; leave the runs out"))

    @property
    def reads(self) -> object:
        """Nothing."""
        return None


class MeasuredLines(MeasuredSpec):
    """Lines and dots on two axes."""

    FORMAT: ClassVar[str] = "dlopt-workbench measured lines 1"
    LEGEND: ClassVar[str] = "series"
    SUFFIXES: ClassVar[tuple[str, ...]] = (*FigureSpec.SUFFIXES, ".tex", ".tikz")

    x_title: str = setting(..., "X title", "With its unit.", max_length=200)
    y_title: str = setting(..., "Y title", "With its unit.", max_length=200)
    log_x: bool = setting(False, "Log x", "Logarithmic x axis.")
    log_y: bool = setting(False, "Log y", "Logarithmic y axis.")
    series: Annotated[tuple[Series, ...], AsTuple] = setting(
        ..., "Series", "In the order of the legend.", min_length=1, max_length=MOST_SERIES
    )


class MeasuredBar(Spec):
    """One bar, with the middle half of its samples where there are several."""

    label: str = setting(..., "Label", "Left of it.", max_length=300)
    value: float = setting(..., "Value", "How long it is.", ge=0.0)
    low: float | None = setting(None, "Low", "Where its whisker begins.", begin=0.0)
    high: float | None = setting(None, "High", "Where its whisker ends.", begin=0.0)
    mark: Literal["best", "measured", "left behind"] = setting(
        "measured", "Mark", "What it is to the others."
    )


class MeasuredBars(MeasuredSpec):
    """Bars below each other, from 0."""

    FORMAT: ClassVar[str] = "dlopt-workbench measured bars 1"

    title: str = setting(..., "Title", "Of the axis: what the length is.", max_length=200)
    y_title: str = setting(..., "Y title", "What the bars are.", max_length=200)
    bars: Annotated[tuple[MeasuredBar, ...], AsTuple] = setting(
        ..., "Bars", "From the top down.", min_length=1, max_length=1000
    )
