"""Tick values and their texts, and the pyqtgraph axis that shows them.

Pure functions and one axis live here. Data and colours of runs never may.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

import pyqtgraph as pg  # isort: skip  (after PySide6, whose binding it then takes)

from workbench.base import units
from workbench.runs.quantities import Kind


class TickKind(Enum):
    """What a number is, and so how it is written."""

    NUMBER = "number"
    SHARE = "share"
    """A fraction that is written in per cent."""
    RATE = "rate"
    """Four significant digits, for what can be very small (learning rate)."""
    COUNT = "count"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    BYTES = "bytes"
    JOULES = "joules"


_OF_KINDS = {
    Kind.NUMBER: TickKind.RATE,
    Kind.COUNT: TickKind.COUNT,
    Kind.SHARE: TickKind.SHARE,
    Kind.SECONDS: TickKind.SECONDS,
    Kind.MILLISECONDS: TickKind.MILLISECONDS,
    Kind.BYTES: TickKind.BYTES,
    Kind.JOULES: TickKind.JOULES,
}


def quantity_of(kind: Kind) -> TickKind:
    """How the ticks of an axis are written that shows a column of this kind."""
    return _OF_KINDS.get(kind, TickKind.NUMBER)


_UNITS = {TickKind.SECONDS: " s", TickKind.MILLISECONDS: " ms"}
_PREFIXED: dict[TickKind, Callable[[float], str]] = {
    TickKind.BYTES: units.size,
    TickKind.JOULES: units.energy,
}
"""With a unit that fits the size of the number."""

_TEXT_OFFSET = 6.0
"""Pixels between an axis and its texts."""

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TOP = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop

PREFIXED_DIGITS = 1e-3
"""Ticks that lie closer, as a part of their value, would read the same in three digits."""


def step_between(low: float, high: float, count: float, least: float = 0.0) -> float:
    """A round distance (1, 2 or 5 times a power of ten) that gives about `count` ticks.

    Args:
        low: The lower end.
        high: The upper.
        count: Of ticks.
        least: No distance is shorter.
    """
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return 1.0
    rough = span / max(count, 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 5) if m * power >= rough * 0.999), 10 * power)
    return max(step, least)


def linear_ticks(
    low: float, high: float, count: float, least: float = 0.0
) -> tuple[float, list[float]]:
    """The distance of the ticks, and the ticks from `low` to `high`; as `step_between`."""
    step = step_between(low, high, count, least)
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return step, [index * step for index in range(first, min(last, first + 100) + 1)]


def log_ticks(low: float, high: float, count: float) -> tuple[float, list[float]]:
    """Ticks for logarithms: decades, with 2 and 5 between them where there is room."""
    decades = high - low
    if decades < 0.5:
        # Too narrow for decades: round values on the linear scale instead.
        step, values = linear_ticks(10.0**low, 10.0**high, count)
        return step, [math.log10(value) for value in values if value > 0]
    every = max(1, math.ceil(decades / max(count, 1.0)))
    marks = (1, 2, 5) if decades * 3 <= count + 1 else (1,)
    ticks = [
        power + math.log10(mark)
        for power in range(math.floor(low), math.ceil(high) + 1)
        if power % every == 0
        for mark in marks
    ]
    return float(every), [tick for tick in ticks if low - 1e-9 <= tick <= high + 1e-9]


def tick_text(value: float, step: float, quantity: TickKind) -> str:
    """A tick: only as many decimals as the distance to the next one needs."""
    prefixed = _PREFIXED.get(quantity)
    if prefixed is not None and step >= PREFIXED_DIGITS * abs(value):
        return prefixed(value)
    unit = _UNITS.get(quantity, "")
    if quantity is TickKind.SHARE:
        value, step, unit = value * 100.0, step * 100.0, " %"
    if value == 0 or abs(value) < step * 1e-6:
        return "0" + unit
    if quantity is TickKind.RATE and step < 0.000099:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    decimals = min(max(0, -math.floor(math.log10(step) + 1e-9)), 6)
    if not unit and abs(value) >= 1e6:
        return f"{value / 1e6:,.6g} M"
    return f"{value:,.{decimals}f}{unit}"


def value_text(value: float, quantity: TickKind) -> str:
    """A value to be read on its own: at most four significant digits, thousands separated."""
    if quantity is TickKind.SHARE:
        return f"{value * 100:.4g} %" if abs(value) < 0.9999 else f"{value * 100:.0f} %"
    if quantity is TickKind.SECONDS:
        return seconds_text(value)
    if quantity is TickKind.COUNT or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def seconds_text(seconds: float) -> str:
    """A time as 6.2 s, 2 min 10 s, 3 h 05 min."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60:,} h {minutes % 60:02d} min"


