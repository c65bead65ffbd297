"""What a person does to runs: deleting and renaming (both can be undone), emptying the trash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack
from PySide6.QtWidgets import QMessageBox

from ui.look.banner import Banner
from ui.running.run_edits import RunEdits
from workbench.base.text import tr
from workbench.runs.table.frame import RunFrame

Values = dict[str, Any]
"""By run id."""


class DeleteRuns(QUndoCommand):
    """Puts runs aside."""

    def __init__(self, edits: RunEdits, run_ids: list[str], words: str) -> None:
        super().__init__(words)
        self._edits, self._run_ids = edits, run_ids

    def redo(self) -> None:
        self._edits.delete(self._run_ids)

    def undo(self) -> None:
        self._edits.restore(self._run_ids)


class ChangeRuns(QUndoCommand):
    """Sets a column of runs: name, tags, notes, star, colour, archive."""

    def __init__(
        self, edits: RunEdits, column: str, before: Values, after: Values, words: str
    ) -> None:
        super().__init__(words)
        self._edits, self._column = edits, column
        self._before, self._after = before, after

    def redo(self) -> None:
        self._edits.set_column(self._column, self._after)

    def undo(self) -> None:
        self._edits.set_column(self._column, self._before)


class RunChanges(QObject):
    """Does it, and offers the way back at once.

    Args:
        edits: Writes to the store.
        frame: The runs as they are.
        undo_stack: Of the window.
        banner: Offers to undo a deletion.
    """

    def __init__(
        self, edits: RunEdits, frame: RunFrame, undo_stack: QUndoStack, banner: Banner
    ) -> None:
        super().__init__(banner)
        self._frame = frame
        self._edits, self._undo_stack, self._banner = edits, undo_stack, banner
        self._deletion: tuple[int, Callable[[], None]] = (0, undo_stack.undo)
        undo_stack.indexChanged.connect(self._forget_deletion)

    @Slot(list)
    def delete(self, run_ids: list[str]) -> None:
        """Puts runs aside, with a way back at once."""
        text = tr("deleting {run_ids} runs", run_ids=len(run_ids))
        self._undo_stack.push(DeleteRuns(self._edits, run_ids, text))
        deleted = (
            tr("Deleted 1 run.")
            if len(run_ids) == 1
            else (tr("Deleted {run_ids} runs.", run_ids=len(run_ids)))
        )
        place = self._undo_stack.index()

        def undo() -> None:
            if self._undo_stack.index() == place:
                self._undo_stack.undo()
            else:  # something else was done since; that stays
                self._edits.restore(run_ids)

        self._deletion = (place, undo)
        self._banner.say(deleted, action=tr("Undo"), act=undo)

    @Slot(int)
    def _forget_deletion(self, index: int) -> None:
        """Takes the offer to undo a deletion away once it is undone."""
        place, undo = self._deletion
        if index < place and self._banner.offers is undo:
            self._banner.hide()

    @Slot()
    def empty_trash(self) -> None:
        """Removes deleted runs for good, after asking."""
        gone = self._edits.deleted()
        if not gone:
            self._banner.say(tr("The trash is empty."))
            return
        button = QMessageBox.StandardButton
        question = (
            tr("Remove 1 deleted run, with its files, for good?")
            if gone == 1
            else tr("Remove {gone} deleted runs, with their files, for good?", gone=gone)
        )
        if QMessageBox.question(self._banner.window(), tr("Empty trash"), question) == button.Yes:
            self._undo_stack.clear()
            self._banner.hide()
            self._edits.empty_trash()

    @Slot(str, str, str)
    def write(self, run_id: str, column: str, text: str) -> None:
        """Gives a run another name, other tags or notes."""
        self.change(column, {run_id: text})

    @Slot(str, dict)
    def change(self, column: str, after: Values) -> None:
        """Sets a column of runs, by their ids."""
        places = {run_id: self._frame.place(run_id) for run_id in after}
        before = {
            run_id: self._frame.value(column, place) or (0 if column in _NUMBERS else "")
            for run_id, place in places.items()
            if place is not None
        }
        changed = {
            run_id: value
            for run_id, value in after.items()
            if run_id in before and value != before[run_id]
        }
        if changed:
            kept = {run_id: before[run_id] for run_id in changed}
            words_ = tr("change of {column}", column=column)
            self._undo_stack.push(ChangeRuns(self._edits, column, kept, changed, words_))


_NUMBERS = ("starred", "archived", "colour")
