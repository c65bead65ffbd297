"""What a person changes of runs in the store: columns, deletion, the trash. None of it trains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject

from ui.running.run_controller import RunController
from workbench.runs.store import Store

FEW = 100
"""Runs that are written in the window's thread: a hundredth of a second."""


class RunEdits(QObject):
    """Writes small changes at once, and those of many runs in a thread.

    Args:
        controller: Has the store, and announces what changed.
    """

    def __init__(self, controller: RunController) -> None:
        super().__init__(controller)
        self._controller = controller

    def set_column(self, column: str, values: Mapping[str, object]) -> None:
        """Set a column of runs, by their ids."""
        self._do(len(values), lambda store: store.update_each(column, values))

    def set_hidden(self, run_ids: Iterable[str], hidden: bool) -> None:
        """Hide or show the curves of runs."""
        self.set_column("hidden", dict.fromkeys(run_ids, int(hidden)))

    def tick(self, run_id: str, shown: bool) -> None:
        """Show or hide the curves of one run."""
        self.set_hidden([run_id], not shown)

    def delete(self, run_ids: list[str]) -> None:
        """Put runs aside; `restore` brings them back."""
        self._do(len(run_ids), lambda store: store.delete(run_ids))

    def restore(self, run_ids: list[str]) -> None:
        """Bring deleted runs back."""
        self._do(len(run_ids), lambda store: store.restore(run_ids))

    def deleted(self) -> int:
        """How many runs are in the trash."""
        controller = self._controller
        return controller.guarded(controller.store.in_trash) or 0

    def empty_trash(self) -> None:
        """Remove deleted runs and their files for good, in a thread: files may be many."""
        self._controller.write(Store.purge)

    def _do(self, many: int, change: Callable[[Store], object]) -> None:
        controller = self._controller
        if many > FEW:
            controller.write(change)
        else:
            controller.guarded(lambda: change(controller.store))
            controller.announce()
