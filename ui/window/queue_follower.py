"""The runs that wait, as the Queue panel shows them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from ui.panels.runs.queue import QueuePanel
from ui.running.run_controller import RunController
from ui.window.queue_forecast import QueueForecast


class QueueFollower(QObject):
    """Brings the store's queue to its panel.

    Args:
        controller: Trains it.
        panel: Shows it.
        forecast: Says how long it will take.

    Signals:
        waiting_changed: This many runs wait now.
    """

    waiting_changed = Signal(int)

    def __init__(
        self, controller: RunController, panel: QueuePanel, forecast: QueueForecast
    ) -> None:
        super().__init__(panel)
        self._controller, self._panel, self._forecast = controller, panel, forecast
        self._shown: tuple[list[tuple[str, str]], bool] | None = None
        controller.queue_changed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Shows the runs that wait, and how many."""
        controller = self._controller
        store, under_way = controller.store, set(controller.run_ids)
        names = controller.guarded(store.queue_names) or []
        held = bool(controller.guarded(lambda: store.queue_held))
        waits = held or not controller.is_busy
        shown = ([entry for entry in names if entry[0] not in under_way], waits)
        if shown == self._shown:
            return  # the store changes each second of a run, the queue rarely does
        self._shown = shown
        waiting, _ = shown
        self._panel.show_queue(waiting, waits)
        self._forecast.show_queue([run_id for run_id, _ in waiting], goes=not waits)
        self.waiting_changed.emit(len(waiting))
