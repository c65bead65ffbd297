"""The banner's offer to undo what was just done, as long as it is the last thing that was."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QUndoStack

from ui.look.banner import Banner
from workbench.base.text import tr


class UndoOffer(QObject):
    """Says what an edit did and offers the way back; the offer goes with the next edit.

    Args:
        undo_stack: Of the window.
        banner: Says it.
    """

    def __init__(self, undo_stack: QUndoStack, banner: Banner) -> None:
        super().__init__(banner)
        self._undo_stack, self._banner = undo_stack, banner
        undo_stack.indexChanged.connect(self._forget)

    @Slot(str)
    def say(self, sentence: str) -> None:
        """Says what the last step did; call it once the step is on the stack."""
        self._banner.say(sentence, action=tr("Undo"), act=self._undo)

    @Slot()
    def _undo(self) -> None:
        self._undo_stack.undo()

    @Slot()
    def _forget(self) -> None:
        if self._banner.offers == self._undo:
            self._banner.hide()
