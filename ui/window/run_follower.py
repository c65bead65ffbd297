"""The run under way and those that wait, as the window shows them: points, rows, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from ui.window.queue_forecast import QueueForecast
from workbench.base import units
from workbench.execution.messages import EpochEnd, Progress, Started, StatusChanged, Steps
from workbench.runs.status import RunStatus

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow

TABLE_MILLISECONDS = 500
"""The table's row of the run under way changes at most this often."""


class RunFollower(QObject):
    """Brings what the training process says to the panels.

    Args:
        window: Built; its panels show the run.

    Attributes:
        forecast: How long the waiting runs will take.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._conductor = window, window.conductor
        self.forecast = QueueForecast(
            window.queue, window.conductor, window.assistant, window.store.folder, self
        )
        self._shown_queue: tuple[list[tuple[str, str]], bool] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_progress)
        conductor = self._conductor
        conductor.started.connect(self._begin)
        conductor.steps.connect(self._add_points)
        conductor.epoch.connect(self._add_points)
        conductor.progress.connect(self._show_phase)
        conductor.ended.connect(self._run_ended)
        conductor.queue_changed.connect(self.show_queue)

    def close(self) -> None:
        """Ends what is under way and waits; before the window goes."""
        self.forecast.close()

    @Slot(object)
    def _begin(self, message: Started) -> None:
        self._window.live.begin(message)

    @Slot(object)
    def _add_points(self, message: Steps | EpochEnd) -> None:
        self._window.live.add(message)
        self._window.compare.curves.data_changed(message.run_id)
        if isinstance(message, EpochEnd):
            self._window.show_runs()
        if not self._timer.isActive():
            self._timer.start(TABLE_MILLISECONDS)

    @Slot()
    def _show_progress(self) -> None:
        for run_id in self._conductor.run_ids:
            run = self._conductor.state_of(run_id)
            if run.has_begun:
                paused = run.status is RunStatus.PAUSED
                left = units.duration(run.pace.remaining)
                text = self.tr("paused") if paused else self.tr("{} left").format(left)
                self._window.model.set_progress(run_id, run.pace.share, text)

    @Slot(object)
    def _show_phase(self, message: Progress) -> None:
        share = message.done / message.total if message.total else 0.0
        amount = units.size if message.unit == "B" else units.count
        of = f" {amount(message.done)} / {amount(message.total)}" if message.total else ""
        self._window.model.set_progress(message.run_id, share, f"{message.phase}{of}")

    @Slot(object)
    def _run_ended(self, message: StatusChanged) -> None:
        if not self._conductor.is_busy:
            self._timer.stop()
        self._window.model.end_progress(message.run_id)
        if message.message:
            run = self._conductor.guarded(lambda: self._window.store.run(message.run_id))
            name = run.name if run is not None else message.run_id
            bad = message.state in (RunStatus.FAILED, RunStatus.INTERRUPTED)
            sentence = f"{name}: {message.message}"
            self._window.banner.say(sentence, bad=bad)
            self._window.log.note(sentence)
        if not self._window.isActiveWindow():
            QApplication.alert(self._window)

    @Slot()
    def show_queue(self) -> None:
        """Shows the runs that wait, and how many."""
        store, under_way = self._window.store, set(self._conductor.run_ids)
        names = self._conductor.guarded(store.queue_names) or []
        held = bool(self._conductor.guarded(lambda: store.queue_held))
        waits = held or not self._conductor.is_busy
        shown = ([entry for entry in names if entry[0] not in under_way], waits)
        if shown == self._shown_queue:
            return  # the store changes each second of a run; the queue rarely does
        self._shown_queue = shown
        queue = self._conductor.guarded(store.queue) or []
        waiting = [run for run in queue if run.run_id not in under_way]
        self._window.queue.show_queue(waiting, waits)
        self.forecast.show_queue(waiting, goes=not waits)
        title = self.tr("Queue ({})").format(len(waiting)) if waiting else self.tr("Queue")
        self._window.bottom.setTabText(self._window.bottom.indexOf(self._window.queue), title)
