"""The process that draws figures of curves for the window: requests go in, answers come out."""

from __future__ import annotations

import json
from functools import partial
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal

from ui.background.jobs import JobReport, Jobs, sentence_of
from ui.background.processes import messages
from workbench.base import text
from workbench.base.child_process import Child, cause_of
from workbench.base.errors import Failed
from workbench.base.plain_values import parsed
from workbench.base.text import tr
from workbench.figures.answer import FigureAnswer

MODULE = "workbench.figures.serve"


class _Process:
    """What the job that reads its answers and the jobs that write its requests share."""

    def __init__(self) -> None:
        self.child: Child | None = None
        self.has_begun = Event()

    def serve(self, report: JobReport[FigureAnswer]) -> None:
        """Start it and report its answers.

        Raises:
            Failed: when it ends, as it does only before its time.
        """
        try:
            self.child = child = Child(MODULE, language=text.language())
        finally:
            self.has_begun.set()
        report.on_cancel(child.kill)
        try:
            for message in messages(child):
                report(parsed(FigureAnswer, message, MODULE))
        finally:
            code = child.end()
        raise Failed(cause_of(tr("the process that draws figures"), code))

    def ask(self, line: str, report: JobReport[None]) -> None:
        """Write a request.

        It may take long: the process reads none while it draws, and one about thousands of runs
        fills the pipe.
        """
        report.on_cancel(self.has_begun.set)
        self.has_begun.wait()
        if self.child is not None:
            self.child.send(line)


class FigureDrawer(QObject):
    """Passes requests on, and answers back; the process is started by the first request.

    Args:
        jobs: Of the window.
        parent: Of this.

    Signals:
        answered: An `FigureAnswer`.
        failed: A sentence: the process ended before its time.
    """

    answered = Signal(object)
    failed = Signal(str)

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._answers, self._requests = jobs.lane(self), jobs.lane(self)
        self._process: _Process | None = None

    @property
    def is_running(self) -> bool:
        """Whether there is a process that answers."""
        return self._process is not None

    def send(self, request: dict[str, Any]) -> None:
        """Ask for something; its answer carries its number.

        Args:
            request: As `workbench.figures.serve` reads it.
        """
        if self._process is None:
            self._process = _Process()
            self._answers.follow(self._process.serve, self.answered.emit, failed=self._fail)
        ask = partial(self._process.ask, json.dumps(request))
        self._requests.follow(ask, lambda _: None)

    def end(self) -> None:
        """End the process; nothing more is said. The next request starts another."""
        self._process = None
        self._answers.drop()
        self._requests.drop()

    def _fail(self, error: Exception) -> None:
        self.end()
        self.failed.emit(sentence_of(error))
