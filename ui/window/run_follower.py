"""The run under way, as the window shows it outside of the plots: its row, and its end."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ui.models.run_table import RunTable
from ui.running.run_controller import RunController
from workbench.base import units
from workbench.base.text import joined, tr
from workbench.execution.messages import Progress, StatusChanged
from workbench.runs.status import RunStatus

TABLE_MILLISECONDS = 500
"""The table's row of the run under way changes at most this often."""


class RunFollower(QObject):
    """Brings what the training process says to the table of runs.

    Args:
        controller: Hears it.
        model: Of the table.
        parent: Of this.

    Signals:
        ended: A run ended, and there is something to say of it: the sentence, and whether it is a
            problem; "" where there is nothing to say.
    """

    ended = Signal(str, bool)

    def __init__(self, controller: RunController, model: RunTable, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._model = controller, model
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_progress)
        controller.steps.connect(self._show_soon)
        controller.epoch.connect(self._show_soon)
        controller.progress.connect(self._show_phase)
        controller.ended.connect(self._run_ended)

    @Slot()
    def _show_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start(TABLE_MILLISECONDS)

    @Slot()
    def _show_progress(self) -> None:
        for run_id in self._controller.run_ids:
            run = self._controller.state_of(run_id)
            if run.has_begun:
                paused = run.status is RunStatus.PAUSED
                left = units.duration(run.pace.remaining)
                text = tr("paused") if paused else tr("{left} left", left=left)
                self._model.set_progress(run_id, run.pace.share, text)

    @Slot(object)
    def _show_phase(self, message: Progress) -> None:
        share = message.done / message.total if message.total else 0.0
        amount = units.size if message.unit == "B" else units.count
        done, total = amount(message.done), amount(message.total)
        text = (
            tr("{phase} {done} / {total}", phase=message.phase, done=done, total=total)
            if message.total
            else message.phase
        )
        self._model.set_progress(message.run_id, share, text)

    @Slot(object)
    def _run_ended(self, message: StatusChanged) -> None:
        if not self._controller.is_busy:
            self._timer.stop()
        self._model.end_progress(message.run_id)
        sentence = ""
        if message.message:
            controller = self._controller
            run = controller.guarded(lambda: controller.store.run(message.run_id))
            name = run.name if run is not None else message.run_id
            sentence = joined(": ", [name, message.message])
        self.ended.emit(sentence, message.state in (RunStatus.FAILED, RunStatus.INTERRUPTED))
