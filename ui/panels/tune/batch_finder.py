"""Tune, page "Batch size": training speed over the batch size, and the size to use."""

from __future__ import annotations

from ui.editing.editor import Editor
from ui.panels.tune.finder import FinderPage, Texts
from ui.plots.figures.bars import Bar, BarChart
from ui.running.task_runner import TaskRunner
from workbench.base import units
from workbench.base.text import tr
from workbench.execution.tasks.find_batch_size import FIND_BATCH_SIZE
from workbench.experiment import Experiment
from workbench.figures.measured.numbers import batch_sizes_figure
from workbench.figures.measured.settings import MeasuredBars
from workbench.hardware import batch_sizes
from workbench.hardware.batch_sizes import BatchSizes, MeasuredBatch, Sizes
from workbench.hardware.requests import AboutExperiment


class BatchFinder(FinderPage[AboutExperiment, Sizes, BatchSizes]):
    """Images a second over the batch size."""

    task = FIND_BATCH_SIZE
    path = "training.batch_size"
    measures = True

    def __init__(self, editor: Editor, task_runner: TaskRunner) -> None:
        self._measured_sizes: list[MeasuredBatch] = []
        super().__init__(editor, task_runner, self._texts_of_page())
        self.chart = BarChart(tr("Images per second"), tr("batch size"))
        self.column.addWidget(self.chart, 1)
        self.chart.hide()

    def _texts_of_page(self) -> Texts:
        return Texts(
            start=tr("Find batch size"),
            reason=tr(
                "Time a few training steps at each size, doubling until memory would not fit"
            ),
            empty=tr(
                "Times a few real training steps at 8, 16, 32, … images, until a step would no\n"
                "longer fit into memory. It shows which size trains fastest, and the smallest\n"
                "that is as fast. No run is touched; while one trains, this waits."
            ),
        )

    def request(self, experiment: Experiment) -> AboutExperiment:
        return AboutExperiment(experiment.to_toml())

    def begin(self) -> None:
        self._measured_sizes = []
        self.chart.show_bars([])
        self.chart.show()

    def take(self, found: Sizes) -> None:
        self._measured_sizes += found.measured
        self._show(0)

    def sentence(self, result: BatchSizes) -> str:
        return result.words

    def finish(self, result: BatchSizes) -> None:
        self._measured_sizes = list(result.measured)
        self._show(result.recommended)

    def partial(self) -> BatchSizes | None:
        return BatchSizes.of(self._measured_sizes)

    def finding(self, result: BatchSizes) -> float | None:
        return result.recommended

    def figure(self, result: BatchSizes) -> MeasuredBars | None:
        return batch_sizes_figure(result)

    def _show(self, chosen: int) -> None:
        bars = [
            Bar(
                units.count(one.batch_size),
                one.images_per_second,
                units.count(one.images_per_second),
                one.batch_size == chosen,
            )
            for one in self._measured_sizes
        ]
        info = self._editor.info
        images = self._editor.experiment.training.train_images(info) if info else 0
        self.chart.show_bars(bars, len(batch_sizes.sizes_to_try(images)) if images else 0)
