"""Writes figures in a thread of the pool: Matplotlib takes a second to load and another to draw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

FILTERS = {"svg": "SVG (*.svg)", "pdf": "PDF (*.pdf)", "png": "PNG (*.png)"}


class _Write(QRunnable):
    def __init__(self, write: Callable[[Path], None], path: Path, tell: FigureExport) -> None:
        super().__init__()
        self._write, self._path, self._tell = write, path, tell

    def run(self) -> None:
        try:
            self._write(self._path)
        except OSError as error:
            reason = error.strerror or str(error)
            self._tell.failed.emit(f"{self._path}: can't be written ({reason})")
        except ValueError as error:
            self._tell.failed.emit(str(error))
        else:
            self._tell.written.emit(str(self._path))
        self._tell._over.emit()


class FigureExport(QObject):
    """Asks for a file and writes a figure there.

    Signals:
        written: The file that is there now.
        failed: A sentence on why there is none.
        busy_changed: Whether one is being written.
    """

    written = Signal(str)
    failed = Signal(str)
    busy_changed = Signal(bool)
    _over = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget = parent
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._over.connect(self._ended)

    def ask(self, title: str, name: str, write: Callable[[Path], None]) -> None:
        """Asks where to, then has `write` called with the path in a thread.

        Args:
            title: Of the question.
            name: Proposed, without a suffix.
            write: Imports what it needs itself; raises OSError or ValueError.
        """
        chosen, kind = QFileDialog.getSaveFileName(
            self._widget, title, f"{_safe(name)}.svg", ";;".join(FILTERS.values())
        )
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower().removeprefix(".") not in FILTERS:
            suffix = next((s for s, words in FILTERS.items() if words == kind), "svg")
            path = path.with_name(f"{path.name}.{suffix}")
        self.busy_changed.emit(True)
        self._pool.start(_Write(write, path, self))

    def close(self) -> None:
        """Waits for what is being written; before the window goes."""
        self._pool.waitForDone()

    @Slot()
    def _ended(self) -> None:
        self.busy_changed.emit(False)


def _safe(name: str) -> str:
    """A name without what separates folders."""
    return "".join("-" if letter in '/\\:*?"<>|' else letter for letter in name)
