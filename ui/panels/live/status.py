"""The status bar: device, memory, speed and time remaining."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QStatusBar

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from ui.panels.live.verdict import VerdictLine
from ui.running.run_controller import RunController
from workbench.base import units
from workbench.base.text import tr
from workbench.execution.messages import Progress, Started, StatusChanged, Steps
from workbench.hardware import remembered
from workbench.hardware.roofline import training_flops
from workbench.runs.status import RunStatus

TICK_MILLISECONDS = 1000


@dataclass
class _Figures:
    """Of a run under way.

    Attributes:
        rate: Images a second, smoothed; None before the first step.
        phase: What it does where it doesn't train.
        macs: Multiply-adds of one image.
        peak: Operations a second that the device was measured to do at most; 0 where unknown.
    """

    rate: float | None = None
    phase: str = ""
    macs: int = 0
    peak: float = 0.0


class StatusPanel(QStatusBar):
    """What the training process is, has and does; of several runs, the one that is followed."""

    def __init__(self, controller: RunController, editor: Editor) -> None:
        super().__init__()
        self._controller = controller
        self._figures: defaultdict[str, _Figures] = defaultdict(_Figures)
        self.setSizeGripEnabled(False)
        self.device, self.memory = Label(), Label()
        self.rate, self.arithmetic, self.remaining = Label(), Label(), Label()
        self.device.setText(tr("starting the training process…"))
        for label, help_text in (
            (self.device, tr("What training runs on")),
            (self.memory, tr("Memory of the training process")),
            (self.rate, tr("Training speed now")),
            (
                self.arithmetic,
                tr(
                    "Arithmetic that training does (3 passes, 2 operations a multiply-add), and "
                    "its share of what the device was measured to do: Tune, Roofline measures it"
                ),
            ),
            (self.remaining, tr("Time to the end of the run under way")),
        ):
            label.setToolTip(help_text)
            self.addWidget(label)
        self.verdict = VerdictLine(controller, editor)
        self.addPermanentWidget(self.verdict)
        # Also without the verdict's button, or each would lay out the window again.
        self.setMinimumHeight(self.verdict.sizeHint().height() + theme.UNIT)
        controller.ready.connect(self._show_device)
        controller.started.connect(self._begin)
        controller.steps.connect(self._add_steps)
        controller.progress.connect(self._show_phase)
        controller.ended.connect(self._ended)
        controller.state_changed.connect(self.refresh)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(TICK_MILLISECONDS)

    @Slot()
    def refresh(self) -> None:
        """Shows the figures of this second."""
        memory = self._controller.memory_bytes
        self.memory.setText(
            tr("training process {memory}", memory=units.size(memory)) if memory else ""
        )
        busy = self._controller.is_busy
        held = self._controller.status is RunStatus.PAUSED
        # Without a run: what a process does that starts.
        now = self._figures[self._controller.run_id or ""]
        rate = tr("paused") if held else tr("{rate} images/s", rate=units.count(now.rate))
        self.rate.setText(rate if busy and now.rate else now.phase or self._figures[""].phase)
        self.arithmetic.setText(self._arithmetic(now) if busy and now.rate and not held else "")
        left = self._controller.pace.remaining
        shows = busy and left is not None and not held
        self.remaining.setText(tr("{left} left", left=units.duration(left)) if shows else "")

    def _arithmetic(self, now: _Figures) -> str:
        flops = training_flops(now.macs) * (now.rate or 0.0)
        shown = tr("{rate} GFLOP/s", rate=f"{flops / 1e9:.3g}")
        if not now.peak:
            return shown
        share = units.percent(flops / now.peak, 0)
        return tr("{shown}, {flops} of peak", shown=shown, flops=share)

    @Slot(object)
    def _begin(self, message: Started) -> None:
        """Notes what a step computes, and what was measured to be the most."""
        figures = self._figures[message.run_id]
        figures.macs, figures.peak = message.macs, 0.0
        controller = self._controller
        run = controller.guarded(lambda: controller.store.run(message.run_id))
        if run is None or controller.machine is None:
            return
        folder, hardware = controller.store.folder, run.experiment.hardware
        roof = remembered.roof(folder, controller.machine, hardware)
        figures.peak = roof.peak if roof is not None else 0.0

    @Slot(str)
    def _show_device(self, words_: str) -> None:
        self.device.setText(words_)
        self._figures.pop("", None)
        self.refresh()

    @Slot(object)
    def _add_steps(self, message: Steps) -> None:
        figures, rate = self._figures[message.run_id], message.images_per_second[-1]
        figures.rate = rate if figures.rate is None else 0.8 * figures.rate + 0.2 * rate
        figures.phase = ""

    @Slot(object)
    def _show_phase(self, message: Progress) -> None:
        self._figures[message.run_id].phase = message.phase
        self.refresh()

    @Slot(object)
    def _ended(self, message: StatusChanged) -> None:
        self._figures.pop(message.run_id, None)
        self.refresh()
