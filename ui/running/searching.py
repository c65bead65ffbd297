"""A search for the smallest file, candidate after candidate, in the window.

What is tried next decides `workbench.compression.search`; the runs wait in the window's queue, in
front. Draws nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ui.background.in_store import in_store
from ui.background.jobs import Jobs, sentence_of
from ui.running.run_controller import RunController
from ui.running.task_runner import TaskRunner
from workbench.execution.messages import StatusChanged
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

if TYPE_CHECKING:
    from workbench.compression.search.bound import AccuracyBound
    from workbench.compression.search.result import SearchResult
    from workbench.compression.search.search import Search
    from workbench.deployment.judged_file import JudgedFile

Result = TypeVar("Result")


class Searching(QObject):
    """One search at a time.

    Args:
        controller: Has the candidates made.
        task_runner: Has the winner tested.
        jobs: Of the window.
        parent: It goes with it.

    Attributes:
        search: What is under way; None while nothing is.
        candidate: The run that is being made.
        number: Of it, from 1.

    Signals:
        changed: Another candidate, or the search began or ended.
        done: The `SearchResult`.
        failed: A sentence on what went wrong.
    """

    changed = Signal()
    done = Signal(object)
    failed = Signal(str)

    def __init__(
        self, controller: RunController, task_runner: TaskRunner, jobs: Jobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._controller, self._task_runner = controller, task_runner
        self._lane = jobs.writes(self)
        self.search: Search | None = None
        self.candidate: Run | None = None
        self.number = 0
        self._end = 0.0
        self._paused_at: float | None = None
        self._is_stopped = False
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self._out_of_time)
        controller.ended.connect(self._hear)
        controller.state_changed.connect(self._hold_clock)

    @property
    def is_busy(self) -> bool:
        """Whether a search is under way."""
        return self.search is not None

    @property
    def seconds_left(self) -> float:
        """Of the time that it has; pauses don't count."""
        now = self._paused_at if self._paused_at is not None else time.monotonic()
        return max(0.0, self._end - now)

    # --- what a person asks --------------------------------------------------------------------

    def start(self, run: Run, bound: AccuracyBound) -> None:
        """Search on a run's network."""
        from workbench.compression.search.search import Search, begin

        if self.is_busy:
            return
        self.search, self.number, self._is_stopped = Search(run.run_id, bound), 0, False
        self._end, self._paused_at = time.monotonic() + bound.seconds, None
        self.changed.emit()
        self._write(lambda store: begin(store, store.run(run.run_id), bound), self._next)

    def stop(self) -> None:
        """End it; what was found is kept, and the winner of it tested."""
        if self.is_busy and not self._is_stopped:
            self._is_stopped = True
            self._out_of_time()

    # --- candidate after candidate -------------------------------------------------------------

    def _next(self, search: Search) -> None:
        """Has the next candidate made, or ends."""
        from workbench.compression.search.search import propose

        self.search, self.candidate = search, None
        left = self._searching_left
        if self._is_stopped or left <= 0:
            self._finish()
            return
        self._write(lambda store: propose(store, search, left, front=True), self._proposed)

    def _proposed(self, found: tuple[Search, Run | None]) -> None:
        self.search, self.candidate = found
        if self.candidate is None:
            self._finish()
            return
        self.number += 1
        self._controller.hold_queue(False)
        self._start_clock()
        self.changed.emit()
        if self._is_stopped:  # meanwhile
            self._out_of_time()

    @Slot(object)
    def _hear(self, message: StatusChanged) -> None:
        """A run ended; where it is the candidate, the next one begins."""
        if self.candidate is None or message.run_id != self.candidate.run_id:
            return
        self._clock.stop()
        self._paused_at = None
        assert self.search is not None
        if message.state in (RunStatus.STOPPED, RunStatus.INTERRUPTED):
            self._is_stopped = True  # a person, or the clock
        self._next(self.search)

    @Slot()
    def _hold_clock(self) -> None:
        """While the candidate is paused its time stands still."""
        if self.candidate is None:
            return
        is_paused = self._controller.state_of(self.candidate.run_id).status is RunStatus.PAUSED
        if is_paused and self._paused_at is None:
            self._paused_at = time.monotonic()
            self._clock.stop()
        elif not is_paused and self._paused_at is not None:
            self._end += time.monotonic() - self._paused_at
            self._paused_at = None
            self._start_clock()

    @property
    def _searching_left(self) -> float:
        """Seconds that are left for candidates."""
        kept = 0.0 if self.search is None else self.search.bound.judging_seconds
        return self.seconds_left - kept

    def _start_clock(self) -> None:
        """The candidate has as long as the search."""
        self._clock.start(max(0, round(1000 * self._searching_left)))

    @Slot()
    def _out_of_time(self) -> None:
        """Ends the candidate that is under way; one that waits yet isn't made."""
        if self.candidate is None or self.search is None:
            return
        run_id, search = self.candidate.run_id, self.search
        if run_id in self._controller.run_ids:
            self._controller.interrupt_run(run_id)
            return
        self._is_stopped, self.candidate = True, None
        self._write(lambda store: store.delete([run_id]), lambda _: self._next(search))

    # --- the end -------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Has the winner tested, where there is one."""
        assert self.search is not None
        self._write(partial(_result, self.search), self._found)

    def _found(self, result: SearchResult) -> None:
        from workbench.deployment.judged_file import JudgeFileRequest
        from workbench.execution.tasks.judge_file import JUDGE_FILE

        if result.winner is None:
            self._close(result)
            return
        startup = result.parent.experiment.hardware.startup
        request = JudgeFileRequest(result.winner.run_id, startup=startup)
        asked = self._task_runner.ask(JUDGE_FILE, request)
        asked.failed.connect(self.failed)
        judged: list[JudgedFile] = []
        asked.done.connect(judged.append)
        asked.ended.connect(partial(self._tested, judged))

    def _tested(self, judged: list[JudgedFile]) -> None:
        if self.search is not None:
            self._write(
                partial(_result, self.search),
                lambda result: self._close(replace(result, judged=next(iter(judged), None))),
            )

    def _close(self, result: SearchResult) -> None:
        self.search = self.candidate = None
        self._controller.announce()
        self.changed.emit()
        self.done.emit(result)

    def _write(self, work: Callable[[Store], Result], done: Callable[[Result], object]) -> None:
        """Does what takes the store in a thread."""
        self._lane.ask(in_store(self._controller.store.folder, work), done, self._give_up)

    def _give_up(self, error: Exception) -> None:
        self.search = self.candidate = None
        self._clock.stop()
        self.changed.emit()
        self.failed.emit(sentence_of(error))


def _result(search: Search, store: Store) -> SearchResult:
    """Done in a thread."""
    from workbench.compression.search.result import SearchResult
    from workbench.compression.search.search import candidates

    parent = store.run(search.parent_id)
    return SearchResult(search.bound, parent, candidates(store, parent.run_id))
