"""The runs that the edited experiment uses: those to choose from, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from workbench.experiment import Experiment
from workbench.runs.table.frame import RunFrame
from workbench.runs.used_runs import OfferedRun, suitable, used_by, used_problems
from workbench.spec.data import DataInfo


class UsedRuns(QObject):
    """Looks into the store, in a thread: whenever the experiment, its data or the runs change.

    Args:
        editor: Of the experiment; it is told what is wrong.
        frame: All runs, with their names.
        folder: Of the store.
        jobs: Of the window.
        parent: Of this.

    Signals:
        failed: A sentence on a store that can't be read.
        renamed: A run that is used may have another name.
    """

    failed = Signal(str)
    renamed = Signal()

    def __init__(
        self, editor: Editor, frame: RunFrame, folder: Path, jobs: Jobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._editor, self._frame, self._folder = editor, frame, folder
        self._checks, self._offers = jobs.latest(self), jobs.latest(self)
        self._looked_at: tuple[Experiment, DataInfo | None] | None = None
        for lane in (self._checks, self._offers):
            lane.failed.connect(self.failed)
        editor.changed.connect(self._look)
        editor.problems_changed.connect(self._look)

    @property
    def is_looking(self) -> bool:
        """Whether a thread finds out what is wrong."""
        return self._checks.is_busy

    def name_of(self, run_id: str) -> str:
        """The name of a run; "" where it isn't known."""
        return self._frame.name_of(run_id)

    def ask(self, path: str, done: Callable[[Sequence[OfferedRun]], object]) -> None:
        """Looks for the runs that suit a setting of the experiment."""
        work = partial(
            suitable, path=path, experiment=self._editor.experiment, info=self._editor.info
        )
        self._offers.ask(in_store(self._folder, work), done)

    @Slot(list)
    def look_again(self, places: list[int]) -> None:
        """Looks again where a run that is used is one of those that changed, at these places."""
        used = set(used_by(self._editor.experiment).values())
        if used and any(self._frame.run_id(place) in used for place in places):
            self._looked_at = None
            self._look()
            self.renamed.emit()

    @Slot()
    def _look(self) -> None:
        """Has what is used now looked at, unless it was."""
        now = (self._editor.experiment, self._editor.info)
        if now == self._looked_at:
            return
        self._looked_at = now
        if not used_by(now[0]):
            self._editor.set_used_problems([])
            return
        work = partial(used_problems, experiment=now[0], info=now[1])
        self._checks.ask(in_store(self._folder, work), self._editor.set_used_problems)
