"""Horizontal bars with whiskers: how fast each of a few settings is, while it is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import theme
from ui.look.plain import tip

ROW, LEAST_ROW = 9 * theme.UNIT, 5 * theme.UNIT
BAR = 4 * theme.UNIT
GAP = 3 * theme.UNIT


@dataclass(frozen=True)
class RaceLane:
    """One setting.

    Attributes:
        label: Left of the bar.
        value: Its length; the axis begins at 0.
        low, high: Ends of the whisker.
        text: Right of the bar.
        is_best: Drawn in the accent.
        is_out: Left behind, or failed: drawn faintly.
    """

    label: str
    value: float
    low: float
    high: float
    text: str
    is_best: bool = False
    is_out: bool = False


class RacePlot(QWidget):
    """Bars below each other.

    Args:
        title: Above them: what their length is.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._lanes: Sequence[RaceLane] = ()
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    @property
    def lanes(self) -> Sequence[RaceLane]:
        """What is drawn."""
        return self._lanes

    def show_lanes(self, lanes: Sequence[RaceLane]) -> None:
        """Draws these."""
        self._lanes = lanes
        self.setAccessibleDescription("; ".join(f"{lane.label}: {lane.text}" for lane in lanes))
        told = (f"{lane.label}: {lane.text}" for lane in lanes if not lane.value)
        self.setToolTip(tip("\n".join(told)))
        self.updateGeometry()
        self.update()

    @property
    def row(self) -> float:
        """Height of a bar with its space; the rows close up where there is little room."""
        return min(float(ROW), self.height() / (len(self._lanes) + 1))

    def sizeHint(self) -> QSize:
        return QSize(160 * theme.UNIT, (len(self._lanes) + 1) * ROW)

    def minimumSizeHint(self) -> QSize:
        return QSize(80 * theme.UNIT, (len(self._lanes) + 1) * LEAST_ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(theme.tones().text))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, self.width(), self.row), middle, self._title)
        metrics = QFontMetricsF(bold)
        labels = max((metrics.horizontalAdvance(lane.label) for lane in self._lanes), default=0.0)
        # Why one failed may take the room of the bar that it doesn't have.
        figures = [lane.text for lane in self._lanes if lane.value]
        texts = max((metrics.horizontalAdvance(text) for text in figures), default=0.0)
        room = max(10.0, self.width() - labels - texts - 2 * GAP)
        farthest = max((max(lane.high, lane.value) for lane in self._lanes), default=0.0)
        for number, lane in enumerate(self._lanes):
            place = QRectF(0, (number + 1) * self.row, self.width(), self.row)
            scale = room / farthest if farthest > 0 else 0.0
            painter.setFont(bold if lane.is_best else self.font())
            self._paint_lane(painter, lane, place, labels, scale)

    def _paint_lane(
        self, painter: QPainter, lane: RaceLane, place: QRectF, labels: float, scale: float
    ) -> None:
        tones = theme.tones()
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tones.muted if lane.is_out else tones.text))
        painter.drawText(place, middle, lane.label)
        left, centre = labels + GAP, place.center().y()
        bar = QRectF(left, centre - BAR / 2, lane.value * scale, BAR)
        colour = tones.accent if lane.is_best else tones.edge if lane.is_out else tones.faint
        painter.fillRect(bar, QColor(colour))
        painter.setPen(QPen(QColor(tones.text), 1))
        if lane.high > lane.low:
            low, high = left + lane.low * scale, left + lane.high * scale
            painter.drawLine(QPointF(low, centre), QPointF(high, centre))
            for x in (low, high):
                painter.drawLine(QPointF(x, centre - 3), QPointF(x, centre + 3))
        painter.setPen(QColor(tones.muted if lane.is_out else tones.text))
        end = left + (max(lane.value, lane.high) * scale + GAP if lane.value else 0)
        room = QRectF(end, place.top(), place.right() - end, place.height())
        metrics = QFontMetricsF(painter.font())
        text = metrics.elidedText(lane.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle, text)
