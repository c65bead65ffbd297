"""Dots with names in a plot: many thousands as one cached picture, and which lies at a place.

What the dots are, and where they come from, never lives here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

import pyqtgraph as pg  # isort: skip  (after PySide6, whose binding it then takes)

from ui.plots.theme import PlotTheme
from ui.theme import tones
from workbench.tradeoffs.labels import Box, place

REACH = 12.0
"""Pixels from the cursor within which a dot is meant."""

MOST_NAMES = 40
RING = 2.0
FAR = 30_000.0
"""Pixels; beyond this Qt's fixed-point coordinates overflow."""

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Dots:
    """What is drawn, in the units of the axes.

    Attributes:
        x, y: Of each dot.
        colour_of: By dot the number of its colour.
        colours: The colours.
        diameters: By dot, in pixels.
        best: Numbers of the dots with a ring and a name.
        names: Of those.
        chosen: Numbers of the dots that are selected.
    """

    x: Numbers
    y: Numbers
    colour_of: Places
    colours: Sequence[QColor]
    diameters: Numbers
    best: Places
    names: Sequence[str]
    chosen: Places


class DotLayer(QGraphicsObject):
    """The dots of one plot, above its grid and lines."""

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box)
        self._box = box
        self._dots: Dots | None = None
        self._theme: PlotTheme | None = None
        self._font = QFont()
        self._version = 0
        self._picture: QPixmap | None = None
        self._picture_of: object = None
        self.names_shown: list[str] = []
        self.setZValue(50)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def show_dots(self, dots: Dots | None) -> None:
        """Takes other dots; the caller repaints the viewport."""
        self._dots = dots
        self._version += 1

    def set_theme(self, theme: PlotTheme, font: QFont) -> None:
        """Takes colours and the font of names; the caller repaints the viewport."""
        self._theme, self._font = theme, font
        self._version += 1

    def boundingRect(self) -> QRectF:
        """All of the view box."""
        return QRectF(self._box.rect())

    def nearest(self, x: float, y: float) -> int | None:
        """The dot at a place in the units of the axes; None where none is near."""
        if self._dots is None or not len(self._dots.x):
            return None
        at_x, at_y = self._pixels(self._dots.x, self._dots.y)
        own_x, own_y = self._pixels(np.array([x]), np.array([y]))
        squares = (at_x - own_x[0]) ** 2 + (at_y - own_y[0]) ** 2
        found = int(squares.argmin())
        reach = max(REACH, float(self._dots.diameters[found]) / 2)
        return found if squares[found] <= reach**2 else None

    def _pixels(self, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
        rect = self.boundingRect()
        (x0, x1), (y0, y1) = self._box.viewRange()
        across = (x - x0) * (rect.width() / ((x1 - x0) or 1.0))
        down = (y1 - y) * (rect.height() / ((y1 - y0) or 1.0))
        return np.clip(across, -FAR, FAR), np.clip(down, -FAR, FAR)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Copies the picture; paints it first if anything that it shows has changed."""
        rect, ratio = self.boundingRect(), painter.device().devicePixelRatioF()
        (x0, x1), (y0, y1) = self._box.viewRange()
        shown = (self._version, rect.width(), rect.height(), ratio, x0, x1, y0, y1)
        if shown != self._picture_of or self._picture is None:
            self._picture = self._paint_picture(rect, ratio)
            self._picture_of = shown
        painter.drawPixmap(rect.topLeft(), self._picture)

    def _paint_picture(self, rect: QRectF, ratio: float) -> QPixmap:
        picture = QPixmap(max(1, round(rect.width() * ratio)), max(1, round(rect.height() * ratio)))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        self.names_shown = []
        if self._dots is not None and self._theme is not None:
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            x, y = self._pixels(self._dots.x, self._dots.y)
            _paint_dots(painter, self._dots, x, y)
            self._paint_rings(painter, self._dots, self._theme, x, y)
            self._paint_names(painter, self._dots, self._theme, x, y)
            painter.end()
        return picture

    def _paint_rings(
        self, painter: QPainter, dots: Dots, theme: PlotTheme, x: Numbers, y: Numbers
    ) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for which, colour, wide, away in (
            (dots.best, theme.foreground, 1.5, 0.0),
            (dots.chosen, QColor(tones().accent), RING, RING + 1.0),
        ):  # fmt: skip
            painter.setPen(QPen(colour, wide))
            for dot in which.tolist():
                radius = float(dots.diameters[dot]) / 2 + away
                painter.drawEllipse(QPointF(x[dot], y[dot]), radius, radius)

    def _paint_names(
        self, painter: QPainter, dots: Dots, theme: PlotTheme, x: Numbers, y: Numbers
    ) -> None:
        """The names of the front, where they find room; the rest is read by hovering."""
        rect, metrics = self.boundingRect(), QFontMetricsF(self._font)
        inside = (x >= 0) & (x <= rect.width()) & (y >= 0) & (y <= rect.height())
        named = [(dot, name) for dot, name in zip(dots.best.tolist(), dots.names, strict=True)
                 if inside[dot]][:MOST_NAMES]  # fmt: skip
        # Upside down: names stand above their dots rather than below, and pixels are counted down.
        points = [(float(x[dot]), -float(y[dot])) for dot, _ in named]
        rest = np.flatnonzero(inside & ~np.isin(np.arange(len(x)), dots.best)).tolist()
        others = [(float(x[dot]), -float(y[dot])) for dot in rest]
        sizes = [(metrics.horizontalAdvance(name), metrics.height()) for _, name in named]
        canvas = Box(0.0, -rect.height(), rect.width(), rect.height())
        painter.setFont(self._font)
        painter.setPen(theme.foreground)
        for (_, name), box in zip(named, place(points, sizes, canvas, others), strict=True):
            if box is not None:
                painter.drawText(QPointF(box.left, -box.bottom - metrics.descent()), name)
                self.names_shown.append(name)


def _paint_dots(painter: QPainter, dots: Dots, x: Numbers, y: Numbers) -> None:
    """All dots of one colour and size in one call: a pen's round end is a dot."""
    looks = np.stack([dots.colour_of, np.round(dots.diameters).astype(np.intp)], axis=1)
    kinds, kind_of = np.unique(looks, axis=0, return_inverse=True)
    kind_of = kind_of.reshape(-1)
    for kind in np.argsort(-kinds[:, 1], kind="stable").tolist():  # large ones cover no small ones
        mine = kind_of == kind
        colour, diameter = kinds[kind].tolist()
        pen = QPen(dots.colours[colour], diameter)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(pg.functions.arrayToQPolygonF(x[mine], y[mine]))
