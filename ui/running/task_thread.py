"""A process for tasks, as Qt sees it: its messages as a signal, and an orderly end."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from workbench.execution.engine_process import CLOSE_SECONDS, Session
from workbench.spec.hardware import Startup


class TaskThread(QThread):
    """Reads what a process says until it ends.

    Args:
        store: Folder of the store.
        parent: Keeps it.
        startup: How to start the process, where what it is asked first is known already.

    Attributes:
        session: The process; what it is asked for before it is started waits for it.

    Signals (delivered in the receiver's thread):
        said: A `Message`.
        logged: A line the process printed.
    """

    said = Signal(object)
    logged = Signal(str)

    def __init__(
        self, store: Path, parent: QObject | None = None, startup: Startup | None = None
    ) -> None:
        super().__init__(parent)
        self.session = Session(store, background=True, on_log=self.logged.emit, startup=startup)

    def run(self) -> None:
        """Starts the process; ends when it does."""
        for message in self.session.messages():
            self.said.emit(message)

    def end(self) -> None:
        """Ends the process in steps (asked, terminated, killed) and waits for this thread."""
        for push in (self.session.close, self.session.terminate, self.session.kill):
            push()
            if self.wait(round(1000 * CLOSE_SECONDS)):
                return
        self.wait()
