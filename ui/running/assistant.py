"""Tasks for the window: measuring, looking for settings, evaluating, in a process beside the runs'.

A process of its own, so that a task can't touch a run and can be ended at any moment; it is started
by the first task and ends when it has had nothing to do for a while.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ui.running.task_thread import TaskThread
from workbench.execution.messages import Message, Ready, TaskEnd, TaskProgress
from workbench.spec.hardware import Startup

IDLE_MILLISECONDS = 120_000
CANCEL_MILLISECONDS = 3000
"""How long a task may take to end when asked to; then its process is ended."""


class Task(QObject):
    """Something asked for.

    Attributes:
        was_disturbed: It measures speed, and a run began to train meanwhile.

    Signals:
        progress: `TaskProgress`.
        done: The result, plain values.
        failed: One sentence.
        ended: After any of done, failed and a cancellation.
    """

    progress = Signal(object)
    done = Signal(dict)
    failed = Signal(str)
    ended = Signal()

    def __init__(
        self, assistant: Assistant, name: str, request: dict[str, Any], measures: bool
    ) -> None:
        super().__init__(assistant)
        self.name, self.request, self.measures = name, request, measures
        self.number: int | None = None
        self.is_over = False
        self.was_disturbed = False
        self._assistant = assistant

    def cancel(self) -> None:
        """Ends it; nothing but `ended` is said any more."""
        self._assistant.cancel(self)

    def hear(self, message: TaskProgress | TaskEnd) -> None:
        """Passes on what the process said of it."""
        if self.is_over:
            return
        if isinstance(message, TaskProgress):
            self.progress.emit(message)
            return
        if message.error:
            self.failed.emit(message.error)
        elif message.result is not None:
            self.done.emit(message.result)
        self.close()

    def close(self) -> None:
        """Says once that it is over."""
        if not self.is_over:
            self.is_over = True
            self.ended.emit()
            self.deleteLater()


class Assistant(QObject):
    """Does one task after another.

    Tasks that measure wait while a run trains, as both would be slower and the figures wrong.

    Signals:
        logged: A line from its process.
    """

    logged = Signal(str)

    def __init__(self, store: Path) -> None:
        super().__init__()
        self._store = store
        self._waiting: deque[Task] = deque()
        self._current: Task | None = None
        self._thread: TaskThread | None = None
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

    def ask(self, name: str, request: dict[str, Any], *, measures: bool = False) -> Task:
        """A task of `workbench.runtime.process.work`; it begins when those before it are over.

        Args:
            name: Of the task.
            request: Plain values.
            measures: It measures speed, so it waits while a run trains.
        """
        task = Task(self, name, request, measures)
        self._waiting.append(task)
        QTimer.singleShot(0, self, self._next)  # the caller connects first
        return task

    def cancel(self, task: Task) -> None:
        """Ends a task; one that doesn't end when asked to is ended with its process."""
        if task in self._waiting:
            self._waiting.remove(task)
        elif task is self._current and task.number is not None and self._thread is not None:
            self._thread.session.cancel(task.number)
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
    def current(self) -> Task | None:
        """The task under way."""
        return self._current

    def close(self) -> None:
        """Ends everything and waits."""
        self._closing = True
        self._idle.stop()
        self._patience.stop()
        for task in [*self._waiting, *filter(None, [self._current])]:
            task.close()
        self._waiting.clear()
        if self._thread is not None:
            self._thread.end()

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
        if self._thread is None:
            wanted = ready.request.get("startup")
            startup = Startup(**wanted) if wanted else None
            self._thread = TaskThread(self._store, self, startup)
            self._thread.said.connect(self._hear)
            self._thread.logged.connect(self.logged)
            self._thread.finished.connect(self._process_ended)
            self._thread.start()
        ready.number = self._thread.session.do(ready.name, ready.request)

    @Slot(object)
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
            if self._thread is not None:
                self._idle.start()
            self._next()

    @Slot()
    def _rest(self) -> None:
        """Gives the process's memory back."""
        if self._current is None and self._thread is not None:
            self._leaving = True  # a task that comes now waits for the next process
            self._thread.session.close()

    @Slot()
    def _end_process(self) -> None:
        if self._thread is not None:
            self._leaving = True
            self._thread.session.kill()

    @Slot()
    def _process_ended(self) -> None:
        thread, self._thread = self._thread, None
        self._leaving = self._is_warm = False
        if thread is not None:
            thread.deleteLater()
        if self._current is not None:  # it died before it heard of the task
            error = self.tr("the training process ended unexpectedly")
            self._current.hear(TaskEnd(0, error=error))
        self._over()
