"""Compare, page "Trade-offs": what the runs of the table cost against what they give."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui.background.jobs import Jobs
from ui.background.when_shown import WhenShown
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.models.run_table import Rows
from ui.panels.compare.tradeoff_bars import BarsView
from ui.panels.compare.tradeoff_parallel import ParallelView
from ui.panels.compare.tradeoff_scatter import ScatterView
from ui.panels.compare.tradeoff_view import TableRuns, TradeoffView
from ui.panels.export.button import export_action, export_button
from ui.panels.runs.filter import FilterField
from ui.panels.runs.view import RunsView
from ui.panels.shared.pages import view_button
from workbench.base.text import tr
from workbench.figures.tradeoffs.numbers import RunNumbers, table_of


class TradeoffsPage(QWidget):
    """Scatter, bars and parallel axes of the runs that the table shows.

    Args:
        runs: The table: whose runs are drawn, and where they are selected.
        filter_: Of the table; made narrower where a person asks for it.
        jobs: Of the window.

    Signals:
        export_requested: Make a figure of this: a `FigureSpec`, and the names of its runs.
        said: A sentence on what could not be selected.
    """

    export_requested = Signal(object, dict)
    said = Signal(str)

    def __init__(self, runs: RunsView, filter_: FilterField, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._runs, self._model = runs, runs.runs
        self._table: RunNumbers | None = None
        self.latest = jobs.latest(self)
        self.latest.failed.connect(self._fail)
        source = TableRuns(self._model)
        self.scatter, self.bars = ScatterView(source), BarsView(source)
        self.parallel = ParallelView(source)
        self.views: dict[str, TradeoffView] = {
            "scatter": self.scatter,
            "bars": self.bars,
            "parallel": self.parallel,
        }
        self._lay_out()
        self.follow = WhenShown(self, self._refresh)
        for view in self.views.values():
            view.changed.connect(self.follow.mark)
            view.picked.connect(self._select)
        self.parallel.filter_requested.connect(filter_.narrow)
        self._model.arranged.connect(self.follow.mark)
        self._model.dataChanged.connect(self.follow.mark)
        runs.selectionModel().selectionChanged.connect(self._selection_changed)

    # --- building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.empty = Label(
            tr(
                "No runs to look at yet. Accuracy over parameters, speed or time appears here,\n"
                "with the runs that give most for what they cost."
            )
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")
        self.body = QStackedWidget()
        for view in self.views.values():
            self.body.addWidget(view)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.body)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addLayout(self._make_row())
        layout.addWidget(self.stack, 1)

    def _make_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.spaced(row, 3, 0, 3, 1, spacing=1)
        self.group = QButtonGroup(self)
        for number, (text, reason) in enumerate(
            (
                (tr("Scatter"), tr("Two or three quantities, and the runs that no other beats")),
                (tr("Bars"), tr("One quantity, by run or by group, the best on top")),
                (tr("Parallel"), tr("Many columns at once, narrowed by dragging on their axes")),
            )
        ):
            button = view_button(text, reason)
            button.setChecked(number == 0)
            self.group.addButton(button, number)
            row.addWidget(button)
        self.group.idToggled.connect(self._switch)
        row.addSpacing(3 * theme.UNIT)
        self.scope = QComboBox()
        self.scope.addItem(tr("All runs in the table"), "shown")
        self.scope.addItem(tr("Selected runs"), "selected")
        give_name(self.scope, tr("Runs"))
        self.scope.setToolTip(tr("All that the filter shows, or those selected in the table"))
        self.scope.currentIndexChanged.connect(self._scope_changed)
        row.addWidget(self.scope)
        row.addStretch(1)
        self.export_action = export_action(self, tr("This as SVG, PDF, PNG or CSV, for a paper"))
        self.export_action.setEnabled(False)
        self.export_action.triggered.connect(self.export)
        row.addWidget(export_button(self.export_action))
        return row

    # --- which runs ----------------------------------------------------------------------------

    @property
    def view(self) -> TradeoffView:
        """The view in front."""
        return list(self.views.values())[self.body.currentIndex()]

    @property
    def _places(self) -> Rows:
        if self.scope.currentData() == "selected":
            return self._runs.chosen_places
        return np.array(self._model.places, np.intp)

    def show_view(self, name: str) -> None:
        """Puts a view in front."""
        self.group.button(list(self.views).index(name)).setChecked(True)

    @Slot(int, bool)
    def _switch(self, number: int, checked: bool) -> None:
        if checked:
            self.body.setCurrentIndex(number)
            self.follow.mark()

    @Slot()
    def _scope_changed(self) -> None:
        self.follow.mark()

    @Slot()
    def _selection_changed(self) -> None:
        if self.scope.currentData() == "selected":
            self.follow.mark()
        elif self.isVisible():
            self._show_chosen()

    def _refresh(self) -> None:
        """Has the view's numbers computed for the runs as they are now."""
        places = self._places
        self.stack.setCurrentWidget(self.body if self._model.total else self.empty)
        if not self._model.total:
            return
        view = self.view
        self._model.need(view.keys)
        self._table = table_of(self._model.frame, places.tolist(), view.keys)
        number = self.body.currentIndex()
        self.latest.ask(view.job(self._table), partial(self._take, number))

    def _take(self, number: int, result: Any) -> None:
        view = self.view
        if number == self.body.currentIndex() and self._table is not None:
            view.show_result(self._table, result)
            self._show_chosen()
            self.export_action.setEnabled(view.figure() is not None)

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self.view.show_fault(sentence)
        self.export_action.setEnabled(False)

    # --- selecting -----------------------------------------------------------------------------

    def _show_chosen(self) -> None:
        """Marks what is selected, unless that is all there is."""
        frame = self._model.frame
        chosen = self._runs.chosen_places
        few = chosen if self.scope.currentData() == "shown" else chosen[:0]
        self.view.show_chosen(frozenset(frame.run_id(place) for place in few.tolist()))

    @Slot(list)
    def _select(self, run_ids: Sequence[str]) -> None:
        missed = self._runs.select_runs(run_ids)
        if missed:
            self.said.emit(
                tr(
                    "{left_out} of {total} runs could not be selected: unfold or sort the table.",
                    left_out=f"{missed:,}",
                    total=f"{len(run_ids):,}",
                )
            )

    # --- figures and settings ------------------------------------------------------------------

    @Slot()
    def export(self) -> None:
        """Asks for the export window on what is shown."""
        figure = self.view.figure()
        if figure is not None and self._table is not None:
            names = dict(zip(self._table.run_ids, self._table.names, strict=True))
            self.export_requested.emit(figure, names)

    def restyle(self) -> None:
        """Draws in the appearance in force."""
        self.follow.mark()

    def settings(self) -> str:
        """What is drawn, for the next time, as JSON."""
        views = {name: view.settings() for name, view in self.views.items()}
        return json.dumps({"view": self.body.currentIndex(), "views": views})

    def restore_settings(self, text: str) -> None:
        """Takes what `settings` gave; what makes no sense is left out."""
        try:
            kept = json.loads(text)
            for name, view in self.views.items():
                with QSignalBlocker(view):
                    view.restore(kept["views"][name])
            button = self.group.button(int(kept["view"]))
        except (ValueError, TypeError, KeyError, AttributeError):
            return
        if button is not None:
            button.setChecked(True)
