"""A waterfall on the screen: from the baseline, lever by lever, to all of them together."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.look import theme
from ui.plots.ticks import TickKind, linear_ticks, log_ticks, tick_text
from workbench.base.text import joined, tr
from workbench.curves.looks import CYCLE
from workbench.figures.waterfall.numbers import (
    PlacedStep,
    along,
    placed,
    rows_of,
    span_of,
)
from workbench.figures.waterfall.settings import WaterfallFigure

ROW = 7 * theme.UNIT
BAR = 4 * theme.UNIT
GAP = 3 * theme.UNIT
AXIS = 11 * theme.UNIT
"""Below the rows: ticks, and the title of the axis."""

LABELS = 0.3
"""The most of the width that labels take."""

EDGE = 2 * theme.UNIT
"""Kept free at both ends of the axis: a mark reaches beyond its place."""

DOT, POINTER = 5.0, 4.0
SPACING = 90.0
"""Pixels between two ticks."""

MARKS = {"gain": CYCLE[0], "loss": CYCLE[1]}


class WaterfallPlot(QWidget):
    """Draws one waterfall.

    Args:
        name: For screen readers.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._figure: WaterfallFigure | None = None
        self._steps: tuple[PlacedStep, ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def figure(self) -> WaterfallFigure | None:
        """What is drawn, or None."""
        return self._figure

    def show_figure(self, figure: WaterfallFigure | None) -> None:
        """Draws this."""
        self._figure = figure
        self._steps = placed(figure) if figure is not None else ()
        self.setAccessibleDescription(
            joined(
                "; ", (tr("{lever}: {by}", lever=label, by=words) for label, words in self._rows)
            )
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160 * theme.UNIT, len(self._rows) * ROW + AXIS)

    def minimumSizeHint(self) -> QSize:
        return QSize(80 * theme.UNIT, self.sizeHint().height())

    @property
    def _rows(self) -> tuple[tuple[str, str], ...]:
        """Label and words of each row."""
        return rows_of(self._figure) if self._figure is not None else ()

    # --- places --------------------------------------------------------------------------------

    def place_of(self, value: float) -> float:
        """Where a value of the axis lies, in pixels."""
        low, high = (along(self._shown, end) for end in span_of(self._shown))
        left, room = self._room
        return left + room * (along(self._shown, value) - low) / ((high - low) or 1.0)

    @property
    def _shown(self) -> WaterfallFigure:
        assert self._figure is not None
        return self._figure

    @property
    def _room(self) -> tuple[float, float]:
        """Where the axis begins, and how long it is."""
        metrics = QFontMetricsF(self._bold)
        labels = max(metrics.horizontalAdvance(label) for label, _ in self._rows)
        left = min(labels, LABELS * self.width()) + GAP + EDGE
        return left, max(40.0, self.width() - left - EDGE - GAP - self._words_width)

    @property
    def _words_width(self) -> float:
        metrics = QFontMetricsF(self._bold)
        return max(metrics.horizontalAdvance(words) for _, words in self._rows)

    @property
    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font

    # --- ink -----------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._figure is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows = self._rows
        self._paint_axis(painter, len(rows) * ROW)
        ends = [self._shown.start, *(step.end for step in self._steps)]
        painter.setPen(QPen(QColor(theme.tones().edge), 1))
        for number, end in enumerate(ends):
            x = self.place_of(end)
            painter.drawLine(QPointF(x, _middle(number)), QPointF(x, _middle(number + 1)))
        for number, step in enumerate(self._steps, 1):
            self._paint_step(painter, step, _middle(number))
        for number, end in ((0, ends[0]), (len(rows) - 1, ends[-1])):
            self._paint_dot(painter, QPointF(self.place_of(end), _middle(number)))
        for number, (label, words) in enumerate(rows):
            is_end = number in (0, len(rows) - 1)
            self._paint_words(painter, label, words, number, is_end=is_end)

    def _paint_axis(self, painter: QPainter, bottom: float) -> None:
        tones, figure = theme.tones(), self._shown
        low, high = (along(figure, end) for end in span_of(figure))
        if high <= low:
            return
        left, room = self._room
        line = QFontMetricsF(self.font()).height()
        find = log_ticks if figure.multiplies else linear_ticks
        distance, ticks = find(low, high, room / SPACING)
        for tick in ticks:
            value = 10.0**tick if figure.multiplies else tick
            x = left + room * (tick - low) / (high - low)
            painter.setPen(QPen(QColor(tones.line), 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, bottom))
            step = value if figure.multiplies else distance
            painter.setPen(QColor(tones.muted))
            place = QRectF(x - SPACING / 2, bottom + 2, SPACING, line)
            words = tick_text(value, step, TickKind.NUMBER)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
        painter.setPen(QColor(tones.muted))
        place = QRectF(0, bottom + 2 + line, 2 * left + room, line)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, figure.title)

    def _paint_step(self, painter: QPainter, step: PlacedStep, middle: float) -> None:
        tones = theme.tones()
        first, last = sorted((self.place_of(step.start), self.place_of(step.end)))
        bar = QRectF(first, middle - BAR / 2, max(last - first, 1.0), BAR)
        mark = step.step.mark
        painter.fillRect(bar, QColor(tones.base if mark == "together" else tones.faint))
        if mark == "together":
            painter.fillRect(bar, QBrush(QColor(tones.edge), Qt.BrushStyle.BDiagPattern))
            painter.setPen(QPen(QColor(tones.edge), 1))
            painter.drawRect(bar)
        elif mark in MARKS:
            painter.fillRect(bar, QColor(MARKS[mark] or tones.text))
        if step.low is not None and step.high is not None:
            ends = [self.place_of(step.low), self.place_of(step.high)]
            # On an edge of the background's color: a bar may be as dark as the whisker.
            for color, wide in ((tones.base, 3), (tones.text, 1)):
                painter.setPen(QPen(QColor(color), wide))
                painter.drawLine(QPointF(ends[0], middle), QPointF(ends[1], middle))
                for x in ends:
                    painter.drawLine(QPointF(x, middle - 4), QPointF(x, middle + 4))
        for place, side in ((step.alone, 1), (step.last, -1)):
            if place is not None:
                tip = QPointF(self.place_of(place), middle + side * (BAR / 2 - 1))
                self._paint_pointer(painter, tip, side)

    def _paint_pointer(self, painter: QPainter, tip: QPointF, side: int) -> None:
        """A triangle that points at the bar from below (alone) or from above (last out)."""
        tones = theme.tones()
        foot = tip.y() + side * 1.5 * POINTER
        corners = [
            tip,
            QPointF(tip.x() - POINTER, foot),
            QPointF(tip.x() + POINTER, foot),
        ]
        painter.setPen(QPen(QColor(tones.text), 1))
        painter.setBrush(QColor(tones.base))
        painter.drawPolygon(QPolygonF(corners))

    def _paint_dot(self, painter: QPainter, at: QPointF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tones().text))
        corners = [
            QPointF(at.x() + x, at.y() + y) for x, y in ((DOT, 0), (0, DOT), (-DOT, 0), (0, -DOT))
        ]
        painter.drawPolygon(QPolygonF(corners))

    def _paint_words(
        self, painter: QPainter, label: str, words: str, number: int, *, is_end: bool
    ) -> None:
        """The name on the left, and on the right how much it is."""
        align = Qt.AlignmentFlag
        font = self._bold if is_end else self.font()
        painter.setFont(font)
        painter.setPen(QColor(theme.tones().text))
        place = QRectF(0, number * ROW, LABELS * self.width(), ROW)
        short = QFontMetricsF(font).elidedText(label, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, align.AlignLeft | align.AlignVCenter, short)
        wide = self._words_width
        place = QRectF(self.width() - wide, number * ROW, wide, ROW)
        painter.drawText(place, align.AlignLeft | align.AlignVCenter, words)
        painter.setFont(self.font())


def _middle(number: int) -> float:
    """The middle of a row."""
    return (number + 0.5) * ROW
