"""The Edit menu: undo, redo, and the filter; the layers have a table of their own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtGui import QKeySequence, QUndoStack
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from ui.look.actions import Action, Actions
from workbench.base.text import tr


class EditActions(Actions):
    """What takes edits back, and what leads to the filter.

    Args:
        undo_stack: Of the window.
        filter_runs: Puts the focus into the filter of the runs.
        window: Has the keys.
    """

    def __init__(
        self, undo_stack: QUndoStack, filter_runs: Callable[[], None], window: QWidget
    ) -> None:
        super().__init__("edit", tr("Edit"), window)
        self._stack = undo_stack
        key = QKeySequence.StandardKey
        self.add(
            Action(
                "undo",
                self._undo_text,
                undo_stack.undo,
                key.Undo,
                "undo",
                obstacle=self._nothing_done,
            ),
            Action(
                "redo",
                self._redo_text,
                undo_stack.redo,
                key.Redo,
                "redo",
                obstacle=self._nothing_undone,
            ),
            Action(
                "filter",
                tr("Filter runs"),
                filter_runs,
                key.Find,
                "",
                tr("Show only the runs that fulfill an expression"),
            ),
        )
        undo_stack.indexChanged.connect(self.refresh)
        undo_stack.undoTextChanged.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Offers what can be taken back; the stack says so once more while it is deleted."""
        if isValid(self._stack):
            super().refresh()

    def _undo_text(self) -> str:
        return tr("Undo {undoText}", undoText=self._stack.undoText()).strip()

    def _redo_text(self) -> str:
        return tr("Redo {redoText}", redoText=self._stack.redoText()).strip()

    def _nothing_done(self) -> str:
        return "" if self._stack.canUndo() else tr("There is nothing to undo.")

    def _nothing_undone(self) -> str:
        return "" if self._stack.canRedo() else tr("There is nothing to redo.")
