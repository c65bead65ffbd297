"""What a search is after: quantities of a run, each to be high or low."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.base.names import near_miss
from workbench.base.text import inside, tr
from workbench.runs.quantities import QUANTITIES, Quantity
from workbench.runs.record import Run
from workbench.spec.base import SpecError
from workbench.tradeoffs.pareto import MOST_QUANTITIES

DIRECTIONS = {"max": 1, "min": -1}
DEFAULT = "max:val_accuracy"

GOAL_WORDS = {
    "max:val_accuracy": tr("highest validation accuracy"),
    "min:val_loss": tr("lowest validation loss"),
    "min:seconds": tr("shortest training time"),
    "min:parameters": tr("fewest parameters"),
    "min:macs": tr("fewest MACs"),
    "min:file_bytes": tr("smallest file"),
    "max:images_per_second": tr("most images per second"),
    "min:joules": tr("least energy"),
}
"""The usual goals by what is typed, as a person says them after "the"."""

_OF_TEST = ("test_accuracy", "test_loss")
_BY_NAME = {
    quantity.key: quantity
    for quantity in QUANTITIES
    if not quantity.is_noted and quantity.key not in (*_OF_TEST, "accuracy_difference", "epochs")
}
"""What training itself gives; what is measured afterwards is not there when a trial ends."""

TIMED = ("images_per_second", "seconds", "elapsed", "joules")
"""Quantities that are not the same when a run is repeated."""


@dataclass(frozen=True)
class SweepGoal:
    """One quantity that is to be high or low.

    Attributes:
        key: Of the quantity.
        direction: 1 where more is better, -1 where less is.
    """

    key: str
    direction: int

    @classmethod
    def of_text(cls, text: str) -> SweepGoal:
        """A goal as it is typed: `max:val_accuracy`, or the quantity alone for its own direction.

        Raises:
            SpecError: where there is no such quantity, or it is not to choose by.
        """
        said, _, key = text.rpartition(":")
        if said and said not in DIRECTIONS:
            raise SpecError.at(f"--goal {text}", tr("must be max:NAME or min:NAME"))
        if key in _OF_TEST:
            fault = tr(
                "the test images are read once, after the choice; "
                "choose by val_accuracy or val_loss"
            )
            raise SpecError.at(f"--goal {text}", fault)
        if key not in _BY_NAME:
            fault = tr("there is no quantity {key}", key=repr(key))
            raise SpecError.at(f"--goal {text}", near_miss(fault, key, _BY_NAME))
        return cls(key, DIRECTIONS[said] if said else _BY_NAME[key].better or 1)

    @property
    def quantity(self) -> Quantity:
        """What it is of."""
        return _BY_NAME[self.key]

    @property
    def words(self) -> str:
        """As in "highest validation accuracy"."""
        known = GOAL_WORDS.get(str(self))
        if known is not None:
            return known
        what = inside(self.quantity.name)
        if self.direction > 0:
            return tr("highest {what}", what=what)
        return tr("lowest {what}", what=what)

    def of(self, run: Run) -> float | None:
        """Its value of a run; None where it isn't known, or is no number."""
        found = run.figure(self.key)
        return None if found is None or found != found else float(found)

    def __str__(self) -> str:
        """As it is typed."""
        return f"{'max' if self.direction > 0 else 'min'}:{self.key}"


def goals_of(texts: Sequence[str]) -> tuple[SweepGoal, ...]:
    """The goals that a person typed; validation accuracy where none is.

    Raises:
        SpecError: where one is wrong, given twice, or they are too many.
    """
    found = tuple(map(SweepGoal.of_text, texts or [DEFAULT]))
    if len({goal.key for goal in found}) < len(found):
        raise SpecError.at("--goal", tr("each quantity can be a goal once"))
    if len(found) > MOST_QUANTITIES:
        fault = tr(
            "at most {most} goals make a front, got {count}",
            most=MOST_QUANTITIES,
            count=len(found),
        )
        raise SpecError.at("--goal", fault)
    return found
