"""Inside, page "Speed": how fast the selected run's trained network answers on this machine."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from ui.panels.export.button import export_action, export_button
from ui.panels.shared.figure_table import FigureTable
from ui.panels.shared.task_bar import TaskBar
from ui.plots.figures.latency import LatencyPlot
from ui.running.task_runner import AskedTask, TaskRunner
from workbench.base.text import tr
from workbench.evaluation import latency
from workbench.evaluation.latency import Latency, LatencyPoints, LatencyRequest, MeasuredLatency
from workbench.execution.tasks.measure_inference import MEASURE_INFERENCE
from workbench.figures.measured.numbers import latency_figure
from workbench.runs.record import Run
from workbench.spec.base import SpecError

LEAST_PLOT = 60 * theme.UNIT


class LatencyPage(QWidget):
    """Latency and throughput over the batch size, on one thread and on all.

    Args:
        editor: Knows the machine.
        task_runner: Measures, in a process for each number of threads.
        store: Folder of the store, where results are remembered.

    Signals:
        failed: A sentence.
        export_requested: Make a figure of this: a `FigureSpec`, and the words of its legend.
    """

    failed = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(self, editor: Editor, task_runner: TaskRunner, store: Path) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editor, self._task_runner, self._store = editor, task_runner, store
        self._run: Run | None = None
        self._task: AskedTask | None = None
        self._left: deque[LatencyRequest] = deque()
        self.points: list[Latency] = []
        self._build()
        self._lay_out()
        editor.machine_changed.connect(self._recall)
        self._show_points([])
        self._show_state()

    def _build(self) -> None:
        self.button = QPushButton(tr("Measure"))
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self.start)
        self.sizes = QLineEdit(", ".join(map(str, latency.BATCH_SIZES)))
        self.sizes.setFixedWidth(40 * theme.UNIT)
        self.sizes.setAccessibleName(tr("Batch sizes"))
        self.sizes.setToolTip(
            tr("Images to a call: 1 is what a single answer takes, many what a server can do")
        )
        self.sizes.returnPressed.connect(self.start)
        self.sizes.textChanged.connect(self._show_state)
        self.sizes_label = Label(tr("Batch sizes"))
        self.sizes_label.setBuddy(self.sizes)
        self.bar = TaskBar()
        self.copy_button = QPushButton(tr("Copy"))
        self.copy_button.setToolTip(tr("Put the table on the clipboard, for a spreadsheet"))
        theme.set_icon(self.copy_button, "copy")
        self.copy_button.clicked.connect(self.copy)
        self.export_action = export_action(
            self, tr("The plot as SVG, PDF, PNG, CSV or for pgfplots, for a paper")
        )
        self.export_action.triggered.connect(self.export)
        self.words = Label()
        self.words.setWordWrap(True)
        self.empty = Label()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")
        self.plot = LatencyPlot()
        self.table = self._empty_table()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=3)
        for widget in (self.button, self.sizes_label, self.sizes, self.bar):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.copy_button)
        row.addWidget(export_button(self.export_action))
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self.plot)
        self.split.addWidget(self.table)
        self.split.setStretchFactor(0, 1)
        self.split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        theme.spaced(column, 4, 2, 4, 3, spacing=3)
        column.addLayout(row)
        column.addWidget(self.words)
        column.addWidget(self.empty, 1)
        column.addWidget(self.split, 1)

    def _empty_table(self) -> FigureTable:
        heads = (
            (tr("Threads"), tr("Of the processor that the network may use")),
            (tr("Batch"), tr("Images to a call")),
            (tr("Median ms"), tr("Half of the calls took no longer")),
            (tr("95 % ms"), tr("95 of 100 calls took no longer")),
            (tr("99 % ms"), tr("99 of 100 calls took no longer")),
            (tr("Images/s"), tr("Over all calls")),
        )
        return FigureTable(tr("Latency and throughput"), heads, names=0)

    # --- the run ---------------------------------------------------------------------------------

    def show_run(self, run: Run | None) -> None:
        """Takes another selected run, or none, and what was measured of it on this machine."""
        other = (run.run_id if run else "") != (self._run.run_id if self._run else "")
        self._run = run
        if other and not self.bar.is_busy:
            self._recall()
        self._show_state()

    @Slot()
    def _recall(self) -> None:
        if self.bar.is_busy:
            return
        machine, run = self._editor.machine, self._run
        points: list[Latency] = []
        if machine is not None and run is not None:
            points = latency.recall(self._store, machine, run.run_id)
        self._say("")
        self._show_points(points)
        self._show_state()

    # --- measuring -------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Measures the selected run's network, one number of threads after another."""
        if not self.button.isEnabled() or self._run is None:
            return
        try:
            sizes = latency.numbers(self.sizes.text(), tr("Batch sizes"))
            experiment = self._run.experiment
        except (ValueError, SpecError) as error:
            self._fail(str(error))
            return
        run_id = self._run.run_id
        self._left = deque(
            latency.request(run_id, experiment, threads, sizes) for threads in latency.THREADS
        )
        self._say("")
        self._show_points([])
        self._ask()

    def _ask(self) -> None:
        """The next number of threads; the bar follows."""
        self._task = task = self._task_runner.ask(
            MEASURE_INFERENCE,
            self._left.popleft(),
            done=self._done,
            found=self._take,
            measures=True,
        )
        task.failed.connect(self._failed)
        waits = self._task_runner.is_training
        self.bar.follow(task, tr("waits until nothing trains, to measure rightly") if waits else "")
        task.ended.connect(self._ended)
        self._show_state()

    @Slot(object)
    def _take(self, found: LatencyPoints) -> None:
        self._show_points(latency.in_order([*self.points, *found.points]))

    @Slot(object)
    def _done(self, result: MeasuredLatency) -> None:
        if self._task is not None and self._task.was_disturbed:
            self._say(tr("A run began to train meanwhile; measure again."))
        self._task = None
        if not self._left and not self.window().isActiveWindow():
            QApplication.alert(self.window())

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._fail(sentence)
        self.failed.emit(sentence)

    def _fail(self, sentence: str) -> None:
        self._say(sentence[:1].upper() + sentence[1:], "problem")
        self._show_state()

    def _say(self, words: str, role: str = "") -> None:
        self.words.setText(words)
        theme.set_property(self.words, "role", role)

    @Slot()
    def _ended(self) -> None:
        """Goes on with the next number of threads, unless it failed or was cancelled."""
        is_done, self._task = self._task is None, None
        if is_done and self._left:
            self._ask()
        else:
            self._left.clear()
            self._show_state()

    # --- what is shown ---------------------------------------------------------------------------

    @Slot()
    def copy(self) -> None:
        """Puts the table on the clipboard."""
        QGuiApplication.clipboard().setText(latency.as_tsv(self.points))

    @Slot()
    def export(self) -> None:
        """Asks for the export window on the plot."""
        self.export_requested.emit(latency_figure(self.points), {})

    def _show_points(self, points: list[Latency]) -> None:
        self.points = points
        self.plot.show_points(points)
        self.table.setRowCount(len(points))
        for line, point in enumerate(points):
            self.table.put(line, point.words())
        self.split.setVisible(bool(points))
        needed = self.table.horizontalHeader().length() + theme.UNIT
        self.split.setSizes([max(self.width() - needed, LEAST_PLOT), needed])
        self.empty.setVisible(not points)
        for offer in (self.copy_button, self.export_action):
            offer.setEnabled(bool(points))

    @Slot()
    def _show_state(self) -> None:
        why_not = self._why_not()
        self.button.setVisible(not self.bar.is_busy)
        self.button.setEnabled(not why_not and not self.bar.is_busy)
        self.button.setToolTip(
            why_not or tr("Time calls of the selected run's trained network, a second a row")
        )
        for widget in (self.sizes, self.sizes_label):
            widget.setVisible(not self.bar.is_busy)
        self.words.setVisible(bool(self.words.text()))
        name = self._run.name if self._run is not None else ""
        self.empty.setText(
            why_not
            or tr(
                "Shows how long the trained network of {name} takes to answer, and how many "
                "images\na second it gets through, at each batch size, on one thread and on all.\n"
                "No run is touched; while one trains, this waits.",
                name=name,
            )
        )

    def _why_not(self) -> str:
        """Why nothing can be measured now; "" where it can."""
        if self._run is None:
            return tr("Select a run that has trained, to time how fast its network answers")
        if self._run.status.is_active:
            return tr("This run still trains; its network can be timed once it has ended")
        if not self._run.step:
            return tr("This run has not trained; resume it first")
        return ""
