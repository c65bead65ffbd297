"""The Compare tab: the chosen runs against each other, seen in several ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import Slot

from ui.background.jobs import Jobs
from ui.models.run_feed import RunFeed, ShownRun
from ui.panels.runs.filter import FilterField
from ui.panels.runs.view import RunsView
from ui.panels.shared.pages import LatePages
from ui.running.run_controller import RunController
from workbench.base.text import tr
from workbench.curves.run import RunCurves

if TYPE_CHECKING:
    from ui.panels.compare.ablation import AblationPage
    from ui.panels.compare.better import BetterPage
    from ui.panels.compare.curves_page import RunCurvesPage
    from ui.panels.compare.tradeoffs_page import TradeoffsPage
    from workbench.execution.messages import EpochEnd, Steps


class _Made(NamedTuple):
    """The pages that are made at the first use, in their order."""

    curves: RunCurvesPage
    tradeoffs: TradeoffsPage
    better: BetterPage
    ablation: AblationPage


class ComparePanel(LatePages[_Made]):
    """Pages about the runs that are selected (or else ticked) in the table.

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
        super().__init__(tr("Views of the compared runs"))
        self._ticked = _trained(feed.curves)
        self._selected = table.first_chosen_ids
        self._folder, self._feed, self._jobs = folder, feed, jobs
        self._table, self._filter = table, filter_
        self._known = curves
        self._kept: dict[str, Any] = {}
        feed.curves_changed.connect(self.show_ticked)
        table.chosen_changed.connect(self.select)
        controller.steps.connect(self._take_points)
        controller.epoch.connect(self._take_points)

    def make(self) -> _Made:
        from ui.panels.compare.ablation import AblationPage
        from ui.panels.compare.better import BetterPage
        from ui.panels.compare.curves_page import RunCurvesPage
        from ui.panels.compare.tradeoffs_page import TradeoffsPage

        made = _Made(
            RunCurvesPage(self._folder, self._known.get, self._jobs),
            TradeoffsPage(self._table, self._filter, self._jobs),
            BetterPage(self._folder, self._feed, self._jobs),
            AblationPage(self._folder, self._feed, self._jobs),
        )
        made.curves.failed.connect(self.failed)
        made.curves.export_requested.connect(self.export_requested)
        self.add(made.curves, tr("Curves"), tr("Curves of the runs on the same axes"))
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
        made.ablation.failed.connect(self.failed)
        self.add(
            made.ablation,
            tr("Ablation"),
            tr("What each technique of an experiment was worth: trained without it"),
        )
        self._restore(made)
        for page in (made.better, made.ablation):
            page.select(self._selected)
        made.curves.choose(self._chosen)
        return made

    @property
    def curves(self) -> RunCurvesPage:
        """Curves of the runs on the same axes."""
        return self.made.curves

    @property
    def tradeoffs(self) -> TradeoffsPage:
        """What runs cost against what they give."""
        return self.made.tradeoffs

    @property
    def better(self) -> BetterPage:
        """Whether a group of runs is better than another."""
        return self.made.better

    @property
    def ablation(self) -> AblationPage:
        """What each technique of an experiment was worth."""
        return self.made.ablation

    def state(self) -> Mapping[str, Any]:
        """How curves and trade-offs are drawn."""
        if not self.are_made:
            return self._kept
        return {"curves": self.curves.settings(), "tradeoffs": self.tradeoffs.settings()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._kept.update({name: kept for name, kept in state.items() if kept is not None})
        if self.are_made:
            self._restore(self.made)

    def _restore(self, made: _Made) -> None:
        if "curves" in self._kept:
            made.curves.restore_settings(self._kept["curves"])
        if "tradeoffs" in self._kept:
            made.tradeoffs.restore_settings(str(self._kept["tradeoffs"]))

    @Slot(list)
    def show_ticked(self, runs: Sequence[ShownRun]) -> None:
        """These are ticked, or went on; they are compared unless others are selected."""
        self._ticked = _trained(runs)
        self._choose()

    @Slot(list)
    def select(self, run_ids: Sequence[str]) -> None:
        """These are selected; two or more are compared in place of those that are ticked."""
        self._selected = list(run_ids)
        if self.are_made:
            for page in (self.better, self.ablation):
                page.select(run_ids)
        self._choose()

    @property
    def _chosen(self) -> list[str]:
        return self._selected if len(self._selected) > 1 else self._ticked

    def _choose(self) -> None:
        if self.are_made:
            self.curves.choose(self._chosen)

    @Slot(object)
    def _take_points(self, message: Steps | EpochEnd) -> None:
        if self.are_made:
            self.curves.take_points(message)

    def restyle(self) -> None:
        """Draws in the appearance in force."""
        if self.are_made:
            self.curves.restyle()
            self.tradeoffs.restyle()


def _trained(runs: Sequence[ShownRun]) -> list[str]:
    """The ids of those that have a step."""
    return [run.run_id for run in runs if run.has_steps]
