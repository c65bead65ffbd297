"""The Network tab: the structure being edited, seen whole."""

from __future__ import annotations

from ui.editor import Editor
from ui.panels.levers import LeversPage
from ui.panels.pages import Pages
from ui.panels.structure_compare import ComparePage


class NetworkPanel(Pages):
    """Pages about the editor's structure.

    Args:
        editor: Whose experiment is shown.
    """

    def __init__(self, editor: Editor) -> None:
        super().__init__(self.tr("Views of the network"))
        self._editor = editor
        self.levers = LeversPage(editor)
        self.add(self.levers, self.tr("Levers"), self.tr("Make the network smaller in one move"))
        self.compare = ComparePage(editor)
        self.add(
            self.compare, self.tr("Compare"), self.tr("What differs from another run or a preset")
        )
