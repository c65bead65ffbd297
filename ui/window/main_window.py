"""The window: assembly of the panels and the wiring between them, nothing else."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QUndoStack,
)
from PySide6.QtWidgets import (
    QMainWindow,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.banner import Banner
from ui.look.focus import FocusKeeper
from ui.look.undo_offer import UndoOffer
from ui.models.layers import Layers
from ui.models.run_feed import RunFeed
from ui.models.run_table import RunTable
from ui.panels.compare.panel import ComparePanel
from ui.panels.data.panel import DataPanel
from ui.panels.evaluate.panel import EvaluatePanel
from ui.panels.experiment.panel import ExperimentPanel
from ui.panels.inside.panel import InsidePages
from ui.panels.live.log import LogPanel
from ui.panels.live.panel import LivePanel, run_colour
from ui.panels.live.preflight import PreflightLabel
from ui.panels.live.status import StatusPanel
from ui.panels.network.panel import NetworkPanel
from ui.panels.runs.panel import RunsPanel
from ui.panels.runs.queue import QueuePanel
from ui.panels.tune.panel import TunePanel
from ui.running.assistant import Assistant
from ui.running.conductor import Conductor
from ui.running.run_changes import RunChanges
from ui.running.run_edits import RunEdits
from ui.window import window_state
from ui.window.commands import Commands
from ui.window.experiment_files import ExperimentFiles
from ui.window.run_files import RunFiles
from ui.window.run_follower import RunFollower
from ui.window.run_notices import RunNotices
from ui.window.run_repeats import RunRepeats
from ui.window.run_trials import RunTrials
from ui.window.side_windows import SideWindows
from ui.window.store_choice import choose_store
from workbench import presets
from workbench.runs.store import Store
from workbench.spec.base import SpecError

BOTTOM_HEIGHT = 192
"""Tab, header and five runs: the plots get the rest."""

PAGES_LEAST = 640
"""Pixels that the pages keep beside a form that is dragged wider."""


class MainWindow(QMainWindow):
    """Editor on the left, plots and data in the centre, runs below.

    Args:
        store: Open; the window closes it.

    Attributes:
        next_store: Opened by a person, to be seen in place of this one.
    """

    next_store: Store | None = None

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.settings = QSettings(str(store.folder / "window.ini"), QSettings.Format.IniFormat)
        self.undo_stack = QUndoStack(self)
        self.editor = Editor(presets.load(presets.DEFAULT), self.undo_stack)
        self.conductor = Conductor(store)
        self.edits = RunEdits(self.conductor)
        self.assistant = Assistant(store.folder)
        self.files = ExperimentFiles(self.editor, self.settings, store.folder, self)
        self.feed = RunFeed(store, self)
        self._build()
        self.follower = RunFollower(self)
        self.changes = RunChanges(self.edits, self.model.frame, self.undo_stack, self.banner)
        self.undo_offer = UndoOffer(self.undo_stack, self.banner)
        self.trials = RunTrials(self)
        self.notices = RunNotices(self)
        self.focus_keeper = FocusKeeper(self)
        self.repeats = RunRepeats(self)
        self.beside = SideWindows(self)
        self.run_files = RunFiles(self)
        self.commands = Commands(self)
        self._connect()
        self.conductor.settle()
        window_state.restore(self)
        self.show_runs()
        self.follower.show_queue()
        self._show_state()

    # --- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setWindowIcon(theme.app_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(960, 600))
        self.resize(window_state.first_size(self.screen().availableSize()))
        self.layers = Layers(self.editor)
        self.experiment = ExperimentPanel(self.editor, self.layers)
        self.live = LivePanel(self.store.folder)
        self.model = RunTable(self.feed)
        self.model.set_colours(run_colour)
        self.runs = RunsPanel(self.model)
        known = self.live.known_curves
        self.compare = ComparePanel(self.store.folder, known, self.feed, self.runs)
        self.data = DataPanel(self.editor)
        commands = self.experiment.structure.commands
        self.network = NetworkPanel(self.editor, self.layers, commands, self.feed.read)
        folder = self.store.folder
        self.tune = TunePanel(self.editor, self.assistant, folder)
        self.preflight = PreflightLabel(self.editor, self.assistant, self.conductor, folder)
        self.inside = InsidePages(self.editor, self.assistant, folder)
        self.evaluate = EvaluatePanel(self.assistant, self.store.artifacts)
        self.queue, self.log, self.banner = QueuePanel(), LogPanel(), Banner()
        self.status = StatusPanel(self.conductor, self.editor)
        self.setStatusBar(self.status)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        # Else the splitter would take a page's wish for more room from the form, for good.
        self.tabs.setMinimumWidth(PAGES_LEAST)
        tr = self.tr
        for page, title, reason in (
            (self.live, tr("Live"), tr("Curves of the ticked runs, drawn while they train")),
            (self.compare, tr("Compare"), tr("Runs against each other: what did a lever buy")),
            (self.evaluate, tr("Evaluate"), tr("How good the selected run is, image by image")),
            (self.data, tr("Data"), tr("What the network will see: images, classes, counts")),
            (self.network, tr("Network"), tr("What each layer costs, and how to make it smaller")),
            (self.tune, tr("Tune"), tr("Find settings by measuring: learning rate, batch size")),
            (self.inside, tr("Inside"),
             tr("The selected run's trained network: its weights, its answers, its speed")),
        ):  # fmt: skip
            self.tabs.setTabToolTip(self.tabs.addTab(page, title), reason)
        self.bottom = QTabWidget()
        self.bottom.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("Results"))
        self.bottom.setAccessibleName(self.tr("Runs, queue and log"))
        for panel, title in (
            (self.runs, self.tr("Runs")),
            (self.queue, self.tr("Queue")),
            (self.log, self.tr("Log")),
        ):
            self.bottom.addTab(panel, title)
        self.bottom.setCornerWidget(self.runs.bar)
        self.bottom.currentChanged.connect(self._show_bar)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.tabs, 1)
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self.across.addWidget(self.experiment)
        self.across.addWidget(centre)
        self.across.setStretchFactor(1, 1)
        self.across.setSizes([400, 1040])
        self.down = QSplitter(Qt.Orientation.Vertical)
        self.down.addWidget(self.across)
        self.down.addWidget(self.bottom)
        self.down.setStretchFactor(0, 1)
        self.down.setSizes([670, BOTTOM_HEIGHT])
        for splitter in (self.across, self.down):
            splitter.setChildrenCollapsible(False)
        self.setCentralWidget(self.down)

    def _connect(self) -> None:
        conductor, runs, editor = self.conductor, self.runs, self.editor
        for failed in (
            self.feed.failed, conductor.failed, self.files.failed, self.live.failed,
            self.layers.failed, self.network.failed, self.inside.failed, self.evaluate.failed,
            self.compare.failed, runs.failed,
        ):  # fmt: skip
            failed.connect(self.report)
        for page in (self.live, self.compare, self.evaluate, self.tune, self.inside):
            page.export_requested.connect(self.beside.export_figure)
        for panel in (self.network, self.compare, runs):
            panel.said.connect(self.banner.say)
        conductor.runs_changed.connect(self.show_runs)
        self.feed.curves_changed.connect(self.live.show_runs)
        self.feed.curves_changed.connect(self.compare.show_ticked)
        self.feed.newest_changed.connect(self.network.show_runs)
        self.feed.changed.connect(self._runs_read)
        conductor.state_changed.connect(self._show_state)
        conductor.logged.connect(self.log.add)
        self.assistant.logged.connect(self.log.add)
        conductor.machine_found.connect(editor.set_machine)
        editor.problems_changed.connect(self._show_state)
        editor.changed.connect(self._show_title)
        editor.file_changed.connect(self._show_title)
        editor.output_followed.connect(self.undo_offer.say)
        self.live.train_requested.connect(self.train)
        self.live.diagnosis.remedy_chosen.connect(self.trials.try_remedy)
        self.data.logged.connect(self.log.note)
        self.data.reading_changed.connect(self.experiment.data_note.show_reading)
        self.tune.failed.connect(self.log.note)
        self.inside.remedy_chosen.connect(self.trials.try_remedy)
        self.experiment.find_requested.connect(self.find_setting)
        self.log.attention.connect(self._show_attention)
        runs.selected.connect(self._run_selected)
        runs.chosen_changed.connect(self.compare.select)
        runs.use_settings.connect(self.trials.use_settings)
        runs.resume.connect(self.notices.resume)
        runs.delete.connect(self.changes.delete)
        runs.hide_runs.connect(self.edits.set_hidden)
        runs.change.connect(self.changes.change)
        runs.try_setting.connect(self.trials.try_setting)
        self.queue.reordered.connect(conductor.reorder)
        self.queue.held.connect(conductor.hold_queue)
        self.queue.removed.connect(self.changes.delete)
        self.model.shown_changed.connect(self._tick)
        self.model.written.connect(self.changes.write)
        self._show_title()

    # --- what a person does --------------------------------------------------------------------

    @Slot()
    def train(self) -> None:
        """Trains the experiment as it stands, or queues it where a run is under way."""
        if self.editor.problems:
            return
        run = self.conductor.train(self.editor.experiment)
        if run is not None:
            self.notices.show_new(run)

    @Slot()
    def enqueue(self) -> None:
        """Adds the experiment to the end of the queue."""
        if not self.editor.problems and self.conductor.enqueue(self.editor.experiment):
            self.bottom.setCurrentWidget(self.queue)

    @Slot(str)
    def find_setting(self, path: str) -> None:
        """Looks for a good value of a setting, in the Tune tab."""
        self.tabs.setCurrentWidget(self.tune)
        self.tune.find_setting(path)

    @Slot(str)
    def report(self, sentence: str) -> None:
        """Says what went wrong, and keeps it in the log."""
        self.banner.say(sentence[:1].upper() + sentence[1:], bad=True)
        self.log.note(sentence)

    def _tick(self, run_id: str, shown: bool) -> None:
        self.edits.set_hidden([run_id], not shown)

    # --- what is shown -------------------------------------------------------------------------

    @Slot()
    def show_runs(self) -> None:
        """Shows the store's runs as they are now."""
        self.feed.look()

    @Slot(list)
    def _runs_read(self, places: list[int]) -> None:
        """Looks again at the run that is chosen, where it went on."""
        run_id = self.runs.current_id
        if run_id and self.feed.frame.place(run_id) in places:
            run = self.feed.read(run_id)
            for panel in (self.live.diagnosis, self.inside, self.evaluate):
                panel.show_run(run)

    @Slot()
    def _show_bar(self) -> None:
        self.runs.bar.setVisible(self.bottom.currentWidget() is self.runs)

    @Slot()
    def _show_state(self) -> None:
        self.assistant.set_training(self.conductor.is_busy)
        problems = self.editor.problems
        self.commands.show_state(
            first_problem=self.editor.sentence(problems[0]) if problems else "",
            busy=self.conductor.is_busy,
            full=not self.conductor.has_room,
            status=self.conductor.status,
        )

    @Slot()
    def _show_title(self) -> None:
        name = self.editor.file.name if self.editor.file else self.editor.experiment.name
        self.setWindowTitle(f"{name}[*] – DLOpt Workbench")
        self.setWindowModified(self.editor.is_modified)

    @Slot(int)
    def _show_attention(self, unseen: int) -> None:
        title = self.tr("Log ({})").format(unseen) if unseen else self.tr("Log")
        self.bottom.setTabText(self.bottom.indexOf(self.log), title)

    @Slot(str)
    def _run_selected(self, run_id: str) -> None:
        run = self.feed.read(run_id)
        self.conductor.choose(run_id)
        self.network.prefer(run_id)
        self.live.highlight(run_id if self.model.rowCount() > 1 else "")
        experiment = None
        if run is not None:
            with suppress(SpecError):  # of a later version: there is nothing to compare with
                experiment = run.experiment
        self.experiment.totals.compare_with(experiment, run.name if run is not None else "")
        for panel in (self.live.diagnosis, self.inside, self.evaluate):
            panel.show_run(run)

    # --- files and life ------------------------------------------------------------------------

    def start(self, file: Path | None) -> None:
        """What is done once the window is on the screen."""
        self.conductor.warm_up()
        if file is None:
            if self.files.restore_draft():
                self.banner.say(self.tr("The workbench ended unexpectedly; your changes are back."))
            return
        draft = self.files.left_draft()
        self.files.open(file)
        if draft is not None:
            words_ = self.tr("restored draft")
            self.banner.say(
                self.tr("The workbench ended unexpectedly the last time; your changes were kept."),
                action=self.tr("Restore them"),
                act=lambda: self.editor.replace(draft, words_),
            )

    @Slot()
    def choose_store(self) -> None:
        """Asks for another store, and ends this window where one is opened."""
        choose_store(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_toml(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_toml(event)
        if path is not None:
            event.acceptProposedAction()
            # Not now: the program it came from waits for us, and a question may follow.
            QTimer.singleShot(0, self, partial(self.files.open, path))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_discard():
            event.ignore()
            return
        self.hide()  # the training process may take a moment to save its checkpoint
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """Ends all that is under way and closes the store; nothing can be done any more."""
        window_state.keep(self)
        for close in (
            self.files.close, self.data.close_jobs, self.network.close_jobs, self.follower.close,
            self.live.close_loader, self.compare.close_jobs, self.beside.close,
            self.run_files.close, self.runs.close_jobs, self.feed.close, self.assistant.close,
            self.evaluate.close_jobs, self.conductor.close, self.store.close,
        ):  # fmt: skip
            close()

    def set_appearance(self, scheme: Qt.ColorScheme) -> None:
        """Light, dark, or as the system says."""
        theme.choose(scheme)
        self.settings.setValue(window_state.APPEARANCE, scheme.name)
        self.apply_theme()

    @Slot()
    def apply_theme(self) -> None:
        """Draws everything in the appearance in force."""
        theme.apply()
        self.live.restyle()
        self.compare.restyle()
        self.model.set_colours(run_colour)


def _dropped_toml(event: QDropEvent) -> Path | None:
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix == ".toml"), None)
