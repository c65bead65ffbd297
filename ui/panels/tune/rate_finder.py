"""Tune, page "Learning rate": the range test with its curve, and its suggestion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ui.editing.editor import Editor
from ui.panels.tune.finder import FinderPage, Texts
from ui.running.task_runner import TaskRunner
from workbench.base.text import tr
from workbench.execution.tasks.find_rate import FIND_RATE
from workbench.experiment import Experiment
from workbench.figures.measured.numbers import range_test_figure
from workbench.figures.measured.settings import MeasuredLines
from workbench.hardware import learning_rate_range
from workbench.hardware.learning_rate_range import RangePoints, RangeTest
from workbench.hardware.requests import AboutExperiment

if TYPE_CHECKING:
    from ui.plots.figures.chart import Chart


class RateFinder(FinderPage[AboutExperiment, RangePoints, RangeTest]):
    """Loss over a growing learning rate."""

    task = FIND_RATE
    path = "optimizer.learning_rate"

    def __init__(self, editor: Editor, task_runner: TaskRunner) -> None:
        self._chart: Chart | None = None
        self._rates: list[float] = []
        self._losses: list[float] = []
        super().__init__(editor, task_runner, self._texts_of_page())

    def _texts_of_page(self) -> Texts:
        return Texts(
            start=tr("Find learning rate"),
            reason=tr(
                "Train a fresh network for a few seconds while the learning rate grows, and see "
                "where the loss falls fastest"
            ),
            empty=tr(
                "The range test trains a fresh network of this experiment for a few seconds while\n"
                "the learning rate grows from tiny to huge. Where the loss falls well, and long\n"
                "before it explodes, lies a learning rate to train with. No run is touched."
            ),
        )

    @property
    def chart(self) -> Chart:
        """The plot; made at the first use, as its library takes a moment to load."""
        if self._chart is None:
            from ui.plots.figures.chart import Chart

            range_ = learning_rate_range.FIRST_RATE, learning_rate_range.LAST_RATE
            self._chart = Chart(tr("Loss"), tr("learning rate"), range_)
            self.column.addWidget(self._chart, 1)
        return self._chart

    def request(self, experiment: Experiment) -> AboutExperiment:
        return AboutExperiment(experiment.to_toml())

    def begin(self) -> None:
        self._rates, self._losses = [], []
        self.chart.show_curves([])

    def take(self, found: RangePoints) -> None:
        self._rates += found.rates
        self._losses += found.losses
        self._show(learning_rate_range.smoothed(np.array(self._losses)).tolist())

    def sentence(self, result: RangeTest) -> str:
        return result.words

    def finish(self, result: RangeTest) -> None:
        self._rates, self._losses = list(result.rates), list(result.losses)
        calm, rate, index = list(result.smoothed), result.suggestion, result.index
        self._show(calm, None if rate is None or index is None else (rate, calm[index]))

    def finding(self, result: RangeTest) -> float | None:
        return result.suggestion

    def figure(self, result: RangeTest) -> MeasuredLines | None:
        return range_test_figure(result)

    def _show(self, calm: list[float], mark: tuple[float, float] | None = None) -> None:
        from ui.plots.figures.chart import Curve

        noisy = Curve(self._rates, self._losses, is_faint=True)
        self.chart.show_curves([noisy, Curve(self._rates, calm)], mark)
