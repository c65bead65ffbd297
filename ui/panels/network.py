"""The Network tab: the structure being edited, seen whole."""

from __future__ import annotations

from ui.editor import Editor
from ui.panels.pages import Pages


class NetworkPanel(Pages):
    """Pages about the editor's structure.

    Args:
        editor: Whose experiment is shown.
    """

    def __init__(self, editor: Editor) -> None:
        super().__init__(self.tr("Views of the network"))
        self._editor = editor
