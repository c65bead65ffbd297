"""One metric of all runs: turns the curves of runs into the lines of one plot, and draws them.

The choice of runs and settings is shared and only read here; the draw budget never lives here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.look.plain import Label
from ui.plots.layer import HoverRow, Line, Readout, Width
from ui.plots.live.legend import LiveLegend
from ui.plots.ranges import Anchor, Range, follow_x, padded, robust_bounds, settled
from ui.plots.theme import PlotTheme
from ui.plots.ticks import TickKind, value_text
from ui.plots.view import PlotView
from workbench.base.text import tr
from workbench.curves.run import CATCH_UP, Points, RunCurves


@dataclass
class PlottedRun:
    """A run as it is drawn."""

    curves: RunCurves
    name: str
    colour: QColor
    style: Qt.PenStyle = Qt.PenStyle.SolidLine
    visible: bool = True


@dataclass
class PlotState:
    """What the plots of one window share."""

    theme: PlotTheme
    runs: dict[str, PlottedRun] = field(default_factory=dict)
    axis: str = "step"
    smoothing: float = 0.0
    log_loss: bool = False
    following: bool = True
    highlighted: str | None = None
    x_range: Range = (0.0, 1.0)

    def in_drawing_order(self) -> list[tuple[str, PlottedRun]]:
        """The visible runs, the first last and so on top, above it the highlighted one."""
        shown = [(run_id, run) for run_id, run in reversed(self.runs.items()) if run.visible]
        return sorted(shown, key=lambda item: item[0] == self.highlighted)

    def follow(self) -> bool:
        """Let the x range follow the data of the visible runs; True if it changed."""
        if not self.following:
            return False
        bounds = [run.curves.bounds(self.axis) for run in self.runs.values() if run.visible]
        known = [bound for bound in bounds if bound is not None]
        wanted = (0.0, 1.0)
        if known:
            wanted = follow_x((min(low for low, _ in known), max(high for _, high in known)))
        changed = wanted != self.x_range
        self.x_range = wanted
        return changed


@dataclass(frozen=True)
class Metric:
    """What a panel shows."""

    key: str
    quantity: TickKind
    anchor: Anchor
    validation: str | None = None
    show_x_ticks: bool = True
    logarithmic: bool = False


X_QUANTITY = {
    "step": TickKind.COUNT,
    "epoch": TickKind.NUMBER,
    "seconds": TickKind.SECONDS,
    "elapsed": TickKind.SECONDS,
    "images": TickKind.COUNT,
}


class PlotPanel(QWidget):
    """A title over a plot. It is a `DrawTarget` of the scheduler."""

    def __init__(self, state: PlotState, metric: Metric, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self.spec = state, metric
        self.view = PlotView(TickKind.COUNT, metric.quantity, metric.show_x_ticks)
        self.view.setAccessibleName(title)
        self.title = Label(title, self)
        self.legend = LiveLegend(self)
        self._header = QHBoxLayout()
        self._header.addWidget(self.title)
        self._header.addWidget(self.legend, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._header)
        layout.addWidget(self.view, 1)
        self.y_pinned = False
        self.draws = 0
        self._refit = True
        self._drawn: object = None

    def apply_theme(self, theme: PlotTheme, title_font: QFont, tick_font: QFont) -> None:
        """Take colours and fonts."""
        self.view.apply_theme(theme, tick_font)
        self.title.setFont(title_font)
        self.legend.setFont(tick_font)
        self._header.setContentsMargins(self.view.axis_width, 0, self.view.right_margin, 0)
        self._drawn = None

    @property
    def logarithmic(self) -> bool:
        """Whether this plot has a logarithmic y axis."""
        return self.spec.logarithmic or (self.spec.key == "loss" and self._state.log_loss)

    def refit(self) -> None:
        """Refit the y axis at the next drawing, unless a person has set it."""
        self._refit = not self.y_pinned

    def drawable(self) -> bool:
        """Whether it can be seen."""
        return self.view.drawable()

    def draw(self) -> bool:
        """Draw now if anything has changed; True if the smoothing of a long run goes on."""
        state = self._state
        order = state.in_drawing_order()
        unfinished = self._catch_up(order)
        content = self._content(order)
        if content == self._drawn and not self._refit:
            return unfinished
        self.draws += 1
        self.view.left.set_logarithmic(self.logarithmic)
        self.view.bottom.set_quantity(X_QUANTITY[state.axis])
        self.view.set_x_range(state.x_range)
        lines, bounds = self._lines(order)
        if (state.following and not self.y_pinned) or self._refit:
            self._fit_y(bounds)
        self._refit = False
        self._drawn = content
        self.view.curves.set_lines(lines)
        self.view.paint_now()
        return unfinished

    def _content(self, order: list[tuple[str, PlottedRun]]) -> object:
        """All that the picture depends on."""
        state = self._state
        # The smoothed count too: the last piece of a long run is news as well.
        runs = tuple(
            (
                run_id,
                id(run.curves),
                run.curves.version,
                run.curves.smoothed_count(self.spec.key, state.smoothing),
                run.colour.rgb(),
                run.style,
            )
            for run_id, run in order
        )
        shown = (state.axis, state.smoothing, self.logarithmic, state.highlighted, state.x_range)
        return runs, shown, self.view.buckets, self.view.height(), state.following

    def _catch_up(self, order: list[tuple[str, PlottedRun]]) -> bool:
        """Smooth what was added, at most `CATCH_UP` values in this turn."""
        left = CATCH_UP
        unfinished = False
        for _, run in order:
            if left > 0:
                before = run.curves.smoothed_count(self.spec.key, self._state.smoothing)
                unfinished |= run.curves.catch_up(self.spec.key, self._state.smoothing, left)
                after = run.curves.smoothed_count(self.spec.key, self._state.smoothing)
                left -= after - before
            else:
                unfinished = True
        return unfinished

    def _lines(self, order: list[tuple[str, PlottedRun]]) -> tuple[list[Line], list[Range]]:
        """What to draw, raw curves first and so at the back; and what each wants to show of y."""
        state, theme = self._state, self._state.theme
        raw: list[Line] = []
        main: list[Line] = []
        bounds: list[Range | None] = []
        for run_id, run in order:
            colour = theme.legible(run.colour)
            chosen = run_id == state.highlighted
            behind = state.highlighted in state.runs and not chosen
            if behind:
                colour = theme.faded(colour)
            points = self._visible(run, self.spec.key, 0.0)
            bounds.append(robust_bounds(points[1]))
            if state.smoothing > 0:
                if not behind:
                    raw.append(Line(*points, theme.faint(colour), width=Width.HAIR))
                points = self._visible(run, self.spec.key, state.smoothing)
            main.append(
                Line(*points, colour, run.style, width=Width.BOLD if chosen else Width.NORMAL)
            )
            if self.spec.validation is not None:
                points = self._visible(run, self.spec.validation, 0.0)
                bounds.append(robust_bounds(points[1]))
                main.append(Line(*points, colour, Qt.PenStyle.DashLine, markers=True))
        drawn = [line for line in raw + main if len(line.x)]
        return drawn, [bound for bound in bounds if bound is not None]

    def _visible(self, run: PlottedRun, metric: str, smoothing: float) -> Points:
        """The points to draw; logarithms where the axis is logarithmic."""
        x, y = run.curves.visible(
            metric, self._state.axis, *self._state.x_range, self.view.buckets, smoothing
        )
        return _logarithms(x, y) if self.logarithmic else (x, y)

    def _fit_y(self, bounds: list[Range]) -> None:
        if not bounds:
            empty = (-3.0, 0.0) if self.logarithmic else (0.0, 1.0)
            self.view.set_y_range(empty)
            return
        low, high = min(low for low, _ in bounds), max(high for _, high in bounds)
        wanted = padded((low, high), self.spec.anchor, self.logarithmic)
        current = None if self._refit else self.view.y_range
        self.view.set_y_range(settled(current, wanted))

    def show_readout(self, x: float | None, title: str, with_values: bool) -> None:
        """Put the crosshair at `x`, and with it the values of this plot, or take it away."""
        if x is None:
            self.view.hover.show_readout(None)
            return
        readings = self._readings(x) if with_values else ()
        self.view.hover.show_readout(Readout(x, title, readings))

    def _readings(self, x: float) -> tuple[HoverRow, ...]:
        """The values of each visible run near `x`; none of a run that does not reach so far."""
        state = self._state
        near = 0.02 * (state.x_range[1] - state.x_range[0])
        readings = []
        chosen_first = sorted(state.runs.items(), key=lambda item: item[0] != state.highlighted)
        for _, run in chosen_first:
            if not run.visible:
                continue
            bounds = run.curves.bounds(state.axis)
            if bounds is None or not bounds[0] - near <= x <= bounds[1] + near:
                continue
            parts = []
            point = run.curves.value_at(self.spec.key, state.axis, x, state.smoothing)
            if point is not None:
                parts.append(value_text(point[1], self.spec.quantity))
            if self.spec.validation is not None:
                point = run.curves.value_at(self.spec.validation, state.axis, x)
                if point is not None:
                    text = value_text(point[1], self.spec.quantity)
                    parts.append(tr("val {text}", text=text))
            if parts:
                colour = state.theme.legible(run.colour)
                readings.append(HoverRow(colour, run.name, "   ".join(parts)))
        return tuple(readings)


def _logarithms(x: npt.NDArray[np.float64], y: npt.NDArray[np.float32]) -> Points:
    """The points that have a logarithm."""
    positive = y > 0
    return x[positive], np.log10(y[positive])
