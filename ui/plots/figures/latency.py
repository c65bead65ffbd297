"""Latency over the batch size, both logarithmic: a line for each number of threads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from ui.plots.layer import Line, Width
from ui.plots.theme import run_style
from ui.plots.ticks import TickKind
from ui.plots.titled import TitledPlot
from ui.plots.view import PlotView
from workbench.base.text import tr
from workbench.evaluation.latency import Latency

import pyqtgraph as pg  # isort: skip  (after PySide6, whose binding it then takes)


class LatencyPlot(TitledPlot):
    """Medians as lines with dots, and dashed where 99 % of the calls end."""

    def __init__(self) -> None:
        super().__init__(
            PlotView(TickKind.RATE, TickKind.RATE),
            tr("Milliseconds a call"),
            tr("images a call"),
        )
        self._points: Sequence[Latency] = ()
        self._names: list[pg.TextItem] = []
        self.view.bottom.set_logarithmic(True)
        self.view.left.set_logarithmic(True)
        self.view.box.childGroup.setZValue(1)  # names above the picture of the curves
        self.view.setAccessibleName(tr("Latency over the batch size"))
        self.setToolTip(tr("The median; dashed: 99 of 100 calls took no longer"))
        self.fit()

    def show_points(self, points: Sequence[Latency]) -> None:
        """Draws these, in order."""
        self._points = points
        self.fit()

    def fit(self) -> None:
        xs = np.log10([point.batch_size for point in self._points] or [1, 100])
        ys = np.log10([t for point in self._points for t in (point.median, point.p99)] or [1, 100])
        room = 0.25 + 0.35 * float(np.ptp(xs))  # right of the last dot stands a name
        self.view.set_x_range((float(xs.min()) - 0.2, float(xs.max()) + room))
        self.view.set_y_range((float(ys.min()) - 0.2, float(ys.max()) + 0.3))
        self.draw()

    def draw(self) -> None:
        for name in self._names:
            self.view.plotItem.removeItem(name)
        self._names = []
        lines: list[Line] = []
        ends: list[tuple[float, float, Latency, QColor]] = []
        for number, threads in enumerate(dict.fromkeys(p.threads for p in self._points)):
            colour = self._theme.legible(run_style(number)[0])
            own = [point for point in self._points if point.threads == threads]
            x = np.log10([float(point.batch_size) for point in own])
            median, late = (np.log10([getattr(p, name) for p in own]) for name in ("median", "p99"))
            lines += [
                Line(x, late, colour, Qt.PenStyle.DashLine),
                Line(x, median, colour, width=Width.BOLD),
                Line(x, median, colour, markers=True),
            ]
            ends.append((float(median[-1]), float(x[-1]), own[-1], colour))
        lowest = min(ends, key=lambda end: end[0], default=None)
        for end in ends:
            self._name(*end, below=end is lowest)
        self.view.curves.set_lines(lines)
        self.view.viewport().update()

    def _name(self, y: float, x: float, point: Latency, colour: QColor, *, below: bool) -> None:
        """At the end of a line; of the lowest line below it, as the next may end just above."""
        text = (
            tr("all threads")
            if not point.threads
            else tr("1 thread")
            if point.threads == 1
            else tr("{threads} threads", threads=point.threads)
        )
        name = pg.TextItem(text, color=colour, anchor=(0.0, 0.0 if below else 1.0))
        name.setFont(self.font())
        self.view.plotItem.addItem(name, ignoreBounds=True)
        name.setPos(x, y)
        self._names.append(name)
