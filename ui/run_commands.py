"""What is done to runs and can be undone."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from ui.conductor import Conductor


class DeleteRuns(QUndoCommand):
    """Puts runs aside."""

    def __init__(self, conductor: Conductor, run_ids: list[str], words: str) -> None:
        super().__init__(words)
        self._conductor, self._run_ids = conductor, run_ids

    def redo(self) -> None:
        self._conductor.delete(self._run_ids)

    def undo(self) -> None:
        self._conductor.restore(self._run_ids)


class RenameRun(QUndoCommand):
    """Gives a run another name."""

    def __init__(
        self, conductor: Conductor, run_id: str, before: str, after: str, words: str
    ) -> None:
        super().__init__(words)
        self._conductor, self._run_id = conductor, run_id
        self._before, self._after = before, after

    def redo(self) -> None:
        self._conductor.rename(self._run_id, self._after)

    def undo(self) -> None:
        self._conductor.rename(self._run_id, self._before)
