"""Dots with names in a plot: many thousands as one cached picture, and which lies at a place.

What the dots are, and where they come from, never lives here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsObject, QStyleOptionGraphicsItem, QWidget

import pyqtgraph as pg  # isort: skip  (after PySide6, whose binding it then takes)

from ui.look.theme import tones
from ui.plots.theme import PlotTheme
from workbench.tradeoffs.labels import Rectangle, place

REACH = 12.0
"""Pixels from the cursor within which a dot is meant."""

MOST_NAMES = 40
RING = 2.0
SLICE_SECONDS = 0.006
BATCH = 200
"""Dots between two looks at the clock."""

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
        self._picture: _Picture | None = None
        self._picture_of: object = None
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self.update)
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
        """Copies the picture; paints more of it first where anything that it shows has changed."""
        if self._dots is None or self._theme is None:
            return
        rect, ratio = self.boundingRect(), painter.device().devicePixelRatioF()
        (x0, x1), (y0, y1) = self._box.viewRange()
        shown = (self._version, rect.width(), rect.height(), ratio, x0, x1, y0, y1)
        if shown != self._picture_of or self._picture is None:
            x, y = self._pixels(self._dots.x, self._dots.y)
            self._picture, self._picture_of = _Picture(rect, ratio, self._dots, x, y), shown
            self.names_shown = []
        picture = self._picture
        if picture.go_on():
            with picture.painter() as inside:
                self._paint_rings(inside, self._dots, self._theme, picture.x, picture.y)
                self._paint_names(inside, self._dots, self._theme, picture.x, picture.y)
        if not picture.is_done:
            self._again.start(0)
        painter.drawPixmap(rect.topLeft(), picture.pixmap)

    @property
    def is_drawing(self) -> bool:
        """Whether dots are still to be painted."""
        return self._again.isActive()

    def _paint_rings(
        self, painter: QPainter, dots: Dots, theme: PlotTheme, x: Numbers, y: Numbers
    ) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for which, colour, wide, away in (
            (dots.best, theme.foreground, 1.5, 0.0),
            (dots.chosen, QColor(tones().accent), RING, RING + 1.0),
        ):
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
        named = [
            (dot, name)
            for dot, name in zip(dots.best.tolist(), dots.names, strict=True)
            if inside[dot]
        ][:MOST_NAMES]
        # Upside down: names stand above their dots rather than below, and pixels are counted down.
        points = [(float(x[dot]), -float(y[dot])) for dot, _ in named]
        rest = np.flatnonzero(inside & ~np.isin(np.arange(len(x)), dots.best)).tolist()
        others = [(float(x[dot]), -float(y[dot])) for dot in rest]
        sizes = [(metrics.horizontalAdvance(name), metrics.height()) for _, name in named]
        canvas = Rectangle(0.0, -rect.height(), rect.width(), rect.height())
        painter.setFont(self._font)
        painter.setPen(theme.foreground)
        for (_, name), box in zip(named, place(points, sizes, canvas, others), strict=True):
            if box is not None:
                painter.drawText(QPointF(box.left, -box.bottom - metrics.descent()), name)
                self.names_shown.append(name)


class _Picture:
    """The dots as a picture that is painted in slices of a few milliseconds."""

    def __init__(self, rect: QRectF, ratio: float, dots: Dots, x: Numbers, y: Numbers) -> None:
        self.x, self.y = x, y
        width, height = (max(1, round(side * ratio)) for side in (rect.width(), rect.height()))
        self.pixmap = QPixmap(width, height)
        self.pixmap.setDevicePixelRatio(ratio)
        self.pixmap.fill(Qt.GlobalColor.transparent)
        self._dots, self._ratio = dots, ratio
        self._stamps: dict[tuple[int, int], QPixmap] = {}
        self._sizes = np.round(dots.diameters).astype(np.intp)
        self._order = np.argsort(-self._sizes, kind="stable")  # large ones cover no small ones
        self._at = 0
        self.is_done = False

    def painter(self) -> AbstractContextManager[QPainter]:
        """Paints into the picture."""
        return _painting(self.pixmap)

    def go_on(self) -> bool:
        """Paints for a slice; whether that was the last one."""
        if self.is_done:
            return False
        end = time.perf_counter() + SLICE_SECONDS
        with self.painter() as painter:
            while self._at < len(self._order) and time.perf_counter() < end:
                which = self._order[self._at : self._at + BATCH]
                self._at += BATCH
                rows = zip(
                    self.x[which].tolist(),
                    self.y[which].tolist(),
                    self._dots.colour_of[which].tolist(),
                    self._sizes[which].tolist(),
                    strict=True,
                )
                for x, y, colour, size in rows:
                    half = size / 2 + 1
                    painter.drawPixmap(QPointF(x - half, y - half), self._stamp(colour, size))
        self.is_done = self._at >= len(self._order)
        return self.is_done

    def _stamp(self, colour: int, size: int) -> QPixmap:
        """One dot as a picture: copying it is ten times faster than painting a circle."""
        known = self._stamps.get((colour, size))
        if known is not None:
            return known
        side = round((size + 2) * self._ratio)
        stamp = QPixmap(side, side)
        stamp.setDevicePixelRatio(self._ratio)
        stamp.fill(Qt.GlobalColor.transparent)
        with _painting(stamp) as painter:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._dots.colours[colour])
            painter.drawEllipse(QPointF(size / 2 + 1, size / 2 + 1), size / 2, size / 2)
        self._stamps[colour, size] = stamp
        return stamp


@contextmanager
def _painting(pixmap: QPixmap) -> Iterator[QPainter]:
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    try:
        yield painter
    finally:
        painter.end()