_Text = tuple[QRectF, Qt.AlignmentFlag, str]


class ValueAxis(pg.AxisItem):
    """An axis of one level of round ticks, text only: the grid belongs to the curves' layer."""

    def __init__(self, orientation: str, quantity: TickKind, spacing: float) -> None:
        super().__init__(orientation, maxTickLength=0)
        self.quantity = quantity
        self.spacing = spacing
        self.logarithmic = False
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=0, autoExpandTextSpace=False)
        self.setStyle(hideOverlappingLabels=False)

    def set_quantity(self, quantity: TickKind) -> None:
        """Write the ticks as this."""
        if quantity is not self.quantity:
            self.quantity = quantity
            self.refresh()

    def set_logarithmic(self, on: bool) -> None:
        """Take values as logarithms to the base of ten."""
        if on != self.logarithmic:
            self.logarithmic = on
            self.refresh()

    def refresh(self) -> None:
        """Redraw the ticks."""
        self.picture = None
        self.update()

    def ticks(self, low: float, high: float, size: float) -> tuple[float, list[float]]:
        """Where ticks (and grid lines) are, on an axis of `size` pixels."""
        count = size / self.spacing
        if self.logarithmic:
            return log_ticks(low, high, count)
        least = 1.0 if self.quantity is TickKind.COUNT else 0.0  # no 1.5 of what is counted
        return linear_ticks(low, high, count, least)

    def generateDrawSpecs(self, p: QPainter) -> tuple[list[_Text]]:
        """Hook of pyqtgraph: where the texts are. While a run is drawn this happens in every frame,
        and its own way of doing it takes as long as all the curves.
        """
        texts: list[_Text] = []
        bounds, (low, high) = self.mapRectFromParent(self.geometry()), self.range
        upright = self.orientation == "left"
        length = bounds.height() if upright else bounds.width()
        if not self.style["showValues"] or high <= low or length <= 0:
            return (texts,)
        spacing, values = self.ticks(low, high, length)
        metrics, room = QFontMetricsF(self.style["tickFont"] or p.font()), self.boundingRect()
        height = metrics.height()
        for value, text in zip(values, self._words(values, spacing), strict=True):
            along, width = (value - low) / (high - low) * length, metrics.horizontalAdvance(text)
            if upright:
                right, middle = bounds.right() - _TEXT_OFFSET, bounds.bottom() - along
                rect, side = QRectF(right - width, middle - height / 2, width, height), _RIGHT
            else:
                left = bounds.left() + along - width / 2
                rect, side = QRectF(left, bounds.top() + _TEXT_OFFSET, width, height), _TOP
            if room.contains(rect):
                texts.append((rect, side, text))
        return (texts,)

    def drawPicture(self, p: QPainter, texts: list[_Text]) -> None:
        """Hook of pyqtgraph: texts alone, as a line and ticks of no length would be dots."""
        if self.style["tickFont"] is not None:
            p.setFont(self.style["tickFont"])
        p.setPen(self.textPen())
        for rect, flags, text in texts:
            p.drawText(rect, int(flags), text)

    def _words(self, values: list[float], spacing: float) -> list[str]:
        if self.logarithmic:
            actual = [10.0**value for value in values]
            return [tick_text(v, 10.0 ** math.floor(math.log10(v)), self.quantity) for v in actual]
        return [tick_text(value, spacing, self.quantity) for value in values]
