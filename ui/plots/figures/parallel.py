"""Parallel axes: a line a run through all its values; drag on an axis to brush a range.

Lines are painted in slices of a few milliseconds, so that thousands of runs never hold the window
up. Which runs a range holds is found elsewhere, by the filter that it is written as.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from workbench.base.text import tr

import pyqtgraph as pg  # isort: skip  (after PySide6, whose binding it then takes)

from ui.look.theme import UNIT, tones
from ui.plots.theme import PlotTheme
from workbench.tradeoffs.brush import Axis
from workbench.tradeoffs.titles import title_of

SLICE_SECONDS = 0.006
BATCH = 250
"""Lines to a call of the painter."""

GRAB = 4 * UNIT
"""Pixels beside an axis in which it is meant."""

LEAST_DRAG = 4.0
SIDE, TOP, BOTTOM = 16 * UNIT, 12 * UNIT, 10 * UNIT
MISSING = 5 * UNIT
"""How far below an axis the runs without a value pass."""

BRUSH_WIDTH, BRUSH_OPACITY = 3 * UNIT, 0.35
MOST_WIDE = 1000
"""Lines above that are as thin as the screen can draw: wider ones cost several times as much."""

Range = tuple[float, float]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Runs:
    """What is drawn.

    Attributes:
        axes: From left to right.
        colour_of: By run the number of its colour.
        colours: The colours.
    """

    axes: Sequence[Axis]
    colour_of: npt.NDArray[np.intp]
    colours: Sequence[QColor]


class ParallelPlot(QWidget):
    """The axes and lines.

    Signals:
        brushed: Other ranges: by the key of an axis its lowest and highest height.
    """

    brushed = Signal(dict)

    _is_built = False
    """Qt sends events before the constructor has ended."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(50 * UNIT)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Parallel axes"))
        self.runs: Runs | None = None
        self.brushes: dict[str, Range] = {}
        self._mask: Mask | None = None
        self._drag: tuple[str, float] | None = None
        self._back, self._front = _Slices(), _Slices()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._paint_slice)
        self._is_built = True

    def sizeHint(self) -> QSize:
        return QSize(160 * UNIT, 90 * UNIT)

    @property
    def is_drawing(self) -> bool:
        """Whether lines are still to be painted."""
        return self._timer.isActive()

    def show_runs(self, runs: Runs, brushes: Mapping[str, Range]) -> None:
        """Draws these, with these ranges; `show_mask` says which runs they hold."""
        self.runs, self.brushes, self._mask = runs, dict(brushes), None
        self._start(everything=True)

    def show_mask(self, mask: Mask | None) -> None:
        """Draws the runs outside faintly; None stands for no range at all."""
        self._mask = mask
        self._start(everything=False)

    # --- places --------------------------------------------------------------------------------

    def _x(self, number: int) -> float:
        count = len(self.runs.axes) if self.runs else 1
        wide = self.width() - 2 * SIDE
        return SIDE + (wide * number / (count - 1) if count > 1 else wide / 2)

    def _y(self, height: float) -> float:
        return self.height() - BOTTOM - height * (self.height() - TOP - BOTTOM)

    def _height(self, y: float) -> float:
        height = (self.height() - BOTTOM - y) / max(self.height() - TOP - BOTTOM, 1)
        return min(max(height, 0.0), 1.0)

    def axis_at(self, x: float) -> Axis | None:
        """The axis that is meant at an x in pixels."""
        axes = self.runs.axes if self.runs else ()
        near = [(abs(self._x(number) - x), number) for number in range(len(axes))]
        distance, number = min(near, default=(np.inf, 0))
        return axes[number] if distance <= GRAB else None

    def place_of(self, key: str, height: float) -> QPointF:
        """Where a height of an axis lies, in pixels."""
        keys = [axis.column.key for axis in self.runs.axes] if self.runs else []
        return QPointF(self._x(keys.index(key)), self._y(height))

    # --- painting ------------------------------------------------------------------------------

    def _start(self, *, everything: bool) -> None:
        """Starts to repaint; the lines behind only when they have changed."""
        if self.runs is None:
            return
        ratio = self.devicePixelRatioF()
        count = len(self.runs.colour_of)
        whole = np.arange(count)
        if everything:
            self._back = _Slices(self.size() * ratio, ratio, whole)
        chosen = whole if self._mask is None else np.flatnonzero(self._mask)
        self._front = _Slices(self.size() * ratio, ratio, chosen)
        self._timer.start(0)
        self.update()

    @Slot()
    def _paint_slice(self) -> None:
        if self.runs is None:
            return
        end = time.perf_counter() + SLICE_SECONDS
        theme = PlotTheme.from_palette(self.palette())
        solid = [theme.legible(colour) for colour in self.runs.colours]
        faint = [theme.faded(colour) for colour in solid]
        for slices, colours in ((self._front, solid), (self._back, faint)):
            if slices is self._back and self._mask is None:
                continue  # wholly covered
            while not slices.is_done and time.perf_counter() < end:
                slices.paint(self._lines_of(slices.next(BATCH)), colours)
        if not self._front.is_done or (self._mask is not None and not self._back.is_done):
            self._timer.start(0)
        self.update()

    def _lines_of(self, which: npt.NDArray[np.intp]) -> _Lines:
        assert self.runs is not None
        xs = np.array([self._x(number) for number in range(len(self.runs.axes))])
        heights = np.stack([axis.heights[which] for axis in self.runs.axes], axis=1)
        ys = self.height() - BOTTOM - heights * (self.height() - TOP - BOTTOM)
        ys[np.isnan(ys)] = self.height() - BOTTOM + MISSING
        return _Lines(np.broadcast_to(xs, ys.shape), ys, self.runs.colour_of[which])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = PlotTheme.from_palette(self.palette())
        painter.fillRect(self.rect(), theme.background)
        if self.runs is None:
            return
        if self._mask is not None:
            self._back.show(painter)
        self._front.show(painter)
        for number, axis in enumerate(self.runs.axes):
            self._paint_axis(painter, axis, self._x(number), theme)

    def _paint_axis(self, painter: QPainter, axis: Axis, x: float, theme: PlotTheme) -> None:
        metrics = QFontMetricsF(self.font())
        top, bottom = self._y(1.0), self._y(0.0)
        painter.setPen(QPen(theme.muted, 1))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        room = self._spacing()
        centred = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        title = title_of(axis.column).words
        if axis.log:
            title = tr("{title} (log)", title=title)
        painter.setPen(theme.foreground)
        title = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, room - UNIT)
        wide = metrics.horizontalAdvance(title) + UNIT
        left = min(max(x - wide / 2, 0.0), self.width() - wide)  # those at the sides are inside too
        painter.drawText(QRectF(left, UNIT, wide, metrics.height()), centred, title)
        if axis.missing:
            painter.setPen(theme.muted)
            words = tr("{missing} without", missing=f"{axis.missing:,}")
            place = QRectF(x - room / 2, bottom + MISSING + 2, room, metrics.height())
            painter.drawText(place, centred, words)
        if axis.column.key in self.brushes:
            self._paint_brush(painter, x, self.brushes[axis.column.key])
        self._paint_ticks(painter, axis, x, theme, metrics, room)

    def _paint_ticks(
        self,
        painter: QPainter,
        axis: Axis,
        x: float,
        theme: PlotTheme,
        metrics: QFontMetricsF,
        room: float,
    ) -> None:
        """Words beside the axis, on the background's colour: lines pass behind them."""
        taken = np.inf
        for tick in axis.ticks():
            y = self._y(tick.height)
            if taken - y < metrics.height():
                continue
            taken = y
            words = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, room - 5 * UNIT)
            wide = metrics.horizontalAdvance(words) + UNIT
            left = x + 2 * UNIT
            if left + wide > self.width():
                left = x - 2 * UNIT - wide
            place = QRectF(left, y - metrics.height() / 2, wide, metrics.height())
            shade = QColor(theme.background)
            shade.setAlpha(205)
            painter.fillRect(place, shade)
            painter.setPen(theme.foreground)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_brush(self, painter: QPainter, x: float, range_: Range) -> None:
        low, high = range_
        place = QRectF(
            x - BRUSH_WIDTH / 2, self._y(high), BRUSH_WIDTH, self._y(low) - self._y(high)
        )
        edge = QColor(tones().accent)
        inside = QColor(edge)
        inside.setAlphaF(BRUSH_OPACITY)
        painter.fillRect(place, inside)
        painter.setPen(QPen(edge, 1))
        painter.drawRect(place)

    def _spacing(self) -> float:
        count = len(self.runs.axes) if self.runs else 1
        wide = self.width() - 2 * SIDE
        return min(wide / (count - 1) if count > 1 else wide, 2.0 * SIDE + wide / 8)

    # --- what a person does --------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        axis = self.axis_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and axis is not None:
            self._drag = axis.column.key, event.position().y()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None:
            meant = self.axis_at(event.position().x())
            self.setCursor(
                Qt.CursorShape.CrossCursor if meant is not None else Qt.CursorShape.ArrowCursor
            )
            brush = tr("Drag: brush. Double-click: clear")
            self.setToolTip("" if meant is None else f"{meant.column.help}\n{brush}")
            return
        key, start = self._drag
        if abs(event.position().y() - start) >= LEAST_DRAG:
            low, high = sorted((self._height(start), self._height(event.position().y())))
            self.set_brushes({**self.brushes, key: (low, high)})

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Clears the range of the axis; beside the axes, all of them."""
        axis = self.axis_at(event.position().x())
        self._drag = None
        left = (
            {}
            if axis is None
            else {key: range_ for key, range_ in self.brushes.items() if key != axis.column.key}
        )
        self.set_brushes(left)

    def set_brushes(self, brushes: Mapping[str, Range]) -> None:
        """Brushes these ranges."""
        if dict(brushes) != self.brushes:
            self.brushes = dict(brushes)
            self.update()
            self.brushed.emit(self.brushes)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._start(everything=True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._is_built:
            self._start(everything=True)


@dataclass(frozen=True)
class _Lines:
    """Lines in pixels: a row a run, an entry an axis."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    colour_of: npt.NDArray[np.intp]


