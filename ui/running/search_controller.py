"""A search in the window: one at a time, decided off the window's thread, trained by its queue.

What comes next is up to a `StudySearch` (`workbench.study.work`), in the thread of `search_driver`,
which has a store of its own. Its runs wait in the window's queue, so live view, pause, stop and the
queue panel work on them as on any run. Everything that is known lies in the store: a window that
closes, or is killed, loses nothing, and the next one offers to go on. Draws nothing.
"""

from __future__ import annotations

from enum import Enum, auto
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from ui.background.in_store import in_store
from ui.background.jobs import Jobs, sentence_of
from ui.running.run_controller import RunController
from ui.running.task_runner import AskedTask, TaskRunner
from workbench.base.text import joined, tr
from workbench.execution.messages import Started, StatusChanged
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord

if TYPE_CHECKING:
    from ui.running.search_driver import Begin, Command, Inbox, SearchNews
    from workbench.spec.data import DataInfo
    from workbench.study.sweeps.plan import SweepPlan
    from workbench.study.work import Ask, SearchEnded, Stopwatch


class SearchState(Enum):
    """What a window does of a search."""

    NONE = auto()
    """Nothing."""
    BEGINNING = auto()
    """Its plan is being read or written."""
    RUNNING = auto()
    PAUSED = auto()
    """Nothing of it goes on until a person continues it; the window may be closed."""
    STOPPING = auto()
    """It ends once the trial under way has ended."""


GOES_ON = (SearchState.RUNNING, SearchState.STOPPING)


