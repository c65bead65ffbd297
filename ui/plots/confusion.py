"""The confusion matrix as a heat map: right answers on the diagonal, confusions beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from ui import theme
from ui.plots.theme import contrast, mix

LEAST, MOST = theme.UNIT, 11 * theme.UNIT
"""Sides of a cell, in pixels."""

NAME_WIDTH = 22 * theme.UNIT
GAP = theme.UNIT
FAINTEST = 0.12
"""Share of the colour in a cell that holds anything at all, so that one image is seen."""

Cell = tuple[int, int]

_MOVES = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class ConfusionMatrix(QWidget):
    """Cells to click; rows are true classes, columns what they are taken for.

    Signals:
        chosen: True class and the class that it is taken for.
    """

    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self._names: Sequence[str] = ()
        self._counts: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._cell: Cell | None = None
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_counts(self, counts: npt.NDArray[np.int64], names: Sequence[str]) -> None:
        """Shows a matrix (classes, classes), with no cell chosen."""
        self._counts, self._names, self._cell = counts, names, None
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0)
        self._label = min(NAME_WIDTH, widest) + 2 * GAP
        least = self._label + LEAST * len(names)
        self.setMinimumSize(QSize(least, least))
        self.update()

    @property
    def cell(self) -> Cell | None:
        """The chosen cell."""
        return self._cell

    def choose(self, true: int, predicted: int) -> None:
        """Chooses a cell, and says so."""
        self._cell = true, predicted
        self.setAccessibleDescription(self._words(self._cell))
        self.update()
        self.chosen.emit(true, predicted)

    def place(self, true: int, predicted: int) -> QRectF:
        """Where a cell is."""
        side = self._side
        top = self._top
        return QRectF(self._label + predicted * side, top + true * side, side, side)

    @property
    def _side(self) -> float:
        classes = max(1, len(self._names))
        room = min(self.width(), self.height()) - self._label
        return min(float(MOST), max(float(LEAST), room / classes))

    @property
    def _top(self) -> float:
        """Height of the names above: one line, or as wide as they are where they are turned."""
        return self._label if self._turned else self.fontMetrics().height() + 2.0 * GAP

    @property
    def _turned(self) -> bool:
        metrics = self.fontMetrics()
        return any(metrics.horizontalAdvance(name) > self._side - GAP for name in self._names)

    def _at(self, point: QPoint) -> Cell | None:
        column = math.floor((point.x() - self._label) / self._side)
        row = math.floor((point.y() - self._top) / self._side)
        classes = len(self._names)
        return (row, column) if 0 <= row < classes and 0 <= column < classes else None

    def _words(self, cell: Cell) -> str:
        true, predicted = cell
        count, there = int(self._counts[cell]), int(self._counts[true].sum())
        share = f"{100 * count / there:.1f} %" if there else self.tr("none")
        return self.tr("{} taken for {}: {} of {} images ({})").format(
            self._names[true], self._names[predicted], f"{count:,}", f"{there:,}", share
        )

    # --- input ---------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._at(event.position().toPoint())
        if cell is not None:
            self.choose(*cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = _MOVES.get(Qt.Key(event.key()))
        if move is None or not self._names:
            super().keyPressEvent(event)
            return
        last = len(self._names) - 1
        row, column = self._cell or (0, 0)
        self.choose(min(last, max(0, row + move[0])), min(last, max(0, column + move[1])))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self._at(event.pos())
            QToolTip.showText(event.globalPos(), self._words(cell) if cell else "", self)
            return True
        return super().event(event)

    # --- drawing -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._names:
            return
        painter = QPainter(self)
        self._paint_names(painter)
        seen = QRectF(event.rect())
        there = np.maximum(1, self._counts.sum(axis=1))
        for row, column in np.argwhere(self._counts).tolist():
            place = self.place(row, column)
            if place.intersects(seen):
                count = int(self._counts[row, column])
                self._paint_cell(painter, place, count, count / there[row], row == column)
        side, classes = self._side, len(self._names)
        painter.setPen(QPen(QColor(theme.tones().line), 1))
        painter.drawRect(QRectF(self._label, self._top, side * classes, side * classes))
        if self._cell is not None:
            painter.setPen(QPen(QColor(theme.tones().text), 2))
            painter.drawRect(self.place(*self._cell).adjusted(1, 1, -1, -1))

    def _paint_cell(
        self, painter: QPainter, place: QRectF, count: int, share: float, right: bool
    ) -> None:
        tones = theme.tones()
        # Few are confused in a good network: by the root, one image of a hundred is seen too.
        strength = FAINTEST + (1 - FAINTEST) * (share if right else math.sqrt(share))
        colour = mix(QColor(tones.base), QColor(tones.accent if right else tones.bad), strength)
        painter.fillRect(place.adjusted(0.5, 0.5, -0.5, -0.5), colour)
        text = f"{count:,}"
        metrics = painter.fontMetrics()
        if metrics.horizontalAdvance(text) > place.width() - 2 or metrics.ascent() > place.height():
            return
        choices = QColor(tones.text), QColor(tones.base)
        painter.setPen(max(choices, key=lambda choice: contrast(choice, colour)))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_names(self, painter: QPainter) -> None:
        metrics, side = painter.fontMetrics(), self._side
        every = max(1, math.ceil(metrics.height() / side))  # some of them, where cells are small
        painter.setPen(QColor(theme.tones().muted))
        room, right = self._label - 2 * GAP, Qt.AlignmentFlag.AlignRight
        middle = Qt.AlignmentFlag.AlignVCenter
        for number in range(0, len(self._names), every):
            name = metrics.elidedText(self._names[number], Qt.TextElideMode.ElideRight, round(room))
            centre = (number + 0.5) * side
            line = QRectF(0, self._top + centre - metrics.height() / 2, room, metrics.height())
            painter.drawText(line, right | middle, name)
            if self._turned:
                painter.save()
                painter.translate(self._label + centre, self._top - GAP)
                painter.rotate(-90)
                painter.drawText(QRectF(0, -metrics.height() / 2, room, metrics.height()),
                                 middle, name)  # fmt: skip
                painter.restore()
            else:
                above = QRectF(self._label + number * side, 0, side, self._top)
                painter.drawText(above, Qt.AlignmentFlag.AlignCenter, name)
