"""The Evaluate tab: how good the selected run's network is, from predictions that are made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
)

from ui.background.evaluation_reader import ReadEvaluation, figure_of, read_evaluation
from ui.background.jobs import Jobs
from ui.background.run_reader import mark_of
from ui.background.turns import Turns, imported
from ui.background.when_shown import WhenShown
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.panels.shared.page import Page
from ui.panels.shared.pages import Pages
from ui.panels.shared.task_bar import TaskBar
from ui.running.task_runner import TaskRunner
from workbench.base.text import tr
from workbench.evaluation import predictions
from workbench.evaluation.predictions import Evaluated, EvaluationRequest
from workbench.execution.tasks.evaluate import EVALUATE
from workbench.runs.record import Run
from workbench.runs.store import StoreError

if TYPE_CHECKING:
    from ui.panels.evaluate.evaluation_pages import ClassCurvesPage, MistakesPage, SummaryPage
    from workbench.figures.settings import FigureSpec

MODULES = (
    "workbench.figures.settings",
    "workbench.figures.evaluation.settings",
    "workbench.figures.evaluation.numbers",
    "ui.plots.figures.shares",
    "ui.panels.evaluate.evaluation_pages",
)
"""What the pages need, brought one a turn of the event loop: all at once they would hold it up."""


class EvaluatePanel(Page):
    """Evaluates the selected run, and shows what was found.

    Args:
        task_runner: Has the network answer, in a process.
        folder_of: The folder of a run, by its id.
        jobs: Of the window.
    """

    def __init__(
        self, task_runner: TaskRunner, folder_of: Callable[[str], Path], jobs: Jobs
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._task_runner, self._folder_of = task_runner, folder_of
        self._run: Run | None = None
        self._mark = ""
        self.read: ReadEvaluation | None = None
        self._pages: Pages | None = None
        self._curves: ClassCurvesPage | None = None
        self._waiting: ReadEvaluation | None = None
        self._modules = Turns(imported(MODULES), self)
        self._modules.done.connect(self._take_waiting)
        self._plots: Turns | None = None
        self._latest, self._figures = jobs.latest(self), jobs.latest(self)
        for lane in (self._latest, self._figures):
            lane.failed.connect(self.failed)
        self.heading = Label()
        self.part = QComboBox()
        give_name(self.part, tr("Part"))
        self.part.setToolTip(
            tr("The test part judges; the validation part is for choosing between runs")
        )
        for text, part in (
            (tr("Test part"), predictions.TEST),
            (tr("Validation part"), predictions.VALIDATION),
        ):
            self.part.addItem(text, part)
        self.button = QPushButton()
        self.button.clicked.connect(self.start)
        self.bar = TaskBar()
        self.message = Label()
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setProperty("role", "muted")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.message)
        row = QHBoxLayout()
        theme.spaced(row, 3, 3, 3, 0, spacing=3)
        for widget in (self.heading, self.part, self.button, self.bar):
            row.addWidget(widget)
        row.addStretch(1)
        column = QVBoxLayout(self)
        theme.spaced(column, 0)
        column.addLayout(row)
        column.addWidget(self.stack, 1)
        self._look_again = WhenShown(self, self._look)
        self.part.currentIndexChanged.connect(self._look_again.mark)

    @property
    def pages(self) -> Pages:
        """Made at the first use, as they take the library of plots with them.

        The curves follow a plot at a time: all at once they would hold the window up.
        """
        if self._pages is None:
            self._pages = self._make_pages()
        return self._pages

    def _make_pages(self) -> Pages:
        from ui.panels.evaluate.evaluation_pages import ClassCurvesPage, MistakesPage, SummaryPage

        self.summary: SummaryPage = SummaryPage()
        self.mistakes: MistakesPage = MistakesPage()
        pages = Pages(tr("What to look at"))
        for page, title, reason in (
            (self.summary, tr("Summary"), tr("Accuracy, figures by class, confusions")),
            (self.mistakes, tr("Mistakes"), tr("The images that it is most sure and wrong about")),
        ):
            pages.add(page, title, reason)
        self.summary.export_requested.connect(self._export)
        self.stack.addWidget(pages)
        self._plots = Turns(ClassCurvesPage.in_steps(self._add_curves), self)
        self._plots.start()
        return pages

    @property
    def curves(self) -> ClassCurvesPage:
        """The page of curves, made now where it isn't there yet."""
        _ = self.pages
        assert self._plots is not None
        self._plots.finish()
        assert self._curves is not None
        return self._curves

    def _add_curves(self, page: ClassCurvesPage) -> None:
        self._curves = page
        self.pages.add(page, tr("Curves"), tr("Calibration, ROC, precision over recall"))
        page.export_requested.connect(self._export)
        read = self.read
        if read is not None and read.evaluation is not None and read.pictures is not None:
            page.show_evaluation(read.evaluation, read.pictures)

    @Slot()
    def _take_waiting(self) -> None:
        """The modules are there: shows what was read meanwhile."""
        if self._waiting is not None:
            read, self._waiting = self._waiting, None
            self._take(read)

    def show_run(self, run: Run | None) -> None:
        """Takes another selected run, or none, or the same once it went on."""
        mark = f"{run.run_id} {mark_of(run)}" if run is not None else ""
        renamed = self._run is not None and run is not None and self._run.name != run.name
        self._run = run
        if mark != self._mark or renamed:
            self._mark = mark
            self._look_again.mark()

    @property
    def chosen_part(self) -> str:
        """Which images: one of `predictions.PARTS`."""
        return str(self.part.currentData())

    @Slot()
    def start(self) -> None:
        """Evaluates the selected run."""
        if self._run is None or self.bar.is_busy:
            return
        request = EvaluationRequest(self._run.run_id, self.chosen_part)
        task = self._task_runner.ask(EVALUATE, request, done=self._done)
        task.failed.connect(self.failed)
        self.bar.follow(task)
        task.ended.connect(self._look_again.mark)
        self.button.hide()

    @Slot(object)
    def _done(self, result: Evaluated) -> None:
        if result.warning:
            self.failed.emit(result.warning)

    @Slot(str, object)
    def _export(self, kind: str, classes: Sequence[int] | None) -> None:
        """Has a figure made of what is shown."""
        read = self.read
        if read is not None and read.evaluation is not None:
            make = partial(figure_of, kind, read.folder.name, read.evaluation, classes)
            self._figures.ask(make, self._export_made)

    def _export_made(self, made: tuple[FigureSpec, dict[str, str]]) -> None:
        self.export_requested.emit(*made)

    # --- what is shown -------------------------------------------------------------------------

    def _look(self) -> None:
        """Shows the selected run, or why there is nothing to show of it."""
        run = self._run
        self.read = None
        self.heading.setText(run.name if run is not None else "")
        self.part.setVisible(run is not None)
        self.button.hide()
        reason = self._reason(run)
        self._say(reason)
        if run is not None and not reason:
            try:
                folder = self._folder_of(run.run_id)
            except StoreError as error:  # a link stands in its place
                self._say(str(error))
                return
            self._modules.start()
            self._latest.ask(partial(read_evaluation, folder, self.chosen_part), self._take)

    def _reason(self, run: Run | None) -> str:
        """Why there is nothing to show; "" where the run's folder has to be looked at."""
        if run is None:
            return tr(
                "Select a run that has trained.\n"
                "Its accuracy with its interval, confusions, worst mistakes and curves appear here."
            )
        if not run.status.is_finished:
            return tr("{name} has not ended yet; evaluate it once it has.", name=run.name)
        if self.chosen_part == predictions.VALIDATION and run.val_accuracy is None:
            return tr(
                "{name} was trained without a validation part; "
                "Training, Validation share makes one.",
                name=run.name,
            )
        return ""

    def _take(self, read: ReadEvaluation) -> None:
        run = self._run
        if run is None or (read.folder.name, read.part) != (run.run_id, self.chosen_part):
            return  # another was selected meanwhile
        if self._reason(run):
            return  # it trains on meanwhile
        if not self._modules.is_done:
            self._waiting = read
            return
        self.read = read
        self._offer(read)
        if read.evaluation is not None and read.pictures is not None:
            pages = self.pages
            for page in (self.summary, self.mistakes, self._curves):
                if page is not None:
                    page.show_evaluation(read.evaluation, read.pictures)
            self.stack.setCurrentWidget(pages)
            return
        if not read.has_checkpoint:
            self._say(
                tr("{name} has no checkpoint, so there is no network to evaluate.", name=run.name)
            )
        else:
            self._say(
                tr(
                    "Not evaluated yet. Evaluate has the network answer on every image of the\n"
                    "part and keeps the answers: accuracy with its interval, figures by class,\n"
                    "confusions with their images, worst mistakes, calibration, ROC."
                )
            )

    def _offer(self, read: ReadEvaluation) -> None:
        """The button, as prominent as what it is for."""
        is_first = read.evaluation is None
        self.button.setText(tr("Evaluate") if is_first else tr("Evaluate again"))
        self.button.setToolTip(
            tr("Have the selected run's network answer on every image, and keep the answers")
            if is_first
            else tr("Have the network answer again, for example after the data have changed")
        )
        theme.set_property(self.button, "primary", is_first)
        self.button.setVisible(read.has_checkpoint and not self.bar.is_busy)

    def _say(self, text: str) -> None:
        self.message.setText(text)
        self.stack.setCurrentWidget(self.message)
