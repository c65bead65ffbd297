"""Bars of runs or groups with their deviations, one below the other; click picks one.

Only what is in sight is painted: there may be as many bars as runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from ui.look import theme
from workbench.base.text import tr

ROW = 7 * theme.UNIT
BAR = 4 * theme.UNIT
GAP = 3 * theme.UNIT
DOT = 2.0 * theme.UNIT
LABELS = 0.34
"""The most of the width that labels take."""


MEASURED = 50
"""Bars whose words are measured, and told to screen readers."""


@dataclass(frozen=True)
class RunBar:
    """One bar.

    Attributes:
        label: Left of it.
        value: Its length.
        low, high: Ends of the whisker; the same for none.
        text: Right of it.
        colour: Of the run, or of the oldest one of the group.
        is_chosen: Whether its runs are selected.
    """

    label: str
    value: float
    low: float
    high: float
    text: str
    colour: QColor
    is_chosen: bool = False


@dataclass(frozen=True)
class LazyBars(Sequence[RunBar]):
    """Bars that are made when they come in sight: there may be as many as runs.

    Attributes:
        total: How many there are.
        make: Gives the bar of a number.
        longest: Of their labels.
    """

    total: int
    make: Callable[[int], RunBar]
    longest: str = ""

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, number: int) -> RunBar: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[RunBar]: ...
    def __getitem__(self, number: int | slice) -> RunBar | Sequence[RunBar]:
        if isinstance(number, slice):
            return [self.make(each) for each in range(*number.indices(self.total))]
        return self.make(range(self.total)[number])


class RunBars(QScrollArea):
    """The bars.

    Signals:
        picked: A bar was clicked, or chosen with Return; its number.
    """

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.canvas = _Canvas(self)
        self.setWidget(self.canvas)
        self.setWidgetResizable(True)
        for part in (self.canvas, self.viewport()):
            part.setAutoFillBackground(False)  # the page's colour shows through
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def bars(self) -> LazyBars:
        """What is drawn, from the top down."""
        return self.canvas.bars

    def show_bars(self, title: str, bars: LazyBars, axis: tuple[float, float]) -> None:
        """Draws these.

        Args:
            title: What screen readers call them.
            bars: From the top down.
            axis: Values at its ends; where it begins at 0 they are bars, else dots.
        """
        self.canvas.show_bars(title, bars, axis)


class _Canvas(QWidget):
    def __init__(self, area: RunBars) -> None:
        super().__init__()
        self._area = area
        self.bars = LazyBars(0, _none)
        self._axis = 0.0, 1.0
        self._current = -1
        self._widths = 0.0, 0.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setToolTip(tr("Click a bar (or Return) to select its runs in the table"))

    def show_bars(self, title: str, bars: LazyBars, axis: tuple[float, float]) -> None:
        self.bars, self._axis = bars, axis
        self._current = min(self._current, len(bars) - 1)
        metrics = QFontMetricsF(self.font())
        first = bars[:MEASURED]
        texts = max((metrics.horizontalAdvance(bar.text) for bar in first), default=0.0)
        self._widths = metrics.horizontalAdvance(bars.longest), 1.1 * texts
        self.setAccessibleName(title)
        self.setAccessibleDescription("; ".join(f"{b.label}: {b.text}" for b in first))
        self.setMinimumHeight(len(bars) * ROW + GAP)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160 * theme.UNIT, len(self.bars) * ROW + GAP)

    def _room(self) -> tuple[float, float]:
        """Where bars begin, and how long the longest is."""
        left = GAP + min(self._widths[0], LABELS * self.width()) + GAP
        return left, max(10.0, self.width() - left - self._widths[1] - 2 * GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first = max(0, event.rect().top() // ROW)
        last = min(len(self.bars), event.rect().bottom() // ROW + 1)
        left, room = self._room()
        painter.setPen(QPen(QColor(theme.tones().line), 1))
        if self.bars:
            painter.drawLine(QPointF(left, 0), QPointF(left, len(self.bars) * ROW))
        for number in range(first, last):
            self._paint_bar(painter, number, left, room)

    def _paint_bar(self, painter: QPainter, number: int, left: float, room: float) -> None:
        tones, bar = theme.tones(), self.bars[number]
        place = QRectF(0, number * ROW, self.width(), ROW)
        if bar.is_chosen:
            painter.fillRect(place, QColor(tones.selection))
        if self.hasFocus() and number == self._current:
            painter.setPen(QPen(QColor(tones.accent), 1))
            painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
        middle = Qt.AlignmentFlag.AlignVCenter
        metrics = QFontMetricsF(self.font())
        painter.setPen(QColor(tones.text))
        words = metrics.elidedText(bar.label, Qt.TextElideMode.ElideMiddle, left - 2 * GAP)
        painter.drawText(place.adjusted(GAP, 0, 0, 0), middle, words)
        low, high = self._axis
        scale = room / ((high - low) or 1.0)
        centre, end = place.center().y(), left + (bar.value - low) * scale
        if low == 0.0:
            painter.fillRect(QRectF(left, centre - BAR / 2, end - left, BAR), bar.colour)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(bar.colour)
            painter.drawEllipse(QPointF(end, centre), DOT / 2 + 1, DOT / 2 + 1)
        if bar.high > bar.low:
            ends = [left + max(0.0, (value - low) * scale) for value in (bar.low, bar.high)]
            # On an edge of the background's colour: a bar may be as dark as the whisker.
            for colour, wide in ((tones.base, 3), (tones.text, 1)):
                painter.setPen(QPen(QColor(colour), wide))
                painter.drawLine(QPointF(ends[0], centre), QPointF(ends[1], centre))
                for x in ends:
                    painter.drawLine(QPointF(x, centre - 4), QPointF(x, centre + 4))
            end = max(end, ends[1])
        painter.setPen(QColor(tones.muted))
        painter.drawText(place.adjusted(end + GAP, 0, 0, 0), middle, bar.text)

    # --- what a person does --------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = int(event.position().y()) // ROW
        if event.button() == Qt.MouseButton.LeftButton and 0 <= number < len(self.bars):
            self._current = number
            self._area.picked.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps and self.bars:
            self._current = max(0, min(len(self.bars) - 1, self._current + steps[key]))
            self._area.ensureVisible(0, self._current * ROW + ROW // 2, 0, ROW)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self._area.picked.emit(self._current)
        else:
            super().keyPressEvent(event)


def _none(number: int) -> RunBar:
    raise IndexError(number)
