"""In the status bar: what holds the run under way up, and the one setting to try."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label, tip
from ui.running.run_controller import RunController
from workbench.base.text import tr
from workbench.execution.messages import Started, StatusChanged, Steps, TimeShares
from workbench.experiment import Experiment
from workbench.hardware import bottleneck, remembered
from workbench.hardware.roofline import Roof, layer_work
from workbench.levers.remedies import Remedy
from workbench.network.analysis import analyze
from workbench.spec.base import SpecError


@dataclass
class _Known:
    """Of a run under way.

    Attributes:
        experiment: What is trained; None where its version is another.
        roof: What the device was measured to do at best.
        step_flops: Operations for one image.
        intensity: Operations for each byte that is moved; 0 where unknown.
        rate: Images a second.
    """

    experiment: Experiment | None = None
    roof: Roof | None = None
    step_flops: float = 0.0
    intensity: float = 0.0
    rate: float = 0.0


class VerdictLine(QWidget):
    """A few words with the evidence as tooltip, and a button; hidden while nothing is known.

    Of several runs under way it is about the one that is followed.

    Args:
        controller: Tells where the time goes.
        editor: Takes the setting.
    """

    def __init__(self, controller: RunController, editor: Editor) -> None:
        super().__init__()
        self._controller, self._editor = controller, editor
        self._known: dict[str, _Known] = {}
        self._shown = ""
        self._remedy: Remedy | None = None
        self.words, self.button = Label(), QToolButton()
        self.words.setAccessibleName(tr("What holds training up"))
        self.button.clicked.connect(self.use)
        row = QHBoxLayout(self)
        theme.spaced(row, 0, spacing=2)
        row.addWidget(self.words)
        row.addWidget(self.button)
        self.hide()
        controller.started.connect(self._begin)
        controller.steps.connect(self._note_rate)
        controller.time_shares.connect(self._judge)
        controller.ended.connect(self._end)
        controller.state_changed.connect(self._follow)

    @Slot()
    def use(self) -> None:
        """Puts the setting into the experiment; Undo takes it back."""
        if self._remedy is not None:
            self._editor.set_all(dict(self._remedy.settings), self._remedy.words)

    @Slot(object)
    def _begin(self, message: Started) -> None:
        """Notes what a step asks of the device, and what that was measured to do at best."""
        known = self._known[message.run_id] = _Known()
        controller = self._controller
        run = controller.guarded(lambda: controller.store.run(message.run_id))
        if run is None or controller.machine is None:
            return
        try:
            known.experiment = experiment = run.experiment
        except SpecError:  # of another version: nothing can be said of it
            return
        hardware, batch_size = experiment.hardware, message.batch_size
        if run.image_shape is not None:  # as the training process found it, also in users' files
            analysis = analyze(experiment.structure.layers, run.image_shape)
            layers = layer_work(analysis, batch_size, hardware.precision)
            moved = sum(layer.bytes for layer in layers)
            known.step_flops = sum(layer.flops for layer in layers) / batch_size
            known.intensity = known.step_flops * batch_size / moved if moved else 0.0
        known.roof = remembered.roof(controller.store.folder, controller.machine, hardware)

    @Slot(object)
    def _note_rate(self, message: Steps) -> None:
        if message.run_id in self._known:
            self._known[message.run_id].rate = message.images_per_second[-1]

    @Slot(object)
    def _end(self, message: StatusChanged) -> None:
        self._known.pop(message.run_id, None)
        if message.run_id == self._shown:
            self.hide()

    @Slot()
    def _follow(self) -> None:
        """What is said of a run isn't left beside another's figures."""
        if self._controller.run_id not in (None, self._shown):
            self.hide()

    @Slot(object)
    def _judge(self, message: TimeShares) -> None:
        machine, known = self._controller.machine, self._known.get(message.run_id)
        if known is None or known.experiment is None or machine is None:
            return
        if self._controller.run_id not in (None, message.run_id):
            return
        self._shown = message.run_id
        work = None
        if known.intensity:
            work = bottleneck.StepWork(known.step_flops * known.rate, known.intensity)
        shares = bottleneck.Shares(message.input, message.python)
        found = bottleneck.decide(known.experiment, machine, shares, work, known.roof)
        self._remedy = found.remedy
        self.words.setText(tr("bound by {what}", what=found.bound.value))
        self.words.setToolTip(tip(found.sentence))
        self.button.setVisible(found.remedy is not None)
        if found.remedy is not None:
            self.button.setText(tr("Try {words}", words=found.remedy.words))
            self.button.setToolTip(
                tr(
                    "{sentence}. Puts the setting into the experiment; Undo takes it back",
                    sentence=found.sentence,
                )
            )
        self.show()
