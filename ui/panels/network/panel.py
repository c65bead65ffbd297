"""The Network tab: the structure being edited, seen whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Slot

from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.models.layers import Layers
from ui.models.run_feed import RunFeed
from ui.panels.experiment.layer_actions import LayerActions
from ui.panels.shared.pages import LatePages
from workbench.base.text import tr
from workbench.runs.record import Run

if TYPE_CHECKING:
    from ui.panels.network.drawing import DrawingPage
    from ui.panels.network.layer_costs import LayerCostsPage
    from ui.panels.network.levers import LeversPage
    from ui.panels.network.structure_compare import ComparePage


class _Made(NamedTuple):
    """The pages, in their order."""

    costs: LayerCostsPage
    drawing: DrawingPage
    levers: LeversPage
    compare: ComparePage


class NetworkPanel(LatePages[_Made]):
    """Pages about the editor's structure.

    Args:
        editor: Whose experiment is shown.
        layers: Of that editor.
        layer_actions: What can be done to them.
        feed: All runs.
        jobs: Of the window.
    """

    def __init__(
        self,
        editor: Editor,
        layers: Layers,
        layer_actions: LayerActions,
        feed: RunFeed,
        jobs: Jobs,
    ) -> None:
        super().__init__(tr("Views of the network"))
        self._editor, self._layers, self._layer_actions = editor, layers, layer_actions
        self._read_run, self._jobs = feed.read, jobs
        self._newest: Sequence[tuple[str, str]] = feed.newest
        self._preferred = ""
        feed.newest_changed.connect(self.show_runs)

    def choose_lever(self, name: str) -> None:
        """Shows what a lever would do, by its name."""
        self.front_requested.emit()
        self.show_page(self.levers)
        self.levers.choose(name)

    def compare_structures(self) -> None:
        """Shows what differs from another network, and asks from which."""
        self.front_requested.emit()
        self.show_page(self.compare)
        self.compare.box.setFocus()

    def make(self) -> _Made:
        from ui.panels.network.drawing import DrawingPage
        from ui.panels.network.layer_costs import LayerCostsPage
        from ui.panels.network.levers import LeversPage
        from ui.panels.network.structure_compare import ComparePage

        made = _Made(
            LayerCostsPage(self._editor, self._layers, self._layer_actions),
            DrawingPage(self._editor, self._layers, self._layer_actions, self._jobs),
            LeversPage(self._editor),
            ComparePage(self._editor, self._read_run),
        )
        words = (
            (tr("Layers"), tr("What each layer costs, in every figure")),
            (tr("Drawing"), tr("The network as a picture, for papers")),
            (tr("Levers"), tr("Make the network smaller in one move")),
            (tr("Compare"), tr("What differs from another run or a preset")),
        )
        for page, (title, reason) in zip(made, words, strict=True):
            self.add(page, title, reason)
        made.drawing.export.failed.connect(self.failed)
        made.drawing.said.connect(self.said)
        made.compare.show_runs(self._newest)
        made.compare.prefer(self._preferred)
        return made

    @property
    def costs(self) -> LayerCostsPage:
        """Says what each layer costs."""
        return self.made.costs

    @property
    def drawing(self) -> DrawingPage:
        """Draws the network."""
        return self.made.drawing

    @property
    def levers(self) -> LeversPage:
        """Makes the network smaller."""
        return self.made.levers

    @property
    def compare(self) -> ComparePage:
        """Says what differs from another network."""
        return self.made.compare

    @Slot(list)
    def show_runs(self, runs: Sequence[tuple[str, str]]) -> None:
        """Offers these runs to compare with: ids and names, newest first."""
        self._newest = runs
        if self.are_made:
            self.compare.show_runs(runs)

    def show_run(self, run: Run | None) -> None:
        """Compares with the selected run."""
        self._preferred = run.run_id if run is not None else ""
        if self.are_made:
            self.compare.prefer(self._preferred)
