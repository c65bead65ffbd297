"""Search, page "Study": asks for a lever study, follows it, and shows its answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui.background.figure_drawer import FigureDrawer
from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.background.when_shown import WhenShown
from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from ui.models.run_feed import RunFeed
from ui.panels.runs.view import RunsView
from ui.panels.search.selecting import select_below
from ui.panels.search.study_answer import StudyAnswerView
from ui.panels.search.study_bar import StudyBar
from ui.panels.search.study_form import StudyForm
from ui.panels.search.study_reading import Promise, ReadStudies, promise, read_studies
from ui.running.search_controller import SearchController
from ui.running.task_runner import AskedTask, TaskRunner
from workbench.base.text import tr
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.experiment import Experiment
from workbench.figures.answer import FigureAnswer
from workbench.figures.study_page.settings import StudyPage
from workbench.hardware import preflight
from workbench.hardware.preflight import Preflight
from workbench.hardware.requests import AboutExperiment
from workbench.study.asking.resuming import begun_study
from workbench.study.lever_study.request import StudyRequest

FILTERS = {
    ".html": "HTML (*.html)",
    ".pdf": "PDF (*.pdf)",
    ".svg": "SVG (*.svg)",
    ".png": "PNG (*.png)",
}


class StudyPanel(QWidget):
    """One lever study: asked for, under way, or answered.

    Args:
        folder: Of the store.
        editor: The experiment that a new study is about.
        feed: The runs; a change of them is read again.
        table: Of the runs below.
        search: Has a study's runs trained.
        task_runner: Times a few steps where nobody knows yet what a run takes.
        jobs: Of the window.

    Signals:
        failed: A sentence on what went wrong.
        said: A sentence on what was done.
        export_requested: Make a figure of this: a `FigureSpec`, and the words of its legend.

    Attributes:
        read: What is shown.
    """

    failed = Signal(str)
    said = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(
        self,
        folder: Path,
        editor: Editor,
        feed: RunFeed,
        table: RunsView,
        search: SearchController,
        task_runner: TaskRunner,
        jobs: Jobs,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._folder, self._editor, self._table = folder, editor, table
        self._search, self._task_runner = search, task_runner
        self._wanted: str | None = None
        self._task: AskedTask | None = None
        self._number = 0
        self.read = ReadStudies({})
        self.latest, self.promises = jobs.latest(self), jobs.latest(self)
        for lane in (self.latest, self.promises):
            lane.failed.connect(self.failed)
        self.drawer = FigureDrawer(jobs, self)
        self.drawer.answered.connect(self._written)
        self.drawer.failed.connect(self.failed)
        self._make()
        self._lay_out()
        self._connect(feed)

    def _make(self) -> None:
        self.form, self.answer = StudyForm(), StudyAnswerView()
        self.bar = StudyBar(self._search)
        self.waits = Label(tr("The first runs are under way; what is known is shown as it comes."))
        self.waits.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.waits.setProperty("role", "muted")

    def _lay_out(self) -> None:
        self.stack = QStackedWidget()
        names = (tr("What a lever study is asked"), tr("What a lever study says"))
        for inside, name in zip((self.form, self.answer), names, strict=True):
            area = QScrollArea()
            area.setAccessibleName(name)
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setWidget(inside)
            self.stack.addWidget(area)
        self.stack.addWidget(self.waits)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(self.bar)
        layout.addWidget(self.stack, 1)

    def _connect(self, feed: RunFeed) -> None:
        self.follow = WhenShown(self, self._refresh)
        for signal in (feed.changed, feed.finished, self._search.changed):
            signal.connect(self.follow.mark)
        self._search.changed.connect(self._show_form)
        self.bar.wanted.connect(self.show_study)
        self.bar.save_requested.connect(self._save)
        self.form.changed.connect(self._show_form)
        self.form.start_requested.connect(self.start)
        for changed in (self._editor.changed, self._editor.problems_changed):
            changed.connect(self._show_form)
        self.answer.picked.connect(self._select)
        self.answer.copied.connect(self.said)
        self.answer.used.connect(self._use)
        self.answer.export_requested.connect(self.export_requested)
        self._show_form()

    # --- a new one -----------------------------------------------------------------------------

    @property
    def _run_seconds(self) -> float | None:
        """What a run of the experiment in the form takes, about; None where nobody knows."""
        machine, experiment = self._editor.machine, self._editor.experiment
        known = preflight.recall(self._folder, machine, experiment) if machine is not None else None
        return known.seconds(experiment.training.epochs) if known is not None else None

    @Slot()
    def _show_form(self) -> None:
        """What can be said at once; what the study could show is worked out in a thread."""
        asked, info, seconds = self.form.asked, self._editor.info, self._run_seconds
        obstacle = self._obstacle()
        if obstacle or asked is None or info is None:
            self.promises.drop()
            self.form.show_state("", obstacle)
        elif seconds is None:
            self.promises.drop()
            words = tr("A few steps are timed when you start, as nobody knows what a run takes.")
            self.form.show_state(words, "")
        else:
            work = partial(promise, self._editor.experiment, info, asked, seconds)
            self.promises.ask(work, self._promised)

    @Slot(object)
    def _promised(self, found: Promise) -> None:
        self.form.show_state(found.resolves, found.refusal)

    def _obstacle(self) -> str:
        """Why no study can begin now, in one sentence; "" where one can."""
        if self._editor.problems:
            return self._editor.sentence(self._editor.problems[0])
        return self._search.obstacle()

    @Slot()
    def start(self) -> None:
        """Begins the study that is asked for; times a few steps first where that is needed."""
        asked, experiment = self.form.asked, self._editor.experiment
        if asked is None or self._obstacle() or self._task is not None:
            return
        if self._run_seconds is not None:
            self._begin(experiment, asked, self._run_seconds)
            return

        def timed(found: Preflight) -> None:
            self._begin(experiment, asked, found.seconds(experiment.training.epochs))

        request = AboutExperiment.of(experiment)
        self._task = task = self._task_runner.ask(PREFLIGHT, request, done=timed, measures=True)
        task.failed.connect(self.failed)
        task.ended.connect(self._timed)
        self.bar.show_timing(True)

    @Slot()
    def _timed(self) -> None:
        self._task = None
        self.bar.show_timing(False)

    def _begin(self, experiment: Experiment, asked: StudyRequest, seconds: float) -> None:
        info = self._editor.info
        if info is not None:
            begin = partial(
                begun_study, asked=asked, experiment=experiment, info=info, run_seconds=seconds
            )
            self._search.start(begin)

    # --- which, and how far --------------------------------------------------------------------

    @Slot(str)
    def show_study(self, study_id: str) -> None:
        """Shows the study of this id; the form of a new one for ""."""
        self._wanted = study_id
        self.follow.mark()

    def _refresh(self) -> None:
        under_way = self._search.study_id
        wanted = self._wanted if self._wanted is not None else under_way or None
        self.latest.ask(in_store(self._folder, partial(read_studies, wanted)), self._show)

    @Slot(object)
    def _show(self, read: ReadStudies) -> None:
        self.read = read
        self.bar.show_read(read)
        if not read.study_id:
            self.stack.setCurrentIndex(0)
        elif read.answer is None or read.page is None:
            self.stack.setCurrentWidget(self.waits)
        else:
            self.answer.show_answer(read.answer, read.page)
            self.stack.setCurrentIndex(1)
        self._show_form()

    # --- what a person does --------------------------------------------------------------------

    @Slot(list)
    def _select(self, run_ids: Sequence[str]) -> None:
        missed = select_below(self._table, run_ids)
        if missed:
            self.said.emit(missed)

    @Slot(int)
    def _use(self, line: int) -> None:
        """Puts the settings of a row into the form."""
        experiment, name = self.read.experiments[line], self.read.label(line)
        if experiment is None:
            return
        self._editor.replace(experiment, tr("use of the settings of {name}", name=name))
        self.said.emit(tr("The form has the settings of {name}", name=name))

    @Slot()
    def _save(self) -> None:
        page = self.read.page
        if page is None:
            return
        chosen, kind = QFileDialog.getSaveFileName(
            self, tr("Save the page"), f"{page.file_name}.html", ";;".join(FILTERS.values())
        )
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower() not in StudyPage.SUFFIXES:
            suffix = next((s for s, words in FILTERS.items() if words == kind), ".html")
            path = path.with_name(f"{path.name}{suffix}")
        self._number += 1
        self.drawer.send(
            {
                "number": self._number,
                "store": str(self._folder),
                "shown": self._number,
                "figure": page.with_format(),
                "path": str(path),
            }
        )

    @Slot(object)
    def _written(self, answer: FigureAnswer) -> None:
        if answer.error:
            self.failed.emit(answer.error)
        else:
            self.said.emit(tr("The page lies in {path}", path=answer.written))

    def restyle(self) -> None:
        """Draws in the appearance in force."""
        self.answer.restyle()
