"""Tasks for the window: measuring, looking for settings, evaluating, in a process beside the runs'.

A process of its own, so that a task can't touch a run and can be ended at any moment; it is started
by the first task and ends when it has had nothing to do for a while.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ui.background.jobs import JobCancelled, JobReport, Jobs
from workbench.base.plain_values import Malformed
from workbench.base.text import tr
from workbench.execution.engine_process import Session
from workbench.execution.messages import Message, Ready, TaskEnd, TaskProgress
from workbench.execution.task import Found, Req, Res, Task
from workbench.hardware.requests import Request

IDLE_MILLISECONDS = 120_000
CANCEL_MILLISECONDS = 3000
"""How long a task may take to end when asked to; then its process is ended."""


def _all_said(session: Session, report: JobReport[Message]) -> None:
    """A job that starts a process and tells what it says, until it has ended."""
    report.on_cancel(session.close, session.terminate, session.kill)
    for message in session.messages():
        with suppress(JobCancelled):
            report(message)


class AskedTask(QObject):
    """A task that was asked for, until it is over.

    Attributes:
        was_disturbed: It measures speed, and a run began to train meanwhile.

    Signals:
        progress: `TaskProgress`.
        found: What it has found meanwhile, in the task's own type.
        done: The result, in the task's own type.
        failed: One sentence.
        ended: After any of done, failed and a cancellation.
    """

    progress = Signal(object)
    found = Signal(object)
    done = Signal(object)
    failed = Signal(str)
    ended = Signal()

    def __init__(
        self,
        task_runner: TaskRunner,
        task: Task[Any, Any, Any],
        request: Request,
        measures: bool,
    ) -> None:
        super().__init__(task_runner)
        self.task, self.request, self.measures = task, request, measures
        self.number: int | None = None
        self.is_over = False
        self.was_disturbed = False
        self._task_runner = task_runner

    def cancel(self) -> None:
        """Ends it; nothing but `ended` is said any more."""
        self._task_runner.cancel(self)

    def hear(self, message: TaskProgress | TaskEnd) -> None:
        """Passes on what the process said of it."""
        if self.is_over:
            return
        try:
            self._pass_on(message)
        except Malformed as error:
            self.failed.emit(str(error))
        if isinstance(message, TaskEnd):
            self.close()

    def _pass_on(self, message: TaskProgress | TaskEnd) -> None:
        if isinstance(message, TaskProgress):
            self.progress.emit(message)
            if message.found:
                self.found.emit(self.task.parse_found(message.found))
        elif message.error:
            self.failed.emit(message.error)
        elif message.result is not None:
            self.done.emit(self.task.parse_result(message.result))

    def close(self) -> None:
        """Says once that it is over."""
        if not self.is_over:
            self.is_over = True
            self.ended.emit()
            self.deleteLater()


class TaskRunner(QObject):
    """Does one task after another.

    Tasks that measure wait while a run trains, as both would be slower and the figures wrong.

    Signals:
        logged: A line from its process.
    """

    logged = Signal(str)

    def __init__(self, store: Path, jobs: Jobs) -> None:
        super().__init__()
        self._store, self._lane = store, jobs.lane(self)
        self._waiting: deque[AskedTask] = deque()
        self._current: AskedTask | None = None
        self._session: Session | None = None
        self._is_warm = self._training = False
        self._closing = False
        self._leaving = False
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MILLISECONDS)
        self._idle.timeout.connect(self._rest)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(CANCEL_MILLISECONDS)
        self._patience.timeout.connect(self._end_process)

    def ask(
        self,
        task: Task[Req, Found, Res],
        request: Req,
        *,
        done: Callable[[Res], None] | None = None,
        found: Callable[[Found], None] | None = None,
        measures: bool = False,
    ) -> AskedTask:
        """Asks for a task; it begins when those before it are over.

        Args:
            task: Which.
            request: What it is asked.
            done: A slot that takes the result.
            found: A slot that takes what was found meanwhile.
            measures: It measures speed, so it waits while a run trains.
        """
        asked = AskedTask(self, task, request, measures)
        if done is not None:
            asked.done.connect(done)
        if found is not None:
            asked.found.connect(found)
        self._waiting.append(asked)
        QTimer.singleShot(0, self, self._next)  # the caller connects to the other signals first
        return asked

    def cancel(self, task: AskedTask) -> None:
        """Ends a task; one that doesn't end when asked to is ended with its process."""
        if task in self._waiting:
            self._waiting.remove(task)
        elif task is self._current and task.number is not None and self._session is not None:
            self._session.cancel(task.number)
            if self._is_warm:
                self._patience.start()
        task.close()

    def set_training(self, training: bool) -> None:
        """Notes whether a run trains beside."""
        self._training = training
        if training and self._current is not None and self._current.measures:
            self._current.was_disturbed = True
        self._next()

    @property
    def is_training(self) -> bool:
        """Whether a run trains beside, for which tasks that measure wait."""
        return self._training

    @property
    def current(self) -> AskedTask | None:
        """The task under way."""
        return self._current

    def close(self) -> None:
        """Ends all tasks; their process ends with the jobs of the window."""
        self._closing = True
        self._idle.stop()
        self._patience.stop()
        for task in [*self._waiting, *filter(None, [self._current])]:
            task.close()
        self._waiting.clear()

    @Slot()
    def _next(self) -> None:
        if self._closing or self._leaving or self._current is not None:
            return
        ready = next((t for t in self._waiting if not (t.measures and self._training)), None)
        if ready is None:
            return
        self._waiting.remove(ready)
        self._current = ready
        self._idle.stop()
        if self._session is None:
            self._session = Session(
                self._store,
                background=True,
                on_log=self.logged.emit,
                startup=ready.request.startup,
            )
            work = partial(_all_said, self._session)
            self._lane.follow(work, self._hear, self._process_ended, self._process_ended)
        ready.number = self._session.do(ready.task, ready.request)

    def _hear(self, message: Message) -> None:
        task = self._current
        if isinstance(message, Ready):
            self._is_warm = True
            if task is not None and task.is_over:  # cancelled while the process was starting
                self._patience.start()
        if task is None or not isinstance(message, TaskProgress | TaskEnd):
            return
        if message.number != task.number:
            return
        task.hear(message)
        if isinstance(message, TaskEnd):
            self._over()

    def _over(self) -> None:
        self._patience.stop()
        self._current = None
        if not self._closing:
            if self._session is not None:
                self._idle.start()
            self._next()

    @Slot()
    def _rest(self) -> None:
        """Gives the process's memory back."""
        if self._current is None and self._session is not None:
            self._leaving = True  # a task that comes now waits for the next process
            self._session.close()

    @Slot()
    def _end_process(self) -> None:
        if self._session is not None:
            self._leaving = True
            self._session.kill()

    def _process_ended(self, ended: object) -> None:
        self._session = None
        self._leaving = self._is_warm = False
        if self._current is not None:  # it died before it heard of the task
            error = tr("the training process ended unexpectedly")
            self._current.hear(TaskEnd(0, error=error))
        self._over()
