"""Tune, page "Speed": the fastest settings for this network on this machine, found by measuring."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from ui.panels.tune.finder import FinderPage, Texts
from ui.plots.figures.race import RaceLane
from ui.plots.figures.race import RacePlot as RacePlot
from ui.running.task_runner import TaskRunner
from workbench.base import units
from workbench.base.text import tr
from workbench.execution.tasks.tune import TUNE
from workbench.experiment import Experiment
from workbench.figures.measured.numbers import autotune_figure
from workbench.figures.measured.settings import MeasuredBars
from workbench.hardware import autotune, remembered
from workbench.hardware.autotune import Race, Tried, Tuned, TuneRequest

MINUTES, LEAST_MINUTES, MOST_MINUTES = 1.0, 0.5, 60.0
"""That Autotune takes, where a person says nothing, and at least and at most."""


class SpeedPage(FinderPage[TuneRequest, Race, Tuned]):
    """Autotune.

    Args:
        editor: Whose experiment is tried, and takes what is found.
        task_runner: Does it.
        store: Folder of the store, where results are remembered.
    """

    task = TUNE
    measures = True
    path = "hardware"

    def __init__(self, editor: Editor, task_runner: TaskRunner, store: Path) -> None:
        self._store = store
        self.batch_sizes = QCheckBox(tr("Batch size may change"))
        self.batch_sizes.setToolTip(
            tr("Try larger batches too: faster, but they change what is learned")
        )
        self.minutes = QDoubleSpinBox()
        theme.inset(self.minutes)
        self.minutes.setRange(LEAST_MINUTES, MOST_MINUTES)
        self.minutes.setDecimals(1)
        self.minutes.setValue(MINUTES)
        self.minutes.setSuffix(tr(" min"))
        self.minutes.setToolTip(
            tr("More time tells settings apart on a busy machine, and lets XLA compile")
        )
        self.minutes_label = Label(tr("Time to take"))
        self.minutes_label.setBuddy(self.minutes)
        super().__init__(editor, task_runner, self._texts_of_page())
        self.race = RacePlot(tr("Images per second, median and middle half of the samples"))
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=3)
        for widget in (self.minutes_label, self.minutes, self.batch_sizes):
            row.addWidget(widget)
        row.addStretch(1)
        self.column.insertLayout(1, row)
        self.column.addWidget(self.race)
        self.column.addStretch(1)
        self.race.hide()
        editor.machine_changed.connect(self._remember)
        editor.changed.connect(self._remember_if_seen)
        self._remember()

    def _texts_of_page(self) -> Texts:
        return Texts(
            start=tr("Autotune"),
            reason=tr(
                "Measure which hardware settings train this network fastest, in the time beside"
            ),
            empty=tr(
                "Trains this network for moments under each setting that makes sense here:\n"
                "precision, XLA, steps a call, input and threads. Samples take turns, so that a\n"
                "machine that drifts is unfair to none; the slower half is left behind at each\n"
                "stage, and what can't be told apart is measured on while there is time. At last\n"
                "it checks that the fastest learns as the settings as they come do.\n"
                "No run is touched; while one trains, this waits."
            ),
        )

    def request(self, experiment: Experiment) -> TuneRequest:
        batch_sizes, seconds = self.batch_sizes.isChecked(), 60.0 * self.minutes.value()
        return autotune.request(experiment, batch_sizes=batch_sizes, seconds=seconds)

    def begin(self) -> None:
        self.race.show_lanes([])
        self.race.show()

    def take(self, found: Race) -> None:
        self._show(found.candidates, "")

    def sentence(self, result: Tuned) -> str:
        return result.words

    def finish(self, result: Tuned) -> None:
        self._show(result.candidates, result.name)

    def finding(self, result: Tuned) -> float | None:
        return None

    def settings(self, result: Tuned) -> Mapping[str, object]:
        return result.best

    def offer(self, result: Tuned) -> str:
        return result.name

    def figure(self, result: Tuned) -> MeasuredBars | None:
        return autotune_figure(result)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._remember()

    @Slot()
    def _remember_if_seen(self) -> None:
        if self.isVisible():
            self._remember()

    @Slot()
    def _remember(self) -> None:
        """Shows what was found for this network on this machine before."""
        machine = self._editor.machine
        shows = self._found is not None and self._still_holds()
        if machine is None or self.bar.is_busy or shows:
            return
        experiment = self._editor.experiment
        key = autotune.key(machine, experiment)
        result = remembered.recall(self._store, TUNE.name, key, Tuned)
        if result is None:
            return
        self._measured = experiment
        self.hold(result)
        self.empty.hide()
        self.race.show()
        day = time.strftime("%x", time.localtime(result.when))
        self.words.setText(tr("{result} Measured on {day}.", result=result.words, day=day))
        self.finish(result)
        self._show_state()

    def _show(self, candidates: Sequence[Tried], best: str) -> None:
        self.race.show_lanes([self._lane(one, best) for one in candidates])

    def _lane(self, one: Tried, best: str) -> RaceLane:
        text = tr("can't be tried: {one}", one=one.failed) if one.failed else ""
        if one.rate:
            text = tr("{one} images/s", one=units.count(one.rate))
            if one.gain and one.levers:
                text += tr(", {one} times", one=format(one.gain, ".2f"))
        return RaceLane(
            one.name,
            one.rate,
            one.low,
            one.high,
            text or tr("building, or waiting for its turn"),
            one.name == best,
            bool(one.is_out or one.failed),
        )
