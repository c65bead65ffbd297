"""A small histogram, drawn with the palette: how values spread between the least and greatest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.look import theme
from workbench.base.text import tr

SIZE = QSize(60 * theme.UNIT, 12 * theme.UNIT)


class Histogram(QWidget):
    """Bars without an axis; a line stands at zero where it lies inside.

    Args:
        counts: In equal steps.
        low, high: Where the first begins and the last ends.
    """

    def __init__(self, counts: Sequence[int], low: float, high: float) -> None:
        super().__init__()
        self._counts, self._low, self._high = counts, low, high
        self.setMinimumSize(SIZE)
        self.setAccessibleName(
            tr("Histogram from {low} to {high}", low=f"{low:.3g}", high=f"{high:.3g}")
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        inside = QRectF(self.rect()).adjusted(0, 2, 0, -1)
        highest = max(max(self._counts, default=0), 1)
        width = inside.width() / max(len(self._counts), 1)
        for number, count in enumerate(self._counts):
            height = inside.height() * count / highest
            left = inside.left() + number * width
            bar = QRectF(left, inside.bottom() - height, max(width - 1, 1), height)
            painter.fillRect(bar, QColor(theme.tones().accent))
        painter.setPen(QPen(QColor(theme.tones().edge), 1))
        painter.drawLine(inside.bottomLeft(), inside.bottomRight())
        if self._low < 0 < self._high:
            zero = inside.left() + inside.width() * -self._low / (self._high - self._low)
            painter.drawLine(round(zero), round(inside.top()), round(zero), round(inside.bottom()))
