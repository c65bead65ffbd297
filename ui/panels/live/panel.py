"""The Live tab: curves of all shown runs, filled from messages and, for older runs, the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.look import theme
from ui.models.run_feed import RunFeed, ShownRun
from ui.panels.live.diagnosis import DiagnosisStrip
from ui.panels.shared.page import Page
from ui.panels.shared.requests import Requests
from ui.plots.theme import run_style
from ui.running.run_controller import RunController
from workbench.curves.reading import read_curves
from workbench.curves.run import RunCurves
from workbench.execution.messages import EpochEnd, Started, Steps
from workbench.runs.record import Run
from workbench.runs.store import Store

if TYPE_CHECKING:
    from ui.plots.live.plots import LivePlots


def _load_plots() -> None:
    """Import the plots and their library, which takes a tenth of a second."""
    import ui.plots.live.plots  # noqa: F401


def _read_curves(run_id: str, store: Store) -> RunCurves:
    return read_curves(store, store.run(run_id))


def run_colour(number: int) -> QColor:
    """The colour that a run of this colour number has everywhere."""
    return run_style(number, QColor(theme.tones().text))[0]


class LivePanel(Page):
    """Plots, and the curves behind them.

    Args:
        folder: Of the store.
        curves: The points of runs, by id; filled here, and read by others.
        feed: Says which runs are shown.
        controller: Says what the run under way does.
        requests: Of the window.
        jobs: Of the window.
    """

    def __init__(
        self,
        folder: Path,
        curves: dict[str, RunCurves],
        feed: RunFeed,
        controller: RunController,
        requests: Requests,
        jobs: Jobs,
    ) -> None:
        super().__init__()
        self._folder, self._curves, self._requests = folder, curves, requests
        self._names: dict[str, tuple[str, int]] = {}
        self._loading: set[str] = set()
        self._waiting: dict[str, list[Steps | EpochEnd]] = {}
        self._lane = jobs.lane(self)
        self._lane.failed.connect(self.failed)
        self._runs: dict[str, ShownRun] = {}
        self._plots: LivePlots | None = None
        self._plots_asked = False
        self._settings: Any = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addStretch(1)
        self.diagnosis = DiagnosisStrip(folder, jobs)
        self.diagnosis.remedy_chosen.connect(requests.try_remedy)
        self._layout.addWidget(self.diagnosis)
        feed.curves_changed.connect(self.show_runs)
        controller.started.connect(self.begin)
        controller.steps.connect(self.add)
        controller.epoch.connect(self.add)

    @property
    def plots(self) -> LivePlots:
        """The plots; made at the first use, or just after the window is first drawn.

        They and their library take longer to load than all the rest of the window, which a person
        sees the sooner for it.
        """
        if self._plots is None:
            from ui.plots.live.plots import LivePlots

            self._plots = plots = LivePlots()
            plots.train_requested.connect(self._requests.train)
            plots.export_requested.connect(self.export)
            self._layout.takeAt(0)
            self._layout.insertWidget(0, plots, 1)
            if self._settings is not None:
                plots.restore_state(self._settings)
            self.show_runs(list(self._runs.values()))
        return self._plots

    def make_plots(self, loaded: None = None) -> None:
        """Makes the plots if they aren't there yet."""
        _ = self.plots

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._plots_asked:
            self._plots_asked = True
            self._lane.ask(_load_plots, self.make_plots)

    @Slot(str)
    def export(self, metric: str) -> None:
        """Asks for a figure of one of the plots, as it is shown."""
        names = {run_id: self._names[run_id][0] for run_id in self.plots.visible_runs}
        if names:
            from ui.plots.live.export import look_of, plot_of  # as the plots: not at the start
            from workbench.figures.settings import figure_of_runs

            drawn = self.plots.drawn_as, self.plots.panels[metric]
            plot, look = plot_of(*drawn), look_of(*drawn)
            self.export_requested.emit(figure_of_runs(list(names), plot, look), names)

    def fit(self) -> None:
        """Shows all of the curves, and follows new values."""
        self.plots.fit()

    def restore(self, state: Mapping[str, Any]) -> None:
        self._settings = state.get("plots")
        if self._plots is not None and self._settings is not None:
            self._plots.restore_state(self._settings)

    def state(self) -> Mapping[str, Any]:
        """Axis, smoothing and so on."""
        return {"plots": self._settings if self._plots is None else self._plots.state()}

    def show_run(self, run: Run | None) -> None:
        """Looks at the selected run's curves, and brings them to the front among others."""
        self.diagnosis.show_run(run)
        self.highlight(run.run_id if run is not None and len(self._runs) > 1 else "")

    @Slot(list)
    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        """Shows these runs, newest first, but those without a step."""
        self._runs = {run.run_id: run for run in runs}
        if self._plots is None:
            return
        shown = [run for run in runs if run.has_steps or run.run_id in self._curves]
        wanted = {run.run_id for run in shown}
        for run_id in [r for r in self._names if r not in wanted]:
            self.plots.remove_run(run_id)
            del self._names[run_id]
        for run in shown:
            if run.run_id not in self._curves:
                self._load(run)
            elif run.run_id not in self._names:
                self._add(run)
            elif self._names[run.run_id] != (run.name, run.colour):
                self.plots.rename(run.run_id, run.name)
                self._names[run.run_id] = (run.name, run.colour)

    def curves(self, run_id: str) -> RunCurves:
        """The points of a run."""
        return self._curves[run_id]

    def highlight(self, run_id: str) -> None:
        """Brings a run's curves to the front; "" for none."""
        if self._plots is not None:
            self._plots.highlight(run_id if run_id in self._names else None)

    @Slot(object)
    def begin(self, message: Started) -> None:
        """A run begins, or goes on after its checkpoint."""
        run_id = message.run_id
        curves = self._curves.get(run_id)
        if curves is None and message.step:
            self._waiting[run_id] = []  # what came before is being read from the store
            return
        if curves is None:
            self._curves[run_id] = RunCurves(message.steps_per_epoch, message.batch_size)
        else:
            curves.truncate(message.step)
        self._add_if_shown(run_id)

    @Slot(object)
    def add(self, message: Steps | EpochEnd) -> None:
        """Adds the points of some steps, or the validation points of an epoch."""
        curves = self._curves.get(message.run_id)
        if curves is None:
            self._waiting.get(message.run_id, []).append(message)
            return
        _append(curves, message)
        if message.run_id in self._names:
            self.plots.mark_dirty(message.run_id)

    def restyle(self) -> None:
        """Gives every run the colour of the appearance in force."""
        for run_id in self._names:
            run = self._runs[run_id]
            self.plots.set_style(run_id, *run_style(run.colour, QColor(theme.tones().text)))

    def _add(self, run: ShownRun) -> None:
        colour, style = run_style(run.colour, QColor(theme.tones().text))
        self.plots.add_run(run.run_id, self._curves[run.run_id], run.name, colour, style)
        self.plots.set_order(list(self._runs))  # however they came: newest first
        self._names[run.run_id] = (run.name, run.colour)

    def _load(self, run: ShownRun) -> None:
        if run.run_id not in self._loading:
            self._loading.add(run.run_id)
            read = in_store(self._folder, partial(_read_curves, run.run_id))
            self._lane.ask(read, partial(self._loaded, run.run_id))

    def _loaded(self, run_id: str, curves: RunCurves) -> None:
        self._loading.discard(run_id)
        known = self._curves.setdefault(run_id, curves)
        for message in self._waiting.pop(run_id, ()):
            _append(known, message)
        self._add_if_shown(run_id)

    def _add_if_shown(self, run_id: str) -> None:
        run = self._runs.get(run_id)
        if run is not None and run_id not in self._names:
            self._add(run)


