"""The legend of the live plots: one line of rich text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QCoreApplication

from ui.plots.panel import PlottedRun
from ui.plots.theme import PlotTheme

RUNS = 4
"""Named in full; how many more there are is said behind them."""

LONGEST_NAME = 24


def legend_text(runs: Sequence[PlottedRun], theme: PlotTheme) -> str:
    """A swatch and a name for each run, and what the kinds of line mean; "" for no runs."""
    if not runs:
        return ""
    parts = [_entry(run, theme) for run in runs[:RUNS]]
    if len(runs) > RUNS:
        more = QCoreApplication.translate("Legend", "{0} more")
        parts.append(more.format(len(runs) - RUNS))
    key = QCoreApplication.translate("Legend", "line: training, dots: validation")
    parts.append(f'<span style="color:{theme.muted.name()}">{escape(key)}</span>')
    return "&nbsp;&nbsp;&nbsp; ".join(parts)


def _entry(run: PlottedRun, theme: PlotTheme) -> str:
    name = run.name if len(run.name) <= LONGEST_NAME else run.name[: LONGEST_NAME - 1] + "…"
    swatch = f'<span style="color:{theme.legible(run.colour).name()}">■</span>'
    return f"{swatch}&nbsp;{escape(name)}"
