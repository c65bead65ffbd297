"""One small plot of a few curves over an axis of its own, as the finders show them.

Given whole curves, it draws them at once; runs and draw budgets live elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from ui.plots.layer import Line, Width
from ui.plots.ranges import Anchor, Range, padded
from ui.plots.theme import run_style
from ui.plots.ticks import TickKind
from ui.plots.titled import TitledPlot
from ui.plots.view import PlotView


@dataclass(frozen=True)
class Curve:
    """A curve of a chart.

    Attributes:
        x, y: Shape (n,); x positive where the chart's x axis is logarithmic.
        is_faint: Drawn as the noise behind another one.
    """

    x: Sequence[float]
    y: Sequence[float]
    is_faint: bool = False


class Chart(TitledPlot):
    """Curves over a logarithmic x axis, with a mark.

    Args:
        title: Above the plot: what y is.
        x_title: Below it.
        x_range: Shown before there is data, and always.
    """

    def __init__(self, title: str, x_title: str, x_range: Range) -> None:
        super().__init__(PlotView(TickKind.RATE, TickKind.NUMBER), title, x_title)
        self._curves: Sequence[Curve] = ()
        self._mark: tuple[float, float] | None = None
        self._x_range = float(np.log10(x_range[0])), float(np.log10(x_range[1]))
        self.view.bottom.set_logarithmic(True)
        self.view.setAccessibleName(title)
        self.fit()

    def show_curves(self, curves: Sequence[Curve], mark: tuple[float, float] | None = None) -> None:
        """Draws these curves, and a mark at (x, y) with a line down to the axis."""
        self._curves, self._mark = curves, mark
        self.fit()

    def fit(self) -> None:
        self.view.set_x_range(self._x_range)
        self.view.set_y_range(self._y_range())
        self.draw()

    def _y_range(self) -> Range:
        """All but an explosion at the end, which would flatten the descent that one looks at."""
        drawn = [np.asarray(curve.y, np.float64) for curve in self._curves if len(curve.y)]
        if not drawn:
            return 0.0, 1.0
        start = max(float(values[: max(1, len(values) // 4)].max()) for values in drawn)
        values = np.concatenate(drawn)
        return padded((float(values.min()), min(float(values.max()), 1.3 * start)), Anchor.DATA)

    def draw(self) -> None:
        main = self._theme.legible(run_style(0)[0])
        lines = [
            Line(
                _log(curve.x),
                np.asarray(curve.y, np.float64),
                self._theme.faint(main) if curve.is_faint else main,
                width=Width.HAIR if curve.is_faint else Width.BOLD,
            )
            for curve in self._curves
            if len(curve.x)
        ]
        if self._mark is not None:
            lines += self._mark_lines(*self._mark)
        self.view.curves.set_lines(lines)
        self.view.viewport().update()

    def _mark_lines(self, x: float, y: float) -> list[Line]:
        colour: QColor = self._theme.legible(run_style(1)[0])
        at = _log([x, x])
        low, high = self.view.y_range
        down = Line(at, np.array([low, high]), colour, Qt.PenStyle.DashLine)
        return [down, Line(at[:1], np.array([y]), colour, markers=True)]


def _log(values: Sequence[float]) -> npt.NDArray[np.float64]:
    return np.log10(np.asarray(values, np.float64))
