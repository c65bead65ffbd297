"""The live plots as figures: the menu that offers it, and what a figure of one of them is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from workbench.base.text import tr
from workbench.curves.metrics import METRICS
from workbench.figures.settings import Look, Plot

if TYPE_CHECKING:
    from ui.plots.live.plots import LivePlots


def export_menu(plots: LivePlots, titles: Mapping[str, str]) -> QMenu:
    """Each plot as a figure: for the button, and in the menu of the plot itself.

    Args:
        plots: Says which figure is asked for.
        titles: Of its plots, by metric.
    """
    menu = QMenu(plots)
    for metric, title in titles.items():
        action = menu.addAction(title, partial(plots.export_requested.emit, metric))
        beside = QAction(tr("Export figure…"), plots)
        beside.triggered.connect(action.trigger)
        view = plots.panels[metric].view
        view.addAction(beside)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    return menu


def plot_of(plots: LivePlots, metric: str) -> Plot:
    """What one of the plots draws."""
    state, panel = plots.drawn_as, plots.panels[metric]
    return Plot.parse(
        {
            "metric": metric, "axis": state.axis, "smoothing": state.smoothing,
            "log_y": panel.logarithmic, "validation": panel.spec.validation is not None,
        }
    )  # fmt: skip


def look_of(plots: LivePlots, metric: str) -> Look:
    """The part of the axes that a person zoomed to; all of it else."""
    state, panel = plots.drawn_as, plots.panels[metric]
    x, y = state.x_range, panel.view.y_range
    look = Look() if state.following else Look(x_from=x[0], x_to=x[1])
    if panel.y_pinned:
        ends = [10.0**end if panel.logarithmic else end for end in y]
        scale = METRICS[metric].scale
        look = look.changed(y_from=ends[0] * scale, y_to=ends[1] * scale)
    return look