def _append(curves: RunCurves, message: Steps | EpochEnd) -> None:
    """Adds a message's points to curves that may have them already, from the store."""
    if isinstance(message, EpochEnd):
        epoch = message.metrics
        curves.append_epoch(
            float(epoch.epoch),
            epoch.step,
            epoch.seconds,
            epoch.val_loss,
            epoch.val_accuracy,
            epoch.images_per_second,
            epoch.elapsed,
        )
        return
    first = message.first_step
    if curves.last_step is not None and first <= curves.last_step:
        return
    steps = np.arange(first, first + len(message.loss))
    curves.append_steps(
        steps,
        message.seconds,
        np.array(message.loss, np.float32),
        np.array(message.accuracy, np.float32),
        np.array(message.learning_rate, np.float32),
        np.array(message.images_per_second, np.float32),
        message.elapsed,
    )
    if message.penalty is not None and any(message.penalty):
        curves.append_penalty(
            steps, message.seconds, np.array(message.penalty, np.float32), message.elapsed
        )
    if message.gradient_norm is not None and message.update_ratio is not None:
        norm, ratio = message.gradient_norm, message.update_ratio
        curves.append_probes(
            steps,
            message.seconds,
            np.array(norm, np.float32),
            np.array(ratio, np.float32),
            message.elapsed,
        )
