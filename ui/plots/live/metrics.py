"""Which live plots there are, and where each stands in the grid."""

from __future__ import annotations

from collections.abc import Callable

from ui.plots.live.panel import Metric
from ui.plots.ranges import Anchor
from ui.plots.ticks import TickKind
from workbench.curves.run import PENALTY_METRICS, PROBE_METRICS, RunCurves

METRICS = (
    Metric("loss", TickKind.NUMBER, Anchor.DATA, "val_loss", show_x_ticks=False),
    Metric("accuracy", TickKind.SHARE, Anchor.SHARE, "val_accuracy"),
    Metric("images_per_second", TickKind.COUNT, Anchor.ZERO),
    Metric("learning_rate", TickKind.RATE, Anchor.ZERO),
    Metric("gradient_norm", TickKind.RATE, Anchor.DATA, logarithmic=True),
    Metric("update_ratio", TickKind.RATE, Anchor.DATA, logarithmic=True),
    Metric("penalty", TickKind.NUMBER, Anchor.DATA),
)
PLACES = {
    "loss": (0, 0, 1, 2), "accuracy": (1, 0, 1, 2),
    "images_per_second": (2, 0, 1, 1), "learning_rate": (2, 1, 1, 1),
    "gradient_norm": (3, 0, 1, 1), "update_ratio": (3, 1, 1, 1),
    "penalty": (4, 0, 1, 2),
}  # fmt: skip
"""Row, column, rows and columns of each in the grid."""

STRETCHES = (6, 6, 5, 5, 4)
OPTIONAL: dict[int, tuple[tuple[str, ...], Callable[[RunCurves], bool]]] = {
    3: (PROBE_METRICS, lambda curves: curves.has_probes),
    4: (PENALTY_METRICS, lambda curves: curves.has_penalty),
}
"""Rows that are there only while a visible run fills them."""
