"""Search, page "Sweep": the sweeps of the store, their trials, plots of them, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.background.when_shown import WhenShown
from ui.look import theme
from ui.look.plain import Label
from ui.models.run_feed import RunFeed
from ui.panels.runs.view import RunsView
from ui.panels.search.read_sweep import ReadSweeps, ShownSweep, read
from ui.panels.search.selecting import select_below
from ui.panels.search.sweep_bar import SweepBar
from ui.panels.search.sweep_views import SweepViews
from ui.panels.search.trials_table import TrialsView
from ui.panels.shared.requests import Requests
from ui.running.search_controller import SearchController
from workbench.base.text import tr
from workbench.curves.run import RunCurves

if TYPE_CHECKING:
    from workbench.execution.messages import EpochEnd, Steps

PAUSE_MILLISECONDS = 700
"""Between two readings of the store while runs go on: they change many times a second."""

VIEWS_WIDTH = 190 * theme.UNIT
"""Of the plots with their controls, where the table of trials is beside them."""

BESIDE = VIEWS_WIDTH + 110 * theme.UNIT
"""Width from which on it is."""


class SweepPage(QWidget):
    """A sweep, which is read again whenever its runs change.

    Args:
        folder: Of the store.
        known: The curves of a run that the Live tab has already loaded, or None.
        feed: All runs.
        table: The runs below, where trials are selected.
        searches: Works on sweeps.
        requests: Of the window.
        jobs: Of the window.

    Signals:
        failed, said, export_requested: As a `Page` has them.

    Attributes:
        read: What is shown.
    """

    failed = Signal(str)
    said = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(
        self,
        folder: Path,
        known: Callable[[str], RunCurves | None],
        feed: RunFeed,
        table: RunsView,
        searches: SearchController,
        requests: Requests,
        jobs: Jobs,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._folder, self._feed, self._table = folder, feed, table
        self._searches, self._requests = searches, requests
        self._wanted = ""
        self._endings: dict[str, str] = {}
        self.read: ReadSweeps | None = None
        self.latest = jobs.latest(self)
        self.latest.failed.connect(self.failed)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MILLISECONDS)
        self.bar = SweepBar(searches)
        self.bar.wanted.connect(self.show_sweep)
        self.trials = TrialsView()
        self.trials.chosen.connect(self._choose)
        self._lay_out_trials()
        self.views = SweepViews(self.left, folder, known, jobs)
        self._connect_views()
        self._lay_out()
        self.follow = WhenShown(self, self._refresh)
        self._pause.timeout.connect(self.follow.mark)
        feed.changed.connect(self._runs_changed)
        feed.finished.connect(self.follow.mark)
        searches.changed.connect(self.follow.mark)
        searches.ended.connect(self._ended)

    def _connect_views(self) -> None:
        views, answer = self.views, self.views.answer
        for said in (views.said, answer.said):
            said.connect(self.said)
        views.failed.connect(self.failed)
        views.export_requested.connect(self.export_requested)
        views.picked.connect(self._select_runs)
        answer.select_asked.connect(self._select_runs)
        answer.compare_asked.connect(self._compare)
        answer.use_asked.connect(self._requests.use_settings)

    def _lay_out_trials(self) -> None:
        self.counts, self.refused = Label(), Label()
        for label in (self.counts, self.refused):
            label.setProperty("role", "muted")
            label.setWordWrap(True)
        self.left = QWidget()
        below = QVBoxLayout()
        theme.spaced(below, 3, 1, 3, 1, spacing=0)
        below.addWidget(self.counts)
        below.addWidget(self.refused)
        column = QVBoxLayout(self.left)
        theme.spaced(column, 0)
        column.addWidget(self.trials, 1)
        column.addLayout(below)

    def _lay_out(self) -> None:
        self.empty = Label(
            tr(
                "No sweep yet. A sweep trains an experiment with many combinations of settings and "
                "says\nwhich is the best, and whether it is really better. Right-click a setting "
                "in the form on the\nleft and choose “Try several values…”, or type several values "
                "into it: 0.001, 0.003, 0.01."
            )
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self.across.addWidget(self.views)
        self.across.setChildrenCollapsible(False)
        body = QWidget()
        inside = QVBoxLayout(body)
        theme.spaced(inside, 0)
        inside.addWidget(self.bar)
        inside.addWidget(self.across, 1)
        self.body = body
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(body)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(self.stack)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Puts the table beside the views where there is room for both."""
        super().resizeEvent(event)
        is_wide = self.width() >= BESIDE
        if is_wide == self.views.holds_trials:
            if is_wide:
                self.across.insertWidget(0, self.views.give_trials())
                self.left.show()
                self.across.setSizes([self.width() - VIEWS_WIDTH, VIEWS_WIDTH])
            else:
                self.views.take_trials()

    # --- which ---------------------------------------------------------------------------------

    @property
    def shown(self) -> ShownSweep | None:
        """The sweep in sight."""
        return self.read.shown if self.read is not None else None

    @Slot(str)
    def show_sweep(self, study_id: str) -> None:
        """Shows the sweep of this study."""
        self._wanted = study_id
        self.follow.mark()

    @Slot(str, str)
    def _ended(self, study_id: str, words: str) -> None:
        self._endings[study_id] = words
        if study_id == self._wanted:
            self.views.show_view("answer")
        self.follow.mark()

    @Slot(list)
    def _runs_changed(self, places: Sequence[int]) -> None:
        """Reads again, soon: while a run goes on it changes many times a second."""
        is_study = [self._feed.frame.value("study", place) for place in places]
        if any(is_study) and not self._pause.isActive():
            self._pause.start()

    def _refresh(self) -> None:
        work = partial(read, self._wanted, dict(self._endings))
        self.latest.ask(in_store(self._folder, work), self._show)

    # --- what is shown -------------------------------------------------------------------------

    def _show(self, found: ReadSweeps) -> None:
        before = self.shown
        self.read = found
        self.stack.setCurrentWidget(self.body if found.listed else self.empty)
        self.bar.show_read(found)
        shown = found.shown
        self.across.setVisible(shown is not None)
        if shown is None:
            return
        self._wanted = shown.listed.study.study_id
        self.trials.show_trials(shown.columns, shown.rows, shown.status)
        self.counts.setText(shown.counts)
        self.refused.setText(shown.refused)
        self.refused.setToolTip(shown.refusals)
        self.refused.setVisible(bool(shown.refused))
        is_other = before is None or before.listed.study.study_id != self._wanted
        self.views.show_sweep(shown, self._chosen_ids, is_other=is_other)

    @property
    def _chosen_ids(self) -> list[str]:
        return [run_id for row in self.trials.chosen_rows for run_id in row.run_ids]

    @Slot(object)
    def take_points(self, message: Steps | EpochEnd) -> None:
        """Values were appended to curves that the Live tab lent us."""
        self.views.curves.take_points(message)

    def restyle(self) -> None:
        """Draws in the appearance in force."""
        self.trials.viewport().update()
        self.views.restyle()

    # --- selecting -----------------------------------------------------------------------------

    @Slot(list)
    def _choose(self, _numbers: Sequence[int]) -> None:
        """Trials were selected: so are their runs in the table."""
        chosen = self._chosen_ids
        if chosen:
            self._select_below(chosen)
        self.views.show_chosen(chosen)

    @Slot(list)
    def _select_runs(self, run_ids: Sequence[str]) -> None:
        """Dots or lines were picked: their trials are selected, and so their runs."""
        wanted = set(run_ids)
        rows = self.shown.rows if self.shown is not None else ()
        self.trials.select_trials([row.number for row in rows if wanted & set(row.run_ids)])

    def _select_below(self, run_ids: Sequence[str]) -> None:
        missed = select_below(self._table, run_ids)
        if missed:
            self.said.emit(missed)

    @Slot(list)
    def _compare(self, run_ids: Sequence[str]) -> None:
        self._select_below(run_ids)
        self._requests.show_page.emit("compare")

    # --- settings ------------------------------------------------------------------------------

    def state(self) -> Mapping[str, Any]:
        """Which sweep is shown, and how."""
        return {"sweep": self._wanted or None, "view": self.views.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes what `state` gave; what makes no sense is left as it is."""
        self._wanted = str(state.get("sweep") or "")
        self.views.restore(str(state.get("view") or ""))
        self.follow.mark()
