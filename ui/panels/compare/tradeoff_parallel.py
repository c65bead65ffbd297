"""Trade-offs, view "Parallel": every run a line through many columns, brushed by dragging."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QToolButton

from ui.look import theme
from ui.panels.compare.tradeoff_view import DrawnRuns, TradeoffView, run_colours
from ui.panels.runs.columns import ColumnChooser
from workbench.base.text import tr
from workbench.figures.parallel.settings import (
    LEAST_AXES,
    MOST_AXES,
    MOST_NAMED,
    AxisSpec,
    Brush,
    ParallelFigure,
)
from workbench.figures.settings import FigureRun
from workbench.figures.tradeoffs.numbers import RunNumbers
from workbench.runs.table.query import Term
from workbench.tradeoffs.brush import Axis, axis_of, moved, term_of
from workbench.tradeoffs.titles import title_of

if TYPE_CHECKING:
    from ui.plots.figures.parallel import ParallelPlot

FIRST = ("parameters", "images_per_second", "seconds", "val_accuracy", "test_accuracy")
FIRST_LOG = ("parameters",)

OF_TABLE = ("copy", "filter")
"""The buttons that only a filter of the table has a use for."""


class _Found(NamedTuple):
    """The runs that have a value on any axis, and the axes."""

    table: RunNumbers
    axes: list[Axis]


def _find(table: RunNumbers, keys: tuple[str, ...], logs: frozenset[str]) -> _Found:
    kept = table.only(table.has_values)
    axes = [axis_of(kept.about[key], kept.columns[key], log=key in logs) for key in keys]
    return _Found(kept, axes)


class ParallelView(TradeoffView):
    """The axes with their controls.

    Signals:
        filter_requested: Show only the runs that this expression finds.
    """

    filter_requested = Signal(str)

    def __init__(self, source: DrawnRuns) -> None:
        super().__init__(source)
        self._keys: tuple[str, ...] = FIRST
        self._logs: frozenset[str] = frozenset(FIRST_LOG)
        self._table: RunNumbers | None = None
        self._empty = 0
        self._axes: list[Axis] = []
        self._inside: list[int] = []
        self._plot: ParallelPlot | None = None
        self._chooser: ColumnChooser | None = None
        self.axes_button = QPushButton(tr("Axes…"))
        self.axes_button.setToolTip(tr("Choose the columns: figures, settings, words"))
        self.axes_button.clicked.connect(self._choose_axes)
        self.log_button = QToolButton()
        self.log_button.setText(tr("Logarithmic"))
        self.log_button.setAccessibleName(self.log_button.text())
        self.log_button.setToolTip(tr("Which axes are logarithmic"))
        self.log_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.log_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.log_menu = QMenu(self)
        self.log_menu.aboutToShow.connect(self._fill_logs)
        self.log_button.setMenu(self.log_menu)
        self.expression = QLineEdit()
        self.expression.setReadOnly(True)
        self.expression.setPlaceholderText(tr("Drag on an axis; the filter it makes stands here"))
        self.expression.setAccessibleName(tr("Brushed runs as a filter"))
        self.expression.setToolTip(tr("Finds the brushed runs, here and with 'runs --filter'"))
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=2)
        for widget in (self.axes_button, self.log_button):
            row.addWidget(widget)
        row.addWidget(self.expression, 1)
        self.buttons: dict[str, QPushButton] = {}
        for name, text, reason, act in (
            ("copy", tr("Copy"), tr("Copy the filter"), self._copy),
            (
                "filter",
                tr("Filter the table"),
                tr("Show only the brushed runs in the table"),
                self._use_filter,
            ),
            ("select", tr("Select"), tr("Select the brushed runs in the table"), self._pick),
            ("clear", tr("Clear"), tr("Clear all brushes (or double-click an axis)"), self.clear),
        ):
            button = QPushButton(text)
            button.setToolTip(reason)
            button.clicked.connect(act)
            row.addWidget(button)
            self.buttons[name] = button
        of_table = [self.axes_button, self.expression, *(self.buttons[name] for name in OF_TABLE)]
        for part in of_table:
            part.setVisible(source.table is not None)
        if source.table is None:
            row.addStretch(1)
        self.column.addLayout(row)
        self.column.addWidget(self.note)
        self._show_state()

    @property
    def plot(self) -> ParallelPlot:
        """The plot, made at the first use: its library takes a moment to load."""
        if self._plot is None:
            from ui.plots.figures.parallel import ParallelPlot

            self._plot = ParallelPlot()
            self._plot.brushed.connect(self._brush)
            self.column.insertWidget(1, self._plot, 1)
        return self._plot

    # --- what is asked for ---------------------------------------------------------------------

    @property
    def keys(self) -> tuple[str, ...]:
        return self._keys

    def job(self, table: RunNumbers) -> Callable[[], object]:
        return partial(_find, table, self._keys, self._logs)

    def set_axes(self, keys: list[str]) -> None:
        """Shows these columns, from left to right."""
        self._keys = tuple(key for key in dict.fromkeys(keys) if key != "name")[:MOST_AXES]
        self.changed.emit()

    def show_axes(self, keys: Sequence[str], logs: Iterable[str]) -> None:
        """Shows these columns from left to right, some of them logarithmic."""
        self._logs = frozenset(logs)
        self.set_axes(list(keys))

    def set_log(self, key: str, on: bool) -> None:
        """Makes an axis logarithmic, or not."""
        self._logs = self._logs | {key} if on else self._logs - {key}
        self.changed.emit()

    @Slot()
    def _choose_axes(self) -> None:
        if self._chooser is None:
            assert self.source.table is not None, "else there is no button"
            self._chooser = ColumnChooser(
                self.source.table,
                lambda: ["name", *self._keys],
                self,
                hint=tr("The last one ticked is the axis at the right."),
                first=FIRST,
            )
            self._chooser.setWindowTitle(tr("Axes"))
            self._chooser.chosen.connect(self.set_axes)
        self._chooser.refill()
        self._chooser.come_forward()

    @Slot()
    def _fill_logs(self) -> None:
        self.log_menu.clear()
        for axis in self._axes:
            if not axis.categories:
                column = axis.column
                action = self.log_menu.addAction(title_of(column).words)
                action.setCheckable(True)
                action.setChecked(column.key in self._logs)
                action.toggled.connect(partial(self.set_log, column.key))

    # --- what is shown -------------------------------------------------------------------------

    def show_result(self, table: RunNumbers, found: _Found) -> None:
        from ui.plots.figures.parallel import Runs

        self._empty = len(table.run_ids) - len(found.table.run_ids)
        table, axes = found
        before = {axis.column.key: axis for axis in self._axes}
        brushes = {
            axis.column.key: kept
            for axis in axes
            if (range_ := self.plot.brushes.get(axis.column.key)) is not None
            and (kept := moved(before[axis.column.key], axis, range_)) is not None
        }
        self._table, self._axes = table, axes
        colours, colour_of = run_colours(table)
        self.plot.show_runs(Runs(axes, colour_of, colours), brushes)
        self._brush()

    @Slot()
    def _brush(self) -> None:
        """Finds the runs inside by the filter that the ranges are."""
        term, table = self.term, self._table
        mask = None
        if table is not None and term is not None:
            mask = self.source.inside(self._axes, self.plot.brushes, table)
        self._inside = [] if mask is None else np.flatnonzero(mask).tolist()
        self.expression.setText("" if term is None else str(term))
        self.expression.setCursorPosition(0)
        self.plot.show_mask(mask)
        self._show_state()

    @property
    def term(self) -> Term | None:
        """The ranges as a filter, or None."""
        brushes = self.plot.brushes if self._plot is not None else {}
        return term_of(self._axes, brushes)

    def _show_state(self) -> None:
        has_brush = bool(self.expression.text())
        for name, button in self.buttons.items():
            button.setEnabled(has_brush and (name != "select" or bool(self._inside)))
        total = len(self._table.run_ids) if self._table is not None else 0
        words = self.source.brushed_words(len(self._inside) if has_brush else None, total)
        if self._empty:
            words += tr(" {left_out} without any value are left out.", left_out=f"{self._empty:,}")
        self.note.setText(words)

    # --- what a person does --------------------------------------------------------------------

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.expression.text())

    @Slot()
    def _use_filter(self) -> None:
        self.filter_requested.emit(self.expression.text())

    @Slot()
    def _pick(self) -> None:
        if self._table is not None:
            members = map(self._table.members_of, self._inside)
            self.picked.emit([run_id for ids in members for run_id in ids])

    @Slot()
    def clear(self) -> None:
        """Clears all ranges."""
        self.plot.set_brushes({})

    def figure(self) -> ParallelFigure | None:
        if self._table is None or not self._table.run_ids or len(self._axes) < LEAST_AXES:
            return None
        brushes = self.plot.brushes
        ids = self._table.run_ids
        named = [ids[run] for run in self._inside] if brushes else ids
        return ParallelFigure(
            runs=tuple(self._table.all_ids),
            axes=tuple(AxisSpec(key=axis.column.key, log=axis.log) for axis in self._axes),
            brushes=tuple(
                Brush(key=key, low=low, high=high) for key, (low, high) in brushes.items()
            ),
            named=tuple(FigureRun(run_id=r) for r in named) if len(named) <= MOST_NAMED else (),
            means=self.source.has_means,
        )

    def settings(self) -> dict[str, Any]:
        return {"axes": list(self._keys), "log": sorted(self._logs)}

    def restore(self, settings: dict[str, Any]) -> None:
        keys, logs = [str(key) for key in settings["axes"]], map(str, settings["log"])
        self._keys, self._logs = tuple(keys)[:MOST_AXES], frozenset(logs)
