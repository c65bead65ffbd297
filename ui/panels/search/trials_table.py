"""The table of a sweep's trials: what each has, what it reached, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSignalBlocker,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui.look import theme
from ui.look.plain import tip
from ui.panels.shared.figure_table import LEFT, RIGHT, ROW_HEIGHT
from ui.panels.shared.sorted_table import SortedCell
from workbench.base.text import tr
from workbench.study.sweeps.trials import TrialState

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder

LOOKS: dict[TrialState, tuple[str, str]] = {
    TrialState.WAITING: ("queue", "muted"),
    TrialState.RUNNING: ("play", "accent"),
    TrialState.INTERRUPTED: ("pause", "warn"),
    TrialState.FINISHED: ("check", "good"),
    TrialState.STOPPED: ("stop", "muted"),
    TrialState.PRUNED: ("cut", "muted"),
    TrialState.FAILED: ("warning", "bad"),
    TrialState.REFUSED: ("cancel", "muted"),
}
"""Icon and color of each state; its word stands beside them."""

NUMBER = 0
WIDEST = 60 * theme.UNIT
MEASURED = 50
"""Rows whose widths are measured: of all, it would take a moment."""


class TrialColumn(NamedTuple):
    """A column.

    Attributes:
        title: In the header.
        reason: Its tooltip.
        is_figure: Whether it holds numbers, which stand to the right.
        better: 1 where more is better, -1 where less is: the first click puts the best on top.
    """

    title: str
    reason: str
    is_figure: bool = False
    better: int = 0


@dataclass(frozen=True)
class TrialRow:
    """A trial.

    Attributes:
        number: In the sweep.
        run_ids: Of its runs, oldest first.
        state: Where it stands.
        cells: One a column.
        reason: Tooltip.
        is_best: Whether it is the best so far.
    """

    number: int
    run_ids: tuple[str, ...]
    state: TrialState
    cells: tuple[SortedCell, ...]
    reason: str = ""
    is_best: bool = False


class TrialTable(QAbstractTableModel):
    """Trials in the order of a column; their number at first."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: Sequence[TrialColumn] = ()
        self.rows: list[TrialRow] = []
        self.status = 0
        self._order = (NUMBER, ASCENDING)

    def show_trials(
        self, columns: Sequence[TrialColumn], rows: Sequence[TrialRow], status: int
    ) -> None:
        """Shows these.

        Args:
            columns: From left to right.
            rows: In any order.
            status: The number of the column that says where a trial stands.
        """
        if columns != self.columns:
            self._order = (NUMBER, ASCENDING)
        self.beginResetModel()
        self.columns, self.rows, self.status = columns, list(rows), status
        self._put_in_order()
        self.endResetModel()

    @property
    def order(self) -> tuple[int, Qt.SortOrder]:
        """The column that sorts, and how."""
        return self._order

    def row_of(self, number: int) -> int | None:
        """Where a trial stands."""
        found = (line for line, row in enumerate(self.rows) if row.number == number)
        return next(found, None)

    def _put_in_order(self) -> None:
        column, order = self._order
        if column < len(self.columns):
            self.rows.sort(key=lambda row: row.number)
            known = [row for row in self.rows if row.cells[column].rank is not None]
            # Those without a value stand below the others, whichever way it is sorted.
            rest = [row for row in self.rows if row.cells[column].rank is None]
            known.sort(key=lambda row: _rank(row, column), reverse=order == DESCENDING)
            self.rows = [*known, *rest]

    # --- as a model ----------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def sort(self, column: int, order: Qt.SortOrder = ASCENDING) -> None:
        if not 0 <= column < len(self.columns) or (column, order) == self._order:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        numbers = [self.rows[index.row()].number for index in before]
        self._order = (column, order)
        self._put_in_order()
        place = {row.number: line for line, row in enumerate(self.rows)}
        now = [self.index(place[n], i.column()) for n, i in zip(numbers, before, strict=True)]
        self.changePersistentIndexList(before, now)
        self.layoutChanged.emit()

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation is Qt.Orientation.Vertical or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(column.reason)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.is_figure else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[column].text
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(row.reason)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.columns[column].is_figure else LEFT
        if role == Qt.ItemDataRole.FontRole:
            return _bold() if row.is_best else None
        if column != self.status:
            return None
        icon, tone = LOOKS[row.state]
        colour = getattr(theme.tones(), tone)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(colour)
        if role == Qt.ItemDataRole.DecorationRole:
            return theme.icon(icon, colour)
        return None


