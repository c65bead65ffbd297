"""What a search is asked: how much accuracy may go, how long it may take, and its goal."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from workbench.base import units
from workbench.base.text import tr
from workbench.spec.base import Spec, setting

POINTS = 100.0
"""Percentage points to a share of 1."""

MOST_JUDGING = 30.0
"""Seconds that testing the winner takes, with the start of its process."""

MOST_MARGIN = 0.5
"""Share of the bound that chance may take of it."""


class AccuracyBound(Spec):
    """What the file has to keep, and what it is searched for."""

    within: float = setting(
        0.3,
        "Within",
        "Accuracy that the file may lose against the original, judged on validation images.",
        unit="points",
        gt=0.0,
        le=100.0,
    )
    minutes: float = setting(
        20.0,
        "Time",
        "The search begins nothing that can't be done by then, and ends what takes longer.",
        unit="minutes",
        gt=0.0,
        le=10_000.0,
    )
    goal: Literal["bytes", "gzip", "latency", "macs"] = setting(
        "bytes",
        "Goal",
        "'bytes' looks for the smallest file, 'gzip' for the smallest as gzip codes it, 'latency' "
        "for the fastest for one image, 'macs' for the fewest multiplications.",
    )

    @property
    def seconds(self) -> float:
        """It may take."""
        return 60.0 * self.minutes

    @property
    def judging_seconds(self) -> float:
        """Of it that are kept for the winner on the test part."""
        return min(MOST_JUDGING, self.seconds / 10)

    @property
    def quantity(self) -> str:
        """The key of what is to be small."""
        return GOALS[self.goal].quantity

    def margin(self, original: float, accuracy: float, images: int) -> float:
        """What chance takes of the bound, as a share: one standard error of the difference of two
        accuracies on the same images, at most half of the bound.

        So that the one that is chosen of many, which had luck among other things, keeps the bound
        on other images too. Half of the errors of the two are taken to be the same ones.
        """
        differing = max(0.0, (1 - original) + (1 - accuracy)) / 2
        error = sqrt(differing / max(1, images))
        return min(error, MOST_MARGIN * self.within / POINTS)

    def allows(self, original: float, accuracy: float, images: int) -> bool:
        """Whether a file may be chosen.

        Args:
            original: Accuracy of the original on the validation images.
            accuracy: Of the file on the same.
            images: How many.
        """
        lost = original - accuracy
        least = 1e-9  # of the rounding of shares
        return lost <= self.within / POINTS - self.margin(original, accuracy, images) + least


@dataclass(frozen=True)
class Goal:
    """What is to be small.

    Attributes:
        quantity: Its key.
        title: In a list of choices.
        is_predictable: Whether it is known of a structure before training, so that what can't win
            isn't tried.
        takes_int4: Whether 4 bits for a weight make it smaller.
    """

    quantity: str
    title: str
    is_predictable: bool = True
    takes_int4: bool = False

    def text(self, value: float) -> str:
        """A value with its unit."""
        if self.quantity == "macs":
            return tr("{count} MACs", count=units.count(value))
        if self.quantity == "litert_ms":
            return tr("{count} µs", count=f"{1000 * value:,.1f}")
        if self.quantity == "gzip_bytes":
            return tr("{size} gzipped", size=units.size(value))
        return units.size(value)


GOALS = {
    "bytes": Goal("litert_bytes", tr("Smallest file"), takes_int4=True),
    "gzip": Goal("gzip_bytes", tr("Smallest file when gzipped"), takes_int4=True),
    "latency": Goal("litert_ms", tr("Fastest for one image"), is_predictable=False),
    "macs": Goal("macs", tr("Fewest multiplications")),
}
