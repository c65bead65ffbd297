"""Under the form while something of it is varied: what that comes to, and the start of a search."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.forms.entry import calm
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label, tip
from ui.panels.varying.keeper import Keeper
from ui.running.search_controller import SearchController
from workbench.base.text import tr
from workbench.levers.repeats import MOST
from workbench.study.asking.outlook import Outlook, outlook
from workbench.study.asking.request import SweepRequest

if TYPE_CHECKING:
    from ui.panels.varying.settings import SearchSettings

MEASURED_MILLISECONDS = 3000
"""How often it is looked whether a run was timed meanwhile."""

MINUTE_MILLISECONDS = 60_000
"""How often the time of the end is said again, as it moves while nothing is started."""


class SearchFooter(QWidget):
    """What the variations of the form come to; hidden while there are none.

    Args:
        editor: Of the form.
        searches: Does the search.
        folder: Of the store.
        jobs: Of the window.

    Attributes:
        outlook: What was worked out last; None before.
        settings: How to search, in a window of its own; made at the first use.

    Signals:
        looked: `outlook` is that of the form as it stands.
        failed: A sentence.
    """

    looked = Signal()
    failed = Signal(str)

    def __init__(
        self, editor: Editor, searches: SearchController, folder: Path, jobs: Jobs
    ) -> None:
        super().__init__()
        self.setObjectName("totals")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._editor, self._searches, self._folder = editor, searches, folder
        self.keeper = Keeper(editor, folder, jobs, self)
        self.keeper.failed.connect(self.failed)
        self.outlook: Outlook | None = None
        self.settings: SearchSettings | None = None
        self._starts = False
        self.latest = jobs.latest(self)
        self.latest.failed.connect(self.failed)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(MEASURED_MILLISECONDS)
        self._again.timeout.connect(self.look)
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE_MILLISECONDS)
        self._minute.timeout.connect(self._say)
        self._make()
        self._lay_out()
        for changed in (
            editor.variations.changed,
            editor.changed,
            editor.problems_changed,
            editor.machine_changed,
        ):
            changed.connect(self.look)
        self.keeper.restored.connect(self._show_request)
        searches.changed.connect(self._show_start)
        self._show_request()
        self.look()

    def _make(self) -> None:
        self.words, self.problem = Label(), Label()
        self.words.setWordWrap(True)
        self.words.setToolTip(
            tr("Estimated from runs of this network, or from a few steps that were timed")
        )
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.seeds = QSpinBox()
        self.seeds.setRange(1, MOST)
        self.seeds.setFixedHeight(theme.FIELD_HEIGHT)
        theme.inset(self.seeds)
        calm(self.seeds)
        give_name(self.seeds, tr("Seeds"))
        self.seeds.setToolTip(
            tr("Train each combination with so many seeds, and rank by the mean: one may be luck")
        )
        self.seeds.valueChanged.connect(self._seeds_changed)
        self.more = QPushButton(tr("Settings…"))
        self.more.setToolTip(tr("Strategy, goals, bounds, budget, and which combinations to try"))
        self.more.clicked.connect(self.show_settings)
        self.start_button = QPushButton(tr("Start search"))
        self.start_button.setProperty("primary", True)
        self.start_button.clicked.connect(self.start)
        self.none = QToolButton()
        theme.set_icon(self.none, "cancel", "muted")
        self.none.setToolTip(tr("Vary nothing; Undo takes it back"))
        self.none.setAccessibleName(tr("Vary nothing"))
        self.none.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.none.clicked.connect(self._editor.variations.clear)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        theme.spaced(grid, 3, 2, 3, 2, spacing=1)
        said = QVBoxLayout()
        theme.spaced(said, 0, spacing=1)
        said.addWidget(self.words)
        said.addWidget(self.problem)
        grid.addLayout(said, 0, 0)
        grid.addWidget(self.none, 0, 1, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=2)
        title = Label(tr("Seeds"))
        title.setBuddy(self.seeds)
        row.addWidget(title)
        row.addWidget(self.seeds)
        row.addWidget(self.more)
        row.addStretch(1)
        row.addWidget(self.start_button)
        grid.addLayout(row, 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    # --- how to search -------------------------------------------------------------------------

    @property
    def request(self) -> SweepRequest:
        """How to search, without what is varied."""
        return self.keeper.request

    def set_request(self, request: SweepRequest, name: str) -> None:
        """Takes how to search."""
        self.keeper.set(request, name)
        self._show_request()
        self.look()

    @Slot()
    def _show_request(self) -> None:
        with QSignalBlocker(self.seeds):
            self.seeds.setValue(self.request.seeds)
        if self.settings is not None:
            self.settings.show_request(self.request, self.keeper.name)

    @Slot(int)
    def _seeds_changed(self, seeds: int) -> None:
        self.set_request(replace(self.request, seeds=seeds), self.keeper.name)

    @Slot()
    def show_settings(self) -> None:
        """Opens the window with how to search."""
        if self.settings is None:
            from ui.panels.varying.settings import SearchSettings

            self.settings = SearchSettings(self.window())
            self.settings.changed.connect(self.set_request)
            self.settings.show_request(self.request, self.keeper.name)
        if self.outlook is not None:
            self.settings.show_outlook(self.outlook, self.words.text())
        self.settings.come_forward()

    # --- what it comes to ----------------------------------------------------------------------

    @Slot()
    def look(self) -> None:
        """Works out what the variations come to, in a thread."""
        texts = dict(self._editor.variations.texts)
        self.setVisible(bool(texts))
        self._again.stop()
        if not texts or self.latest.is_closed:
            self._starts = False
            self._editor.variations.set_faults({})
            return
        editor = self._editor
        work = partial(
            outlook,
            request=self.request,
            texts=texts,
            experiment=editor.experiment,
            info=editor.info,
            machine=editor.machine,
        )
        self.latest.ask(in_store(self._folder, work), self._found)

    def _found(self, found: Outlook) -> None:
        self.outlook = found
        self._editor.variations.set_faults(found.faults)
        self._say()
        problem = self._problem()
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self._show_start()
        if found.plan is not None and found.seconds is None:
            self._again.start()
        if self._starts:
            self._starts = False
            self._begin()
        self.looked.emit()

    @Slot()
    def _say(self) -> None:
        """Says what it comes to, as of now."""
        found = self.outlook
        if found is None:
            return
        self.words.setText(found.words(time.time()))
        self.words.setVisible(bool(self.words.text()))
        if self.settings is not None:
            self.settings.show_outlook(found, self.words.text())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._say()
        self._minute.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._minute.stop()

    def _problem(self) -> str:
        """The sentence on why it can't begin."""
        found = self.outlook
        return found.fault if found is not None and found.plan is None else ""

    def _obstacle(self) -> str:
        """Why no search can be started, in one sentence; "" where one can."""
        return self._editor.first_problem() or self._searches.obstacle() or self._problem()

    @Slot()
    def _show_start(self) -> None:
        obstacle = self._obstacle()
        self.start_button.setEnabled(not obstacle)
        reason = tr("Train all of it, and see which is best; the form stays free meanwhile")
        self.start_button.setToolTip(tip(obstacle) if obstacle else reason)

    @Slot()
    def start(self) -> None:
        """Starts the search of the form as it stands."""
        if not self._obstacle():
            self._starts = True
            self.look()

    def _begin(self) -> None:
        found, info = self.outlook, self._editor.info
        if found is not None and found.plan is not None and info is not None:
            self._searches.start_sweep(found.plan, info, self.keeper.name)
