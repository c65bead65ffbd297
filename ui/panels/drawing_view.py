"""The drawing of the network on the screen: painting, zoom, pan, and choosing by a click.

Where everything stands is `workbench.drawing`'s; the figure for papers is painted elsewhere from
the same data.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

from ui import theme
from ui.models.layers import Layers
from workbench.drawing import FONT, LINE, TITLE, Box, Drawing, Frame, Look, Point, Rect

STEP = 1.25
SMALLEST, LARGEST = 0.05, 4.0
LEGIBLE = 0.45
"""Below this zoom labels are a grey haze that only costs time."""
PALEST = 0.15
ARROW = 5.0


class DrawingView(QAbstractScrollArea):
    """Shows one drawing.

    Args:
        layers: Whose selection it shows and changes.

    Signals:
        zoomed: It is shown larger or smaller.
        resized: Rows may wrap elsewhere.
    """

    zoomed = Signal()
    resized = Signal()

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self._layers = layers
        self._drawing: Drawing | None = None
        self._grip: QPointF | None = None
        self._is_panning = False
        self._is_following = True
        self.zoom = 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAccessibleName(self.tr("Drawing of the network"))
        self.setToolTip(
            self.tr("Click a layer to choose it; drag to move, Ctrl and the wheel to zoom")
        )
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.actionTriggered.connect(self._let_go)
        layers.chosen.connect(self._show_chosen)

    @property
    def drawing(self) -> Drawing | None:
        """What is shown; None while there is nothing to show."""
        return self._drawing

    def show_drawing(self, drawing: Drawing | None) -> None:
        """Shows another drawing at the same zoom."""
        self._drawing = drawing
        self._fit_bars()
        self._follow()
        self.viewport().update()

    # --- where it is ---------------------------------------------------------------------------

    @property
    def _size(self) -> QSizeF:
        drawing = self._drawing
        return QSizeF(drawing.width, drawing.height) if drawing is not None else QSizeF(1, 1)

    @property
    def _origin(self) -> QPointF:
        """Where the drawing's corner is in the viewport; it is centred where it is narrower."""
        free = max(0.0, (self.viewport().width() - self.zoom * self._size.width()) / 2)
        return QPointF(free - self.horizontalScrollBar().value(), -self.verticalScrollBar().value())

    def to_drawing(self, place: QPointF) -> QPointF:
        """A place of the viewport as one of the drawing."""
        return (place - self._origin) / self.zoom

    def to_viewport(self, rect: Rect) -> QRectF:
        """A rectangle of the drawing as one of the viewport."""
        corner = QPointF(rect.x, rect.y) * self.zoom + self._origin
        return QRectF(corner, QSizeF(rect.width, rect.height) * self.zoom)

    def set_zoom(self, zoom: float, around: QPointF | None = None) -> None:
        """Shows it at this size, and keeps what is at `around` where it is."""
        self._is_following = False
        centre = around if around is not None else QRectF(self.viewport().rect()).center()
        held = self.to_drawing(centre)
        self.zoom = min(max(zoom, SMALLEST), LARGEST)
        self._fit_bars()
        moved = held * self.zoom + self._origin - centre
        for bar, distance in (
            (self.horizontalScrollBar(), moved.x()), (self.verticalScrollBar(), moved.y()),
        ):  # fmt: skip
            bar.setValue(round(bar.value() + distance))
        self.viewport().update()
        self.zoomed.emit()

    @Slot()
    def zoom_in(self) -> None:
        """A step larger."""
        self.set_zoom(self.zoom * STEP)

    @Slot()
    def zoom_out(self) -> None:
        """A step smaller."""
        self.set_zoom(self.zoom / STEP)

    @Slot()
    def actual_size(self) -> None:
        """Labels as large as in the rest of the window."""
        self.set_zoom(1.0)

    @Slot()
    def fit(self) -> None:
        """All of it in sight."""
        room, size = self.maximumViewportSize(), self._size
        self.set_zoom(min(1.0, room.width() / size.width(), room.height() / size.height()))

    def _fit_bars(self) -> None:
        room = self.maximumViewportSize()
        size = self._size * self.zoom
        for bar, own, given in (
            (self.horizontalScrollBar(), size.width(), room.width()),
            (self.verticalScrollBar(), size.height(), room.height()),
        ):
            bar.setRange(0, max(0, round(own - given)))
            bar.setPageStep(given)
            bar.setSingleStep(round(LINE))

    @Slot()
    def _show_chosen(self) -> None:
        self._is_following = True
        self._follow()
        self.viewport().update()

    @Slot()
    def _let_go(self) -> None:
        self._is_following = False

    def _follow(self) -> None:
        """Keeps the chosen layer in sight, until a person moves the drawing."""
        area = self._drawing.area_of(self._layers.current) if self._drawing is not None else None
        if area is None or not self._is_following:
            return
        rect, room = self.to_viewport(area), QRectF(self.viewport().rect())
        for bar, first, last, end in (
            (self.horizontalScrollBar(), rect.left(), rect.right(), room.right()),
            (self.verticalScrollBar(), rect.top(), rect.bottom(), room.bottom()),
        ):
            if first < 0 or last - first > end:
                bar.setValue(round(bar.value() + first))
            elif last > end:
                bar.setValue(round(bar.value() + last - end))

    # --- painting ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        drawing = self._drawing
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(theme.tones().base))
        if drawing is None:
            words = self.tr("The network is drawn as soon as the shape of the data is known.")
            painter.setPen(QColor(theme.tones().muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect(), flags, words)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self._origin)
        painter.scale(self.zoom, self.zoom)
        font = QFont(self.font())
        font.setPixelSize(round(FONT))
        painter.setFont(font)
        seen = QRectF(self.to_drawing(QPointF(event.rect().topLeft())),
                      QSizeF(event.rect().size()) / self.zoom)  # fmt: skip
        self._paint_chosen(painter, drawing)
        for frame in drawing.frames:
            if seen.intersects(_qt(frame.rect)):
                self._paint_frame(painter, frame)
        painter.setBrush(QColor(theme.tones().muted))
        for line in drawing.lines:
            if seen.intersects(_bounds(line)):
                _paint_line(painter, line)
        fills = _fills()
        for box in drawing.boxes:
            if seen.intersects(_qt(box.area)):
                self._paint_box(painter, box, fills[box.look])

    def _paint_chosen(self, painter: QPainter, drawing: Drawing) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tones().selection))
        for row in self._layers.rows:
            area = drawing.area_of(row)
            if area is not None:
                painter.drawRoundedRect(_qt(area).adjusted(0, -4, 0, 2), 4, 4)

    def _paint_frame(self, painter: QPainter, frame: Frame) -> None:
        tones = theme.tones()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tones.edge), 1))
        painter.drawRect(_qt(frame.rect))
        if self.zoom >= LEGIBLE:
            title = QRectF(frame.rect.x + LINE / 2, frame.rect.y, frame.rect.width, TITLE)
            painter.setPen(QColor(tones.text))
            painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, frame.label)

    def _paint_box(self, painter: QPainter, box: Box, fill: _Fill) -> None:
        tones = theme.tones()
        painter.setPen(fill.pen)
        painter.setBrush(_shade(box.share) if box.look is Look.WEIGHTS else fill.brush)
        painter.drawRect(_qt(box.rect))
        if self.zoom < LEGIBLE:
            return
        last = QColor(tones.bad if box.look is Look.WRONG else tones.muted)
        name = QColor(tones.muted if box.look is Look.OFF else tones.text)
        top = box.area.y + box.area.height - LINE * len(box.labels)
        middle = box.rect.x + box.rect.width / 2
        for number, label in enumerate(box.labels):
            painter.setPen(last if number else name)
            line = QRectF(middle - 200, top + LINE * number, 400, LINE)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, label)

    # --- mouse and keys ------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip, self._is_panning = event.position(), False
        elif event.button() == Qt.MouseButton.RightButton:
            row = self._layer_at(event.position())
            if row is not None and row not in self._layers.rows:
                self._layers.select([row])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            return
        way = event.position() - self._grip
        if not self._is_panning and way.manhattanLength() < QApplication.startDragDistance():
            return
        self._is_panning = True
        self._is_following = False
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self._grip = event.position()
        for bar, distance in (
            (self.horizontalScrollBar(), way.x()), (self.verticalScrollBar(), way.y()),
        ):  # fmt: skip
            bar.setValue(round(bar.value() - distance))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._grip is not None and not self._is_panning:
            self._choose(event)
        self._grip = None
        self.viewport().unsetCursor()

    def _choose(self, event: QMouseEvent) -> None:
        row = self._layer_at(event.position())
        if row is None:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._layers.toggle(row)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            first, last = sorted((self._layers.current, row))
            self._layers.select(range(first, last + 1))
        else:
            self._layers.select([row])

    def _layer_at(self, place: QPointF) -> int | None:
        spot = self.to_drawing(place)
        return self._drawing.layer_at(spot.x(), spot.y()) if self._drawing is not None else None

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = STEP ** (event.angleDelta().y() / 120)
            self.set_zoom(self.zoom * factor, event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from layer to layer; plus, minus and 0 zoom."""
        key = Qt.Key
        way = {key.Key_Left: -1, key.Key_Up: -1, key.Key_Right: 1, key.Key_Down: 1}.get(
            key(event.key()), 0
        )
        act = {
            key.Key_Plus: self.zoom_in, key.Key_Minus: self.zoom_out, key.Key_0: self.actual_size,
        }.get(key(event.key()))  # fmt: skip
        if way:
            last = len(self._layers.all) - 1
            self._layers.select([min(max(self._layers.current + way, 0), last)])
        elif act is not None:
            act()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_bars()
        self.resized.emit()


def _qt(rect: Rect) -> QRectF:
    return QRectF(rect.x, rect.y, rect.width, rect.height)


def _bounds(line: tuple[Point, ...]) -> QRectF:
    xs, ys = [p.x for p in line], [p.y for p in line]
    tight = QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    return tight.adjusted(-ARROW, -ARROW, ARROW, ARROW)


def _paint_line(painter: QPainter, line: tuple[Point, ...]) -> None:
    """The line, and the arrow's head at its end, which always points to the right."""
    painter.setPen(QPen(QColor(theme.tones().muted), 1))
    painter.drawPolyline(QPolygonF([QPointF(p.x, p.y) for p in line]))
    end = QPointF(line[-1].x, line[-1].y)
    back = end - QPointF(ARROW, 0)
    head = [end, back + QPointF(0, ARROW / 2), back - QPointF(0, ARROW / 2)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(QPolygonF(head))


class _Fill(NamedTuple):
    """How a box is drawn."""

    pen: QPen
    brush: QColor


def _fills() -> dict[Look, _Fill]:
    """Edge and fill of every look in the appearance in force."""
    tones, pen = theme.tones(), Qt.PenStyle
    return {
        look: _Fill(QPen(QColor(edge), 1, style), QColor(fill))
        for look, edge, fill, style in (
            (Look.INPUT, tones.text, tones.base, pen.SolidLine),
            (Look.WEIGHTS, tones.accent, tones.base, pen.SolidLine),
            (Look.PLAIN, tones.muted, tones.raised, pen.SolidLine),
            (Look.TIED, tones.accent, tones.base, pen.DashLine),
            (Look.OFF, tones.faint, tones.base, pen.DotLine),
            (Look.WRONG, tones.bad, tones.base, pen.SolidLine),
        )
    }


def _shade(share: float) -> QColor:
    """The background mixed with the accent: the larger the share, the more of it."""
    amount = PALEST + (1 - PALEST) * share**0.5
    base, accent = QColor(theme.tones().base), QColor(theme.tones().accent_fill)
    mixed = (
        round(b + amount * (a - b))
        for a, b in zip(accent.getRgb()[:3], base.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*mixed)
