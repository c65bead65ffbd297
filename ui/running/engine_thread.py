"""The bridge from a training process to Qt: messages become signals, nothing else happens here."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal

from workbench.execution.engine_process import CLOSE_SECONDS, Session
from workbench.spec.hardware import Startup


class TrainingThread(QThread):
    """Reads what a training process says until it ends.

    Args:
        store: Folder of the store.
        parent: Keeps it.
        startup: How to start the process, where what it is asked first is known already.

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
        self._store, self._startup = store, startup
        self.session: Session | None = None

    def run(self) -> None:
        """Ends when the process does; `session` may be used from the window's thread meanwhile."""
        self.session = Session(
            self._store, background=True, on_log=self.logged.emit, startup=self._startup
        )
        self.said.emit(None)  # the session can be talked to
        for message in self.session.messages():
            self.said.emit(message)

    def end(self) -> None:
        """Ends the process in steps (asked, terminated, killed) and waits for this thread."""
        session = self.session
        steps = () if session is None else (session.close, session.terminate, session.kill)
        for push in steps:
            push()
            if self.wait(round(1000 * CLOSE_SECONDS)):
                return
        self.wait()
