"""The drawing of the network on the screen: painting, zoom, pan, and choosing by a click.

Where everything stands is up to `workbench.network.drawing`; the figure for papers is painted
elsewhere from the same data.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

from ui.look import theme
from ui.models.layers import Layers
from ui.panels.network.drawing_paint import difference, paint
from workbench.base.text import tr
from workbench.network.drawing import FONT, LINE, Drawing, Rect

STEP = 1.25
SMALLEST, LARGEST = 0.05, 4.0
LEGIBLE = 0.45
"""Below this zoom labels are a grey haze that only costs time."""


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
        self._marked = layers.rows
        self._grip: QPointF | None = None
        self._is_panning = False
        self._is_following = True
        self.zoom = 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setAccessibleName(tr("Drawing of the network"))
        self.setToolTip(tr("Click a layer to choose it; drag to move, Ctrl and the wheel to zoom"))
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.actionTriggered.connect(self._let_go)
        layers.chosen.connect(self._show_chosen)

    @property
    def drawing(self) -> Drawing | None:
        """What is shown; None while there is nothing to show."""
        return self._drawing

    def show_drawing(self, drawing: Drawing | None) -> None:
        """Shows another drawing at the same zoom; what stays as it was isn't painted again."""
        before, self._drawing = self._drawing, drawing
        self._fit_bars()
        self._follow()
        changed = difference(before, drawing)
        if changed is None:
            self.viewport().update()
        elif not changed.isNull():
            corner = changed.topLeft() * self.zoom + self._origin
            self.viewport().update(QRectF(corner, changed.size() * self.zoom).toAlignedRect())

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
            (self.horizontalScrollBar(), moved.x()),
            (self.verticalScrollBar(), moved.y()),
        ):
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
        """Moves only where others are chosen: the signal comes with every edit too."""
        before, self._marked = self._marked, self._layers.rows
        if before != self._marked:
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
        painter, tones = QPainter(self.viewport()), theme.tones()
        painter.fillRect(event.rect(), QColor(tones.base))
        if drawing is None:
            words = tr("The network is drawn as soon as the shape of the data is known.")
            painter.setPen(QColor(tones.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect(), flags, words)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self._origin)
        painter.scale(self.zoom, self.zoom)
        font = QFont(self.font())
        font.setPixelSize(round(FONT))
        painter.setFont(font)
        seen = QRectF(
            self.to_drawing(QPointF(event.rect().topLeft())),
            QSizeF(event.rect().size()) / self.zoom,
        )
        paint(painter, drawing, seen, self._marked, with_text=self.zoom >= LEGIBLE)

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
            (self.horizontalScrollBar(), way.x()),
            (self.verticalScrollBar(), way.y()),
        ):
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
            key.Key_Plus: self.zoom_in,
            key.Key_Minus: self.zoom_out,
            key.Key_0: self.actual_size,
        }.get(key(event.key()))
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
