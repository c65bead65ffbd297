"""The process that draws figures of curves for the window, as a thread with signals."""

from __future__ import annotations

import json
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from workbench.base.child_process import Child, cause_of
from workbench.base.text import tr

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
        self._asked: SimpleQueue[str | None] = SimpleQueue()
        self._is_ending = False
        self.finished.connect(self._start_again)

    def send(self, request: dict[str, Any]) -> None:
        """Asks for something, and waits for nothing; its answer carries its number."""
        self._asked.put(json.dumps(request))
        if not self.isRunning():
            self.start()

    def run(self) -> None:
        """Ends when the process does."""
        child = Child(MODULE)
        with self._lock:
            self._child = child
            if self._is_ending:
                child.kill()
        writer = Thread(target=self._write, args=(child,), name="requests of figures", daemon=True)
        writer.start()
        for line in child.lines():
            try:
                message = json.loads(line)
            except ValueError:
                continue  # a library printed something
            if isinstance(message, dict) and not self._is_ending:
                self.answered.emit(message)
        self._asked.put(None)
        writer.join()
        code = child.end()
        with self._lock:
            self._child = None
        if not self._is_ending:
            self.failed.emit(cause_of(tr("the process that draws figures"), code))

    def _write(self, child: Child) -> None:
        """Passes requests on in a thread of its own.

        The process reads none while it draws, and one of thousands of runs fills the pipe.
        """
        while (line := self._asked.get()) is not None:
            child.send(line)

    @Slot()
    def _start_again(self) -> None:
        """Something was asked for while the process ended."""
        if not self._asked.empty() and not self._is_ending:
            self.start()

    def end(self) -> None:
        """Ends the process and waits; nothing more is said. The next request starts another."""
        self._is_ending = True
        with self._lock:
            if self._child is not None:
                self._child.kill()
        self.wait()
        self._asked = SimpleQueue()
        self._is_ending = False
