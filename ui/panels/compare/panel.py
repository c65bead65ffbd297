"""The Compare tab: the chosen runs against each other, seen in several ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import Slot

from ui.background.jobs import Jobs
from ui.models.run_feed import RunFeed, ShownRun
from ui.panels.compare.curves_page import RunCurvesPage
from ui.panels.runs.filter import FilterField
from ui.panels.runs.view import RunsView
from ui.panels.shared.pages import LatePages
from ui.running.run_controller import RunController
from workbench.base.text import tr
from workbench.curves.run import RunCurves

if TYPE_CHECKING:
    from ui.panels.compare.better import BetterPage
    from ui.panels.compare.tradeoffs_page import TradeoffsPage


class _Made(NamedTuple):
    """The pages that are made at the first use, in their order."""

    tradeoffs: TradeoffsPage
    better: BetterPage


class ComparePanel(LatePages[_Made]):
    """Pages about the runs that are selected (or else ticked) in the table.

    All but the curves are made at the first use: the window starts sooner without them.

    Args:
        folder: Of the store.
        curves: The points of the runs that the Live tab has already, by id.
        feed: All runs.
        table: The runs below.
        filter_: Of that table.
        controller: Says what the run under way does.
        jobs: Of the window.
    """

    def __init__(
        self,
        folder: Path,
        curves: Mapping[str, RunCurves],
        feed: RunFeed,
        table: RunsView,
        filter_: FilterField,
        controller: RunController,
        jobs: Jobs,
    ) -> None:
        super().__init__(
            "compare",
            tr("Compare"),
            tr("Runs against each other: what did a lever buy"),
            tr("Views of the compared runs"),
        )
        self._ticked: list[str] = []
        self._selected: list[str] = []
        self.curves = RunCurvesPage(folder, curves.get, jobs)
        self.curves.failed.connect(self.failed)
        self.add(self.curves, tr("Curves"), tr("Curves of the runs on the same axes"))
        self.curves.export_requested.connect(self.export_requested)
        self._folder, self._feed, self._jobs = folder, feed, jobs
        self._table, self._filter = table, filter_
        self._kept: str | None = None
        feed.curves_changed.connect(self.show_ticked)
        table.chosen_changed.connect(self.select)
        controller.steps.connect(self.curves.take_points)
        controller.epoch.connect(self.curves.take_points)

    def make(self) -> _Made:
        from ui.panels.compare.better import BetterPage
        from ui.panels.compare.tradeoffs_page import TradeoffsPage

        made = _Made(
            TradeoffsPage(self._table, self._filter, self._jobs),
            BetterPage(self._folder, self._feed, self._jobs),
        )
        made.tradeoffs.said.connect(self.said)
        made.tradeoffs.export_requested.connect(self.export_requested)
        self.add(
            made.tradeoffs,
            tr("Trade-offs"),
            tr("What the runs cost against what they give: who is beaten by no other"),
        )
        made.better.failed.connect(self.failed)
        self.add(
            made.better,
            tr("Better?"),
            tr("Whether a group of runs is better than another, or only luckier"),
        )
        if self._kept is not None:
            made.tradeoffs.restore_settings(self._kept)
        made.better.select(self._selected)
        return made

    @property
    def tradeoffs(self) -> TradeoffsPage:
        """What runs cost against what they give."""
        return self.made.tradeoffs

    @property
    def better(self) -> BetterPage:
        """Whether a group of runs is better than another."""
        return self.made.better

    def state(self) -> Mapping[str, Any]:
        """How curves and trade-offs are drawn."""
        kept = self.tradeoffs.settings() if self.are_made else self._kept
        return {"curves": self.curves.settings(), "tradeoffs": kept}

    def restore(self, state: Mapping[str, Any]) -> None:
        if state.get("curves") is not None:
            self.curves.restore_settings(state["curves"])
        if state.get("tradeoffs") is not None:
            self._kept = str(state["tradeoffs"])
            if self.are_made:
                self.tradeoffs.restore_settings(self._kept)

    @Slot(list)
    def show_ticked(self, runs: Sequence[ShownRun]) -> None:
        """These are ticked, or went on; they are compared unless others are selected."""
        self._ticked = [run.run_id for run in runs if run.has_steps]
        self._choose()

    @Slot(list)
    def select(self, run_ids: Sequence[str]) -> None:
        """These are selected; two or more are compared in place of those that are ticked."""
        self._selected = list(run_ids)
        if self.are_made:
            self.better.select(run_ids)
        self._choose()

    def _choose(self) -> None:
        self.curves.choose(self._selected if len(self._selected) > 1 else self._ticked)

    def restyle(self) -> None:
        """Draws in the appearance in force."""
        self.curves.restyle()
        if self.are_made:
            self.tradeoffs.restyle()
