"""The live plots: loss, accuracy, throughput and learning rate of several runs, stacked.

More of them, of gradients, updates and the penalty, come and go with the runs that have these.

It accumulates nothing itself: runs own their `RunCurves`, the scheduler decides when to draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QGridLayout, QStackedLayout, QVBoxLayout, QWidget

from ui.plots.live.controls import ControlRow, EmptyPage
from ui.plots.live.export import export_menu
from ui.plots.live.legend import LegendEntry
from ui.plots.live.metrics import METRICS, OPTIONAL, PLACES, STRETCHES
from ui.plots.live.panel import PlotPanel, PlotState, PlottedRun
from ui.plots.scheduler import DrawScheduler
from ui.plots.theme import PlotTheme
from ui.plots.ticks import TickKind, seconds_text, value_text
from workbench.base.text import tr
from workbench.curves.run import AXES, TIMES, RunCurves
from workbench.curves.smoothing import MAX_WEIGHT

RunStyle = tuple[RunCurves, str, QColor, Qt.PenStyle]


class LivePlots(QWidget):
    """Plots with one x axis, a row of controls, and an empty page before the first run."""

    train_requested = Signal()
    settings_changed = Signal()
    export_requested = Signal(str)
    """Make a figure of the plot of this metric."""

    _is_built = False
    """Qt sends events before the constructor has ended."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._state = PlotState(PlotTheme.from_palette(self.palette()))
        self.scheduler = DrawScheduler(self)
        self._hover: tuple[PlotPanel, float] | None = None
        self._shows: dict[int, bool] = {}
        self.empty = EmptyPage(self)
        self.empty.train_requested.connect(self.train_requested)
        self.controls = ControlRow(self)
        self._plots = QWidget(self)
        self._build_plots()
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._plots)
        self.scheduler.frame_drawn.connect(self._after_frame)
        self._apply_theme()
        self._show_settings()
        self._is_built = True

    def _build_plots(self) -> None:
        titles = {
            "loss": tr("Loss"),
            "accuracy": tr("Accuracy"),
            "images_per_second": tr("Images per second"),
            "learning_rate": tr("Learning rate"),
            "gradient_norm": tr("Gradient norm"),
            "update_ratio": tr("Update / weight"),
            "penalty": tr("Penalty on the weights"),
        }
        self.panels = {
            metric.key: PlotPanel(self._state, metric, titles[metric.key], self._plots)
            for metric in METRICS
        }
        self.panels["loss"].title.setToolTip(
            tr("Training and validation loss, without penalties on the weights")
        )
        self._grid = grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(8)
        for key, panel in self.panels.items():
            grid.addWidget(panel, *PLACES[key])
            self._connect(panel)
        for number, stretch in enumerate(STRETCHES):
            grid.setRowStretch(number, stretch)
        self._show_optional()
        for number in (0, 1):
            grid.setColumnStretch(number, 1)
        layout = QVBoxLayout(self._plots)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(grid, 1)
        layout.addWidget(self.controls)
        self.controls.axis_chosen.connect(self.set_axis)
        self.controls.smoothing_chosen.connect(self.set_smoothing)
        self.controls.log_chosen.connect(self.set_log_loss)
        self.controls.fit_chosen.connect(self.fit)
        menu = export_menu(self.panels, titles, self.export_requested.emit, self)
        self.controls.export.setMenu(menu)

    def _connect(self, panel: PlotPanel) -> None:
        panel.view.box.zoomed.connect(self._zoomed)
        panel.view.hovered.connect(self._hovered)
        panel.view.fit_requested.connect(self.fit)
        panel.view.became_visible.connect(self.scheduler.wake)
        panel.view.resized.connect(self._resized)

    @property
    def drawn_as(self) -> PlotState:
        """What the plots share: axis, smoothing, the part of x that is shown."""
        return self._state

    # Runs

    @property
    def visible_runs(self) -> list[str]:
        """The runs that are drawn."""
        return [run_id for run_id, run in self._state.runs.items() if run.visible]

    def set_runs(self, runs: Mapping[str, RunStyle]) -> None:
        """Show exactly these runs (curves, name, colour, pen style); known ones stay hidden."""
        before = dict(self._state.runs)
        self._state.runs.clear()
        for run_id, (curves, name, colour, style) in runs.items():
            visible = before[run_id].visible if run_id in before else True
            self._state.runs[run_id] = PlottedRun(curves, name, QColor(colour), style, visible)
        self._runs_changed()

    def add_run(
        self,
        run_id: str,
        curves: RunCurves,
        name: str,
        colour: QColor,
        style: Qt.PenStyle = Qt.PenStyle.SolidLine,
        visible: bool = True,
    ) -> None:
        """Show one more run, or replace the one of this id."""
        self._state.runs[run_id] = PlottedRun(curves, name, QColor(colour), style, visible)
        self._runs_changed()

    def set_order(self, run_ids: Sequence[str]) -> None:
        """Put runs in this order, the first on top and first in the legend."""
        runs = self._state.runs
        ordered = {run_id: runs[run_id] for run_id in run_ids if run_id in runs}
        ordered |= runs  # those that aren't named come last
        if list(ordered) != list(runs):
            runs.clear()
            runs.update(ordered)
            self._runs_changed()

    def remove_run(self, run_id: str) -> None:
        """Show a run no longer; one that is not there is no error."""
        if self._state.runs.pop(run_id, None) is not None:
            self._runs_changed()

    def clear(self) -> None:
        """Show no run: back to the empty page."""
        self._state.runs.clear()
        self._state.highlighted = None
        self.fit()
        self._runs_changed()

    def set_visible(self, run_id: str, visible: bool) -> None:
        """Show or hide a run."""
        if self._state.runs[run_id].visible != visible:
            self._state.runs[run_id].visible = visible
            self._runs_changed()

    def set_style(self, run_id: str, colour: QColor, style: Qt.PenStyle) -> None:
        """Draw a run in this colour and line style."""
        self._state.runs[run_id].colour = QColor(colour)
        self._state.runs[run_id].style = style
        self._runs_changed()

    def rename(self, run_id: str, name: str) -> None:
        """Take a new name for legend and readout."""
        self._state.runs[run_id].name = name
        self._show_runs()

    def highlight(self, run_id: str | None) -> None:
        """Fade all other runs, and draw this one on top; None fades none."""
        if self._state.highlighted != run_id:
            self._state.highlighted = run_id
            self._mark_all(urgent=True)

    @Slot(str)
    def mark_dirty(self, run_id: str) -> None:
        """Values were appended to a run: draw them when the budget allows."""
        run = self._state.runs.get(run_id)
        if run is not None and run.visible:
            self._show_optional()
            self._mark_all(urgent=False)

    def _show_optional(self) -> None:
        """Shows the plots that not every run fills while a visible run does; no empty ones."""
        shown = [run.curves for run in self._state.runs.values() if run.visible]
        for row, (metrics, fills) in OPTIONAL.items():
            found = any(map(fills, shown))
            if found == self._shows.get(row):
                continue  # a stretch that is set again has everything laid out again
            self._shows[row] = found
            self._grid.setRowStretch(row, STRETCHES[row] if found else 0)
            for metric in metrics:
                self.panels[metric].setVisible(found)

    def _runs_changed(self) -> None:
        self._show_optional()
        self._pages.setCurrentWidget(self._plots if self._state.runs else self.empty)
        self._show_runs()
        self._refit_all()

    def _mark_all(self, urgent: bool) -> None:
        self.scheduler.mark_dirty(*self.panels.values(), urgent=urgent)
        self._state.follow()

    def _refit_all(self) -> None:
        if self._state.following:
            for panel in self.panels.values():
                panel.refit()
        self._mark_all(urgent=True)

    # Settings

    @Slot(str)
    def set_axis(self, axis: str) -> None:
        """Take one of `AXES` as x; the view follows the data again."""
        if axis not in AXES:
            raise ValueError(f"axis must be one of {', '.join(AXES)}, but is {axis!r}")
        self._state.axis = axis
        self._settings_changed()
        self.fit()

    @Slot(float)
    def set_smoothing(self, weight: float) -> None:
        """Smooth training curves with this weight, 0 (off) to 0.999."""
        self._state.smoothing = min(max(float(weight), 0.0), MAX_WEIGHT)
        self._settings_changed()
        self._mark_all(urgent=True)

    @Slot(bool)
    def set_log_loss(self, on: bool) -> None:
        """Draw loss on a logarithmic axis."""
        self._state.log_loss = on
        self.panels["loss"].y_pinned = False
        self.panels["loss"].refit()
        self._settings_changed()
        self._mark_all(urgent=True)

    @Slot()
    def fit(self) -> None:
        """Show all, and follow new values."""
        self._state.following = True
        for panel in self.panels.values():
            panel.y_pinned = False
        self.controls.show_following(True)
        self._refit_all()

    @property
    def following(self) -> bool:
        """Whether the view moves with new values; not so after a person has zoomed."""
        return self._state.following

    def state(self) -> dict[str, Any]:
        """The settings, as plain values to be kept."""
        state = self._state
        return {"axis": state.axis, "smoothing": state.smoothing, "log_loss": state.log_loss}

    def restore_state(self, values: Mapping[str, Any]) -> None:
        """Take settings that `state` gave; what is missing or makes no sense is left as it is."""
        if values.get("axis") in AXES:
            self._state.axis = str(values["axis"])
        smoothing = values.get("smoothing")
        if isinstance(smoothing, int | float) and 0 <= smoothing <= MAX_WEIGHT:
            self._state.smoothing = float(smoothing)
        if isinstance(values.get("log_loss"), bool):
            self._state.log_loss = bool(values["log_loss"])
        self._show_settings()
        self.fit()

    def _settings_changed(self) -> None:
        self._show_settings()
        self.settings_changed.emit()

    def _show_settings(self) -> None:
        state = self._state
        self.controls.set_values(state.axis, state.smoothing, state.log_loss)
        self.controls.show_following(state.following)

    # What a person does in a plot

    @Slot(bool)
    def _zoomed(self, y_too: bool) -> None:
        """A person zoomed or moved one plot: x of all others goes along, y fits once."""
        source = self._panel_of(self.sender())
        if source is None:
            return
        self._state.following = False
        self._state.x_range = source.view.x_range
        source.y_pinned |= y_too
        self.controls.show_following(False)
        for panel in self.panels.values():
            panel.refit()
        self._mark_all(urgent=True)

    @Slot(object)
    def _hovered(self, x: float | None) -> None:
        """Show the crosshair in all plots and the values in the one under the cursor."""
        source = self._panel_of(self.sender())
        if source is None:
            return
        self._hover = None if x is None else (source, x)
        self._show_hover()

    def _panel_of(self, sender: object) -> PlotPanel | None:
        for panel in self.panels.values():
            if sender is panel.view or sender is panel.view.box:
                return panel
        return None

    @property
    def hover_text(self) -> str:
        """The readout under the cursor as text: a title, then a row for each run."""
        readout = self._hover[0].view.hover.readout if self._hover else None
        return readout.text if readout else ""

    def _show_hover(self) -> None:
        x = self._hover[1] if self._hover else None
        title = self._hover_title(x) if x is not None else ""
        for panel in self.panels.values():
            with_values = self._hover is not None and panel is self._hover[0]
            panel.show_readout(x, title, with_values)

    def _hover_title(self, x: float) -> str:
        if self._state.axis in TIMES:
            return seconds_text(max(x, 0.0))
        if self._state.axis == "epoch":
            return tr("Epoch {number}", number=f"{x:.2f}")
        number = value_text(x, TickKind.COUNT)
        if self._state.axis == "step":
            return tr("Step {number}", number=number)
        return tr("{number} images", number=number)

    @Slot()
    def _resized(self) -> None:
        panel = self._panel_of(self.sender())
        if panel is not None:
            self.scheduler.mark_dirty(panel, urgent=True)

    @Slot()
    def _after_frame(self) -> None:
        """Values under a resting cursor change with the data."""
        if self._hover is not None:
            self._show_hover()

    # Looks

    def changeEvent(self, event: QEvent) -> None:
        """Follow palette and font while running."""
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if event.type() in kinds and self._is_built:
            self._apply_theme()

    def _apply_theme(self) -> None:
        self._state.theme = PlotTheme.from_palette(self.palette())
        small, title = QFont(self.font()), QFont(self.font())
        small.setPointSizeF(max(7.0, small.pointSizeF() * 0.9))
        title.setWeight(QFont.Weight.DemiBold)
        for panel in self.panels.values():
            panel.apply_theme(self._state.theme, title, small)
        view = self.panels["loss"].view
        self.controls.setContentsMargins(view.axis_width, 0, view.right_margin, 0)
        self._show_runs()
        self._mark_all(urgent=True)

    def _show_runs(self) -> None:
        """The count in the row of controls, and the legend over the loss."""
        visible = self.visible_runs
        self.controls.show_count(len(visible))
        theme, runs = self._state.theme, self._state.runs
        shown = [runs[run_id] for run_id in visible]
        entries = [LegendEntry(self._legend_name(run), theme.legible(run.colour)) for run in shown]
        self.panels["loss"].legend.show_runs(entries, theme.muted)

    def _legend_name(self, run: PlottedRun) -> str:
        """Its name, and whether its loss means something else than that of the others."""
        holds = run.curves.loss_holds_penalty
        return tr("{name} (loss with penalty)", name=run.name) if holds else run.name
