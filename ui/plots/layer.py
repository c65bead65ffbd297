"""The items that paint in a plot: all its curves into one cached picture, and the hover readout.

Curves are mapped to pixels with NumPy and painted as hairlines, the fast path of Qt's raster
engine: smooth where little is drawn, without antialiasing where there is much. Where data come
from, and which range is shown, never lives here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from workbench.base.text import tr

import pyqtgraph as pg  # isort: skip  (after PySide6, whose binding it then takes)

from ui.plots.theme import PlotTheme
from ui.plots.ticks import ValueAxis

_FAR = 30_000.0
"""Pixels; beyond this Qt's fixed-point coordinates overflow."""

MOST_SMOOTH_POINTS = 5_000
MOST_SMOOTH_PIXELS = 20_000
"""Longer than this, all lines of a picture together are painted without antialiasing, which costs
a third: smooth ones take 15 to 40 ns a pixel and stroke, and several plots share a frame of 4 ms.
"""


class Width(Enum):
    """How wide a line looks."""

    HAIR = "hair"
    NORMAL = "normal"
    """A hairline, but two pixels on a high-resolution screen."""
    BOLD = "bold"


@dataclass(frozen=True)
class Line:
    """One curve as it is drawn: finite points, x rising, in the units of the axes."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.floating]
    colour: QColor
    style: Qt.PenStyle = Qt.PenStyle.SolidLine
    markers: bool = False
    width: Width = Width.NORMAL


@dataclass(frozen=True)
class Area:
    """The band of a mean: between two curves over one x, in the units of the axes."""

    x: npt.NDArray[np.float64]
    low: npt.NDArray[np.floating]
    high: npt.NDArray[np.floating]
    colour: QColor


class CurveLayer(QGraphicsObject):
    """Grid and curves of one plot. What did not change is a picture that is only copied."""

    def __init__(self, box: pg.ViewBox, bottom: ValueAxis, left: ValueAxis) -> None:
        super().__init__(box)
        self._box, self._bottom, self._left = box, bottom, left
        self._lines: Sequence[Line] = ()
        self._areas: Sequence[Area] = ()
        self._theme: PlotTheme | None = None
        self._version = 0
        self._picture: QPixmap | None = None
        self._picture_of: object = None
        self.pictures_painted = 0
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    @property
    def lines(self) -> Sequence[Line]:
        """What is drawn, in the order in which it is."""
        return self._lines

    @property
    def areas(self) -> Sequence[Area]:
        """What is drawn behind the lines."""
        return self._areas

    def set_lines(self, lines: Sequence[Line], areas: Sequence[Area] = ()) -> None:
        """Take new curves; the caller repaints the viewport."""
        self._lines, self._areas = lines, areas
        self._version += 1

    def set_theme(self, theme: PlotTheme) -> None:
        """Take new colours; the caller repaints the viewport."""
        self._theme = theme
        self._version += 1

    def boundingRect(self) -> QRectF:
        """All of the view box."""
        return QRectF(self._box.rect())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Copy the picture; paint it first if anything that it shows has changed."""
        rect = self.boundingRect()
        ratio = painter.device().devicePixelRatioF()
        (x0, x1), (y0, y1) = self._box.viewRange()
        shown = (self._version, rect.width(), rect.height(), ratio, x0, x1, y0, y1)
        if shown != self._picture_of or self._picture is None:
            self._picture = self._paint_picture(rect, ratio, (x0, x1), (y0, y1))
            self._picture_of = shown
        painter.drawPixmap(rect.topLeft(), self._picture)

    def _paint_picture(
        self, rect: QRectF, ratio: float, xs: tuple[float, float], ys: tuple[float, float]
    ) -> QPixmap:
        self.pictures_painted += 1
        width = max(1, round(rect.width() * ratio))
        height = max(1, round(rect.height() * ratio))
        picture = self._blank(width, height)
        picture.fill(self._theme.background if self._theme else Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        scale = PlotTransform(width, height, xs, ys)
        self._paint_grid(painter, scale, rect)
        for area in self._areas:
            _paint_area(painter, area, scale)
        paint_lines(painter, self._lines, scale, ratio)
        painter.end()
        picture.setDevicePixelRatio(ratio)
        return picture

    def _blank(self, width: int, height: int) -> QPixmap:
        """A picture to paint over: the last one, as memory that is new costs milliseconds."""
        last = self._picture
        if last is None or (last.width(), last.height()) != (width, height):
            return QPixmap(width, height)
        last.setDevicePixelRatio(1.0)
        return last

    def _paint_grid(self, painter: QPainter, scale: PlotTransform, rect: QRectF) -> None:
        if self._theme is None:
            return
        painter.setPen(QPen(self._theme.grid, 0))
        for x in scale.x(np.array(self._bottom.ticks(*scale.xs, rect.width())[1])).tolist():
            painter.drawLine(QPointF(round(x), 0), QPointF(round(x), scale.height))
        for y in scale.y(np.array(self._left.ticks(*scale.ys, rect.height())[1])).tolist():
            painter.drawLine(QPointF(0, round(y)), QPointF(scale.width, round(y)))
        painter.setPen(QPen(self._theme.frame, 0))
        painter.drawLine(QPointF(0, scale.height - 1), QPointF(scale.width, scale.height - 1))


@dataclass(frozen=True)
class PlotTransform:
    """From the units of the axes to the pixels of a picture."""

    width: int
    height: int
    xs: tuple[float, float]
    ys: tuple[float, float]

    def x(self, values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        span = (self.xs[1] - self.xs[0]) or 1.0
        return np.asarray((values - self.xs[0]) * (self.width / span), dtype=np.float64)

    def y(self, values: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        span = (self.ys[1] - self.ys[0]) or 1.0
        return np.asarray((self.ys[1] - values) * (self.height / span), dtype=np.float64)


def _paint_area(painter: QPainter, area: Area, scale: PlotTransform) -> None:
    if len(area.x) < 2:
        return
    x = np.clip(scale.x(area.x), -_FAR, _FAR)
    low, high = (
        np.clip(scale.y(np.asarray(edge, dtype=np.float64)), -_FAR, _FAR)
        for edge in (area.low, area.high)
    )
    around = np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(area.colour)
    painter.drawPolygon(pg.functions.arrayToQPolygonF(*around))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_lines(
    painter: QPainter, lines: Sequence[Line], scale: PlotTransform, ratio: float
) -> None:
    """All at once goes to pixels: a hundred short arrays cost more than one long one."""
    drawn = [line for line in lines if len(line.x)]
    if not drawn:
        return
    x = np.clip(scale.x(np.concatenate([line.x for line in drawn])), -_FAR, _FAR)
    y = np.concatenate([line.y for line in drawn]).astype(np.float64)
    y = np.clip(scale.y(y), -_FAR, _FAR)
    smooth = is_smooth(x, y, scale.width, scale.height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
    start = 0
    for line in drawn:
        piece = slice(start, start + len(line.x))
        strokes = _strokes(line.width, ratio, smooth)
        _paint_line(painter, line, x[piece], y[piece], scale.width, ratio, strokes)
        start = piece.stop


def is_smooth(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], width: int, height: int
) -> bool:
    """Whether lines through these pixels may be antialiased: few points, and not far apart."""
    if len(x) > MOST_SMOOTH_POINTS:
        return False
    seen = np.clip(x, 0, width), np.clip(y, 0, height)
    return sum(float(np.abs(np.diff(axis)).sum()) for axis in seen) <= MOST_SMOOTH_PIXELS


def _strokes(width: Width, ratio: float, smooth: bool) -> tuple[tuple[float, float], ...]:
    """Where the hairlines of a line lie: several look like a wide pen, and are far faster.

    A smooth hairline alone looks pale, as its ink is spread over two pixels: it gets a second.
    """
    if width is Width.BOLD or (width is Width.NORMAL and ratio >= 1.5):
        return (0.0, 0.0), (1.0, 0.0), (0.0, 1.0)
    if width is Width.NORMAL and smooth:
        return (0.0, 0.0), (0.5, 0.5)
    return ((0.0, 0.0),)


def _paint_line(
    painter: QPainter,
    line: Line,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    width: int,
    ratio: float,
    strokes: tuple[tuple[float, float], ...],
) -> None:
    painter.setPen(QPen(line.colour, 0, line.style))
    if len(x) > 1:
        polygon: QPolygonF = pg.functions.arrayToQPolygonF(x, y)
        for right, down in strokes:
            painter.drawPolyline(polygon.translated(right, down))
    if line.markers or len(x) == 1:
        _paint_markers(painter, line.colour, x, y, width, ratio)


def _paint_markers(
    painter: QPainter,
    colour: QColor,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    width: int,
    ratio: float,
) -> None:
    """Dots, unless there are so many that they would merge."""
    if len(x) * 10 * ratio > width and len(x) > 8:
        return
    radius = 2.5 * ratio
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for centre_x, centre_y in zip(x.tolist(), y.tolist(), strict=True):
        painter.drawEllipse(QPointF(centre_x, centre_y), radius, radius)
    painter.restore()


@dataclass(frozen=True)
class HoverRow:
    """One row of the hover readout: a run and its value near the cursor."""

    colour: QColor
    name: str
    value: str


@dataclass(frozen=True)
class Readout:
    """What hovering shows: a line at `x`, and in the plot under the cursor a box of values."""

    x: float
    title: str = ""
    readings: Sequence[HoverRow] = field(default_factory=tuple)

    @property
    def text(self) -> str:
        """The same as plain text, a row a line."""
        return "\n".join([self.title, *(f"{row.name}\t{row.value}" for row in self.readings)])


def _fitting(readings: Sequence[HoverRow], room: int) -> Sequence[HoverRow]:
    """As many rows as there is room for; the last one tells how many are left out."""
    room = max(room, 1)
    if len(readings) <= room:
        return readings
    left_out = len(readings) - room + 1
    more = tr("{left_out} more", left_out=left_out)
    return [*readings[: room - 1], HoverRow(QColor(Qt.GlobalColor.transparent), more, "")]


class HoverLayer(QGraphicsObject):
    """The crosshair and the readout above the curves; moving it repaints no curve."""

    _PAD, _SWATCH = 8.0, 8.0

    def __init__(self, box: pg.ViewBox) -> None:
        super().__init__(box)
        self._box = box
        self._theme: PlotTheme | None = None
        self._font = QFont()
        self.readout: Readout | None = None
        self.setZValue(100)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsToShape)

    def set_theme(self, theme: PlotTheme, font: QFont) -> None:
        """Take colours and the font of the readout."""
        self._theme, self._font = theme, font
        self.update()

    def show_readout(self, readout: Readout | None) -> None:
        """Show this, or nothing."""
        if readout != self.readout:
            self.readout = readout
            self.update()

    def boundingRect(self) -> QRectF:
        """All of the view box."""
        return QRectF(self._box.rect())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Paint the line, and the box if there is anything to read."""
        if self.readout is None or self._theme is None:
            return
        rect = self.boundingRect()
        low, high = self._box.viewRange()[0]
        x = rect.left() + (self.readout.x - low) / ((high - low) or 1.0) * rect.width()
        if not rect.left() <= x <= rect.right():
            return
        painter.setPen(QPen(self._theme.muted, 0))
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        if self.readout.readings:
            self._paint_box(painter, self.readout, self._theme, rect, x)

    def _paint_box(
        self, painter: QPainter, readout: Readout, theme: PlotTheme, rect: QRectF, x: float
    ) -> None:
        metrics = QFontMetricsF(self._font)
        pad, row_height = self._PAD, metrics.height() + 2.0
        rows = _fitting(readout.readings, int((rect.height() - 2 * pad - row_height) // row_height))
        names = [metrics.elidedText(row.name, Qt.TextElideMode.ElideRight, 180) for row in rows]
        name_width = max(metrics.horizontalAdvance(name) for name in names)
        value_width = max(metrics.horizontalAdvance(row.value) for row in rows)
        text_width = self._SWATCH + pad + name_width + 2 * pad + value_width
        width = max(text_width, metrics.horizontalAdvance(readout.title)) + 2 * pad
        height = row_height * (len(rows) + 1) + pad * 1.5
        left = x + 12 if x + 12 + width <= rect.right() else x - 12 - width
        box = QRectF(max(left, rect.left()), rect.top() + 4, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(box, 4, 4)
        painter.fillPath(outline, theme.background)
        painter.setPen(QPen(theme.frame, 1))
        painter.drawPath(outline)
        painter.setFont(self._font)
        line = box.adjusted(pad, pad * 0.75, -pad, 0)
        line.setHeight(row_height)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.muted)
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignLeft, readout.title)
        for name, row in zip(names, rows, strict=True):
            line.translate(0, row_height)
            painter.fillRect(
                QRectF(line.left(), line.center().y() - 4, self._SWATCH, self._SWATCH), row.colour
            )
            painter.setPen(theme.foreground)
            indented = line.adjusted(self._SWATCH + pad, 0, 0, 0)
            painter.drawText(indented, middle | Qt.AlignmentFlag.AlignLeft, name)
            painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, row.value)
