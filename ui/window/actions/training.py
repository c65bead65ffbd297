"""The Run menu and the toolbar: train, pause, stop, queue, several at once."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from ui.editing.editor import Editor
from ui.look.actions import Action, Actions
from ui.running.run_controller import RunController
from ui.window.run_notices import RunNotices
from ui.window.run_repeats import RunRepeats
from workbench.base.text import tr
from workbench.runs.status import RunStatus


class TrainingActions(Actions):
    """What trains the experiment, and what is done with the run under way.

    Args:
        editor: Whose experiment is trained.
        controller: Trains.
        notices: Say what became of a new run.
        repeats: Train it several times.
        window: Has the keys.

    Signals:
        enqueued: The experiment was put at the end of the queue.
    """

    enqueued = Signal()

    def __init__(
        self,
        editor: Editor,
        controller: RunController,
        notices: RunNotices,
        repeats: RunRepeats,
        window: QWidget,
    ) -> None:
        super().__init__("run", tr("Run"), window)
        self._editor, self._controller, self._notices = editor, controller, notices
        self.add(
            Action("train", tr("Train"), self.train, "Ctrl+Return", "play", self._train_reason,
                   editor.first_problem),
            Action("pause", self._pause_text, controller.pause_or_continue, "Ctrl+P",
                   self._pause_icon, tr("Hold the run after the step in progress"),
                   self._cannot_pause),
            Action("stop", tr("Stop"), controller.stop, "Ctrl+.", "stop",
                   tr("End the run, keep its weights and evaluate them"), self._nothing_trains),
            Action("queue", tr("Add to queue"), self.enqueue, "Ctrl+Shift+Return", "queue",
                   tr("Put this experiment at the end of the queue"), editor.first_problem),
            None,
            *repeats.menus,
            None,
            Action("release", tr("Run queue"), lambda: controller.hold_queue(False),
                   reason=tr("Train the waiting runs one after another")),
            None,
        )  # fmt: skip
        controller.state_changed.connect(self.refresh)
        editor.problems_changed.connect(self.refresh)

    @Slot()
    def train(self) -> None:
        """Trains the experiment as it stands, or queues it where a run is under way."""
        if self._editor.problems:
            return
        run = self._controller.train(self._editor.experiment)
        if run is not None:
            self._notices.show_new(run)

    @Slot()
    def enqueue(self) -> None:
        """Adds the experiment to the end of the queue."""
        if not self._editor.problems and self._controller.enqueue(self._editor.experiment):
            self.enqueued.emit()

    @property
    def _is_held(self) -> bool:
        return self._controller.status is RunStatus.PAUSED

    def _train_reason(self) -> str:
        behind = tr("Queue this experiment behind the runs that wait")
        return tr("Train this experiment") if self._controller.has_room else behind

    def _pause_text(self) -> str:
        return tr("Continue") if self._is_held else tr("Pause")

    def _pause_icon(self) -> str:
        return "play" if self._is_held else "pause"

    def _nothing_trains(self) -> str:
        return "" if self._controller.is_busy else tr("Nothing trains.")

    def _cannot_pause(self) -> str:
        if self._controller.is_busy and self._controller.status not in (
            RunStatus.RUNNING,
            RunStatus.PAUSED,
        ):
            return tr("The run has not begun yet.")
        return self._nothing_trains()
