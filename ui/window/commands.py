"""Menus and toolbar: every command once, with its shortcut, icon and reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMenu,
    QMenuBar,
    QMessageBox,
    QToolBar,
    QToolButton,
    QWidget,
)

from ui.forms.entry import first_sentence
from ui.look import theme
from ui.look.plain import caption, tip
from ui.window.window_state import APPEARANCE
from workbench import __version__
from workbench.runs.status import RunStatus

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow


GAP = 4 * theme.UNIT
"""Between the menus and what lies beside them."""


class _Corner(QWidget):
    """Beside the menus. They place it once; this asks again when its buttons grow.

    Args:
        menus: Which it leaves the room that they need.
        yields: The first of what lies in it; gets narrower where the window is narrow.
    """

    def __init__(self, menus: QMenuBar, yields: QWidget) -> None:
        super().__init__(menus)
        self._menus, self._yields = menus, yields
        menus.installEventFilter(self)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            QTimer.singleShot(0, self, self._refit)
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._yield_room()
        return False

    def _refit(self) -> None:
        self._yield_room()
        if self.sizeHint() != self.size():
            size = self._menus.size()
            QApplication.sendEvent(self._menus, QResizeEvent(size, size))

    def _yield_room(self) -> None:
        """Else the menus at the end would go into a menu of their own."""
        if self.parentWidget() is not self._menus:
            return  # in a row of its own, where the platform has the menus
        end = max(self._menus.actionGeometry(menu).right() for menu in self._menus.actions())
        label = min(self._yields.sizeHint().width(), self._yields.maximumWidth())
        buttons = self.sizeHint().width() - label
        room = self._menus.width() - end - buttons - GAP
        self._yields.setMaximumWidth(max(0, room))


class Commands(QObject):
    """The window's actions by name.

    Args:
        window: Gets the menus and the toolbar.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        tr = self.tr
        self.train = self._action(tr("Train"), "play", "Ctrl+Return", window.train)
        self.pause = self._action(
            tr("Pause"), "pause", "Ctrl+P", window.conductor.pause_or_continue
        )
        self.stop = self._action(tr("Stop"), "stop", "Ctrl+.", window.conductor.stop)
        self.queue = self._action(tr("Add to queue"), "queue", "Ctrl+Shift+Return", window.enqueue)
        self.pause.setToolTip(tr("Hold the run after the step in progress (Ctrl+P)"))
        self.stop.setToolTip(tr("End the run, keep its weights and evaluate them (Ctrl+.)"))
        self._make_menus()
        self._make_toolbar()
        theme.set_icon(self.train, "play", "on_accent")

    def _action(
        self,
        text: str,
        icon: str,
        keys: str | QKeySequence.StandardKey,
        slot: Callable[..., object],
    ) -> QAction:
        action = QAction(text, self._window)
        if icon:
            theme.set_icon(action, icon)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _=False: slot())
        self._window.addAction(action)
        return action

    def _make_menus(self) -> None:
        window, tr, key = self._window, self.tr, QKeySequence.StandardKey
        bar = window.menuBar()
        file = bar.addMenu(tr("&File"))
        file.addAction(self._action(tr("New"), "new", key.New, window.files.new))
        file.addAction(
            self._action(tr("New from preset…"), "", "Ctrl+Shift+N", window.beside.show_presets)
        )
        file.addAction(self._action(tr("Open…"), "open", key.Open, window.files.choose_and_open))
        self.recent = file.addMenu(tr("Open recent"))
        self.recent.aboutToShow.connect(self._fill_recent)
        file.addSeparator()
        file.addAction(self._action(tr("Save"), "save", key.Save, window.files.save))
        file.addAction(self._action(tr("Save as…"), "", key.SaveAs, window.files.save_as))
        file.addSeparator()
        file.addAction(self._action(tr("Open another store…"), "", "", window.choose_store))
        file.addAction(self._action(tr("Empty trash…"), "trash", "", window.changes.empty_trash))
        file.addSeparator()
        file.addAction(self._action(tr("Quit"), "", key.Quit, window.close))

        edit = bar.addMenu(tr("&Edit"))
        for action, icon, keys in (
            (window.undo_stack.createUndoAction(window, tr("Undo")), "undo", key.Undo),
            (window.undo_stack.createRedoAction(window, tr("Redo")), "redo", key.Redo),
        ):
            action.setShortcut(QKeySequence(keys))
            theme.set_icon(action, icon)
            edit.addAction(action)
        edit.addSeparator()
        edit.addMenu(tr("Layers")).addActions(window.experiment.structure.commands.all)
        edit.addSeparator()
        edit.addAction(self._action(tr("Filter runs"), "", key.Find, window.runs.filter.setFocus))

        run = bar.addMenu(tr("&Run"))
        for action in (self.train, self.pause, self.stop, self.queue):
            run.addAction(action)
        run.addSeparator()
        run.setToolTipsVisible(True)
        for menu in self._repeats():
            run.addMenu(menu)
        run.addSeparator()
        run.addAction(
            self._action(tr("Run queue"), "", "", partial(window.conductor.hold_queue, False))
        )
        run.addSeparator()
        window.run_files.fill(run)

        self._network_menu(bar.addMenu(tr("&Network")))
        self._view_menu(bar.addMenu(tr("&View")))
        about = bar.addMenu(tr("&Help"))
        about.addAction(self._action(tr("About"), "", "", self._about))

    def _repeats(self) -> tuple[QMenu, QMenu]:
        return self._window.repeats.seeds, self._window.repeats.folds

    def _network_menu(self, menu: QMenu) -> None:
        self.levers = menu.addMenu(self.tr("Levers"))
        self.levers.setToolTipsVisible(True)
        self.levers.aboutToShow.connect(self._fill_levers)
        menu.addAction(
            self._action(
                self.tr("Compare structures"), "", "Ctrl+Shift+C", self._compare_structures
            )
        )
        menu.addSeparator()
        menu.addAction(
            self._action(
                self.tr("Show Keras code"), "file", "Ctrl+K", self._window.beside.show_code
            )
        )

    def _fill_levers(self) -> None:
        """At the first use, as the levers are loaded with their page."""
        if not self.levers.isEmpty():
            return
        from workbench.levers.structure import LEVERS

        for name, lever in LEVERS.items():
            action = self._action(f"{lever.label}…", "", "", partial(self._choose_lever, name))
            action.setToolTip(first_sentence(lever))
            self.levers.addAction(action)

    def _choose_lever(self, name: str) -> None:
        network = self._window.network
        self._show_page(network.levers)
        network.levers.choose(name)

    def _compare_structures(self) -> None:
        compare = self._window.network.compare
        self._show_page(compare)
        compare.box.setFocus()

    def _show_page(self, page: QWidget) -> None:
        self._window.tabs.setCurrentWidget(self._window.network)
        self._window.network.show_page(page)

    def _fill_recent(self) -> None:
        self.recent.clear()
        for path in self._window.files.recent:
            self.recent.addAction(caption(path), partial(self._window.files.open, Path(path)))
        if self.recent.isEmpty():
            self.recent.addAction(self.tr("Nothing opened yet")).setEnabled(False)

    def _view_menu(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        self.appearances: dict[str, QAction] = {}
        chosen = self._window.settings.value(APPEARANCE, Qt.ColorScheme.Unknown.name)
        for scheme, text in (
            (Qt.ColorScheme.Unknown, self.tr("Appearance of the system")),
            (Qt.ColorScheme.Light, self.tr("Light")),
            (Qt.ColorScheme.Dark, self.tr("Dark")),
        ):
            action = self._action(text, "", "", partial(self._window.set_appearance, scheme))
            action.setCheckable(True)
            action.setChecked(scheme.name == chosen)
            self.appearances[scheme.name] = action
            group.addAction(action)
            menu.addAction(action)

    def _make_toolbar(self) -> None:
        """In the menu bar's row, where the platform leaves the menu bar to the window."""
        menus = self._window.menuBar()
        bar = _Corner(menus, self._window.preflight)
        row = QHBoxLayout(bar)
        theme.spaced(row, 0, 0, 2, 0, spacing=1)
        row.addWidget(self._window.preflight)
        for action in (self.train, self.pause, self.stop, self.queue):
            button = QToolButton()
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setDefaultAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            if action is self.train:
                button.setObjectName("train")
                more = QMenu(button)
                more.setToolTipsVisible(True)
                for menu in self._repeats():
                    more.addMenu(menu)
                button.setMenu(more)
                button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
            row.addWidget(button)
        if not menus.isNativeMenuBar():
            menus.setCornerWidget(bar)
            return
        tools = QToolBar(self.tr("Run"))
        tools.setObjectName("run")
        tools.setMovable(False)
        tools.addWidget(bar)
        self._window.addToolBar(tools)

    def show_state(
        self, *, first_problem: str, busy: bool, full: bool, status: RunStatus | None
    ) -> None:
        """Enables what can be done now and says why the rest can't."""
        tr = self.tr
        self.train.setEnabled(not first_problem)
        self.queue.setEnabled(not first_problem)
        self._window.repeats.set_problem(first_problem)
        behind = tr("Queue this experiment behind the runs that wait (Ctrl+Return)")
        now = tr("Train this experiment (Ctrl+Return)")
        self.train.setToolTip(tip(first_problem) or (behind if full else now))
        self.queue.setToolTip(
            first_problem or tr("Put this experiment at the end of the queue (Ctrl+Shift+Return)")
        )
        can_hold = busy and status in (RunStatus.RUNNING, RunStatus.PAUSED)
        self.pause.setEnabled(can_hold)
        self.stop.setEnabled(busy)
        held = status is RunStatus.PAUSED
        self.pause.setText(tr("Continue") if held else tr("Pause"))
        theme.set_icon(self.pause, "play" if held else "pause")

    def _about(self) -> None:
        QMessageBox.about(
            self._window,
            self.tr("About DLOpt Workbench"),
            self.tr(
                "<b>DLOpt Workbench {}</b><p>Make CNNs smaller, faster to train and faster to run, "
                "and prove it.</p><p>Runs are kept in<br>{}</p>"
            ).format(__version__, escape(str(self._window.store.folder))),
        )
