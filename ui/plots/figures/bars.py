"""Bars with their labels: one figure for each of a few settings that were tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.look import theme

GAP = 0.35
"""Share of a bar's place that stays empty."""

WIDEST = 18 * theme.UNIT


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        label: Under it.
        value: Its height; the axis begins at 0.
        text: Above it.
        is_chosen: Drawn in the accent.
    """

    label: str
    value: float
    text: str
    is_chosen: bool = False


class BarChart(QWidget):
    """Bars side by side.

    Args:
        title: Above them: what their height is.
        x_title: Below them.
    """

    def __init__(self, title: str, x_title: str) -> None:
        super().__init__()
        self._title, self._x_title = title, x_title
        self._bars: Sequence[Bar] = ()
        self._places = 1
        self.setMinimumHeight(40 * theme.UNIT)
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        return QSize(120 * theme.UNIT, 64 * theme.UNIT)

    @property
    def bars(self) -> Sequence[Bar]:
        """What is drawn."""
        return self._bars

    def show_bars(self, bars: Sequence[Bar], places: int = 0) -> None:
        """Draws these; room is kept for `places`."""
        self._bars, self._places = bars, max(places, len(bars), 1)
        self.setAccessibleDescription("; ".join(f"{b.label}: {b.text}" for b in bars))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tones = theme.tones()
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        line = QFontMetricsF(bold).height()
        inside = QRectF(self.rect()).adjusted(0, 2.5 * line, 0, -2.5 * line)
        painter.setFont(bold)
        painter.setPen(QColor(tones.text))
        painter.drawText(QPointF(0, QFontMetricsF(bold).ascent()), self._title)
        painter.setFont(self.font())
        painter.setPen(QColor(tones.muted))
        below = QRectF(inside.left(), self.height() - line, inside.width(), line)
        width = min(inside.width() / self._places, WIDEST)
        used = QRectF(below.left(), below.top(), width * self._places, line)
        painter.drawText(used, Qt.AlignmentFlag.AlignCenter, self._x_title)
        painter.setPen(QPen(QColor(tones.edge), 1))
        painter.drawLine(inside.bottomLeft(), QPointF(used.right(), inside.bottom()))
        highest = max((bar.value for bar in self._bars), default=0.0)
        for number, bar in enumerate(self._bars):
            height = inside.height() * bar.value / highest if highest > 0 else 0.0
            place = QRectF(number * width, inside.bottom() - height, width, height)
            self._paint_bar(painter, bar, place, line)

    def _paint_bar(self, painter: QPainter, bar: Bar, place: QRectF, line: float) -> None:
        tones = theme.tones()
        margin = place.width() * GAP / 2
        colour = QColor(tones.accent if bar.is_chosen else tones.faint)
        painter.fillRect(place.adjusted(margin, 0, -margin, 0), colour)
        painter.setPen(QColor(tones.text if bar.is_chosen else tones.muted))
        over = QRectF(place.left(), place.top() - line, place.width(), line)
        under = QRectF(place.left(), place.bottom() + 2, place.width(), line)
        painter.drawText(over, Qt.AlignmentFlag.AlignCenter, bar.text)
        painter.drawText(under, Qt.AlignmentFlag.AlignCenter, bar.label)
