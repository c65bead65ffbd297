"""The process that draws figures of curves for the window, as a thread with signals."""

from __future__ import annotations

import json
from threading import Lock
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from workbench.child import Child, cause_of

MODULE = "workbench.figures.serve"


class FigureProcess(QThread):
    """Passes requests on, and its answers back; started by the first request.

    Signals:
        answered: As `workbench.figures.serve` says it, decoded.
        failed: It ended before its time; a sentence.
    """

    answered = Signal(dict)
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._child: Child | None = None
        self._first: list[str] = []
        self._is_ending = False
        self.finished.connect(self._start_again)

    def send(self, request: dict[str, Any]) -> None:
        """Asks for something; its answer carries its number."""
        line = json.dumps(request)
        with self._lock:
            if self._child is not None:
                self._child.send(line)
                return
            self._first.append(line)
        if not self.isRunning():
            self.start()

    def run(self) -> None:
        """Ends when the process does."""
        child = Child(MODULE)
        with self._lock:
            self._child = child
            for line in self._first:
                child.send(line)
            self._first.clear()
            if self._is_ending:
                child.kill()
        for line in child.lines():
            try:
                message = json.loads(line)
            except ValueError:
                continue  # a library printed something
            if isinstance(message, dict) and not self._is_ending:
                self.answered.emit(message)
        code = child.end()
        with self._lock:
            self._child = None
        if not self._is_ending:
            self.failed.emit(self.tr("the process that draws figures {}").format(cause_of(code)))

    @Slot()
    def _start_again(self) -> None:
        """Something was asked for while the process ended."""
        if self._first and not self._is_ending:
            self.start()

    def end(self) -> None:
        """Ends the process and waits; nothing more is said. The next request starts another."""
        self._is_ending = True
        with self._lock:
            if self._child is not None:
                self._child.kill()
        self.wait()
        self._first.clear()
        self._is_ending = False
