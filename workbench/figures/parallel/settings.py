"""What a figure of parallel axes is: which runs, which columns, which ranges are brushed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Self

from workbench.figures.settings import FigureRun, FigureSpec
from workbench.figures.tradeoffs.settings import MEANS, MOST_RUNS, RunIds
from workbench.spec.base import AsTuple, Spec, setting

LEAST_AXES, MOST_AXES = 2, 16
MOST_NAMED = 10
"""Lines that the legend names; of more it says how many there are."""


class AxisSpec(Spec):
    """One column as an axis."""

    key: str = setting(..., "Column", "As the table of runs names it.", max_length=300)
    log: bool = setting(False, "Logarithmic", "Where it is a column of numbers.")


class Brush(Spec):
    """A range on an axis; the runs outside any range are faint."""

    key: str = setting(..., "Column", "Of the axis.", max_length=300)
    low: float = setting(0.0, "From", "A height on the axis, 0 to 1.", ge=0.0, le=1.0)
    high: float = setting(1.0, "To", "A height on the axis, 0 to 1.", ge=0.0, le=1.0)


class ParallelFigure(FigureSpec):
    """Runs as lines through the values that they have on parallel axes."""

    FORMAT: ClassVar[str] = "dlopt-workbench parallel 1"
    LEGEND: ClassVar[str] = "named"

    runs: RunIds = setting(..., "Runs", "Ids of the runs.", min_length=1, max_length=MOST_RUNS)
    axes: Annotated[tuple[AxisSpec, ...], AsTuple] = setting(
        ..., "Axes", "From left to right.", min_length=LEAST_AXES, max_length=MOST_AXES
    )
    brushes: Annotated[tuple[Brush, ...], AsTuple] = setting(
        (), "Brushed ranges", "One an axis at most.", max_length=MOST_AXES
    )
    named: Annotated[tuple[FigureRun, ...], AsTuple] = setting(
        (),
        "Names",
        "Words for runs in the legend; the others have their own name.",
        max_length=MOST_NAMED,
    )
    means: bool = MEANS

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that it shows."""
        return tuple(dict.fromkeys(axis.key for axis in self.axes))

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """The brushed ranges by the keys of their axes."""
        return {brush.key: (brush.low, brush.high) for brush in self.brushes}

    @property
    def file_name(self) -> str:
        """Named after what it is."""
        return "parallel-axes"

    def of_runs(self, run_ids: Sequence[str]) -> Self:
        """The same axes, without ranges: a height means another value there."""
        return self.model_copy(update={"runs": tuple(run_ids), "named": (), "brushes": ()})

    @property
    def reads(self) -> object:
        """Its runs, its axes, what is brushed and what is a line."""
        return self.runs, self.axes, self.brushes, self.means
