"""The Compare tab: the chosen runs against each other, seen in several ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot

from ui.models.run_feed import RunFeed, ShownRun
from ui.panels.better import BetterPage
from ui.panels.curves_page import CurvesPage
from ui.panels.pages import Pages
from ui.panels.runs import RunsPanel
from ui.panels.tradeoffs_page import TradeoffsPage
from workbench.curves.run import RunCurves


class ComparePanel(Pages):
    """Pages about the runs that are selected (or else ticked) in the table.

    Args:
        folder: Of the store.
        known: The curves of a run that the Live tab has already; None for none.
        feed: All runs.
        table: The runs below.

    Signals:
        failed: A sentence.
        said: A sentence on what was done, or not wholly.
        export_requested: Make a figure of this: a `FigureSpec`, and the names of its runs.
    """

    failed = Signal(str)
    said = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(
        self,
        folder: Path,
        known: Callable[[str], RunCurves | None],
        feed: RunFeed,
        table: RunsPanel,
    ) -> None:
        super().__init__(self.tr("Views of the compared runs"))
        self._ticked: list[str] = []
        self._selected: list[str] = []
        self.curves = CurvesPage(folder, known)
        self.curves.failed.connect(self.failed)
        self.add(self.curves, self.tr("Curves"), self.tr("Curves of the runs on the same axes"))
        self.tradeoffs = TradeoffsPage(table)
        self.tradeoffs.said.connect(self.said)
        self.add(
            self.tradeoffs, self.tr("Trade-offs"),
            self.tr("What the runs cost against what they give: who is beaten by no other"),
        )  # fmt: skip
        self.better = BetterPage(folder, feed)
        self.better.failed.connect(self.failed)
        self.add(
            self.better, self.tr("Better?"),
            self.tr("Whether a group of runs is better than another, or only luckier"),
        )  # fmt: skip
        for page in (self.curves, self.tradeoffs):
            page.export_requested.connect(self.export_requested)

    @Slot(list)
    def show_ticked(self, runs: Sequence[ShownRun]) -> None:
        """These are ticked, or went on; they are compared unless others are selected."""
        self._ticked = [run.run_id for run in runs if run.has_steps]
        self._choose()

    @Slot(list)
    def select(self, run_ids: Sequence[str]) -> None:
        """These are selected; two or more are compared in place of those that are ticked."""
        self._selected = list(run_ids)
        self.better.select(run_ids)
        self._choose()

    def _choose(self) -> None:
        self.curves.choose(self._selected if len(self._selected) > 1 else self._ticked)

    def restyle(self) -> None:
        """Draws in the appearance in force."""
        self.curves.restyle()
        self.tradeoffs.restyle()

    def close_jobs(self) -> None:
        """Ends what is under way; before the window goes."""
        self.curves.close_jobs()
        self.tradeoffs.close_jobs()
        self.better.close_jobs()
