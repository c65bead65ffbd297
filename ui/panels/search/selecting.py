"""Runs of a search, selected in the table below."""

from __future__ import annotations

from collections.abc import Sequence

from ui.panels.runs.view import RunsView
from workbench.base.text import tr


def select_below(table: RunsView, run_ids: Sequence[str]) -> str:
    """Selects runs; a sentence where some are not in sight, else ""."""
    missed = table.select_runs(run_ids)
    if not missed:
        return ""
    return tr(
        "{left_out} of {total} runs could not be selected: clear the filter, unfold or "
        "sort the table.",
        left_out=f"{missed:,}",
        total=f"{len(run_ids):,}",
    )
