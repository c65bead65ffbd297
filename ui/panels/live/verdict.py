"""In the status bar: what holds the run under way up, and the one setting to try."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label, tip
from ui.running.conductor import Conductor
from workbench.base.text import tr
from workbench.execution.messages import Started, Steps, TimeShares
from workbench.experiment import Experiment
from workbench.hardware import bottleneck, remembered
from workbench.hardware.roofline import Roof, layer_work
from workbench.levers.remedies import Remedy
from workbench.network.analysis import analyze
from workbench.spec.base import SpecError


class VerdictLine(QWidget):
    """A few words with the evidence as tooltip, and a button; hidden while nothing is known.

    Args:
        conductor: Tells where the time goes.
        editor: Takes the setting.
    """

    def __init__(self, conductor: Conductor, editor: Editor) -> None:
        super().__init__()
        self._conductor, self._editor = conductor, editor
        self._experiment: Experiment | None = None
        self._roof: Roof | None = None
        self._step_flops = self._intensity = self._rate = 0.0
        self._remedy: Remedy | None = None
        self.words, self.button = Label(), QToolButton()
        self.words.setAccessibleName(tr("What holds training up"))
        self.button.clicked.connect(self.use)
        row = QHBoxLayout(self)
        theme.spaced(row, 0, spacing=2)
        row.addWidget(self.words)
        row.addWidget(self.button)
        self.hide()
        conductor.started.connect(self._begin)
        conductor.steps.connect(self._note_rate)
        conductor.time_shares.connect(self._judge)
        conductor.ended.connect(self.hide)

    @Slot()
    def use(self) -> None:
        """Puts the setting into the experiment; Undo takes it back."""
        if self._remedy is not None:
            self._editor.set_all(dict(self._remedy.settings), self._remedy.words)

    @Slot(object)
    def _begin(self, message: Started) -> None:
        """Notes what a step asks of the device, and what that was measured to do at best."""
        self._experiment, self._roof = None, None
        self._step_flops = self._intensity = self._rate = 0.0
        conductor = self._conductor
        run = conductor.guarded(lambda: conductor.store.run(message.run_id))
        if run is None or conductor.machine is None:
            return
        try:
            self._experiment = run.experiment
        except SpecError:  # of another version: nothing can be said of it
            return
        hardware, batch_size = self._experiment.hardware, message.batch_size
        if run.image_shape is not None:  # as the training process found it, also in users' files
            analysis = analyze(self._experiment.structure.layers, run.image_shape)
            layers = layer_work(analysis, batch_size, hardware.precision)
            moved = sum(layer.bytes for layer in layers)
            self._step_flops = sum(layer.flops for layer in layers) / batch_size
            self._intensity = self._step_flops * batch_size / moved if moved else 0.0
        self._roof = remembered.roof(conductor.store.folder, conductor.machine, hardware)

    @Slot(object)
    def _note_rate(self, message: Steps) -> None:
        self._rate = message.images_per_second[-1]

    @Slot(object)
    def _judge(self, message: TimeShares) -> None:
        machine = self._conductor.machine
        if self._experiment is None or machine is None:
            return
        work = None
        if self._intensity:
            work = bottleneck.Work(self._step_flops * self._rate, self._intensity)
        shares = bottleneck.Shares(message.input, message.python)
        found = bottleneck.decide(self._experiment, machine, shares, work, self._roof)
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
