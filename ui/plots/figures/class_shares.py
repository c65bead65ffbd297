"""Bars of class probabilities, from 0 to 1: what a network takes an image for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.look import theme
from workbench.base import units
from workbench.base.text import isolated, tr

ROW = 5 * theme.UNIT
GAP = 2 * theme.UNIT
MOST = 10
"""Classes that are shown; where there are more, the likeliest of them."""

NAME_WIDTH = 28.0 * theme.UNIT
MIDDLE = Qt.AlignmentFlag.AlignVCenter


class ClassShares(QWidget):
    """A bar a class, the likeliest in the accent, the right one marked where it is known."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[int, str, float]] = []
        self._best, self._label = -1, -1
        self.setAccessibleName(tr("Class probabilities"))
        self.setToolTip(tr("What the network takes the image for; the shares add up to 100 %"))
        self.setMinimumWidth(52 * theme.UNIT)

    def sizeHint(self) -> QSize:
        return QSize(64 * theme.UNIT, MOST * ROW)

    def show_shares(self, names: Sequence[str], shares: Sequence[float], label: int | None) -> None:
        """Shows a share for each class, in the order of the classes.

        Args:
            names: Of the classes.
            shares: Of each.
            label: Number of the right class, where it is known.
        """
        best = sorted(range(len(shares)), key=lambda number: -shares[number])[:MOST]
        self.rows = [(number, names[number], shares[number]) for number in sorted(best)]
        self._best, self._label = best[0], -1 if label is None else label
        self.setFixedHeight(len(self.rows) * ROW)
        told = (f"{isolated(name)}: {units.percent(share)}" for _, name, share in self.rows)
        self.setAccessibleDescription("; ".join(told))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        metrics = QFontMetricsF(bold)
        mark = metrics.horizontalAdvance("✓ ")
        widest = max((metrics.horizontalAdvance(name) for _, name, _ in self.rows), default=0.0)
        left = mark + min(NAME_WIDTH, widest) + GAP
        right = metrics.horizontalAdvance("100.00 %") + GAP
        room = max(10.0, self.width() - left - right)
        tones = theme.tones()
        for line, (number, name, share) in enumerate(self.rows):
            place = QRectF(0, line * ROW, self.width(), ROW)
            painter.setFont(bold if number == self._best else self.font())
            painter.setPen(QColor(tones.text))
            if number == self._label:
                painter.drawText(place, MIDDLE, "✓")
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, NAME_WIDTH)
            painter.drawText(place.adjusted(mark, 0, 0, 0), MIDDLE, elided)
            bar = QRectF(left, place.top() + 2, room * share, ROW - theme.UNIT)
            painter.fillRect(bar, QColor(tones.accent if number == self._best else tones.faint))
            text = QRectF(self.width() - right, place.top(), right, ROW)
            painter.drawText(text, MIDDLE | Qt.AlignmentFlag.AlignRight, units.percent(share))