class TrialsView(QTableView):
    """The table.

    Signals:
        chosen: Other trials are selected; their numbers.
    """

    chosen = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.trials = TrialTable()
        self.setModel(self.trials)
        self.setAccessibleName(tr("Trials of the sweep"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(MEASURED)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(10 * theme.UNIT)
        header.setStretchLastSection(True)
        header.sectionClicked.connect(self._sort)
        self.selectionModel().selectionChanged.connect(self._chose)

    @property
    def chosen_rows(self) -> list[TrialRow]:
        """The trials that are selected, from above."""
        lines = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.trials.rows[line] for line in lines]

    def show_trials(
        self, columns: Sequence[TrialColumn], rows: Sequence[TrialRow], status: int
    ) -> None:
        """Shows these; what is selected stays so, and the place that is in sight."""
        numbers = [row.number for row in self.chosen_rows]
        line = self.currentIndex().row()
        current = self.trials.rows[line].number if line >= 0 else None
        is_new = columns != self.trials.columns
        places = [bar.value() for bar in (self.verticalScrollBar(), self.horizontalScrollBar())]
        with QSignalBlocker(self.selectionModel()):
            self.trials.show_trials(columns, rows, status)
            self._mark(numbers)
            row = self.trials.row_of(current) if current is not None else None
            if row is not None:
                self.selectionModel().setCurrentIndex(
                    self.trials.index(row, NUMBER), QItemSelectionModel.SelectionFlag.NoUpdate
                )
        self.horizontalHeader().setSortIndicator(*self.trials.order)
        if is_new:
            self._fit()
        bars = (self.verticalScrollBar(), self.horizontalScrollBar())
        for bar, place in zip(bars, places, strict=True):
            bar.setValue(place)
        self.viewport().update()

    def select_trials(self, numbers: Sequence[int]) -> None:
        """Selects these trials, and shows the first."""
        self._mark(numbers)
        row = self.trials.row_of(numbers[0]) if numbers else None
        if row is not None:
            self.scrollTo(self.trials.index(row, NUMBER))

    def _mark(self, numbers: Sequence[int]) -> None:
        found = QItemSelection()
        wanted = set(numbers)
        for row in (line for line, row in enumerate(self.trials.rows) if row.number in wanted):
            index = self.trials.index(row, NUMBER)
            found.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        # All at once: each change of the selection is followed by the table of runs.
        self.selectionModel().select(found, flags.ClearAndSelect | flags.Rows)

    def _fit(self) -> None:
        self.resizeColumnsToContents()
        for column in range(self.trials.columnCount()):
            self.setColumnWidth(column, min(self.columnWidth(column) + 2 * theme.UNIT, WIDEST))

    @Slot(int)
    def _sort(self, column: int) -> None:
        """Figures begin with the best on top; the second click turns it around."""
        known, order = self.trials.order
        first = DESCENDING if self.trials.columns[column].better > 0 else ASCENDING
        if column == known:
            first = ASCENDING if order is DESCENDING else DESCENDING
        self.trials.sort(column, first)
        self.horizontalHeader().setSortIndicator(column, first)

    @Slot()
    def _chose(self) -> None:
        self.chosen.emit([row.number for row in self.chosen_rows])


def _rank(row: TrialRow, column: int) -> tuple[int, float, str]:
    """What a cell is sorted by: numbers before texts."""
    rank = row.cells[column].rank
    return (1, 0.0, rank.casefold()) if isinstance(rank, str) else (0, float(rank or 0.0), "")


def _bold() -> QFont:
    font = QFont()
    font.setWeight(QFont.Weight.DemiBold)
    return font
