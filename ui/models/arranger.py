"""Filters, sorts and groups the runs of a table: at once where they are few, else in a thread."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from ui.background.jobs import Jobs
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


class Arranger(QObject):
    """One arrangement at a time; the last one that was asked for is done next.

    Signals:
        arranged: An `Arrangement`.
    """

    arranged = Signal(object)

    def __init__(self, frame: RunFrame, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._frame = frame
        self._next: tuple[TableView, Filter] | None = None
        self._planned: ArrangePlan | None = None
        self._lane = jobs.lane(self)

    @property
    def is_busy(self) -> bool:
        """Whether another arrangement is to come."""
        return self._lane.is_busy

    def ask(self, view: TableView, found: Filter) -> None:
        """Arranges the runs as they are now."""
        if self.is_busy:
            self._next = (view, found)
            return
        planned = plan(self._frame, view, found)
        if len(self._frame) <= FEW:
            self._show(planned, arrange(planned))
            return
        self._lane.ask(partial(arrange, planned), partial(self._done, planned))

    def is_still_right(self, places: Iterable[int], shown: Iterable[bool]) -> bool:
        """Whether what is shown holds although the runs at `places` changed."""
        if self.is_busy or self._planned is None:
            return False
        where, seen = np.array(list(places), np.intp), np.array(list(shown), np.bool_)
        return is_still_right(self._planned, self._frame, where, seen)

    def _done(self, planned: ArrangePlan, arrangement: Arrangement) -> None:
        self._show(planned, arrangement)
        following, self._next = self._next, None
        if following is not None:
            self.ask(*following)

    def _show(self, planned: ArrangePlan, arrangement: Arrangement) -> None:
        self._planned = planned
        self.arranged.emit(arrangement)
