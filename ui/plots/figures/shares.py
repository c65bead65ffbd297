"""A plot of one share over another, both from 0 to 1: calibration, ROC, precision over recall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt

from ui.plots.layer import Line
from ui.plots.theme import run_style
from ui.plots.ticks import TickKind
from ui.plots.titled import TitledPlot
from ui.plots.view import PlotView

Floats = npt.NDArray[np.float64]
EDGE = 0.02
ENDS = np.array([0.0, 1.0])


class SharePlot(TitledPlot):
    """One curve, with a dashed line to compare it with.

    Args:
        name: What screen readers call it.
        x_title: What x is.
        chance: y of the dashed line at x = 0 and 1; None for no line.
        markers: Whether each point has a dot.
    """

    def __init__(
        self, name: str, x_title: str, chance: tuple[float, float] | None, markers: bool = False
    ) -> None:
        super().__init__(PlotView(TickKind.SHARE, TickKind.SHARE), name, x_title)
        self._chance, self._markers = chance, markers
        self.points: tuple[Floats, Floats] | None = None
        self.view.setAccessibleName(name)
        self.fit()

    def show_curve(self, title: str, x: Floats, y: Floats) -> None:
        """Draws these points, x rising."""
        self.title.setText(title)
        self.view.setAccessibleDescription(title)
        self.points = x, y
        self.draw()

    def show_nothing(self, title: str) -> None:
        """Draws no curve, and says why."""
        self.title.setText(title)
        self.points = None
        self.draw()

    def fit(self) -> None:
        self.view.set_x_range((-EDGE, 1 + EDGE))
        self.view.set_y_range((-EDGE, 1 + EDGE))
        self.draw()

    def draw(self) -> None:
        lines = []
        if self._chance is not None:
            dashed = np.array(self._chance)
            lines.append(Line(ENDS, dashed, self._theme.muted, Qt.PenStyle.DashLine))
        if self.points is not None:
            colour = self._theme.legible(run_style(0)[0])
            lines.append(Line(*self.points, colour, markers=self._markers))
        self.view.curves.set_lines(lines)
        self.view.viewport().update()
