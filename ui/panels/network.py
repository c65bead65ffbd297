"""The Network tab: the structure being edited, seen whole."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from ui.editor import Editor
from ui.models.layers import Layers
from ui.panels.drawing import DrawingPage
from ui.panels.layer_actions import LayerActions
from ui.panels.layer_costs import LayerCostsPage
from ui.panels.levers import LeversPage
from ui.panels.pages import Pages
from ui.panels.structure_compare import ComparePage
from workbench.runs.record import Run


class NetworkPanel(Pages):
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
        super().__init__(self.tr("Views of the network"))
        self._editor = editor
        self.costs = LayerCostsPage(editor, layers, commands)
        self.drawing = DrawingPage(editor, layers, commands)
        self.add(self.costs, self.tr("Layers"), self.tr("What each layer costs, in every figure"))
        self.add(self.drawing, self.tr("Drawing"), self.tr("The network as a picture, for papers"))
        self.levers = LeversPage(editor)
        self.add(self.levers, self.tr("Levers"), self.tr("Make the network smaller in one move"))
        self.compare = ComparePage(editor, read_run)
        self.add(
            self.compare, self.tr("Compare"), self.tr("What differs from another run or a preset")
        )
        self.drawing.export.failed.connect(self.failed)
        self.drawing.said.connect(self.said)

    def close_jobs(self) -> None:
        """Ends what is being written; before the window goes."""
        self.drawing.export.close()
