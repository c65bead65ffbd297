"""The Compare plots: one plot with all curves, or a small one for each, on the same axes.

Given items (runs, or groups of runs), it draws them; which these are, and their data, never lives
here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ui.background.jobs import Jobs
from ui.look.plain import Label
from ui.plots.compare.cell import CompareCell, CompareState, fitted
from ui.plots.compare.compared import GroupItem, Item, Mean, mean_of
from ui.plots.layer import Readout
from ui.plots.scheduler import DrawScheduler
from ui.plots.theme import PlotTheme
from ui.plots.ticks import TickKind, seconds_text, value_text
from workbench.base.text import tr
from workbench.curves.run import TIMES
from workbench.figures.settings import Plot

MOST_CELLS = 30
"""Small multiples shown at once; more can't be read."""

SETTLE_MILLISECONDS = 120
"""After the last turn of the wheel the y axis is fitted to what is shown."""


class ComparePlots(QWidget):
    """Draws items within the budget of a scheduler.

    Args:
        jobs: Of the window.

    Signals:
        following_changed: Whether the whole of the data is shown.
    """

    following_changed = Signal(bool)

    _is_built = False
    """Qt sends events before the constructor has ended."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.state = CompareState(PlotTheme.from_palette(self.palette()))
        self.scheduler = DrawScheduler(self)
        self.cells: list[CompareCell] = []
        self._wanted: list[tuple[list[Item], str]] = []
        self._hover: tuple[CompareCell, float] | None = None
        self._lane = jobs.lane(self)
        self._asked: set[object] = set()
        self._grid_widget = QWidget(self)
        self._grid = QGridLayout(self._grid_widget)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self.note = Label(parent=self)
        self.note.setProperty("role", "muted")
        self.note.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addWidget(self._grid_widget, 1)
        layout.addWidget(self.note)
        self._builder = QTimer(self)
        self._builder.setSingleShot(True)
        self._builder.timeout.connect(self._build_next)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MILLISECONDS)
        self._settle.timeout.connect(self._settled)
        self._lay_out()
        self._is_built = True

    # --- what is drawn -------------------------------------------------------------------------

    def set_items(self, items: Sequence[Item]) -> None:
        """Draws exactly these."""
        self.state.items = list(items)
        self._items_changed()

    def set_hidden(self, keys: Sequence[str]) -> None:
        """Hides exactly these."""
        for item in self.state.items:
            item.hidden = item.key in keys
        self._items_changed()

    def set_plot(self, plot: Plot) -> None:
        """Draws with these settings."""
        before, self.state.plot = self.state.plot, plot
        if (before.axis, before.log_x) != (plot.axis, plot.log_x):
            self.state.following = True
        if (before.metric, before.log_y) != (plot.metric, plot.log_y):
            self.state.y_pinned = False
        self._items_changed()

    def highlight(self, key: str) -> None:
        """Fades all other curves, and draws this one on top; "" fades none."""
        self.state.highlighted = key or None
        self._mark_all(urgent=True)

    @Slot()
    def fit(self) -> None:
        """Shows all of the data."""
        self.state.following, self.state.y_pinned = True, False
        self._refit()

    def data_changed(self, run_id: str) -> None:
        """Values were appended to a run: draws them when the budget allows."""
        if any(run_id in item.run_ids for item in self.state.shown):
            if self.state.following:
                self.state.fit_x()
            self._ask_means()
            self._mark_all(urgent=False)

    def _items_changed(self) -> None:
        self._ask_means()
        self._lay_out()
        self._refit()

    def _refit(self) -> None:
        """Fits y, and x unless a person has zoomed."""
        if self.state.following:
            self.state.fit_x()
        if not self.state.y_pinned:
            bounds = [bound for cell in self.cells for bound in cell.y_bounds()]
            self.state.y_range = fitted(bounds, self.state.plot)
        self.following_changed.emit(self.state.following)
        self._mark_all(urgent=True)

    def _mark_all(self, urgent: bool) -> None:
        self.scheduler.mark_dirty(*self.cells, urgent=urgent)

    # --- means ---------------------------------------------------------------------------------

    def _ask_means(self) -> None:
        """Has the means computed that aren't known; a group is asked for once a version."""
        plot = self.state.plot
        for item in self.state.shown:
            if not isinstance(item, GroupItem):
                continue
            for metric in self.state.metrics():
                asked = (id(item), item.key_of(metric, plot), item.version)
                if item.is_stale(metric, plot) and asked not in self._asked:
                    self._asked.add(asked)
                    points = [curves.points(metric, plot.axis) for curves in item.curves]
                    self._lane.ask(
                        partial(mean_of, points, metric, plot),
                        partial(self._take_mean, item, asked[1], item.version),
                    )

    def _take_mean(
        self, item: GroupItem, key: tuple[str, str, float, str], version: object, mean: Mean
    ) -> None:
        self._asked.discard((id(item), key, version))
        item.means[key] = (version, mean)
        if item in self.state.items:
            self._refit()

    @property
    def is_averaging(self) -> bool:
        """Whether a mean is being computed."""
        return bool(self._asked)

    # --- cells ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Gives each cell its curves, and makes those that are lacking, one a turn."""
        shown = self.state.shown
        if self.state.plot.layout == "multiples" and shown:
            self._wanted = [([item], item.name) for item in shown[:MOST_CELLS]]
            left_out = len(shown) - len(self._wanted)
        else:
            self._wanted = [(self.state.items, "")]
            left_out = 0
        self.note.setText(
            tr(
                "{left_out} more are not shown as small multiples; hide or untick others.",
                left_out=left_out,
            )
        )
        self.note.setVisible(left_out > 0)
        for cell in self.cells[len(self._wanted) :]:
            self.scheduler.forget(cell)
            cell.deleteLater()
        if self._hover is not None and self._hover[0] in self.cells[len(self._wanted) :]:
            self._hover = None
        del self.cells[len(self._wanted) :]
        for cell, (items, title) in zip(self.cells, self._wanted, strict=False):
            cell.show_items(items, title)
        if not self.cells:
            self._build_next()
        elif len(self.cells) < len(self._wanted):
            self._builder.start(0)
        self._place()

    @Slot()
    def _build_next(self) -> None:
        cell = CompareCell(self.state, self._grid_widget)
        cell.show_items(*self._wanted[len(self.cells)])
        cell.view.box.zoomed.connect(self._zoomed)
        cell.view.hovered.connect(self._hovered)
        cell.view.fit_requested.connect(self.fit)
        cell.view.became_visible.connect(self.scheduler.wake)
        cell.view.resized.connect(self._resized)
        self.cells.append(cell)
        self._dress(cell)
        if len(self.cells) < len(self._wanted):
            self._builder.start(0)
        else:
            self._place()
            self._refit()

    def _place(self) -> None:
        """A grid about as wide as high; empty until the last cell is made."""
        if len(self.cells) < len(self._wanted):
            return
        columns = max(1, math.ceil(math.sqrt(len(self.cells))))
        rows = -(-len(self.cells) // columns)
        for number in range(self._grid.rowCount()):
            self._grid.setRowStretch(number, 1 if number < rows else 0)
        for number in range(self._grid.columnCount()):
            self._grid.setColumnStretch(number, 1 if number < columns else 0)
        for number, cell in enumerate(self.cells):
            self._grid.addWidget(cell, number // columns, number % columns)
            self._grid.setRowStretch(number // columns, 1)
            self._grid.setColumnStretch(number % columns, 1)
            cell.show()

    # --- what a person does in a plot ----------------------------------------------------------

    @Slot(bool)
    def _zoomed(self, y_too: bool) -> None:
        source = self._cell_of(self.sender())
        if source is None:
            return
        state = self.state
        state.following, state.x_range = False, source.view.x_range
        if y_too:
            state.y_range, state.y_pinned = source.view.y_range, True
        state.moving = True
        self._settle.start()
        self.following_changed.emit(False)
        self._mark_all(urgent=True)

    @Slot()
    def _settled(self) -> None:
        """Moving and zooming is over: y shows what is there, in full detail."""
        self.state.moving = False
        self._refit()

    @Slot(object)
    def _hovered(self, x: float | None) -> None:
        source = self._cell_of(self.sender())
        if source is not None:
            self._hover = None if x is None else (source, x)
            self._show_hover()

    def _show_hover(self) -> None:
        for cell in self.cells:
            if self._hover is None:
                cell.show_readout(None)
                continue
            source, x = self._hover
            readings = cell.readings(x) if cell is source else ()
            cell.show_readout(Readout(x, self._title(x), readings))

    @property
    def hover_text(self) -> str:
        """The readout under the cursor as text: a title, then a row for each run."""
        readout = self._hover[0].view.hover.readout if self._hover else None
        return readout.text if readout else ""

    def _title(self, x: float) -> str:
        plot = self.state.plot
        at = 10.0**x if plot.log_x else x
        texts = {
            **dict.fromkeys(TIMES, seconds_text(max(at, 0.0))),
            "epoch": tr("Epoch {number}", number=f"{at:.2f}"),
            "step": tr("Step {number}", number=value_text(at, TickKind.COUNT)),
            "images": tr("{number} images", number=value_text(at, TickKind.COUNT)),
        }
        return texts[plot.axis]

    def _cell_of(self, sender: object) -> CompareCell | None:
        return next((c for c in self.cells if sender in (c.view, c.view.box)), None)

    @Slot()
    def _resized(self) -> None:
        cell = self._cell_of(self.sender())
        if cell is not None:
            self.scheduler.mark_dirty(cell, urgent=True)

    # --- looks ---------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """Follows palette and font while running."""
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if event.type() in kinds and self._is_built:
            self.state.theme = PlotTheme.from_palette(self.palette())
            for cell in self.cells:
                self._dress(cell)
            self._mark_all(urgent=True)

    def _dress(self, cell: CompareCell) -> None:
        small, title = QFont(self.font()), QFont(self.font())
        small.setPointSizeF(max(7.0, small.pointSizeF() * 0.9))
        title.setWeight(QFont.Weight.DemiBold)
        cell.apply_theme(title, small)