class SearchController(QObject):
    """One search at a time, sweep or lever study.

    Args:
        controller: Trains its runs.
        task_runner: Does its tasks.
        jobs: Of the window.
        parent: It goes with it.

    Attributes:
        state: What is done of it.
        study_id, name, kind: Of the study; "" while nothing is under way.
        words: What is tried or asked, in one line; "" before the first.
        run_ids: Its runs that wait or train.
        answer: What the sweep found that ended last, sentence by sentence.

    Signals:
        changed: The search of this study id ("" while it begins) went on, paused or ended: its
            trials, or what can be done, may be other ones.
        began: A search was started or resumed; its study id.
        ended: It has ended or was stopped: the study id, and why, in words without a full stop.
        failed: A sentence on what went wrong; the search is paused, has ended, or wasn't begun.
        offered: Searches that were broken off, as a list of `StudyRecord`; see `look_for_broken`.
    """

    changed = Signal(str)
    began = Signal(str)
    ended = Signal(str, str)
    failed = Signal(str)
    offered = Signal(list)

    def __init__(
        self, controller: RunController, task_runner: TaskRunner, jobs: Jobs, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._controller, self._task_runner = controller, task_runner
        self._lane, self._reads = jobs.lane(self), jobs.lane(self)
        self._reads.failed.connect(self.failed)
        self._inbox: Inbox | None = None
        self.state = SearchState.NONE
        self.study_id = self.name = self.kind = self.words = ""
        self.run_ids: tuple[str, ...] = ()
        self.answer: tuple[str, ...] = ()
        self.clock: Stopwatch | None = None
        self._unanswered = 0  # what was said to the thread
        self._waits = self._is_held = False
        self._to_ask: Ask[Any, Any, Any] | None = None
        self._task: AskedTask | None = None
        self._over: dict[str, str] = {}  # runs that ended in this window, with their messages
        self.failed.connect(controller.failed)
        controller.ended.connect(self._run_ended)
        controller.started.connect(self._run_started)
        controller.queue_changed.connect(self._queue_changed)
        controller.state_changed.connect(self._hold_clock)

    # --- what there is -------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether a search is under way in this window, paused or not."""
        return self.state is not SearchState.NONE

    @property
    def is_paused(self) -> bool:
        """Whether it waits for a person."""
        return self.state is SearchState.PAUSED

    @property
    def under_way(self) -> list[str]:
        """Its runs that have a place."""
        return [run_id for run_id in self._controller.run_ids if run_id in self.run_ids]

    def obstacle(self) -> str:
        """Why no search can be begun now, in one sentence; "" where one can."""
        if self._controller.store.read_only:
            return self._controller.store.read_only
        if self.is_busy:
            return tr("A search is under way; it has to end first.")
        return ""

    # --- what a person asks --------------------------------------------------------------------

    def start(self, begin: Begin) -> None:
        """Begin a search, or go on with one.

        Args:
            begin: Called in a thread with its store: makes the study, or takes it
                (`Store.take_study`), and gives its search and clock.
        """
        from ui.running.search_driver import drive

        if obstacle := self.obstacle():
            self.failed.emit(obstacle)
            return
        self._inbox = SimpleQueue()
        self._forget()
        self._unanswered = 1
        self._set(SearchState.BEGINNING)
        work = partial(drive, self._controller.store.folder, begin, self._inbox)
        self._lane.follow(work, self._hear, self._left, self._give_up)

    def start_sweep(self, plan: SweepPlan, info: DataInfo, name: str = "") -> None:
        """Begin a sweep.

        Args:
            plan: Checked.
            info: What is known of its data.
            name: For a person; "" for the usual one. That of a sweep of the same plan goes on.
        """
        from workbench.study.asking.resuming import begun_sweep

        self.start(partial(begun_sweep, plan=plan, info=info, name=name))

    def resume(self, study_id: str) -> None:
        """Go on with a search that was stopped or broken off."""
        from workbench.study.asking.resuming import resumed

        self.start(partial(resumed, study_id=study_id))

    def extend(self, study_id: str, runs: int) -> None:
        """Try more combinations in a sweep, which may be the one under way."""
        from workbench.study.asking.resuming import extended

        begin = partial(extended, study_id=study_id, runs=runs)
        if not self.is_busy or study_id != self.study_id:
            self.start(begin)
            return
        self._waits = False
        self._say(lambda driver: driver.replace(begin))

    def pause(self) -> None:
        """Hold its runs under way, and begin no other."""
        if self.state in GOES_ON:
            for run_id in self.under_way:
                self._controller.pause_run(run_id)
            self._hold()

    def continue_search(self) -> None:
        """Let it go on after `pause`, or take back `stop`."""
        if self.state is SearchState.PAUSED:
            self._let_go()
        if self.state is not SearchState.BEGINNING and self.is_busy:
            self._set(SearchState.RUNNING)
            self._go_on()

    def stop(self) -> None:
        """End it once the trial under way has ended; it can be resumed."""
        if self.state is SearchState.PAUSED:
            self._let_go()
        if self.state is not SearchState.BEGINNING and self.is_busy:
            self._set(SearchState.STOPPING)
            self._go_on()

    def look_for_broken(self) -> None:
        """Tell by `offered` of searches that a window or a command left without ending them."""
        folder = self._controller.store.folder
        self._reads.ask(in_store(folder, Store.abandoned_studies), self._offer)

    def _offer(self, found: list[StudyRecord]) -> None:
        if found and not self.is_busy:
            self.offered.emit(found)

    # --- step by step --------------------------------------------------------------------------

    def _say(self, command: Command) -> None:
        if self._inbox is not None:
            self._unanswered += 1
            self._inbox.put(command)

    def _hear(self, told: SearchNews) -> None:
        """What the thread says, in the window's."""
        from workbench.study.work import Ask, SearchEnded, TrainRuns, Wait

        self._unanswered -= 1
        is_new, step = not self.study_id, told.step
        self.study_id, self.name, self.kind = told.study_id, told.name, told.kind
        self.run_ids = told.open_ids
        self.words, self.clock = told.words or self.words, told.clock
        if isinstance(step, SearchEnded):
            self.answer = told.answer
            self._end(step)
            return
        self._waits = isinstance(step, Wait)
        if isinstance(step, Ask):
            self._to_ask = step
        if self.state is SearchState.BEGINNING:
            self.state = SearchState.RUNNING
        if is_new:
            self._controller.provide(told.workers)
            self.began.emit(self.study_id)
        self.changed.emit(self.study_id)
        if is_new or isinstance(step, TrainRuns):
            self._controller.announce()
        self._go_on()

    def _go_on(self) -> None:
        """Begin what waits, and ask what comes next while there is room.

        Once all that was said is answered: an earlier answer may be of what is no longer so.
        """
        if self.state not in GOES_ON or self._unanswered or self._task is not None:
            return
        untrained = next(
            (self._over[run_id] for run_id in self._waiting if run_id in self._over), None
        )
        if untrained is not None:  # its process couldn't claim it: it would be tried without end
            self._hold()
            self.failed.emit(untrained)
            return
        self._controller.begin(self.run_ids)
        if self._waiting or (self.state is SearchState.STOPPING and self.run_ids):
            return
        if self.state is SearchState.STOPPING:
            self._say(lambda driver: driver.leave())
        elif self._to_ask is not None:
            if not self.run_ids:
                self._ask(self._to_ask)
        elif self._controller.has_room and not self._waits:
            self._say(lambda driver: driver.look())

    @property
    def _waiting(self) -> list[str]:
        """Its runs that have no place yet."""
        under_way = self._controller.run_ids
        return [run_id for run_id in self.run_ids if run_id not in under_way]

    @Slot(object)
    def _run_started(self, message: Started) -> None:
        """The queue may begin a run of it while the search is paused."""
        if self.is_paused and message.run_id in self.run_ids:
            self._controller.pause_run(message.run_id)

    @Slot(object)
    def _run_ended(self, message: StatusChanged) -> None:
        if message.run_id not in self.run_ids:
            return
        self.run_ids = tuple(run_id for run_id in self.run_ids if run_id != message.run_id)
        self._over[message.run_id] = message.message
        self._waits = False
        if message.state is RunStatus.INTERRUPTED and self.state in GOES_ON:
            self._hold()
            self.failed.emit(joined(": ", [self.name, message.message]))
        elif message.state is RunStatus.STOPPED and self.state is SearchState.RUNNING:
            self._hold()  # as the queue does: settings may be changed first
        self._say(lambda driver: driver.recount())

    @Slot()
    def _queue_changed(self) -> None:
        """A run of it may have been deleted, or have been trained by another process."""
        if self.state in GOES_ON and not self.under_way and not self._unanswered:
            self._waits = False
            if self.run_ids:
                self._say(lambda driver: driver.recount())
            else:
                self._go_on()

    @Slot()
    def _hold_clock(self) -> None:
        """While a person has paused its runs one by one, the time that it has stands still."""
        states = [self._controller.state_of(run_id).status for run_id in self.under_way]
        is_held = bool(states) and all(state is RunStatus.PAUSED for state in states)
        if self.state in GOES_ON and is_held != self._is_held:
            self._is_held = is_held
            self._say(lambda driver: driver.pause() if is_held else driver.go_on())

    def _hold(self) -> None:
        self._set(SearchState.PAUSED)
        self._say(lambda driver: driver.pause())

    def _let_go(self) -> None:
        """After a pause: what was interrupted meanwhile waits again."""
        self._over.clear()
        for run_id in self.under_way:
            self._controller.continue_paused(run_id)
        self._say(lambda driver: driver.go_on())
        if not self.under_way:
            self._say(lambda driver: driver.take_up())

    # --- tasks ---------------------------------------------------------------------------------

    def _ask(self, step: Ask[Any, Any, Any]) -> None:
        self._task = asked = self._task_runner.ask(
            step.task, step.request, done=self._answered, measures=step.measures
        )
        asked.failed.connect(self._refused)
        asked.ended.connect(self._asked)

    def _answered(self, answer: object) -> None:
        self._to_ask = None
        self._say(lambda driver: driver.take(answer))

    @Slot(str)
    def _refused(self, sentence: str) -> None:
        self._to_ask = None
        self._say(lambda driver: driver.refuse(sentence))

    @Slot()
    def _asked(self) -> None:
        self._task = None

    # --- the end -------------------------------------------------------------------------------

    def _end(self, step: SearchEnded) -> None:
        study_id = self.study_id
        self._close()
        if step.is_failure:
            self.failed.emit(step.words)
        else:
            self.ended.emit(study_id, step.words)

    def _left(self, _: None) -> None:
        """The thread has ended; without an end of the search where a person stopped it."""
        if self.is_busy:
            study_id = self.study_id
            self._close()
            self.ended.emit(study_id, tr("stopped; all of it is kept, and it can be resumed"))

    def _give_up(self, error: Exception) -> None:
        self._close()
        self.failed.emit(sentence_of(error))

    def _close(self) -> None:
        study_id = self.study_id
        self._forget()
        self._controller.provide(1)
        self._inbox = None
        self.state = SearchState.NONE
        self.changed.emit(study_id)

    def _forget(self) -> None:
        self.study_id = self.name = self.kind = self.words = ""
        self.run_ids = ()
        self._unanswered = 0
        self._waits = self._is_held = False
        self._to_ask = self._task = None
        self._over.clear()

    def _set(self, state: SearchState) -> None:
        self.state = state
        self.changed.emit(self.study_id)
