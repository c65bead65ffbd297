"""A third quantity as sizes: from its figures to shares between the smallest and the largest."""

from __future__ import annotations

import numpy as np

from workbench.tradeoffs.pareto import Numbers


def shares(values: Numbers, *, log: bool) -> Numbers:
    """Values as shares of their range, 0 to 1; all 0.5 where they are the same.

    Args:
        values: Finite, and above 0 where `log`.
        log: Equal ratios become equal steps.
    """
    scaled = np.log10(values) if log else values
    low, span = scaled.min(initial=np.inf), np.ptp(scaled) if len(scaled) else 0.0
    return np.full(len(values), 0.5) if span == 0 else (scaled - low) / span
