"""The window in which a run's network is exported: what is asked, and what came of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.look import theme
from ui.look.plain import Label
from ui.look.side_dialog import SideDialog
from ui.panels.export.network_choices import NetworkChoices
from ui.panels.export.written import WrittenFiles, agreement_of
from ui.panels.shared.task_bar import TaskBar
from ui.running.task_runner import TaskRunner
from workbench.base.text import isolated, tr
from workbench.compression.model_file import OwnForm, own_form
from workbench.deployment.formats import FORMATS, Exported, ExportRequest
from workbench.execution.tasks.export import EXPORT
from workbench.runs.artifacts import RunFolder
from workbench.runs.checkpoint_file import CHECKPOINT
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.spec.base import SpecError

WIDTH = 150 * theme.UNIT
FOLDER, FORMAT = "export/folder", "export/format"
"""Under which the last choices are kept."""


class _AboutRun(NamedTuple):
    """Why a run can't be exported, and how its own file was written."""

    obstacle: str
    form: OwnForm = OwnForm()


class NetworkExport(SideDialog):
    """Exports the network of one run after another; closed, it goes on with the one under way.

    Args:
        store: Folder of the store.
        task_runner: Does it, in a process.
        settings: Keeps folder and format.
        jobs: Of the window.
        window: Which it belongs to.

    Signals:
        said: A sentence on what was written while the dialog was closed.
        failed: A sentence on why nothing was, likewise.
    """

    said = Signal(str)
    failed = Signal(str)

    def __init__(
        self,
        store: Path,
        task_runner: TaskRunner,
        settings: QSettings,
        jobs: Jobs,
        window: QWidget,
    ) -> None:
        super().__init__(window, tr("Export network"))
        self._store, self._task_runner, self._settings = store, task_runner, settings
        self._run: Run | None = None
        self._obstacle = ""
        self._asked: ExportRequest | None = None
        self._outcome = ""
        self._reads = jobs.latest(self)
        self._reads.failed.connect(self._fail)
        self.choices = NetworkChoices()
        self.written = WrittenFiles(jobs)
        self.bar = TaskBar()
        self._build()
        self._lay_out()
        self._restore()
        self.choices.changed.connect(self._choices_changed)
        self.written.said.connect(partial(self._say, role="muted"))
        self.written.failed.connect(self._fail)

    def _build(self) -> None:
        self.heading = Label()
        self.heading.setProperty("role", "title")
        self.heading.setWordWrap(True)
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar.button.setToolTip(tr("End it; nothing is written then"))
        self.bar.cancelled.connect(self._cancelled)
        self.button = QPushButton(tr("Export"))
        self.button.setProperty("primary", True)
        self.button.setDefault(True)
        self.button.clicked.connect(self.export)
        self.written.hide()

    def _lay_out(self) -> None:
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        bottom = QHBoxLayout()
        theme.spaced(bottom, 0, spacing=2)
        bottom.addWidget(self.bar, 1)
        bottom.addStretch(1)
        bottom.addWidget(self.close_button)
        bottom.addWidget(self.button)
        self._column = column = QVBoxLayout(self)
        theme.spaced(column, 4, 4, 4, 4, spacing=3)
        column.addWidget(self.heading)
        column.addWidget(self.choices)
        column.addWidget(self.written)
        column.addWidget(self.words)
        column.addStretch(1)
        column.addLayout(bottom)
        self.resize(WIDTH, 0)
        self._grow()

    def _grow(self) -> None:
        """As high as what is said and shown needs; never lower than a person made it."""
        wanted = self._column.totalHeightForWidth(self.width())
        self.resize(self.width(), max(self.height(), wanted))

    def _restore(self) -> None:
        folder = self._settings.value(FOLDER)
        if isinstance(folder, str) and folder:
            self.choices.folder.setText(folder)
        self.choices.choose_format(str(self._settings.value(FORMAT) or ""))

    # --- the run -------------------------------------------------------------------------------

    def show_run(self, run: Run) -> None:
        """Takes a run; while another one is being exported, that is shown on."""
        self.come_forward()
        if self.bar.is_busy:
            return
        is_other = self._run is None or self._run.run_id != run.run_id
        self._run, self._obstacle = run, ""
        self.heading.setText(isolated(run.name))
        if is_other:
            self._outcome = ""
            self.written.hide()
            self.choices.show_run(run)
        next(button for button in self.choices.formats.values() if button.isChecked()).setFocus()
        self._show_state()
        if is_other:
            read = partial(_read, run.run_id)
            self._reads.ask(in_store(self._store, read), partial(self._take, run.run_id))

    def _take(self, run_id: str, found: _AboutRun) -> None:
        if self._run is not None and self._run.run_id == run_id:
            self._obstacle = found.obstacle
            self.choices.begin_with(found.form)
            self._show_state()

    # --- exporting -----------------------------------------------------------------------------

    @property
    def obstacle(self) -> str:
        """Why nothing can be written now, in a sentence; "" where it can."""
        return self._obstacle or self.choices.problem

    @Slot()
    def _choices_changed(self) -> None:
        self._outcome = ""  # it was that of other choices
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        busy, obstacle = self.bar.is_busy, self.obstacle
        self.choices.setEnabled(not busy)
        self.button.setEnabled(not busy and not obstacle)
        self.button.setText(tr("Replace") if self.choices.replaces else tr("Export"))
        self.button.setToolTip(obstacle or tr("Write the network, open it again and compare it"))
        if busy:
            self._say("", "muted")
        elif obstacle or self._outcome:
            self._say(obstacle or self._outcome, "problem")
        elif self.choices.replaces and not self.written.isVisibleTo(self):
            name = self.choices.output.name
            self._say(
                tr("{name} is there already; exporting replaces it and its snippet.", name=name),
                "warn",
            )
        else:
            self._say("", "muted")

    @Slot()
    def export(self) -> None:
        """Has the network written as asked."""
        if self._run is None or self.bar.is_busy or self.obstacle:
            return
        self._asked = self.choices.request(self._run)
        self._outcome = ""
        self._settings.setValue(FOLDER, self.choices.folder.text().strip())
        self._settings.setValue(FORMAT, self._asked.format)
        self.written.hide()
        task = self._task_runner.ask(EXPORT, self._asked, done=self._done)
        task.failed.connect(self._task_failed)
        self.bar.follow(task)
        task.ended.connect(self._show_buttons)
        self._show_state()
        self.bar.button.setFocus()

    def _done(self, found: Exported) -> None:
        if self._asked is None:
            return
        self.written.show_export(found, FORMATS[self._asked.format])
        self.written.show()
        self._grow()
        if not self.isVisible():
            self.said.emit(
                tr("{path} is written: {check}", path=found.path, check=agreement_of(found))
            )

    @Slot(str)
    def _task_failed(self, sentence: str) -> None:
        self._outcome = sentence
        if not self.isVisible():
            self.failed.emit(sentence)

    @Slot()
    def _cancelled(self) -> None:
        self._outcome = tr("cancelled; nothing was written")
        self._show_state()

    @Slot()
    def _show_buttons(self) -> None:
        """It is over: what came of it, and what can be asked next."""
        self._show_state()
        if self.written.isVisibleTo(self):
            self.written.open_button.setFocus()
        else:
            self.button.setFocus()

    # --- what is said --------------------------------------------------------------------------

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self._say(sentence, "problem")

    def _say(self, sentence: str, role: str) -> None:
        self.words.setText(sentence[:1].upper() + sentence[1:])
        theme.set_property(self.words, "role", role)
        self._grow()


def _read(run_id: str, store: Store) -> _AboutRun:
    """Done in a thread."""
    run, folder = store.run(run_id), store.artifacts(run_id)
    if not run.status.is_finished:
        return _AboutRun(tr("this run has not ended; export it afterwards"))
    if not RunFolder(folder).has(CHECKPOINT):
        return _AboutRun(tr("this run has no weights; train it, or resume it"))
    try:
        _ = run.experiment
    except SpecError as error:  # of a newer version
        return _AboutRun(str(error))
    return _AboutRun("", own_form(folder))
