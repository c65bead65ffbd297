"""Inside, page "Weights": a run's weights, gradients and dead units, layer by layer, on demand."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.plain import Label
from ui.panels.live.finding_line import finding_line
from ui.panels.shared.task_bar import TaskBar
from ui.plots.figures.histogram import Histogram
from ui.running.task_runner import TaskRunner
from workbench.base import units
from workbench.base.text import tr
from workbench.evaluation.inner_state import InnerState, LayerInside, faults
from workbench.execution.tasks.look_inside import LOOK_INSIDE
from workbench.hardware.requests import AboutRun
from workbench.runs.record import Run
from workbench.spec.base import SpecError


class InsidePanel(QWidget):
    """Looks inside the network of the selected run.

    Args:
        task_runner: Reads the checkpoint, in a process.

    Signals:
        remedy_chosen: The run's id and the `Remedy`.
        failed: A sentence.
    """

    remedy_chosen = Signal(str, object)
    failed = Signal(str)

    def __init__(self, task_runner: TaskRunner) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._task_runner = task_runner
        self._run: Run | None = None
        self._looked_at: Run | None = None
        self.layers: list[LayerInside] = []
        self.button = QPushButton(tr("Look inside"))
        self.button.setProperty("primary", True)
        self.button.setToolTip(
            tr("Read the selected run's checkpoint, and pass one batch through its network")
        )
        self.button.clicked.connect(self.start)
        self.bar = TaskBar()
        self.title = Label()
        self.title.setProperty("role", "muted")
        self.area = QScrollArea()
        self.area.setAccessibleName(tr("Weights and gradients"))
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=3)
        for widget in (self.button, self.bar, self.title):
            row.addWidget(widget)
        row.addStretch(1)
        column = QVBoxLayout(self)
        theme.spaced(column, 4, 3, 4, 3, spacing=3)
        column.addLayout(row)
        column.addWidget(self.area, 1)
        self._show_empty()
        self.show_run(None)

    def show_run(self, run: Run | None) -> None:
        """Takes another selected run, or none; what was found of the one before stays."""
        self._run = run
        can = run is not None and run.step > 0 and not run.status.is_active
        self.button.setEnabled(can and not self.bar.is_busy)
        self._show_title()

    def _show_title(self) -> None:
        if self._looked_at is not None and self.layers:
            self.title.setText(tr("Inside {name}", name=self._looked_at.name))
        elif self._run is None:
            self.title.setText(tr("Select a run that has trained"))
        else:
            self.title.setText(self._run.name)

    @Slot()
    def start(self) -> None:
        """Looks inside the selected run."""
        if self._run is None or self.bar.is_busy:
            return
        self._looked_at, self.layers = self._run, []
        task = self._task_runner.ask(LOOK_INSIDE, AboutRun(self._run.run_id), done=self._done)
        task.failed.connect(self.failed)
        self.bar.follow(task)
        task.ended.connect(self._ended)
        self.button.setEnabled(False)
        self._show_title()

    @Slot()
    def _ended(self) -> None:
        self.show_run(self._run)

    @Slot(object)
    def _done(self, result: InnerState) -> None:
        self.layers = list(result.layers)
        self._show_layers()

    def _show_empty(self) -> None:
        empty = Label(
            tr(
                "Shows, for the selected run: how each layer's weights are spread, how much of\n"
                "the gradient reaches it, and how many of its ReLU units answer to nothing."
            )
        )
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setProperty("role", "muted")
        self._put(empty)

    def _show_layers(self) -> None:
        run = self._looked_at
        assert run is not None
        body = QWidget()
        column = QVBoxLayout(body)
        theme.spaced(column, 0, spacing=2)
        try:
            found = faults(run.experiment, self.layers)
        except SpecError:  # of a later version: its remedies can't be told
            found = []
        for finding in found:
            column.addLayout(finding_line(run, finding, self.remedy_chosen))
        column.addLayout(self._table())
        column.addStretch(1)
        self._put(body)

    def _put(self, body: QWidget) -> None:
        body.setObjectName("page")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.area.setWidget(body)

    def _table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(6 * theme.UNIT)
        grid.setVerticalSpacing(2 * theme.UNIT)
        heads = (
            (tr("Layer"), ""),
            (tr("Weights"), tr("Kernels and biases that are trained")),
            (tr("Spread"), tr("Standard deviation of the weights")),
            (tr("From least to greatest"), tr("How the weights are spread")),
            (tr("Gradient"), tr("Root mean square a weight, on one batch")),
            (tr("Dead units"), tr("ReLU units that answer to no image of the batch")),
        )
        for place, (text, reason) in enumerate(heads):
            label = Label(text)
            label.setProperty("role", "muted")
            label.setToolTip(reason)
            grid.addWidget(label, 0, place)
        for line, layer in enumerate(self.layers, 1):
            dead = units.percent(layer.dead)
            texts = (layer.name, units.count(layer.weights), f"{layer.spread:.3g}")
            for place, text in enumerate(texts):
                grid.addWidget(Label(text), line, place)
            grid.addWidget(self._histogram(layer), line, 3)
            grid.addWidget(Label(f"{layer.gradient:.3g}"), line, 4)
            grid.addWidget(Label(dead), line, 5)
        grid.setColumnStretch(3, 1)
        return grid

    def _histogram(self, layer: LayerInside) -> QWidget:
        histogram = Histogram(layer.counts, layer.low, layer.high)
        histogram.setToolTip(
            tr("{low} to {high}", low=f"{layer.low:.3g}", high=f"{layer.high:.3g}")
        )
        return histogram
