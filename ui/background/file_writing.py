"""Writing files in a thread: waiting for the disk must not stop the window's drawing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QObject, QRunnable, QThreadPool, Signal


class Written(QObject):
    """What a write reports.

    Signals:
        failed: Its cause in a few words.
        done: It is over, either way.
    """

    failed = Signal(str)
    done = Signal()


class Write(QRunnable):
    """Does something that ends when the disk has it.

    Args:
        action: May raise OSError.
        tell: Hears how it went.
    """

    def __init__(self, action: Callable[[], object], tell: Written) -> None:
        super().__init__()
        self._action, self._tell = action, tell

    def run(self) -> None:
        try:
            self._action()
        except OSError as error:
            self._tell.failed.emit(error.strerror or str(error))
        self._tell.done.emit()


def write_and_wait(pool: QThreadPool, action: Callable[[], object]) -> str:
    """Writes, drawing meanwhile but taking no input; why it failed, "" where it did not."""
    waiting, tell = QEventLoop(), Written()
    errors: list[str] = []
    tell.failed.connect(errors.append)
    tell.done.connect(waiting.quit)
    pool.start(Write(action, tell))
    waiting.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    return errors[0] if errors else ""
