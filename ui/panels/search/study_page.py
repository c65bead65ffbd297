"""Search, page "Study": asks for a lever study, follows it, and shows its answer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
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
from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.models.run_feed import RunFeed
from ui.panels.search.study_answer import StudyAnswerView
from ui.panels.search.study_form import StudyForm
from ui.panels.search.study_reading import Promise, ReadStudies, promise, read_studies
from ui.running.search_controller import SearchController, SearchState
from ui.running.task_runner import AskedTask, TaskRunner
from workbench.base.text import joined, plural, tr
from workbench.base.units import duration
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.experiment import Experiment
from workbench.figures.answer import FigureAnswer
from workbench.figures.study_page.settings import StudyPage
from workbench.hardware import preflight
from workbench.hardware.preflight import Preflight
from workbench.hardware.requests import AboutExperiment
from workbench.study.asking.resuming import begun_study
from workbench.study.lever_study.answer import StudyAnswer
from workbench.study.lever_study.request import StudyRequest

CHOOSER = 60 * theme.UNIT
BAR = 40 * theme.UNIT
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
        search: Has a study's runs trained.
        task_runner: Times a few steps where nobody knows yet what a run takes.
        jobs: Of the window.

    Signals:
        failed: A sentence on what went wrong.
        said: A sentence on what was done.
        picked: These runs are to be selected in the table, by their ids.
        export_requested: Make a figure of this: a `FigureSpec`, and the words of its legend.

    Attributes:
        read: What is shown.
    """

    failed = Signal(str)
    said = Signal(str)
    picked = Signal(list)
    export_requested = Signal(object, dict)

    def __init__(
        self,
        folder: Path,
        editor: Editor,
        feed: RunFeed,
        search: SearchController,
        task_runner: TaskRunner,
        jobs: Jobs,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._folder, self._editor = folder, editor
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
        self.chooser = QComboBox()
        give_name(self.chooser, tr("Study"))
        self.chooser.setFixedWidth(CHOOSER)
        self.chooser.setToolTip(tr("The studies of this store, and a new one"))
        self.pause_button = self._button("", "", self._pause)
        self.stop_button = self._button(
            tr("Stop"), tr("End it after the run under way; it can be resumed"), self._search.stop
        )
        self.resume_button = self._button(
            tr("Resume"), tr("Go on with it until its budget is used up"), self._resume
        )
        self.save_button = self._button(
            tr("Save the page…"), tr("This answer as one page: HTML, PDF or PNG"), self._save
        )
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(BAR)
        self.bar.setAccessibleName(tr("Progress"))
        self.words = Label()
        self.words.setProperty("role", "muted")
        self.waits = Label(tr("The first runs are under way; what is known is shown as it comes."))
        self.waits.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.waits.setProperty("role", "muted")

    def _button(self, text: str, reason: str, slot: Any) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(reason)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        theme.spaced(row, 3, 1, 3, 2, spacing=2)
        label = Label(tr("Study"))
        label.setBuddy(self.chooser)
        for widget in (label, self.chooser, self.bar, self.words):
            row.addWidget(widget)
        row.addStretch(1)
        for button in (self.pause_button, self.stop_button, self.resume_button, self.save_button):
            row.addWidget(button)
        self.stack = QStackedWidget()
        for inside in (self.form, self.answer):
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setWidget(inside)
            self.stack.addWidget(area)
        self.stack.addWidget(self.waits)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addLayout(row)
        layout.addWidget(self.stack, 1)

    def _connect(self, feed: RunFeed) -> None:
        self.follow = WhenShown(self, self._refresh)
        for signal in (feed.changed, feed.finished, self._search.changed):
            signal.connect(self.follow.mark)
        self._search.began.connect(self._begun)
        self._search.changed.connect(self._show_controls)
        self.chooser.activated.connect(self._chosen)
        self.form.changed.connect(self._show_form)
        self.form.start_requested.connect(self.start)
        for changed in (self._editor.changed, self._editor.problems_changed):
            changed.connect(self._show_form)
        self.answer.picked.connect(self.picked)
        self.answer.copied.connect(self.said)
        self.answer.used.connect(self._use)
        self.answer.export_requested.connect(self.export_requested)
        self._show_form()
        self._show_controls()

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
        self._show_controls()

    @Slot()
    def _timed(self) -> None:
        self._task = None
        self._show_controls()

    def _begin(self, experiment: Experiment, asked: StudyRequest, seconds: float) -> None:
        info = self._editor.info
        if info is not None:
            begin = partial(
                begun_study, asked=asked, experiment=experiment, info=info, run_seconds=seconds
            )
            self._search.start(begin)

    # --- which, and how far --------------------------------------------------------------------

    @Slot(str)
    def _begun(self, study_id: str) -> None:
        self._wanted = study_id
        self.follow.mark()

    @Slot(int)
    def _chosen(self, place: int) -> None:
        self._wanted = str(self.chooser.itemData(place))
        self.follow.mark()

    def _refresh(self) -> None:
        under_way = self._search.study_id
        wanted = self._wanted if self._wanted is not None else under_way or None
        self.latest.ask(in_store(self._folder, partial(read_studies, wanted)), self._show)

    @Slot(object)
    def _show(self, read: ReadStudies) -> None:
        self.read = read
        with QSignalBlocker(self.chooser):
            self.chooser.clear()
            self.chooser.addItem(tr("New study…"), "")
            for study_id, name in read.names.items():
                self.chooser.addItem(name, study_id)
            self.chooser.setCurrentIndex(max(0, self.chooser.findData(read.study_id)))
        if not read.study_id:
            self.stack.setCurrentIndex(0)
        elif read.answer is None or read.page is None:
            self.stack.setCurrentWidget(self.waits)
        else:
            self.answer.show_answer(read.answer, read.page)
            self.stack.setCurrentIndex(1)
        self._show_controls()

    @Slot()
    def _show_controls(self) -> None:
        search, shown = self._search, self.read.study_id
        is_mine = search.is_busy and shown in ("", search.study_id)
        goes = is_mine and search.state is not SearchState.BEGINNING
        self.pause_button.setText(tr("Continue") if search.is_paused else tr("Pause"))
        self.pause_button.setToolTip(
            tr("Go on with the study")
            if search.is_paused
            else tr("Hold its runs; time stands still")
        )
        for button in (self.pause_button, self.stop_button):
            button.setVisible(goes and bool(shown))
        self.stop_button.setEnabled(search.state is not SearchState.STOPPING)
        answer = self.read.answer
        is_over = answer is not None and answer.is_finished
        self.resume_button.setVisible(bool(shown) and not is_mine and not is_over)
        self.resume_button.setEnabled(not search.obstacle())
        self.save_button.setVisible(self.read.page is not None)
        self._show_progress(is_mine=is_mine)
        self._show_form()

    def _show_progress(self, *, is_mine: bool) -> None:
        """How far it is: stage, runs done, and what is left of its time."""
        is_timed = self._task is not None and not self.read.study_id
        self.bar.setVisible(is_mine or is_timed)
        self.words.setVisible(is_mine or is_timed)
        if is_timed:
            self.bar.setRange(0, 0)
            self.words.setText(tr("a few steps are timed…"))
            return
        if not is_mine:
            return
        answer = self.read.answer
        if answer is None:
            self.bar.setRange(0, 0)
            self.words.setText(self._search.words or tr("starting…"))
            return
        share = min(1.0, answer.seconds / answer.budget_seconds)
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * share))
        self.words.setText(joined(", ", _progress(answer, self._search)))

    # --- what a person does --------------------------------------------------------------------

    @Slot()
    def _pause(self) -> None:
        if self._search.is_paused:
            self._search.continue_search()
        else:
            self._search.pause()

    @Slot()
    def _resume(self) -> None:
        self._search.resume(self.read.study_id)

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


def _progress(answer: StudyAnswer, search: SearchController) -> list[str]:
    """What is tried, how many runs have ended, and what is left of the time."""
    runs = plural("{count} run done", "{count} runs done", answer.validation_readings)
    left = max(0.0, answer.budget_seconds - answer.seconds)
    state = {
        SearchState.PAUSED: tr("paused"),
        SearchState.STOPPING: tr("ends after the run under way"),
    }.get(search.state, search.words)
    parts = [state, runs, tr("at most {left} left", left=duration(left))]
    return [part for part in parts if part]