class _Slices:
    """A picture that is painted a few lines at a time."""

    def __init__(
        self,
        size: QSize | None = None,
        ratio: float = 1.0,
        which: npt.NDArray[np.intp] | None = None,
    ) -> None:
        self._picture = QPixmap(size) if size is not None and not size.isEmpty() else QPixmap()
        self._picture.setDevicePixelRatio(ratio)
        if not self._picture.isNull():
            self._picture.fill(Qt.GlobalColor.transparent)
        self._which = np.zeros(0, np.intp) if which is None else which
        self._at = 0

    @property
    def is_done(self) -> bool:
        return self._at >= len(self._which)

    def next(self, count: int) -> npt.NDArray[np.intp]:
        """The next runs to be painted."""
        start, self._at = self._at, self._at + count
        return self._which[start : self._at]

    def paint(self, lines: _Lines, colours: Sequence[QColor]) -> None:
        if self._picture.isNull():
            return
        painter = QPainter(self._picture)
        for number, colour in enumerate(colours):
            mine = lines.colour_of == number
            if not mine.any():
                continue
            x, y = lines.x[mine], lines.y[mine]
            joined = np.ones(x.shape, np.bool_)
            joined[:, -1] = False  # the last of a run is not joined to the first of the next
            path = pg.functions.arrayToQPath(x.ravel(), y.ravel(), connect=joined.ravel())
            painter.setPen(QPen(colour, 1 if len(self._which) <= MOST_WIDE else 0))
            painter.drawPath(path)
        painter.end()

    def show(self, painter: QPainter) -> None:
        if not self._picture.isNull():
            painter.drawPixmap(0, 0, self._picture)
