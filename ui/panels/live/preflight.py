"""Beside Train: how long the experiment would train and whether it fits, measured when idle.

Nothing here may delay a run: it measures only where nothing trains and nothing else is measured,
and ends as soon as a run begins.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Slot

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.elided import ElidedLabel
from ui.look.plain import tip
from ui.running.run_controller import RunController
from ui.running.task_runner import AskedTask, TaskRunner
from workbench.base.text import tr
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.experiment import Experiment
from workbench.hardware import preflight
from workbench.hardware.preflight import Preflight
from workbench.hardware.requests import AboutExperiment

IDLE_MILLISECONDS = 3000
"""How long an experiment must stay as it is before it is measured."""


class PreflightLabel(ElidedLabel):
    """The estimate of the experiment as it stands; empty where none is known.

    Args:
        editor: Whose experiment is meant.
        task_runner: Measures.
        controller: Knows whether a run trains.
        store: Folder of the store, where results are remembered.
    """

    def __init__(
        self, editor: Editor, task_runner: TaskRunner, controller: RunController, store: Path
    ) -> None:
        super().__init__()
        self._editor, self._task_runner, self._controller = editor, task_runner, controller
        self._store = store
        self._task: AskedTask | None = None
        self._asked: Experiment | None = None
        self._refused: Experiment | None = None
        self._reason = ""
        self.setProperty("role", "muted")
        self.setAccessibleName(tr("Time and memory that the run will take"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(IDLE_MILLISECONDS)
        self._timer.timeout.connect(self.measure)
        editor.problems_changed.connect(self.refresh)
        controller.state_changed.connect(self.refresh)
        self.refresh()

    @property
    def known(self) -> Preflight | None:
        """What was measured of the experiment on this machine."""
        machine = self._editor.machine
        if machine is None:
            return None
        return preflight.recall(self._store, machine, self._editor.experiment)

    @Slot()
    def refresh(self) -> None:
        """Shows what is known, and plans to measure what isn't."""
        experiment = self._editor.experiment
        if self._task is not None and (self._controller.is_busy or experiment != self._asked):
            self._task.cancel()
        known = self.known
        if known is not None:
            self._show(known, experiment.training.epochs)
        elif self._refused == experiment:
            self._say(tr("can't be estimated"), self._reason)
        else:
            self._say("", "")
        if known is None and self._may_measure and self._refused != experiment:
            self._timer.start()
        else:
            self._timer.stop()

    @Slot()
    def measure(self) -> None:
        """Times a few steps of the experiment, unless something else is under way."""
        if self._task is not None or not self._may_measure:
            return
        if self._task_runner.current is not None:  # a person's own task comes first
            self._timer.start()
            return
        self._asked = self._editor.experiment
        request = AboutExperiment.of(self._asked)
        self._task = self._task_runner.ask(PREFLIGHT, request, measures=True)
        self._task.failed.connect(self._fail)
        self._task.ended.connect(self._ended)
        self._say(tr("estimating…"), tr("A few steps are timed; no run is made"))

    @property
    def _may_measure(self) -> bool:
        ready = self._editor.machine is not None and not self._editor.problems
        return ready and not self._controller.is_busy

    def _show(self, known: Preflight, epochs: int) -> None:
        reason = tr(
            "Estimated from a few steps that were timed on this computer: compilation, {epochs} "
            "epochs with validation, the test; and the memory of the device that is taken, of "
            "what was free",
            epochs=epochs,
        )
        if known.is_random:
            reason += tr(
                ". The data set isn't on this computer yet, so random images were taken; its "
                "download comes on top"
            )
        self._say(known.words(epochs), reason, bad=not known.fits)

    def _say(self, text: str, reason: str, *, bad: bool = False) -> None:
        self.say(text)
        told = ". ".join(filter(None, [text, reason]))
        self.setToolTip(tip(told) or tr("Time and memory that the run will take"))
        theme.set_property(self, "role", "problem" if bad else "muted")

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self._refused, self._reason = self._asked, sentence

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.refresh()
