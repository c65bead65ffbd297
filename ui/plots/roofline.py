"""The roofline: operations a second over operations a byte, both logarithmic, a dot a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ui.plots.layer import Line, Width
from ui.plots.theme import run_style
from ui.plots.ticks import Quantity
from ui.plots.titled import TitledPlot
from ui.plots.view import PlotView
from workbench.roofline import Roof

import pyqtgraph as pg  # isort: skip  (after PySide6, whose binding it then takes)

GIGA = 1e9


@dataclass(frozen=True)
class Dot:
    """A layer in the plot.

    Attributes:
        label: Beside the dot: its number.
        intensity: Operations a byte.
        rate: Operations a second.
    """

    label: str
    intensity: float
    rate: float


class RooflinePlot(TitledPlot):
    """Dots under the roof of a device."""

    def __init__(self) -> None:
        super().__init__(
            PlotView(Quantity.RATE, Quantity.RATE),
            self.tr("GFLOP/s: the line is the limit, a dot is a layer"),
            self.tr("operations a byte moved"),
        )
        self._dots: Sequence[Dot] = ()
        self._roof: Roof | None = None
        self._labels: list[pg.TextItem] = []
        self.view.bottom.set_logarithmic(True)
        self.view.left.set_logarithmic(True)
        self.view.box.childGroup.setZValue(1)  # labels above the picture of the curves
        self.view.setAccessibleName(self.tr("Roofline"))
        self.fit()

    def show_layers(self, dots: Sequence[Dot], roof: Roof | None) -> None:
        """Draws the layers that compute anything, and the roof where it is known."""
        self._dots = [dot for dot in dots if dot.rate > 0 and dot.intensity > 0]
        self._roof = roof
        self.fit()

    def fit(self) -> None:
        xs = [np.log10(dot.intensity) for dot in self._dots]
        ys = [np.log10(dot.rate / GIGA) for dot in self._dots]
        if self._roof is not None:
            xs.append(np.log10(self._roof.ridge))
            ys.append(np.log10(self._roof.peak / GIGA))
        low, high = (min(xs), max(xs)) if xs else (0.0, 2.0)
        bottom, top = (min(ys), max(ys)) if ys else (0.0, 2.0)
        self.view.set_x_range((float(low) - 0.5, float(high) + 0.5))
        self.view.set_y_range((float(bottom) - 0.4, float(top) + 0.3))
        self.draw()

    def draw(self) -> None:
        lines = self._roof_lines()
        colour = self._theme.legible(run_style(0)[0])
        lines += [
            Line(
                np.array([np.log10(dot.intensity)]), np.array([np.log10(dot.rate / GIGA)]),
                colour, markers=True,
            )
            for dot in self._dots
        ]  # fmt: skip
        self.view.curves.set_lines(lines)
        self._draw_labels()
        self.view.viewport().update()

    def _draw_labels(self) -> None:
        for label in self._labels:
            self.view.plotItem.removeItem(label)
        self._labels = []
        for dot in self._dots:
            label = pg.TextItem(dot.label, color=self._theme.foreground, anchor=(0.5, 1.1))
            label.setFont(self.font())
            self.view.plotItem.addItem(label, ignoreBounds=True)
            label.setPos(np.log10(dot.intensity), np.log10(dot.rate / GIGA))
            self._labels.append(label)

    def _roof_lines(self) -> list[Line]:
        if self._roof is None:
            return []
        left, right = self.view.x_range
        ridge = float(np.log10(self._roof.ridge))
        corners = np.array([min(left, ridge), ridge, max(right, ridge)])
        limits = np.array([self._roof.at(10.0**x) / GIGA for x in corners])
        colour = self._theme.legible(run_style(1)[0])
        roof = Line(corners, np.log10(limits), colour, width=Width.BOLD)
        return [roof]
