"""The window: assembly of the panels and the wiring between them, nothing else."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings, QSize, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QUndoStack
from PySide6.QtWidgets import QApplication, QMainWindow

from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.look import theme
from ui.look.actions import Actions
from ui.look.banner import Banner
from ui.look.focus import FocusKeeper
from ui.look.undo_offer import UndoOffer
from ui.models.layers import Layers
from ui.models.run_feed import RunFeed
from ui.models.run_table import RunTable
from ui.panels.experiment.panel import ExperimentPanel
from ui.panels.live.log import LogPanel
from ui.panels.live.panel import run_colour
from ui.panels.live.preflight import PreflightLabel
from ui.panels.live.status import StatusPanel
from ui.panels.runs.panel import RunsPanel
from ui.panels.runs.queue import QueuePanel
from ui.panels.shared.requests import Requests
from ui.running.run_changes import RunChanges
from ui.running.run_controller import RunController
from ui.running.run_edits import RunEdits
from ui.running.search_controller import SearchController
from ui.running.task_runner import TaskRunner
from ui.window.actions.edit import EditActions
from ui.window.actions.file import FileActions
from ui.window.actions.help import HelpActions
from ui.window.actions.training import TrainingActions
from ui.window.actions.view import ViewActions
from ui.window.appearance import Appearance
from ui.window.bottom import BottomTabs
from ui.window.experiment_files import ExperimentFiles
from ui.window.menus import fill_menu_bar
from ui.window.page_tabs import PageTabs
from ui.window.pages import PageContext
from ui.window.queue_follower import QueueFollower
from ui.window.queue_forecast import QueueForecast
from ui.window.run_files import RunFiles
from ui.window.run_follower import RunFollower
from ui.window.run_notices import RunNotices
from ui.window.run_repeats import RunRepeats
from ui.window.run_trials import RunTrials
from ui.window.side_windows import SideWindows
from ui.window.store_choice import choose_store
from ui.window.toolbar import make_toolbar
from ui.window.window_splitter import WindowSplitter
from ui.window.window_state import StatePart, WindowState, first_size, kept_of_page
from workbench import presets
from workbench.base.text import isolated, tr
from workbench.runs.store import Store
from workbench.spec.base import SpecError


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
        self.jobs = Jobs(self)
        self.settings = QSettings(str(store.folder / "window.ini"), QSettings.Format.IniFormat)
        self.undo_stack = QUndoStack(self)
        self.editor = Editor(presets.load(presets.DEFAULT), self.undo_stack)
        self.controller = RunController(store, self.jobs)
        self.edits = RunEdits(self.controller)
        self.task_runner = TaskRunner(store.folder, self.jobs)
        self.searches = SearchController(self.controller, self.task_runner, self.jobs, self)
        self.files = ExperimentFiles(self.editor, self.settings, store.folder, self.jobs, self)
        self.feed = RunFeed(store, self.jobs, self)
        self._build()
        self._lay_out()
        self._make_helpers()
        self.areas = self._make_actions()
        self._connect()
        self.controller.settle()
        self.state.restore()
        self.show_runs()
        self.queue_follower.refresh()
        self._show_state()

    # --- building ------------------------------------------------------------------------------

    def _build(self) -> None:
        """The parts that a person sees, from the ones that others need to those that need them."""
        folder, controller = self.store.folder, self.controller
        self.setWindowIcon(theme.app_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(960, 600))
        self.resize(first_size(self.screen().availableSize()))
        self.layers = Layers(self.editor)
        self.experiment = ExperimentPanel(
            self.editor, self.layers, self.feed, folder, self.jobs, self.searches
        )
        self.model = RunTable(self.feed, self.jobs)
        self.model.set_colours(run_colour)
        self.runs = RunsPanel(self.model, self.jobs)
        self.preflight = PreflightLabel(self.editor, self.task_runner, controller, folder)
        self.queue, self.log, self.banner = QueuePanel(), LogPanel(), Banner()
        self.status = StatusPanel(controller, self.editor)
        self.setStatusBar(self.status)
        self.requests = Requests(self)
        context = PageContext(
            folder,
            self.store.artifacts,
            self.editor,
            self.layers,
            self.experiment.structure.commands,
            self.feed,
            self.runs.table,
            self.runs.filter,
            controller,
            self.task_runner,
            self.requests,
            self.jobs,
            self.searches,
        )
        self.tabs = PageTabs(context, partial(kept_of_page, self.settings))
        self.pages = self.tabs.pages

    def _lay_out(self) -> None:
        self.bottom = BottomTabs(self.runs, self.queue, self.log)
        self.down = WindowSplitter(self.experiment, self.banner, self.tabs, self.bottom)
        self.across = self.down.across
        self.setCentralWidget(self.down)

    def _make_helpers(self) -> None:
        """What does things, each with the few objects that it uses."""
        folder, read, controller = self.store.folder, self.feed.read, self.controller
        self.appearance = Appearance(self.settings, self)
        self.focus_keeper = FocusKeeper(self)
        self.forecast = QueueForecast(
            self.queue, controller, self.task_runner, folder, self.jobs, self
        )
        self.follower = RunFollower(controller, self.model, self)
        self.queue_follower = QueueFollower(controller, self.queue, self.forecast)
        self.changes = RunChanges(self.edits, self.model.frame, self.undo_stack, self.banner)
        self.undo_offer = UndoOffer(self.undo_stack, self.banner)
        self.trials = RunTrials(self.editor, read, self.requests, self)
        self.notices = RunNotices(controller, self.searches, self.forecast, self.runs, self.banner)
        self.repeats = RunRepeats(self.editor, controller, self.runs, read, self)
        self.beside = SideWindows(
            self.editor, self.files, folder, self.task_runner, self.settings, read, self.jobs, self
        )
        self.run_files = RunFiles(folder, self.runs.table, read, self.banner, self.jobs)
        self.state = WindowState(
            self,
            self.settings,
            {"across": self.across, "down": self.down},
            {
                "table": StatePart(self.runs.state, self.runs.restore_state),
                "explained": StatePart(self.experiment.explained_paths, self.experiment.explain),
            },
            self.tabs.states,
        )

    def _make_actions(self) -> dict[str, Actions]:
        """All areas of actions by name, with their menus and the toolbar."""
        self.training = TrainingActions(
            self.editor, self.controller, self.notices, self.repeats, self
        )
        areas = (
            FileActions(
                self.files,
                self.beside.show_presets,
                self.choose_store,
                self.changes.empty_trash,
                self,
            ),
            EditActions(self.undo_stack, self.runs.filter.setFocus, self),
            self.experiment.structure.commands,
            self.training,
            self.run_files.actions,
            *self.tabs.areas.values(),
            ViewActions(self.appearance, self.tabs.tabs, self.tabs.show_page, self),
            self.runs.actions_,
            self.queue.commands,
            HelpActions(self.store.folder, self.experiment, lambda: self.areas.values(), self),
        )
        found = {area.name: area for area in areas}
        assert len(found) == len(areas), "two areas have one name"
        for area in areas:
            if not area.in_focus:
                area.attach(self)
        fill_menu_bar(self.menuBar(), found, self.tabs.tabs)
        make_toolbar(self, self.training, self.preflight)
        self.runs.menus.more_of_runs = self.run_files.actions.fill
        return found

    def _connect(self) -> None:
        controller, runs, editor, asked = self.controller, self.runs, self.editor, self.requests
        for failed in (
            self.feed.failed,
            controller.failed,
            self.files.failed,
            self.layers.failed,
            self.tabs.failed,
            runs.failed,
            self.trials.failed,
            self.repeats.failed,
            self.run_files.failed,
            self.beside.failed,
        ):
            failed.connect(self.report)
        for said in (self.tabs.said, runs.said, self.beside.said):
            said.connect(self.banner.say)
        for logged in (controller.logged, self.task_runner.logged):
            logged.connect(self.log.add)
        self.tabs.logged.connect(self.log.note)
        self.tabs.export_requested.connect(self.beside.export_figure)
        asked.train.connect(self.training.train)
        asked.show_page.connect(self.tabs.show_page)
        asked.show_code.connect(self.beside.show_code)
        for export in (asked.export_network, self.runs.export_network):
            export.connect(self.beside.export_network)
        for find in (self.experiment.find_requested, self.trials.find_requested):
            find.connect(asked.find)
        for changed in (controller.runs_changed, controller.epoch, self.run_files.changed):
            changed.connect(self.show_runs)
        self.feed.changed.connect(self._runs_read)
        controller.state_changed.connect(self._show_state)
        controller.machine_found.connect(editor.set_machine)
        self.follower.ended.connect(self._run_ended)
        editor.changed.connect(self._show_title)
        editor.file_changed.connect(self._show_title)
        editor.output_followed.connect(self.undo_offer.say)
        self.appearance.changed.connect(self.apply_theme)
        self.notices.curves_requested.connect(self._show_new_curves)
        for shown in (self.notices.queue_requested, self.training.enqueued):
            shown.connect(self.bottom.show_queue)
        self._connect_runs()
        self._show_title()

    def _connect_runs(self) -> None:
        """The table of runs and the queue, with what does what they ask for."""
        controller, runs = self.controller, self.runs
        runs.selected.connect(self._run_selected)
        runs.selected.connect(self.run_files.actions.refresh)
        runs.use_settings.connect(self.trials.use_settings)
        runs.try_setting.connect(self.trials.try_setting)
        runs.use_run.connect(self.experiment.use_run)
        runs.resume.connect(self.notices.resume)
        runs.delete.connect(self.changes.delete)
        runs.change.connect(self.changes.change)
        runs.hide_runs.connect(self.edits.set_hidden)
        self.model.shown_changed.connect(self.edits.tick)
        self.model.written.connect(self.changes.write)
        self.queue.reordered.connect(controller.reorder)
        self.queue.held.connect(controller.hold_queue)
        self.queue.removed.connect(self.changes.delete)
        self.queue_follower.waiting_changed.connect(self.bottom.show_waiting)

    # --- what a person does --------------------------------------------------------------------

    @Slot(str)
    def report(self, sentence: str) -> None:
        """Says what went wrong, and keeps it in the log."""
        self.banner.say(sentence[:1].upper() + sentence[1:], bad=True)
        self.log.note(sentence)

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
            self.tabs.show_run(self.feed.read(run_id))

    @Slot()
    def _show_state(self) -> None:
        self.task_runner.set_training(self.controller.is_busy)

    @Slot(str, bool)
    def _run_ended(self, sentence: str, bad: bool) -> None:
        if sentence:
            self.banner.say(sentence, bad=bad)
            self.log.note(sentence)
        if not self.isActiveWindow():
            QApplication.alert(self)

    @Slot()
    def _show_new_curves(self) -> None:
        self.bottom.show_runs()
        self.tabs.show_page("live")

    @Slot()
    def _show_title(self) -> None:
        name = self.editor.file.name if self.editor.file else self.editor.experiment.name
        self.setWindowTitle(f"{isolated(name)}[*] – DLOpt Workbench")
        self.setWindowModified(self.editor.is_modified)

    @Slot(str)
    def _run_selected(self, run_id: str) -> None:
        run = self.feed.read(run_id)
        self.controller.choose(run_id)
        experiment = None
        if run is not None:
            with suppress(SpecError):  # of a later version: there is nothing to compare with
                experiment = run.experiment
        self.experiment.totals.compare_with(experiment, run.name if run is not None else "")
        self.tabs.show_run(run)

    # --- files and life ------------------------------------------------------------------------

    def start(self, file: Path | None) -> None:
        """What is done once the window is on the screen."""
        self.controller.warm_up()
        self.searches.look_for_broken()
        if file is None:
            if self.files.restore_draft():
                self.banner.say(tr("The workbench ended unexpectedly; your changes are back."))
            return
        draft = self.files.left_draft()
        self.files.open(file)
        if draft is not None:
            words_ = tr("restored draft")
            self.banner.say(
                tr("The workbench ended unexpectedly the last time; your changes were kept."),
                action=tr("Restore them"),
                act=lambda: self.editor.replace(draft, words_),
            )

    def take_over(self, before: MainWindow) -> None:
        """Takes the place and the looks of the window that this one follows."""
        self.state.take_over(before.state)
        if self.appearance.kept is None and before.appearance.kept is not None:
            self.appearance.keep(before.appearance.kept)
            self.areas["view"].refresh()

    @Slot()
    def choose_store(self) -> None:
        """Asks for another store, and ends this window where one is opened."""
        store = choose_store(self.store.folder, self.files.may_discard, self.report, self)
        if store is not None:
            self.next_store = store
            folder = isolated(str(store.folder))
            self.banner.say(tr("Opening the store in {folder}…", folder=folder))
            self.repaint()  # the training process may take a moment to save its checkpoint
            self.shut_down()
            QCoreApplication.exit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.files.accept(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.take_dropped(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.files.may_discard():
            event.ignore()
            return
        self.hide()  # the training process may take a moment to save its checkpoint
        self.shut_down()
        event.accept()

    def shut_down(self) -> None:
        """Ends all that is under way and closes the store; nothing can be done any more."""
        self.state.keep()
        for close in (
            self.files.forget_draft,
            self.task_runner.close,
            self.jobs.close,
            self.controller.close,
            self.store.close,
        ):
            close()

    @Slot()
    def apply_theme(self) -> None:
        """Draws everything in the appearance in force."""
        theme.apply()
        self.tabs.restyle()
        self.model.set_colours(run_colour)
