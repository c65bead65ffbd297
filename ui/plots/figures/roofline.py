"""The roofline: operations a second over operations a byte, both logarithmic, a dot a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QFontMetricsF

from ui.plots.layer import Line, Width
from ui.plots.theme import run_style
from ui.plots.ticks import TickKind
from ui.plots.titled import TitledPlot
from ui.plots.view import PlotView
from workbench.base.text import tr
from workbench.hardware.roofline import Roof

import pyqtgraph as pg  # isort: skip  (after PySide6, whose binding it then takes)

GIGA = 1e9


@dataclass(frozen=True)
class Dot:
    """A layer in the plot.

    Attributes:
        label: Its number, above it.
        intensity: Operations a byte.
        rate: Operations a second.
    """

    label: str
    intensity: float
    rate: float

    @property
    def place(self) -> tuple[float, float]:
        """In the plot, whose axes are logarithmic."""
        return float(np.log10(self.intensity)), float(np.log10(self.rate / GIGA))


def neighbours(
    dots: Sequence[Dot], scale: tuple[float, float], room: tuple[float, float]
) -> list[list[Dot]]:
    """Dots in groups, the uppermost of each first, so that one number a group has its room.

    Args:
        dots: In any order.
        scale: Pixels to a unit of x and of y.
        room: That a number takes, pixels.
    """
    groups: list[list[Dot]] = []
    for dot in sorted(dots, key=lambda dot: -dot.rate):
        x, y = dot.place
        near = next(
            (
                group
                for group in groups
                if any(
                    abs(x - other.place[0]) * scale[0] < room[0]
                    and abs(y - other.place[1]) * scale[1] < room[1]
                    for other in group
                )
            ),
            None,
        )
        if near is None:
            groups.append([dot])
        else:
            near.append(dot)
    return groups


def numbers(dots: Sequence[Dot]) -> str:
    """The layers of a group: "4–6, 9"."""
    found = sorted({int(dot.label) for dot in dots})
    runs: list[list[int]] = []
    for number in found:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        str(run[0]) if len(run) == 1 else f"{run[0]}{'–' if len(run) > 2 else ', '}{run[-1]}"
        for run in runs
    )


class RooflinePlot(TitledPlot):
    """Dots under the roof of a device."""

    def __init__(self) -> None:
        super().__init__(
            PlotView(TickKind.RATE, TickKind.RATE),
            tr("GFLOP/s: the line is the limit, a dot is a layer"),
            tr("operations a byte moved"),
        )
        self._dots: Sequence[Dot] = ()
        self._roof: Roof | None = None
        self._labels: list[pg.TextItem] = []
        self.view.bottom.set_logarithmic(True)
        self.view.left.set_logarithmic(True)
        self.view.box.childGroup.setZValue(1)  # labels above the picture of the curves
        self.view.setAccessibleName(tr("Roofline"))
        self.view.resized.connect(self._draw_labels)
        self.view.box.sigRangeChanged.connect(self._draw_labels)
        self.fit()

    def show_layers(self, dots: Sequence[Dot], roof: Roof | None) -> None:
        """Draws the layers that compute anything, and the roof where it is known."""
        self._dots = [dot for dot in dots if dot.rate > 0 and dot.intensity > 0]
        self._roof = roof
        self.fit()

    def fit(self) -> None:
        xs, ys = ([dot.place[axis] for dot in self._dots] for axis in (0, 1))
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
                np.array([dot.place[0]]),
                np.array([dot.place[1]]),
                colour,
                markers=True,
            )
            for dot in self._dots
        ]
        self.view.curves.set_lines(lines)
        self._draw_labels()
        self.view.viewport().update()

    def _draw_labels(self, *_: object) -> None:
        """Numbers above the dots, one for all whose numbers would lie on each other."""
        for label in self._labels:
            self.view.plotItem.removeItem(label)
        self._labels = []
        box = self.view.box
        (left, right), (bottom, top) = box.viewRange()
        scale = box.width() / (right - left), box.height() / (top - bottom)
        metrics = QFontMetricsF(self.font())
        room = metrics.horizontalAdvance("00"), 1.3 * metrics.height()  # and the dot below
        for group in neighbours(self._dots, scale, room):
            label = pg.TextItem(numbers(group), color=self._theme.foreground, anchor=(0.5, 1.1))
            label.setFont(self.font())
            self.view.plotItem.addItem(label, ignoreBounds=True)
            label.setPos(*group[0].place)
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
