"""One plot on screen: its title, axes, zooming and hovering, and the layer of curves.

Which runs there are and what is dirty never lives here; it shows the lines that it is given.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHideEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)

import pyqtgraph as pg  # isort: skip  (after PySide6, whose binding it then takes)

from ui.plots.layer import CurveLayer, HoverLayer
from ui.plots.ranges import Range
from ui.plots.theme import PlotTheme
from ui.plots.ticks import TickKind, ValueAxis

_X_SPACING, _Y_SPACING = 72.0, 26.0
_NARROW = 8.0
"""A rectangle less high than this many pixels means x alone."""


class ZoomBox(pg.ViewBox):
    """Wheel: x (with Ctrl: y). Drag: a rectangle. Middle button or Shift and drag: move."""

    zoomed = Signal(bool)
    """A person changed the view; True if y was changed too."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()
        self.setMouseMode(self.RectMode)
        self.setLimits(minXRange=1e-3, minYRange=1e-9)

    def wheelEvent(self, ev: Any, axis: int | None = None) -> None:
        """Zoom one axis about the cursor."""
        if axis is None:
            axis = 1 if ev.modifiers() & Qt.KeyboardModifier.ControlModifier else 0
        super().wheelEvent(ev, axis)
        self.zoomed.emit(axis == 1)

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        """Zoom into a rectangle, or move the view."""
        if ev.button() == Qt.MouseButton.RightButton:
            ev.ignore()
            return
        shift = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if axis is not None or shift or ev.button() == Qt.MouseButton.MiddleButton:
            self.state["mouseMode"] = self.PanMode
            super().mouseDragEvent(ev, axis)
            self.state["mouseMode"] = self.RectMode
            self.zoomed.emit(axis != 0)
            return
        ev.accept()
        corner, pos = QPointF(ev.buttonDownPos(ev.button())), QPointF(ev.pos())
        if not ev.isFinish():
            self.updateScaleBox(pg.Point(corner), pg.Point(pos))
            return
        self.rbScaleBox.hide()
        self.zoom_into(QRectF(corner, pos).normalized())

    def zoom_into(self, rect: QRectF) -> None:
        """Show only `rect` (in the pixels of the box); a flat one changes x alone."""
        if rect.width() < _NARROW:
            return
        data = self.childGroup.mapRectFromParent(rect)
        self.setXRange(data.left(), data.right(), padding=0)
        if rect.height() >= _NARROW:
            self.setYRange(data.top(), data.bottom(), padding=0)
        self.zoomed.emit(rect.height() >= _NARROW)


class PlotView(pg.PlotWidget):
    """A plot without curves of pyqtgraph's own, so that the cost of drawing is ours to bound."""

    hovered = Signal(object)
    """The x under the cursor (float), or None when it has left."""
    fit_requested = Signal()
    became_visible = Signal()
    resized = Signal()

    _is_built = False
    """Qt sends events before the constructor has ended."""

    def __init__(
        self, x_quantity: TickKind, y_quantity: TickKind, show_x_ticks: bool = True
    ) -> None:
        self.box = ZoomBox()
        self.bottom = ValueAxis("bottom", x_quantity, _X_SPACING)
        self.left = ValueAxis("left", y_quantity, _Y_SPACING)
        super().__init__(
            viewBox=self.box,
            axisItems={"bottom": self.bottom, "left": self.left},
            enableMenu=False,
        )
        self.plotItem.hideButtons()
        self.plotItem.layout.setContentsMargins(0, 0, 0, 0)
        self.plotItem.layout.setSpacing(0)
        self.curves = CurveLayer(self.box, self.bottom, self.left)
        self.hover = HoverLayer(self.box)
        self.paints = 0
        self.cursor_y: float | None = None
        self.axis_width, self.right_margin = 60, 24
        self._show_x_ticks = show_x_ticks
        self.bottom.setStyle(showValues=show_x_ticks)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(60)
        self._is_built = True

    def apply_theme(self, theme: PlotTheme, font: QFont) -> None:
        """Take colours and the font of ticks; the widths of the axes follow the font."""
        self.setBackground(theme.background)
        metrics = QFontMetricsF(font)
        self.axis_width = round(metrics.horizontalAdvance("000,000")) + 12
        self.left.setWidth(self.axis_width)
        for axis in (self.left, self.bottom):
            axis.setPen(pg.mkPen(None))
            axis.setTextPen(theme.muted)
            axis.setTickFont(font)
        self.bottom.setHeight(round(metrics.height()) + 8 if self._show_x_ticks else 1)
        # Half of the last label of the x axis hangs over the right edge, and of the top one of y.
        self.right_margin = round(metrics.horizontalAdvance("000,000") / 2)
        self.plotItem.layout.setContentsMargins(
            0, round(metrics.height() / 2), self.right_margin, 0
        )
        self.curves.set_theme(theme)
        self.hover.set_theme(theme, font)
        self.viewport().update()

    def set_x_range(self, wanted: Range) -> None:
        """Show this part of x, without signalling a zoom."""
        if tuple(self.box.viewRange()[0]) != wanted:
            self.box.setXRange(*wanted, padding=0)

    def set_y_range(self, wanted: Range) -> None:
        """Show this part of y, without signalling a zoom."""
        if tuple(self.box.viewRange()[1]) != wanted:
            self.box.setYRange(*wanted, padding=0)

    @property
    def x_range(self) -> Range:
        """The part of x that is shown."""
        low, high = self.box.viewRange()[0]
        return float(low), float(high)

    @property
    def y_range(self) -> Range:
        """The part of y that is shown."""
        low, high = self.box.viewRange()[1]
        return float(low), float(high)

    @property
    def buckets(self) -> int:
        """Pixels across: two points each are drawn."""
        return max(1, round(self.box.rect().width() * self.devicePixelRatioF()))

    def drawable(self) -> bool:
        """Whether it can be seen."""
        return self.isVisible() and not self.window().isMinimized()

    def paint_now(self) -> None:
        """Paint at once, and only once: what the scene waits to have painted is painted with it."""
        before = self.paints
        self.viewport().update()
        QCoreApplication.sendPostedEvents(self.scene(), QEvent.Type.MetaCall)
        if self.paints == before:
            self.viewport().repaint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Count: tests and benchmarks ask how often."""
        self.paints += 1
        super().paintEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the x under the cursor."""
        super().mouseMoveEvent(event)
        point = self.box.mapFromScene(self.mapToScene(event.position().toPoint()))
        if self.box.rect().contains(point) and event.buttons() == Qt.MouseButton.NoButton:
            place = self.box.mapToView(point)
            self.cursor_y = float(place.y())
            self.hovered.emit(float(place.x()))
        else:
            self.hovered.emit(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go back to following the data."""
        event.accept()
        self.fit_requested.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor has left."""
        super().leaveEvent(event)
        self.hovered.emit(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer pixels want more or fewer points."""
        super().resizeEvent(event)
        if self._is_built:
            self.resized.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """What was not drawn while hidden is drawn now."""
        super().showEvent(event)
        self.became_visible.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget the cursor."""
        super().hideEvent(event)
        self.hovered.emit(None)
