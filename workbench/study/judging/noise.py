"""How far runs that differ in the seed alone lie apart: what every difference is held against."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.evaluation.significance import Spread


@dataclass(frozen=True)
class Noise:
    """How far runs that differ in the seed alone lie apart.

    Attributes:
        deviation: Standard deviation, pooled over all groups of runs.
        freedom: Degrees of freedom that it is known with.
    """

    deviation: float
    freedom: int


def pooled(spreads: Sequence[Spread]) -> Noise | None:
    """The noise of several groups of runs, each with a mean of its own; None of single runs."""
    known = [(one.deviation, one.count - 1) for one in spreads if one.deviation is not None]
    freedom = sum(free for _, free in known)
    if not freedom:
        return None
    return Noise(math.sqrt(sum(d**2 * free for d, free in known) / freedom), freedom)
