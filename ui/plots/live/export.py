"""The live plots as figures: the menu that offers it, and what a figure of one of them is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ui.plots.live.panel import PlotPanel, PlotState
from workbench.base.text import tr
from workbench.curves.metrics import METRICS
from workbench.figures.settings import FigureLook, Plot


def export_menu(
    panels: Mapping[str, PlotPanel],
    titles: Mapping[str, str],
    asked: Callable[[str], None],
    parent: QWidget,
) -> QMenu:
    """Each plot as a figure: for the button, and in the menu of the plot itself.

    Args:
        panels: The plots, by metric.
        titles: Of the plots, by metric.
        asked: Takes the metric whose figure is asked for.
        parent: Owns the menu.
    """
    menu = QMenu(parent)
    for metric, title in titles.items():
        action = menu.addAction(title, partial(asked, metric))
        beside = QAction(tr("Export figure…"), parent)
        beside.triggered.connect(action.trigger)
        view = panels[metric].view
        view.addAction(beside)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    return menu


def plot_of(state: PlotState, panel: PlotPanel) -> Plot:
    """What a plot draws."""
    return Plot.parse(
        {
            "metric": panel.spec.key,
            "axis": state.axis,
            "smoothing": state.smoothing,
            "log_y": panel.logarithmic,
            "validation": panel.spec.validation is not None,
        }
    )


def look_of(state: PlotState, panel: PlotPanel) -> FigureLook:
    """The part of the axes that a person zoomed to; all of it else."""
    x, y = state.x_range, panel.view.y_range
    look = FigureLook() if state.following else FigureLook(x_from=x[0], x_to=x[1])
    if panel.y_pinned:
        ends = [10.0**end if panel.logarithmic else end for end in y]
        scale = METRICS[panel.spec.key].scale
        look = look.changed(y_from=ends[0] * scale, y_to=ends[1] * scale)
    return look
