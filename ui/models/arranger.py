"""Filters, sorts and groups the runs of a table: at once where they are few, else in a thread."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from workbench.runs.table.arrange import (
    Arrangement,
    ArrangePlan,
    TableView,
    arrange,
    is_still_right,
    plan,
)
from workbench.runs.table.frame import RunFrame
from workbench.runs.table.matching import Filter

FEW = 1000
"""Runs that are arranged in the window's thread."""


class _Tell(QObject):
    done = Signal(object, object)


class _Arrange(QRunnable):
    def __init__(self, planned: ArrangePlan, tell: _Tell) -> None:
        super().__init__()
        self._planned, self._tell = planned, tell

    def run(self) -> None:
        self._tell.done.emit(self._planned, arrange(self._planned))


class Arranger(QObject):
    """One arrangement at a time; the last one that was asked for is done next.

    Signals:
        arranged: An `Arrangement`.
    """

    arranged = Signal(object)

    def __init__(self, frame: RunFrame, parent: QObject) -> None:
        super().__init__(parent)
        self._frame = frame
        self._next: tuple[TableView, Filter] | None = None
        self._planned: ArrangePlan | None = None
        self._busy = False
        self._tell = _Tell(self)
        self._tell.done.connect(self._done)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    @property
    def is_busy(self) -> bool:
        """Whether another arrangement is to come."""
        return self._busy

    def ask(self, view: TableView, found: Filter) -> None:
        """Arranges the runs as they are now."""
        if self._busy:
            self._next = (view, found)
            return
        planned = plan(self._frame, view, found)
        if len(self._frame) <= FEW:
            self._show(planned, arrange(planned))
            return
        self._busy = True
        self._pool.start(_Arrange(planned, self._tell))

    def is_still_right(self, places: Iterable[int], shown: Iterable[bool]) -> bool:
        """Whether what is shown holds although the runs at `places` changed."""
        if self._busy or self._planned is None:
            return False
        where, seen = np.array(list(places), np.intp), np.array(list(shown), np.bool_)
        return is_still_right(self._planned, self._frame, where, seen)

    def close(self) -> None:
        """Waits for the thread."""
        self._next = None
        self._pool.waitForDone()

    @Slot(object, object)
    def _done(self, planned: ArrangePlan, arrangement: Arrangement) -> None:
        self._busy = False
        self._show(planned, arrangement)
        following, self._next = self._next, None
        if following is not None:
            self.ask(*following)

    def _show(self, planned: ArrangePlan, arrangement: Arrangement) -> None:
        self._planned = planned
        self.arranged.emit(arrangement)
