"""One of the Compare plots: all curves overlaid, or one of the small multiples.

Which curves there are and how they are drawn is shared and only read here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.look.plain import Label, tip
from ui.plots.compare.compared import CurveView, Item, in_data_units
from ui.plots.compare.cuts import Allowance
from ui.plots.layer import Area, HoverRow, Line, Readout, Width
from ui.plots.live.panel import X_QUANTITY
from ui.plots.ranges import Anchor, Range, follow_x, padded, robust_bounds
from ui.plots.theme import PlotTheme
from ui.plots.ticks import TickKind, value_text
from ui.plots.view import PlotView
from workbench.curves.run import CATCH_UP, METRICS
from workbench.figures.settings import Plot

Y_QUANTITY = {
    "loss": (TickKind.NUMBER, Anchor.DATA),
    "accuracy": (TickKind.SHARE, Anchor.SHARE),
    "learning_rate": (TickKind.RATE, Anchor.ZERO),
    "images_per_second": (TickKind.COUNT, Anchor.ZERO),
    "gradient_norm": (TickKind.RATE, Anchor.DATA),
    "update_ratio": (TickKind.RATE, Anchor.DATA),
    "penalty": (TickKind.NUMBER, Anchor.DATA),
}
"""How the values of a metric are written, and what its axis shows besides them; validation and
epochs as their training metric."""

MOST_READ = 12
"""Runs that the readout lists."""

MOST_RESTING, FEWEST_RESTING = 50_000, 80
MOST_MOVING, FEWEST_MOVING = 16_000, 48
"""Parts of the width that all curves of a plot get together, and what each has at least."""

FAST, SLOW, LEAST_DETAIL = 0.008, 0.014, 0.3
"""Seconds of a frame that is moved: what it should stay between."""

CUTTING = 0.002
"""Seconds of such a frame that go into cutting curves to a new density."""

SMALLEST_SHARE = 1e-6
"""A logarithmic x axis begins at this part of its end, where the data begin at 0."""


@dataclass
class CompareState:
    """What the cells share.

    Attributes:
        x_range, y_range: What is shown, logarithms on logarithmic axes; y None before the first
            fit.
        following: Whether the whole of the data is shown; not after a person has zoomed.
        y_pinned: A person has chosen the y range.
        moving: A person is moving or zooming it just now.
    """

    theme: PlotTheme
    plot: Plot = field(default_factory=Plot)
    items: list[Item] = field(default_factory=list)
    highlighted: str | None = None
    following: bool = True
    x_range: Range = (0.0, 1.0)
    y_range: Range | None = None
    y_pinned: bool = False
    moving: bool = False

    @property
    def shown(self) -> list[Item]:
        """What is not hidden."""
        return [item for item in self.items if not item.hidden]

    def metrics(self) -> list[str]:
        """The metric, and its validation where that is asked for."""
        validation = f"val_{self.plot.metric}"
        both = self.plot.validation and validation in METRICS
        return [self.plot.metric, validation] if both else [self.plot.metric]

    def fit_x(self) -> None:
        """Shows all of x."""
        known = [b for b in (item.bounds(self.plot.axis) for item in self.shown) if b is not None]
        if not known:
            self.x_range = (0.0, 1.0)
            return
        low, high = min(b[0] for b in known), max(b[1] for b in known)
        if not self.plot.log_x:
            self.x_range = follow_x((low, high))
            return
        low = max(low, SMALLEST_SHARE * high)
        self.x_range = float(np.log10(low)), float(np.log10(max(high, low * 1.01)))

    def window(self) -> Range:
        """The x that is shown, in units of the data."""
        return in_data_units(self.plot, self.x_range)


class CompareCell(QWidget):
    """A title over a plot. It is a `DrawTarget` of the scheduler."""

    def __init__(self, state: CompareState, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state
        self.items: Sequence[Item] = ()
        self.view = PlotView(TickKind.COUNT, TickKind.NUMBER)
        self.title = Label(parent=self)
        self._header = QHBoxLayout()
        self._header.addWidget(self.title, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._header)
        layout.addWidget(self.view, 1)
        self.draws = 0
        self._detail = 1.0
        self._drawn: object = None

    def apply_theme(self, font: QFont, tick_font: QFont) -> None:
        """Takes colours and fonts."""
        self.view.apply_theme(self._state.theme, tick_font)
        self.title.setFont(font)
        self._header.setContentsMargins(self.view.axis_width, 0, self.view.right_margin, 0)
        self._drawn = None

    def show_items(self, items: Sequence[Item], title: str) -> None:
        """Draws these from now on."""
        self.items = items
        self.title.setText(title)
        self.title.setToolTip(tip(title))
        self.view.setAccessibleName(title)

    @property
    def buckets(self) -> int:
        """Parts of the width that get two points each: pixels, or less where there are many curves.

        No spike is lost, however few they are.
        """
        most, fewest = MOST_RESTING, FEWEST_RESTING
        if self._state.moving:
            most, fewest = int(MOST_MOVING * self._detail), FEWEST_MOVING
        lines = len(self.items) * (2 if self._state.plot.smoothing else 1)
        return min(self.view.buckets, max(fewest, most // max(1, lines)))

    def drawable(self) -> bool:
        """Whether it can be seen."""
        return self.view.drawable()

    def draw(self) -> bool:
        """Draws now if anything has changed; True if the smoothing of a long run goes on."""
        state, plot = self._state, self._state.plot
        unfinished = self._catch_up()
        content = self._content()
        if content == self._drawn:
            return unfinished
        self.draws += 1
        self._drawn = content
        quantity, _ = quantity_of(plot.metric)
        self.view.left.set_quantity(quantity)
        self.view.left.set_logarithmic(plot.log_y)
        self.view.bottom.set_quantity(X_QUANTITY[plot.axis])
        self.view.bottom.set_logarithmic(plot.log_x)
        self.view.set_x_range(state.x_range)
        if state.y_range is not None:
            self.view.set_y_range(state.y_range)
        begin = time.perf_counter()
        view = self._view(CUTTING if state.moving else math.inf)
        self.view.curves.set_lines(*self._lines(view))
        self.view.paint_now()
        if state.moving:
            self._adapt(time.perf_counter() - begin)
        if view.allowance.was_short:
            self._drawn = None  # at rest it is drawn again, in full
        return unfinished

    def _adapt(self, seconds: float) -> None:
        """Steep curves cost more: while they are moved, detail gives way to smoothness."""
        factor = 0.7 if seconds > SLOW else 1.2 if seconds < FAST else 1.0
        self._detail = min(1.0, max(LEAST_DETAIL, self._detail * factor))

    def _catch_up(self) -> bool:
        """Smooths what isn't yet, at most `CATCH_UP` values in this turn."""
        plot = self._state.plot
        left = CATCH_UP
        for item in self.items:
            before = item.smoothed_count(plot.metric, plot.smoothing)
            if left <= 0 or item.catch_up(plot.metric, plot.smoothing, left):
                return True
            left -= item.smoothed_count(plot.metric, plot.smoothing) - before
        return False

    def _content(self) -> object:
        """All that the picture depends on."""
        state, plot = self._state, self._state.plot
        items = tuple(
            (
                item.key,
                item.version,
                item.hidden,
                item.colour.rgb(),
                item.style,
                item.smoothed_count(plot.metric, plot.smoothing),
            )
            for item in self.items
        )
        shown = (state.x_range, state.y_range, state.highlighted, self.buckets)
        return items, plot, shown, self.view.height()

    def _in_order(self) -> list[Item]:
        """The visible items, the highlighted one last and so on top."""
        shown = [item for item in self.items if not item.hidden]
        return sorted(shown, key=lambda item: item.key == self._state.highlighted)

    def _lines(self, view: CurveView) -> tuple[list[Line], list[Area]]:
        state, theme, plot = self._state, self._state.theme, self._state.plot
        raw: list[Line] = []
        main: list[Line] = []
        areas: list[Area] = []
        metrics = state.metrics()
        fades = any(item.key == state.highlighted for item in self.items)
        for item in self._in_order():
            colour = theme.legible(item.colour)
            chosen = item.key == state.highlighted
            if fades and not chosen:
                colour = theme.faded(colour)
            elif plot.smoothing > 0 and len(item.curves) == 1:
                points = item.visible(plot.metric, view, 0.0)
                raw.append(Line(*points, theme.faint(colour), width=Width.HAIR))
            for metric in metrics:
                points = item.visible(metric, view, plot.smoothing)
                beside = metric != plot.metric
                style = Qt.PenStyle.DashLine if beside else item.style
                width = Width.BOLD if chosen else Width.NORMAL
                main.append(Line(*points, colour, style, markers=beside, width=width))
                edges = item.edges(metric, view)
                if edges is not None:
                    areas.append(Area(*edges, theme.band(colour)))
        return [line for line in raw + main if len(line.x)], areas

    def _view(self, seconds: float = math.inf) -> CurveView:
        """What is requested of the curves, and how long cutting them may take."""
        state = self._state
        return CurveView(state.plot, state.x_range, self.buckets, Allowance(seconds))

    def y_bounds(self) -> list[Range]:
        """What each visible curve wants to show of y, in the part of x that is shown."""
        view = self._view()
        found = []
        for item in self._in_order():
            for metric in self._state.metrics():
                found.append(robust_bounds(item.visible(metric, view, 0.0)[1]))
                edges = item.edges(metric, view)
                if edges is not None:
                    found += [robust_bounds(edges[1]), robust_bounds(edges[2])]
        return [bounds for bounds in found if bounds is not None]

    def readings(self, x: float) -> tuple[HoverRow, ...]:
        """The values of the runs near the cursor, in the order in which they lie there."""
        state, plot = self._state, self._state.plot
        quantity, _ = quantity_of(plot.metric)
        at = 10.0**x if plot.log_x else x
        low, high = state.window()
        near = 0.02 * (high - low)
        found = []
        for item in self._in_order():
            bounds = item.bounds(plot.axis)
            point = item.value_at(plot.metric, plot, at)
            if bounds is None or point is None or not bounds[0] - near <= at <= bounds[1] + near:
                continue
            colour = state.theme.legible(item.colour)
            found.append((point[1], HoverRow(colour, item.name, value_text(point[1], quantity))))
        near_cursor = _nearest(found, self._cursor_value())
        return tuple(reading for _, reading in sorted(near_cursor, key=lambda pair: -pair[0]))

    def _cursor_value(self) -> float | None:
        y = self.view.cursor_y
        return 10.0**y if y is not None and self._state.plot.log_y else y

    def show_readout(self, readout: Readout | None) -> None:
        """Puts the crosshair and the values of this plot there, or takes them away."""
        self.view.hover.show_readout(readout)


def _nearest(
    found: Sequence[tuple[float, HoverRow]], value: float | None
) -> Sequence[tuple[float, HoverRow]]:
    """As many as can be read at once, those nearest to the cursor."""
    if value is None or len(found) <= MOST_READ:
        return found
    return sorted(found, key=lambda pair: abs(pair[0] - value))[:MOST_READ]


def quantity_of(metric: str) -> tuple[TickKind, Anchor]:
    """How the values of a metric are written, and what its axis shows besides them."""
    return Y_QUANTITY[metric.removeprefix("val_").removeprefix("epoch_")]


def fitted(bounds: Sequence[Range], plot: Plot) -> Range:
    """The y range that shows these, with some air."""
    if not bounds:
        return (-3.0, 0.0) if plot.log_y else (0.0, 1.0)
    _, anchor = quantity_of(plot.metric)
    low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
    anchor = Anchor.DATA if plot.log_y else anchor
    return padded((low, high), anchor, plot.log_y)
