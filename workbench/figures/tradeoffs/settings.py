"""What figures of the runs' quantities are: a scatter with its Pareto front, and bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from workbench.figures.settings import FigureRun, FigureSpec
from workbench.spec.base import AsTuple, setting
from workbench.tradeoffs.points import TradeoffAxis

MOST_RUNS = 100_000
RunIds = Annotated[tuple[str, ...], AsTuple]
MEANS: bool = setting(False, "Means", "The runs of a trial as one, with their means.")


class ScatterFigure(FigureSpec):
    """Runs as dots over two quantities, the third as size or colour, and their Pareto front."""

    FORMAT: ClassVar[str] = "dlopt-workbench scatter 1"
    LEGEND: ClassVar[str] = "named"

    runs: RunIds = setting(..., "Runs", "Ids of the runs.", min_length=1, max_length=MOST_RUNS)
    quantities: Annotated[tuple[TradeoffAxis, ...], AsTuple] = setting(
        ..., "Quantities", "Of the x axis, the y axis, and of the dots.", min_length=2, max_length=3
    )
    third: Literal["size", "colour"] = setting(
        "size", "Third", "What of a dot shows the third quantity."
    )
    named: Annotated[tuple[FigureRun, ...], AsTuple] = setting(
        (),
        "Names",
        "Words for runs on the front; the others have their own name.",
        max_length=MOST_RUNS,
    )

    means: bool = MEANS

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that it shows."""
        return tuple(quantity.key for quantity in self.quantities)

    @property
    def file_name(self) -> str:
        """Named after what it shows."""
        return _as_file(f"{self.keys[1]} over {self.keys[0]}")

    def of_runs(self, run_ids: Sequence[str]) -> Self:
        """Those that have words of their own keep them."""
        named = tuple(entry for entry in self.named if entry.run_id in run_ids)
        return self.model_copy(update={"runs": tuple(run_ids), "named": named})

    @property
    def reads(self) -> object:
        """Its runs and columns, and what is one of them."""
        return self.runs, self.keys, self.means


class BarsFigure(FigureSpec):
    """A quantity by run, or the mean of groups with their standard deviation."""

    FORMAT: ClassVar[str] = "dlopt-workbench bars 1"

    runs: RunIds = setting(..., "Runs", "Ids of the runs.", min_length=1, max_length=MOST_RUNS)
    quantity: TradeoffAxis = setting(..., "Quantity", "How long the bars are.")
    group: str = setting(
        "",
        "Group",
        "A column whose values make the groups, or 'name' without its number; empty "
        "for a bar a run.",
        max_length=300,
    )
    from_zero: bool = setting(
        True, "From zero", "Bars begin at 0; else dots on an axis around their values."
    )

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that it shows."""
        return tuple(dict.fromkeys((self.quantity.key, self.group or "name")))

    @property
    def file_name(self) -> str:
        """Named after what it shows."""
        return _as_file(f"{self.quantity.key} by {self.group or 'run'}")

    def of_runs(self, run_ids: Sequence[str]) -> Self:
        """The same of other runs."""
        return self.model_copy(update={"runs": tuple(run_ids)})

    @property
    def reads(self) -> object:
        """Its runs and columns."""
        return self.runs, self.keys


def _as_file(words: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in words)
