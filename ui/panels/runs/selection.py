"""Selecting runs in the table from elsewhere, and narrowing its filter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ui.panels.runs.panel import RunsPanel
from ui.panels.runs.view import MOST_RANGES


def select_runs(panel: RunsPanel, run_ids: Sequence[str]) -> int:
    """Selects these runs and shows the first.

    Returns:
        How many could not be: the table doesn't show them, or they lie in too many pieces.
    """
    places = [panel.model.frame.place(run_id) for run_id in run_ids]
    known = np.array([place for place in places if place is not None], np.intp)
    rows = panel.model.rows_of(known)
    if not len(rows):
        return len(run_ids)
    breaks = np.flatnonzero(np.diff(rows) > 1)[: MOST_RANGES - 1]
    tops = rows[np.concatenate([[0], breaks + 1])].tolist()
    last = len(rows) - 1 if len(breaks) < MOST_RANGES - 1 else int(breaks[-1])
    bottoms = rows[np.concatenate([breaks, [last]])].tolist()
    pieces = list(zip(tops, bottoms, strict=True))
    index = panel.model.index(tops[0], 0)
    model = panel.table.selectionModel()
    model.setCurrentIndex(index, model.SelectionFlag.NoUpdate)
    panel.table.select_rows(pieces)
    panel.table.scrollTo(index)
    return len(run_ids) - sum(bottom - top + 1 for top, bottom in pieces)


def narrow(panel: RunsPanel, expression: str) -> None:
    """Adds an expression to the filter."""
    before = panel.filter.text().strip()
    panel.filter.setText(f"({before}) and {expression}" if before else expression)
