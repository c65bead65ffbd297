"""The runs that steps of a recipe may use, as the form of a step offers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.running.run_controller import RunController
from workbench.compression.compressed_runs import suitable_for_step
from workbench.runs.record import Run
from workbench.runs.table.frame import RunFrame
from workbench.runs.used_runs import OfferedRun


class StepRuns(QObject):
    """Looks into the store, in a thread, whenever a list of runs opens.

    Args:
        frame: All runs, with their names.
        controller: Knows the store.
        parent_of: The run that is to be compressed; None while there is none.
        jobs: Of the window.
        parent: Of this.

    Signals:
        failed: A sentence on a store that can't be read.
    """

    failed = Signal(str)

    def __init__(
        self,
        frame: RunFrame,
        controller: RunController,
        parent_of: Callable[[], Run | None],
        jobs: Jobs,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._frame, self._controller, self._parent_of = frame, controller, parent_of
        self._lane = jobs.latest(self)
        self._lane.failed.connect(self.failed)

    def name_of(self, run_id: str) -> str:
        """The name of a run; "" where it isn't known."""
        return self._frame.name_of(run_id)

    def ask(self, path: str, done: Callable[[Sequence[OfferedRun]], object]) -> None:
        """Looks for the runs that suit a setting of a step."""
        run = self._parent_of()
        if run is None:
            done([])
            return
        work = partial(suitable_for_step, setting=path, parent=run)
        self._lane.ask(in_store(self._controller.store.folder, work), done)
