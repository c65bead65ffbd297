"""The Search tab: which settings, and which levers, are worth it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import Slot

from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.models.run_feed import RunFeed
from ui.panels.runs.view import RunsView
from ui.panels.shared.pages import LatePages
from ui.panels.shared.requests import Requests
from ui.running.run_controller import RunController
from ui.running.search_controller import SearchController
from ui.running.task_runner import TaskRunner
from workbench.base.text import tr
from workbench.curves.run import RunCurves
from workbench.runs.studies import SWEEP

if TYPE_CHECKING:
    from ui.panels.search.study_page import StudyPanel
    from ui.panels.search.sweep_page import SweepPage
    from workbench.execution.messages import EpochEnd, Steps


class _Made(NamedTuple):
    """The pages that are made at the first use, in their order."""

    sweep: SweepPage
    study: StudyPanel


class SearchPanel(LatePages[_Made]):
    """Pages about searches.

    Args:
        folder: Of the store.
        editor: The experiment that a lever study is about.
        curves: The points of the runs that the Live tab has already, by id.
        feed: All runs.
        table: The runs below.
        controller: Says what the runs under way do.
        searches: Works on sweeps and lever studies.
        task_runner: Times a few steps before a lever study.
        requests: Of the window.
        jobs: Of the window.
    """

    def __init__(
        self,
        folder: Path,
        editor: Editor,
        curves: Mapping[str, RunCurves],
        feed: RunFeed,
        table: RunsView,
        controller: RunController,
        searches: SearchController,
        task_runner: TaskRunner,
        requests: Requests,
        jobs: Jobs,
    ) -> None:
        super().__init__(tr("Kinds of searches"))
        self._folder, self._curves, self._feed = folder, curves, feed
        self._table, self._searches = table, searches
        self._editor, self._task_runner = editor, task_runner
        self._requests, self._jobs = requests, jobs
        self._kept: dict[str, Any] = {}
        controller.steps.connect(self._take_points)
        controller.epoch.connect(self._take_points)

    def make(self) -> _Made:
        from ui.panels.search.study_page import StudyPanel
        from ui.panels.search.sweep_page import SweepPage

        made = _Made(
            SweepPage(
                self._folder,
                self._curves.get,
                self._feed,
                self._table,
                self._searches,
                self._requests,
                self._jobs,
            ),
            StudyPanel(
                self._folder,
                self._editor,
                self._feed,
                self._table,
                self._searches,
                self._task_runner,
                self._jobs,
            ),
        )
        for page in made:
            page.failed.connect(self.failed)
            page.said.connect(self.said)
            page.export_requested.connect(self.export_requested)
        self.add(
            made.sweep,
            tr("Sweep"),
            tr("Combinations of settings: the trials, the best of them, and what they share"),
        )
        self.add(
            made.study,
            tr("Study"),
            tr("Which optimizations are worth it: levers alone and together, in a budget of time"),
        )
        made.sweep.restore(self._kept)
        return made

    @property
    def sweep(self) -> SweepPage:
        """Sweeps of the store."""
        return self.made.sweep

    @property
    def study(self) -> StudyPanel:
        """Lever studies of the store."""
        return self.made.study

    def state(self) -> Mapping[str, Any]:
        """Which sweep is shown, and how."""
        return self.sweep.state() if self.are_made else self._kept

    def restore(self, state: Mapping[str, Any]) -> None:
        self._kept.update({name: kept for name, kept in state.items() if kept is not None})
        if self.are_made:
            self.sweep.restore(self._kept)

    def begin(self, study_id: str) -> None:
        """Puts a search that was started in front."""
        if self._searches.kind == SWEEP:
            self.sweep.show_sweep(study_id)
            self.show_page(self.sweep)
        else:
            self.study.show_study(study_id)
            self.show_page(self.study)
        self.front_requested.emit()

    @Slot(object)
    def _take_points(self, message: Steps | EpochEnd) -> None:
        if self.are_made:
            self.sweep.take_points(message)

    def restyle(self) -> None:
        """Draws in the appearance in force."""
        if self.are_made:
            self.sweep.restyle()
            self.study.restyle()
