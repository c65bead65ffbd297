"""The Network tab: the structure being edited, seen whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Signal, Slot

from ui.editing.editor import Editor
from ui.models.layers import Layers
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
        commands: What can be done to them.
        read_run: All that is known of the run of an id; None where it can't be read.

    Signals:
        failed: A sentence on what couldn't be done.
        said: A sentence on what was.
    """

    failed = Signal(str)
    said = Signal(str)

    def __init__(
        self,
        editor: Editor,
        layers: Layers,
        commands: LayerActions,
        read_run: Callable[[str], Run | None],
    ) -> None:
        super().__init__(tr("Views of the network"))
        self._editor, self._layers, self._commands = editor, layers, commands
        self._read_run = read_run
        self._newest: Sequence[tuple[str, str]] = ()
        self._preferred = ""

    def make(self) -> _Made:
        from ui.panels.network.drawing import DrawingPage
        from ui.panels.network.layer_costs import LayerCostsPage
        from ui.panels.network.levers import LeversPage
        from ui.panels.network.structure_compare import ComparePage

        made = _Made(
            LayerCostsPage(self._editor, self._layers, self._commands),
            DrawingPage(self._editor, self._layers, self._commands),
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

    def prefer(self, run_id: str) -> None:
        """Compares with this run (it was selected elsewhere)."""
        self._preferred = run_id
        if self.are_made:
            self.compare.prefer(run_id)

    def close_jobs(self) -> None:
        """Ends what is being written; before the window goes."""
        if self.are_made:
            self.drawing.export.close()
