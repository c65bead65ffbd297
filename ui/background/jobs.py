"""Work off the window's thread: one pool of threads, lanes in it, and one end for all of it.

A job is a plain callable; what becomes of it is called back in the window's thread. As superqt's
`thread_worker` has it: callbacks for returned, errored and yielded, and one place that waits at the
end. The threads are Python's and not a QThreadPool's, whose QRunnables die in their thread with all
that they hold: no object of Qt's may.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from PySide6.QtCore import QEventLoop, QMetaMethod, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from ui.background.job_threads import JobCancelled, JobQueue, JobReport, JobWork, Shared
from workbench.base.errors import BadInput, Failed
from workbench.base.text import tr

__all__ = ["JobCancelled", "JobHandle", "JobLane", "JobReport", "Jobs", "sentence_of"]

Result = TypeVar("Result")
Value = TypeVar("Value")

MOST_THREADS = 64
"""A lane has one at most, and one that waits for a process sleeps: so many are never needed."""

WRITE_SECONDS = 60.0
"""How long a closing window waits for what is still to be written."""

GRACE_SECONDS = 3.0
"""How long what a closing window cancelled may take to end, before it is pushed harder."""

PATIENCE_SECONDS = 10.0
"""The same for what a person cancelled: a process may have half a file to remove."""

EXPECTED = (BadInput, Failed, OSError, ValueError, JobCancelled)
"""Errors whose text is a sentence for a person; any other is a fault of ours."""


def sentence_of(error: Exception) -> str:
    """The sentence that a person reads about an error."""
    if isinstance(error, EXPECTED):
        return str(error)
    name = type(error).__name__
    return tr("the workbench made an error ({name}: {error})", name=name, error=str(error))


class JobHandle:
    """What was asked for, until it is over."""

    def __init__(self, work: JobWork | None) -> None:
        self._work = work

    @property
    def is_over(self) -> bool:
        """Whether nothing more is said of it: it is done, failed, or cancelled."""
        return self._work is None or self._work.lane is None

    def cancel(self) -> None:
        """End it; nothing more is said of it. A write that has begun is finished."""
        if self._work is not None and self._work.lane is not None:
            self._work.lane.cancel(self._work)


class JobLane(QObject):
    """Does the jobs of its owner one after another; made by `Jobs`.

    Once the owner is deleted nothing is called back any more, and what is no write ends.

    Signals:
        failed: A sentence on a job that failed and has no `failed` of its own.
        settled: All that was asked for is over.
    """

    failed = Signal(str)
    settled = Signal()

    def __init__(self, jobs: Jobs, owner: QObject, *, is_kept: bool, latest_only: bool) -> None:
        super().__init__(owner)
        self._jobs, self._latest_only = jobs, latest_only
        self._queue = JobQueue(jobs.shared, is_kept)
        self._open: list[JobWork] = []
        self.destroyed.connect(self._queue.drop)

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be called back."""
        return bool(self._open) and not self.is_closed

    @property
    def is_closed(self) -> bool:
        """Whether the window has closed: what is asked for now isn't done, unless it writes."""
        return self._jobs.is_closed

    def ask(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> JobHandle:
        """Have something done in a thread.

        Args:
            work: Done there: it uses nothing that another thread changes, and no widget.
            done: Called with what it gave, in the window's thread.
            failed: Called with what it raised; the lane's signal says it where there is none.
        """
        return self._add(JobWork(self._queue, work, self, None, done, failed))

    def follow(
        self,
        work: Callable[[JobReport[Value]], Result],
        progress: Callable[[Value], object],
        done: Callable[[Result], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> JobHandle:
        """Have something done that says how far it is, or that can be ended under way.

        Args:
            work: As for `ask`; it calls what it is given with each value.
            progress: Called with each value, in the window's thread.
            done: As for `ask`.
            failed: As for `ask`.
        """
        made = JobWork(self._queue, None, self, progress, done, failed)
        report: JobReport[Value] = JobReport(self._jobs.shared, made)
        made.act = lambda: work(report)
        return self._add(made)

    def ask_and_wait(self, work: Callable[[], Result]) -> Result:
        """Have something done, drawing meanwhile but taking no input.

        Raises:
            Exception: what `work` raised.
        """
        if self.is_closed:
            return work()
        loop = QEventLoop()
        outcome: list[tuple[Any, Exception | None]] = []

        def end(result: Any, error: Exception | None) -> None:
            outcome.append((result, error))
            loop.quit()

        asked = JobWork(
            self._queue, work, self, None, lambda r: end(r, None), lambda e: end(None, e)
        )
        self._jobs.closed.connect(loop.quit)
        self._add(asked)
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        result, error = outcome[0] if outcome else (asked.result, asked.error)
        if error is not None:
            raise error
        return cast(Result, result)

    @Slot()
    def drop(self) -> None:
        """End all that was asked for; nothing more is said of it."""
        for work in list(self._open):
            self._drop(work)
            self._settle()

    def cancel(self, work: JobWork) -> None:
        """End one of its jobs."""
        self._drop(work)
        self._settle()

    def take(self, work: JobWork, is_end: bool, value: Any) -> None:
        """Call back what a job says, or its end."""
        if not is_end:
            try:
                cast(Callable[[Any], object], work.said)(value)
            finally:  # else its thread would wait for ever
                work.may_say.release()
            return
        self._open.remove(work)
        done, failed, result, error = work.done, work.failed, work.result, work.error
        work.forget()
        work.result = work.error = None
        try:
            if error is not None:
                self._tell(error, failed)
            elif done is not None:
                done(result)
        finally:
            self._settle()

    def _add(self, work: JobWork) -> JobHandle:
        if self.is_closed:
            self._do_late(work)
            return JobHandle(None)
        if self._latest_only:
            for before in list(self._open):
                self._drop(before)
        self._open.append(work)
        self._jobs.start(work)
        return JobHandle(work)

    def _do_late(self, work: JobWork) -> None:
        """The window has closed: what a person made is written all the same, here and now."""
        if self._queue.is_kept:
            work.run()
            if work.error is not None:
                sys.excepthook(type(work.error), work.error, work.error.__traceback__)
        work.forget()

    def _drop(self, work: JobWork) -> None:
        self._open.remove(work)
        work.mute()
        if not self._jobs.withdraw(work) and not self._queue.is_kept:
            work.cancel()
            self._jobs.push_later(work)

    def _tell(self, error: Exception, failed: Callable[[Exception], object] | None) -> None:
        """Of a fault of ours, and where nobody listens, the traceback is shown too."""
        is_heard = failed is not None or self.isSignalConnected(QMetaMethod.fromSignal(self.failed))
        if not isinstance(error, EXPECTED) or not is_heard:
            sys.excepthook(type(error), error, error.__traceback__)
        if failed is not None:
            failed(error)
        else:
            self.failed.emit(sentence_of(error))

    def _settle(self) -> None:
        if isValid(self) and not self._open:
            self.settled.emit()


class Jobs(QObject):
    """All work that a window has done off its thread: the window makes it, and closes it.

    Attributes:
        is_closed: Nothing more is done.

    Signals:
        closed: Everything has ended.
    """

    closed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_closed = False
        self.shared = Shared()
        self._threads = ThreadPoolExecutor(MOST_THREADS, "job")
        assert self.shared.wake is not None
        self.shared.wake.rang.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @staticmethod
    def of(widget: QWidget) -> Jobs:
        """Those of the window that a widget is in: for parts of forms, to which nobody hands any.

        Raises:
            LookupError: where it is in no window with jobs.
        """
        place: QObject | None = widget
        while place is not None:
            found = place.findChild(Jobs, options=Qt.FindChildOption.FindDirectChildrenOnly)
            if found is not None:
                return found
            place = place.parent()
        raise LookupError("a widget that works in the background is in a window with jobs")

    def lane(self, owner: QObject) -> JobLane:
        """For what is read or computed in order; dropped when the window closes."""
        return JobLane(self, owner, is_kept=False, latest_only=False)

    def latest(self, owner: QObject) -> JobLane:
        """For what follows a person's changes: a request drops the ones before it."""
        return JobLane(self, owner, is_kept=False, latest_only=True)

    def writes(self, owner: QObject) -> JobLane:
        """For what is written, in order; all of it is done before the window has closed."""
        return JobLane(self, owner, is_kept=True, latest_only=False)

    def close(self) -> None:
        """End everything and wait, not for ever: writes are finished, all else is dropped.

        Nothing is called back any more. A computation that can't be ended is left behind, and ends
        before Python does.
        """
        if self.is_closed:
            return
        self.is_closed = self.shared.is_closing = True
        with self.shared.changed:
            queues = list(self.shared.at_work)
        for queue in queues:
            queue.drop()
            if queue.is_kept and queue.current is not None:
                queue.current.may_say.release()  # nobody takes what it says
        self.shared.wait(WRITE_SECONDS, kept=True)
        self._end([queue.current for queue in queues if not queue.is_kept])
        self._threads.shutdown(wait=False)
        with self.shared.changed:
            self.shared.wake = None
            said, self.shared.said = self.shared.said, type(self.shared.said)()
        for work, is_end, _ in said:
            if is_end:
                work.forget()
        self.closed.emit()

    def _end(self, cancelled: list[JobWork | None]) -> None:
        """Wait for what is cancelled, pushing harder where it doesn't end."""
        while not self.shared.wait(GRACE_SECONDS, kept=False):
            left = [work for work in cancelled if work is not None and work.pushes]
            for work in left:
                work.push()
            if not left:
                break
        for work in filter(None, cancelled):
            work.mute()

    # --- for lanes -----------------------------------------------------------------------------

    def start(self, work: JobWork) -> None:
        """Have a job done, once those before it are over."""
        queue = work.queue
        with self.shared.changed:
            if queue.current is not None:
                queue.waiting.append(work)
                return
            queue.current = work
            self.shared.at_work.add(queue)
        self._threads.submit(self.shared.do, work)

    def withdraw(self, work: JobWork) -> bool:
        """Take a job out of its queue; False where it has begun."""
        with self.shared.changed:
            if work not in work.queue.waiting:
                return False
            work.queue.waiting.remove(work)
        work.forget()
        return True

    def push_later(self, work: JobWork) -> None:
        """End a cancelled job harder, where it takes too long."""

        def push() -> None:
            work.push()
            self.push_later(work)

        if work.pushes and not self.is_closed:
            QTimer.singleShot(round(1000 * PATIENCE_SECONDS), self, push)

    @Slot()
    def _take(self) -> None:
        with self.shared.changed:
            if not self.shared.said:
                return
            work, is_end, value = self.shared.said.popleft()
        lane = work.lane
        if lane is not None and isValid(lane):
            lane.take(work, is_end, value)
        elif is_end:
            work.forget()
        elif work.queue.is_kept:
            work.may_say.release()
        else:
            work.cancel()
