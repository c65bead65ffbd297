"""The confusion matrix as a heat map: right answers on the diagonal, confusions beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip, QWidget

from ui.look import theme
from ui.look.plain import tip
from ui.plots.theme import contrast, mix
from workbench.base import units
from workbench.base.text import tr
from workbench.evaluation.classification import depths

LEAST, MOST = theme.UNIT, 11 * theme.UNIT
"""Sides of a cell, in pixels."""

NAME_WIDTH = 22 * theme.UNIT
GAP = theme.UNIT
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
        self._label = 0
        self.setAccessibleName(tr("Confusion matrix"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_counts(self, counts: npt.NDArray[np.int64], names: Sequence[str]) -> None:
        """Shows a matrix (classes, classes), with no cell chosen."""
        self._counts, self._names, self._cell = counts, names, None
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name in names), default=0)
        self._label = min(NAME_WIDTH, widest) + 4 * GAP
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
        """Of a cell: as large as there is room, names turned only where they don't fit else."""
        flat = self._side_below(self._line)
        widest = self._label - 4 * GAP
        return flat if widest <= flat - GAP else self._side_below(self._label)

    def _side_below(self, top: float) -> float:
        room = min(self.width() - self._label, self.height() - top - 1)
        return min(float(MOST), max(float(LEAST), room / max(1, len(self._names))))

    @property
    def _line(self) -> float:
        """Height of names that aren't turned."""
        return self.fontMetrics().height() + 2.0 * GAP

    @property
    def _turned(self) -> bool:
        return self._label - 4 * GAP > self._side - GAP

    @property
    def _top(self) -> float:
        return float(self._label) if self._turned else self._line

    def _at(self, point: QPoint) -> Cell | None:
        column = math.floor((point.x() - self._label) / self._side)
        row = math.floor((point.y() - self._top) / self._side)
        classes = len(self._names)
        return (row, column) if 0 <= row < classes and 0 <= column < classes else None

    def _words(self, cell: Cell) -> str:
        true, predicted = cell
        count, there = int(self._counts[cell]), int(self._counts[true].sum())
        share = units.percent(count / there, 1) if there else tr("none")
        return tr(
            "{true} taken for {predicted}: {count} of {images} images ({share})",
            true=self._names[true],
            predicted=self._names[predicted],
            count=f"{count:,}",
            images=f"{there:,}",
            share=share,
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
            QToolTip.showText(event.globalPos(), tip(self._words(cell)) if cell else "", self)
            return True
        return super().event(event)

    # --- drawing -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._names:
            return
        painter = QPainter(self)
        self._paint_names(painter)
        side, classes = self._side, len(self._names)
        square = QRectF(self._label, self._top, side * classes, side * classes)
        painter.drawImage(square, self._heat())
        if side > painter.fontMetrics().height():
            self._paint_counts(painter, QRectF(event.rect()))
        painter.setPen(QPen(QColor(theme.tones().line), 1))
        painter.drawRect(square)
        if self._cell is not None:
            painter.setPen(QPen(QColor(theme.tones().text), 2))
            painter.drawRect(self.place(*self._cell).adjusted(1, 1, -1, -1))

    def _heat(self) -> QImage:
        """A pixel a cell: a thousand classes have a million of them."""
        tones = theme.tones()
        colours = (QColor(tone) for tone in (tones.base, tones.accent, tones.bad))
        base, right, wrong = (np.array([c.red(), c.green(), c.blue()]) for c in colours)
        classes = len(self._counts)
        on_diagonal = np.eye(classes, dtype=np.bool_).reshape(classes, classes, 1)
        strengths = depths(self._counts).reshape(classes, classes, 1)
        pixels = np.round(base + strengths * (np.where(on_diagonal, right, wrong) - base))
        shape = classes, classes, 3 * classes
        return QImage(pixels.astype(np.uint8).tobytes(), *shape, QImage.Format.Format_RGB888).copy()

    def _paint_counts(self, painter: QPainter, seen: QRectF) -> None:
        """The numbers in the cells, and lines between the cells; both where there is room."""
        tones, strengths = theme.tones(), depths(self._counts)
        metrics = painter.fontMetrics()
        turning = {True: _turning_point(tones.accent), False: _turning_point(tones.bad)}
        for row, column in np.argwhere(self._counts).tolist():
            place = self.place(row, column)
            text = f"{self._counts[row, column]:,}"
            if not place.intersects(seen):
                continue
            painter.setPen(QColor(tones.base))
            painter.drawRect(place)
            if metrics.horizontalAdvance(text) <= place.width() - 2:
                deep = strengths[row, column] > turning[row == column]
                painter.setPen(QColor(tones.base if deep else tones.text))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_names(self, painter: QPainter) -> None:
        metrics, side = painter.fontMetrics(), self._side
        every = max(1, math.ceil(metrics.height() / side))  # some of them, where cells are small
        painter.setPen(QColor(theme.tones().muted))
        room, right = self._label - 4 * GAP, Qt.AlignmentFlag.AlignRight
        middle = Qt.AlignmentFlag.AlignVCenter
        for number in range(0, len(self._names), every):
            name = metrics.elidedText(self._names[number], Qt.TextElideMode.ElideRight, round(room))
            centre = (number + 0.5) * side
            line = QRectF(
                2 * GAP, self._top + centre - metrics.height() / 2, room, metrics.height()
            )
            painter.drawText(line, right | middle, name)
            if self._turned:
                painter.save()
                painter.translate(self._label + centre, self._top - GAP)
                painter.rotate(-90)
                painter.drawText(
                    QRectF(0, -metrics.height() / 2, room, metrics.height()), middle, name
                )
                painter.restore()
            else:
                above = QRectF(self._label + number * side, 0, side, self._top)
                painter.drawText(above, Qt.AlignmentFlag.AlignCenter, name)


def _turning_point(tone: str) -> float:
    """From which share of a colour on words are read better in the colour of the background."""
    tones = theme.tones()
    base, text = QColor(tones.base), QColor(tones.text)
    shades = ((step / 20, mix(base, QColor(tone), step / 20)) for step in range(21))
    return next((at for at, shade in shades if contrast(base, shade) > contrast(text, shade)), 1.0)
