"""Time to a target, which some runs never reach: what may be said of several of them.

A mean over the runs that got there would praise a lever that rarely gets there, but fast: so it is
said how many did, and a median that takes the others for slower than all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.base.text import plural
from workbench.base.units import duration


@dataclass(frozen=True)
class TimeTo:
    """How long runs of one kind took to a target.

    Attributes:
        reached: How many got there.
        of: How many were trained.
        median: Over all of them, in seconds; None where half or more never got there.
        mean: Geometric; None where any of them never got there.
    """

    reached: int
    of: int
    median: float | None
    mean: float | None

    @property
    def sentence(self) -> str:
        """As in "reached by 5 of 5 seeds, median 6.1 s"."""
        if self.median is None:
            return plural(
                "reached by {reached} of {count} seed; too few for a median",
                "reached by {reached} of {count} seeds; too few for a median",
                self.of,
                reached=self.reached,
            )
        return plural(
            "reached by {reached} of {count} seed, median {median}",
            "reached by {reached} of {count} seeds, median {median}",
            self.of,
            reached=self.reached,
            median=duration(self.median),
        )

    @property
    def note(self) -> str:
        """Why there is no mean; "" where there is one."""
        if self.mean is not None or not self.of:
            return ""
        return plural(
            "no mean is given, as {count} run never got there",
            "no mean is given, as {count} runs never got there",
            self.of - self.reached,
        )


def time_to(seconds: Sequence[float | None]) -> TimeTo:
    """What several runs say of the time to a target.

    Args:
        seconds: Of each run; None for one that never got there.
    """
    known = [value for value in seconds if value is not None]
    if not known:
        return TimeTo(0, len(seconds), None, None)
    median = float(np.median([math.inf if value is None else value for value in seconds]))
    is_whole = len(known) == len(seconds)
    return TimeTo(
        len(known),
        len(seconds),
        median if math.isfinite(median) else None,
        math.exp(float(np.mean(np.log(known)))) if is_whole and min(known) > 0 else None,
    )
