"""Tune, page "Roofline": where a step's time goes, and how far each layer is from the limit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QSplitter

from ui.editing.editor import Editor
from ui.look import theme
from ui.models.layer_table import SHARE_ROLE
from ui.panels.experiment.layer_views import BarDelegate
from ui.panels.shared.figure_table import FigureTable
from ui.panels.tune.finder import FinderPage, Texts
from ui.plots.figures.roofline import Dot, RooflinePlot
from ui.running.task_runner import TaskRunner
from workbench.base.text import tr
from workbench.execution.tasks.profile_layers import PROFILE_LAYERS
from workbench.experiment import Experiment
from workbench.figures.measured.numbers import roofline_figure
from workbench.figures.measured.settings import MeasuredLines
from workbench.hardware.requests import AboutExperiment
from workbench.hardware.roofline import LayerTimes, Profile, TimedLayer, row_words

SHARE = 3
"""The column of a layer's part of the step, which has a bar."""


class RooflinePage(FinderPage[AboutExperiment, LayerTimes, Profile]):
    """The layers of the experiment's network, timed one by one."""

    task = PROFILE_LAYERS
    measures = True
    path = "hardware"

    def __init__(self, editor: Editor, task_runner: TaskRunner) -> None:
        super().__init__(editor, task_runner, self._texts_of_page())
        self.plot = RooflinePlot()
        self.table = self._empty_table()
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.plot)
        self.split.addWidget(self.table)
        self.split.setSizes([88 * theme.UNIT, 120 * theme.UNIT])
        self.split.setChildrenCollapsible(False)
        self.column.addWidget(self.split, 1)
        self.split.hide()

    def _texts_of_page(self) -> Texts:
        return Texts(
            start=tr("Profile layers"),
            reason=tr("Time each layer forward and backward, and what the device can do"),
            empty=tr(
                "Times every layer by itself, forward and backward, with the batch size and\n"
                "precision of the form, and measures once what this device can do at best. It\n"
                "shows where a training step's time goes, and whether a layer is held up by\n"
                "memory (under the slope) or by arithmetic (under the flat part)."
            ),
        )

    def _empty_table(self) -> FigureTable:
        titles = (tr("Layer"), tr("Forward"), tr("Backward"), tr("Share"), tr("GFLOP/s"))
        table = FigureTable(tr("Time of each layer"), [(title, "") for title in titles])
        table.setToolTip(
            tr("Milliseconds of a step. A multiply-add counts as 2 operations, a step as 3 passes")
        )
        table.setItemDelegateForColumn(SHARE, BarDelegate(table))
        # The figures are never out of sight; a long name is whole in its tooltip.
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        return table

    def request(self, experiment: Experiment) -> AboutExperiment:
        return AboutExperiment.of(experiment)

    def begin(self) -> None:
        self.table.setRowCount(0)
        self.plot.show_layers([], None)
        self.split.show()

    def take(self, found: LayerTimes) -> None:
        self._show_rows(found.layers, 0.0)
        self.plot.show_layers(_dots(found.layers), None)

    def sentence(self, result: Profile) -> str:
        return result.words

    def finish(self, result: Profile) -> None:
        self._show_rows(result.layers, result.step_seconds)
        self.plot.show_layers(_dots(result.layers), result.roof)

    def finding(self, result: Profile) -> float | None:
        return None

    def figure(self, result: Profile) -> MeasuredLines | None:
        return roofline_figure(result)

    def _still_holds(self) -> bool:
        """Whether it is of the experiment as it stands; here the hardware counts as well."""
        now, then = self._editor.experiment, self._measured
        return then is not None and now.model_copy(update={"name": then.name}) == then

    def _show_rows(self, rows: Sequence[TimedLayer], step: float) -> None:
        self.table.setRowCount(len(rows))
        for line, row in enumerate(rows):
            self.table.put(line, row_words(row, step), reason=row.name)
            item = self.table.item(line, SHARE)
            if item is not None and step:
                item.setData(SHARE_ROLE, min(1.0, row.seconds / step))


def _dots(rows: Sequence[TimedLayer]) -> list[Dot]:
    return [
        Dot(row.name.partition(" ")[0], row.flops / row.bytes, row.flops / row.seconds)
        for row in rows
        if row.seconds > 0 and row.bytes
    ]
