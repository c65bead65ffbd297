"""Accuracy over the share of a layer's channels that are removed, a curve a layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QColor

from ui.plots.layer import HoverRow, Line, Readout, Width
from ui.plots.ranges import Anchor, padded
from ui.plots.theme import run_style
from ui.plots.ticks import TickKind
from ui.plots.titled import TitledPlot
from ui.plots.view import PlotView
from workbench.base import units
from workbench.base.text import tr

ROOM = 0.02
"""Right and left of the curves."""


@dataclass(frozen=True)
class LayerCurve:
    """A curve.

    Attributes:
        name: Of the layer.
        shares: Removed, ascending.
        accuracies: With so many removed.
    """

    name: str
    shares: Sequence[float]
    accuracies: Sequence[float]


class SensitivityPlot(TitledPlot):
    """The curves; one may stand out."""

    def __init__(self) -> None:
        super().__init__(
            PlotView(TickKind.SHARE, TickKind.SHARE),
            tr("Validation accuracy without fine-tuning"),
            tr("channels removed"),
        )
        self.curves: Sequence[LayerCurve] = ()
        self._chosen = ""
        self.view.setAccessibleName(tr("Accuracy over the channels removed, by layer"))
        self.view.hovered.connect(self._hover)
        self.fit()

    def show_curves(self, curves: Sequence[LayerCurve]) -> None:
        """Draws these."""
        self.curves = [curve for curve in curves if len(curve.shares)]
        self.fit()

    def colour_of(self, number: int) -> QColor:
        """Of a curve, by its place."""
        return self._theme.legible(run_style(number)[0])

    def choose(self, name: str) -> None:
        """Makes the curve of a layer stand out; "" for none."""
        self._chosen = name
        self.draw()

    def fit(self) -> None:
        shares = [share for curve in self.curves for share in curve.shares]
        reached = [value for curve in self.curves for value in curve.accuracies]
        self.view.set_x_range((-ROOM, max(shares, default=1.0) + ROOM))
        self.view.set_y_range(
            padded((min(reached, default=0.0), max(reached, default=1.0)), Anchor.DATA)
        )
        self.draw()

    def draw(self) -> None:
        lines = []
        for number, curve in enumerate(self.curves):
            colour, dashes = self.colour_of(number), run_style(number)[1]
            is_behind = bool(self._chosen) and curve.name != self._chosen
            lines.append(
                Line(
                    np.array(curve.shares, np.float64),
                    np.array(curve.accuracies, np.float64),
                    self._theme.faint(colour) if is_behind else colour,
                    dashes,
                    width=Width.BOLD if curve.name == self._chosen else Width.NORMAL,
                    markers=True,
                )
            )
        self.view.curves.set_lines(lines)
        self.view.viewport().update()

    @Slot(object)
    def _hover(self, x: float | None) -> None:
        """Reads all curves at the measured share next to the cursor."""
        measured = sorted({share for curve in self.curves for share in curve.shares})
        if x is None or not measured:
            self.view.hover.show_readout(None)
            return
        near = min(measured, key=lambda share: abs(share - x))
        rows = []
        for number, curve in enumerate(self.curves):
            at = dict(zip(curve.shares, curve.accuracies, strict=True))
            if near in at:
                rows.append(HoverRow(self.colour_of(number), curve.name, units.percent(at[near])))
        title = tr("{share} removed", share=units.percent(near, 0))
        self.view.hover.show_readout(Readout(near, title, tuple(rows)))
