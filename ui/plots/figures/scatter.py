"""Runs as dots over two quantities, with the line of their Pareto front; hover reads, click picks.

Which runs and quantities these are never lives here: it draws what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont

from ui.plots.figures.dots import DotLayer, Dots, Numbers
from ui.plots.layer import HoverRow, Line, Readout, Width
from ui.plots.ranges import Anchor, Range, padded
from ui.plots.theme import contrast, mix
from ui.plots.ticks import TickKind
from ui.plots.titled import TitledPlot
from ui.plots.view import PlotView
from workbench.base.text import tr

RAMP_LITTLE, RAMP_MUCH = ("#d98a1f", "#3f78b8"), ("#0b2a66", "#ffdf8e")
"""Ends of the colours for a third quantity, on a light and on a dark background."""

NO_ROOM = 0.12
"""Of the range, for the names at the edges."""

SHARE_AIR = 0.03
"""Of the range, above 100 %: a dot there is whole, and no tick says more."""


@dataclass(frozen=True)
class ScatterAxis:
    """An axis.

    Attributes:
        title: With its unit.
        quantity: How its ticks are written.
        log: The numbers are powers of ten.
    """

    title: str
    quantity: TickKind
    log: bool = False


@dataclass(frozen=True)
class Cloud:
    """What a scatter shows.

    Attributes:
        dots: In the units of the axes: powers of ten on a logarithmic one.
        x, y: The axes.
        line: The front, or None.
        read: For a dot its name, and a row for each quantity: words and value.
    """

    dots: Dots
    x: ScatterAxis
    y: ScatterAxis
    line: tuple[Numbers, Numbers] | None
    read: Callable[[int], tuple[str, Sequence[tuple[str, str]]]]


class ScatterPlot(TitledPlot):
    """The plot.

    Signals:
        picked: A dot was clicked; its number.
    """

    picked = Signal(int)

    def __init__(self) -> None:
        view = PlotView(TickKind.NUMBER, TickKind.NUMBER)
        self.layer = DotLayer(view.box)
        self._cloud: Cloud | None = None
        super().__init__(view, "", "")
        view.setAccessibleName(tr("Runs over two quantities"))
        view.hovered.connect(self._hover)
        view.scene().sigMouseClicked.connect(self._click)
        self.fit()

    @property
    def cloud(self) -> Cloud | None:
        """What is shown."""
        return self._cloud

    def show_cloud(self, cloud: Cloud, *, keep_view: bool) -> None:
        """Draws this.

        Args:
            cloud: What is drawn.
            keep_view: Leaves the part of the axes that is shown.
        """
        self._cloud = cloud
        self.title.setText(cloud.y.title)
        self.x_title.setText(cloud.x.title)
        for axis, scale in ((self.view.bottom, cloud.x), (self.view.left, cloud.y)):
            axis.set_logarithmic(scale.log)
            axis.set_quantity(scale.quantity)
        if keep_view:
            self.draw()
        else:
            self.fit()

    @Slot()
    def fit(self) -> None:
        """Shows all dots, with room for names at the edges."""
        if self._cloud is not None and len(self._cloud.dots.x):
            for values, scale, put in (
                (self._cloud.dots.x, self._cloud.x, self.view.set_x_range),
                (self._cloud.dots.y, self._cloud.y, self.view.set_y_range),
            ):
                put(shown_range(float(values.min()), float(values.max()), scale))
        self.draw()

    def draw(self) -> None:
        """Draws the line and hands the dots to their layer."""
        cloud = self._cloud
        lines = []
        if cloud is not None and cloud.line is not None:
            lines.append(Line(*cloud.line, self._theme.muted, width=Width.NORMAL))
        self.view.curves.set_lines(lines)
        self.layer.show_dots(None if cloud is None else cloud.dots)
        self.view.viewport().update()

    def _apply_theme(self) -> None:
        super()._apply_theme()
        small = QFont(self.font())
        small.setPointSizeF(max(7.0, small.pointSizeF() * 0.9))
        self.layer.set_theme(self._theme, small)

    def legible(self, colour: QColor) -> QColor:
        """A colour as it can be seen on the background in force."""
        return self._theme.legible(colour)

    def shades(self, count: int) -> list[QColor]:
        """From little to much: the more, the more it stands out from the background."""
        little, much = (map(QColor, pair) for pair in (RAMP_LITTLE, RAMP_MUCH))
        low, high = min(
            zip(little, much, strict=True),
            key=lambda ends: -contrast(ends[1], self._theme.background),
        )
        low = self.legible(low)
        return [mix(low, high, number / (count - 1)) for number in range(count)]

    # --- what a person does --------------------------------------------------------------------

    @property
    def hover_text(self) -> str:
        """What is read under the cursor: a name, then a row a quantity."""
        readout = self.view.hover.readout
        return readout.text if readout else ""

    @Slot(object)
    def _hover(self, x: float | None) -> None:
        cloud, y = self._cloud, self.view.cursor_y
        found = None if x is None or y is None else self.layer.nearest(x, y)
        self.view.setCursor(
            Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor
        )
        if found is None or cloud is None:
            self.view.hover.show_readout(None)
            return
        name, rows = cloud.read(found)
        colour = QColor(cloud.dots.colours[int(cloud.dots.colour_of[found])])
        readings = tuple(HoverRow(colour, words, value) for words, value in rows)
        self.view.hover.show_readout(Readout(float(cloud.dots.x[found]), name, readings))

    @Slot(object)
    def _click(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton or event.double():
            return
        place = self.view.box.mapSceneToView(event.scenePos())
        found = self.layer.nearest(float(place.x()), float(place.y()))
        if found is not None:
            self.picked.emit(found)


def shown_range(low: float, high: float, scale: ScatterAxis) -> Range:
    """The part of an axis on which values from `low` to `high` are shown."""
    bottom, top = padded((low, high), Anchor.DATA, scale.log)
    room = NO_ROOM * (top - bottom) / 2
    bottom, top = bottom - room, top + room
    if scale.quantity is TickKind.SHARE and not scale.log and high <= 1.0 < top:
        top = 1.0 + min(
            room, 0.05 * (1.0 - bottom)
        )  # nothing is above 100 %; a name beside the dot has room
    return bottom, top


def scaled(values: Numbers, *, log: bool) -> Numbers:
    """Values as the axis has them."""
    return np.asarray(np.log10(values) if log else values, np.float64)
