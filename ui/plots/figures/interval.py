"""A difference with its interval on a line, against zero; the differences of pairs above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import theme

DOT = 3.0
MARGIN = 12 * theme.UNIT
"""Room beside the ends for their numbers."""

ROOM = 24 * theme.UNIT
"""What is narrower holds no name: it is left out, as the other side tells the direction."""


@dataclass(frozen=True)
class Interval:
    """What is drawn.

    Attributes:
        low, middle, high: The interval and the difference.
        texts: Of these three.
        pairs: Differences of pairs.
        left, right: What it means to lie on that side of zero.
        is_shown: Whether chance alone is an unlikely cause.
    """

    low: float
    middle: float
    high: float
    texts: tuple[str, str, str]
    pairs: Sequence[float]
    left: str
    right: str
    is_shown: bool


class IntervalPlot(QWidget):
    """Draws one interval.

    Args:
        name: For screen readers.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._interval: Interval | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120 * theme.UNIT, round(6 * QFontMetricsF(self.font()).height()))

    @property
    def interval(self) -> Interval | None:
        """What is drawn, or None."""
        return self._interval

    def show_interval(self, interval: Interval | None) -> None:
        """Draws this."""
        self._interval = interval
        self.setAccessibleDescription(" – ".join(interval.texts) if interval is not None else "")
        self.update()

    def place_of(self, value: float) -> float:
        """Where a value lies, in pixels."""
        interval = self._interval
        assert interval is not None
        ends = [0.0, interval.low, interval.high, *interval.pairs]
        low, span = min(ends), (max(ends) - min(ends)) or 1.0
        return MARGIN + (self.width() - 2 * MARGIN) * (value - low) / span

    def paintEvent(self, event: QPaintEvent) -> None:
        interval = self._interval
        if interval is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QFontMetricsF(self.font()).height()
        self._paint_zero(painter, interval, line)
        self._paint_pairs(painter, interval, 2.0 * line)
        self._paint_interval(painter, interval, 3.2 * line, line)

    def _paint_zero(self, painter: QPainter, interval: Interval, line: float) -> None:
        """The line of no difference, and what lies on either side of it."""
        x, tones = self.place_of(0.0), theme.tones()
        painter.setPen(QPen(QColor(tones.edge), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, 1.3 * line), QPointF(x, 4.0 * line))
        painter.setPen(QColor(tones.muted))
        align = Qt.AlignmentFlag
        left = QRectF(0, 0, x - 2 * theme.UNIT, line)
        right = QRectF(x + 2 * theme.UNIT, 0, self.width() - x - 2 * theme.UNIT, line)
        metrics = QFontMetricsF(self.font())
        for place, text, side in (
            (left, interval.left, align.AlignRight),
            (right, interval.right, align.AlignLeft),
        ):
            if place.width() >= min(metrics.horizontalAdvance(text), ROOM):
                short = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, place.width())
                painter.drawText(place, side | align.AlignVCenter, short)

    def _paint_pairs(self, painter: QPainter, interval: Interval, y: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        colour = QColor(theme.tones().muted)
        colour.setAlphaF(0.7)
        painter.setBrush(colour)
        for value in interval.pairs:
            painter.drawEllipse(QPointF(self.place_of(value), y), DOT, DOT)

    def _paint_interval(self, painter: QPainter, interval: Interval, y: float, line: float) -> None:
        tones = theme.tones()
        colour = QColor(tones.accent if interval.is_shown else tones.muted)
        low, middle, high = (
            self.place_of(v) for v in (interval.low, interval.middle, interval.high)
        )
        painter.setPen(QPen(colour, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(low, y), QPointF(high, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(middle, y), 2 * DOT, 2 * DOT)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        widths = [QFontMetricsF(bold).horizontalAdvance(text) for text in interval.texts]
        for x, text, width, is_middle in zip(
            (low, middle, high), interval.texts, widths, (False, True, False), strict=True
        ):
            near = not is_middle and abs(x - middle) < (width + widths[1]) / 2 + 2 * theme.UNIT
            if near:  # its number would lie on that of the middle
                continue
            painter.setFont(bold if is_middle else self.font())
            painter.setPen(QColor(tones.text if is_middle else tones.muted))
            place = QRectF(x - width / 2 - 1, y + 0.8 * line, width + 2, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
