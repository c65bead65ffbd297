"""The table of runs as a view: widths, drawing of status and differences, clicks on cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from ui.look import theme
from ui.models.run_cells import DIFFERENCE_ROLE, PROGRESS_ROLE, STATUS_ROLE
from ui.models.run_table import Rows, RunTable
from workbench.base.text import tr
from workbench.runs.columns import Column
from workbench.runs.quantities import Kind
from workbench.runs.status import RunStatus

ROW_HEIGHT = 26
BAR_WIDTH = 64
CELL_MARGIN = 11
NAME_WIDTH = 200
"""The name is never narrower by itself; it takes what the other columns leave."""

DIFFERENCE_WIDTH = 64
"""Further room for a difference from the baseline, or the deviation in a group."""

GROUP_WIDTH = 280
"""Of the name's column while groups stand in it, with their value and how many they are."""

WIDTHS = {"status": 200, "starred": 44, "tags": 160, "notes": 240, "message": 240, "run_id": 184}
TONE_OF_STATUS = {
    RunStatus.COMPLETED: "good",
    RunStatus.RUNNING: "accent",
    RunStatus.PAUSED: "warn",
    RunStatus.STOPPED: "muted",
    RunStatus.PRUNED: "muted",
    RunStatus.INTERRUPTED: "warn",
    RunStatus.FAILED: "bad",
    RunStatus.QUEUED: "muted",
}
FEW_SELECTED = 20
MOST_TOLD = 200
"""Selected runs that other panels are notified of: nobody looks at the curves of more."""

MOST_RANGES = 500
"""Pieces of a selection, at most, that is kept when rows move."""

Index = QModelIndex | QPersistentModelIndex


class StatusDelegate(QStyledItemDelegate):
    """Draws a run's status as a coloured word, and as a bar with words while it is under way."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        status = index.data(STATUS_ROLE)
        if status is None:
            return  # of a group
        tone = TONE_OF_STATUS[RunStatus(status)]
        for role in (option.palette.ColorRole.Text, option.palette.ColorRole.HighlightedText):
            option.palette.setColor(role, QColor(getattr(theme.tones(), tone)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        progress = index.data(PROGRESS_ROLE)
        if progress is None:
            super().paint(painter, option, index)
            return
        share, words_ = progress
        colours = theme.tones()
        painter.save()
        panel = QStyle.PrimitiveElement.PE_PanelItemViewItem
        option.widget.style().drawPrimitive(panel, option, painter, option.widget)
        inside = option.rect.adjusted(CELL_MARGIN, 0, -CELL_MARGIN, 0)
        bar = QRect(inside.left(), inside.center().y() - 2, BAR_WIDTH, 6)
        painter.fillRect(bar, QColor(colours.line))
        bar.setWidth(round(BAR_WIDTH * share))
        painter.fillRect(bar, QColor(colours.accent))
        painter.setPen(QColor(colours.text))
        beside = inside.adjusted(BAR_WIDTH + 8, 0, 0, 0)
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter, words_)
        painter.restore()


class DifferenceDelegate(QStyledItemDelegate):
    """Draws a figure, and before it how it differs from the baseline's: good or bad."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        found = index.data(DIFFERENCE_ROLE)
        if found is None:
            return
        text, sign = found
        tones = theme.tones()
        painter.save()
        painter.setPen(QColor(tones.good if sign > 0 else tones.bad))
        inside = option.rect.adjusted(CELL_MARGIN, 0, -CELL_MARGIN, 0)
        taken = option.fontMetrics.horizontalAdvance(str(index.data())) + 2 * theme.UNIT
        inside.setRight(inside.right() - taken)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if option.fontMetrics.horizontalAdvance(text) <= inside.width():
            painter.drawText(inside, side, text)
        painter.restore()


class RunsView(QTableView):
    """The table.

    Args:
        model: Its runs.

    Signals:
        star_clicked: On the star of the run in this row.
        chosen_changed: Other runs are selected; the ids of the first `MOST_TOLD`.
    """

    star_clicked = Signal(int)
    chosen_changed = Signal(list)

    def __init__(self, model: RunTable) -> None:
        super().__init__()
        self._runs = model
        self.setModel(model)
        self.selectionModel().selectionChanged.connect(self._chosen_changed)
        self.setSortingEnabled(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAccessibleName(tr("Runs"))
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        self.header = self.horizontalHeader()
        self.header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.header.setSortIndicatorClearable(True)
        self.header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.header.setSectionsMovable(True)
        self.header.setFirstSectionMovable(False)
        self.header.setHighlightSections(False)
        self.header.setMinimumSectionSize(10 * theme.UNIT)
        self.header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.header.sectionResized.connect(self._resized)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.widths: dict[str, int] = {}
        self._status = StatusDelegate(self)
        self._difference = DifferenceDelegate(self)
        self._plain = QStyledItemDelegate(self)
        self._fitting = False
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(self._double_clicked)
        self._kept: Rows | None = None
        model.columns_changed.connect(self._put_in_order)
        model.about_to_move.connect(self._keep_selection)
        model.arranged.connect(self._restore_selection)
        self.lay_out()

    @property
    def keys(self) -> list[str]:
        """The columns as they lie from left to right."""
        keys = self._runs.keys
        return [keys[self.header.logicalIndex(place)] for place in range(len(keys))]

    def _put_in_order(self) -> None:
        """Forgets what was dragged, as the columns have changed and are in place."""
        for place in range(self._runs.columnCount()):
            self.header.moveSection(self.header.visualIndex(place), place)
        self.lay_out()

    def lay_out(self) -> None:
        """Gives every column its width and delegate."""
        self._fitting = True
        for place, column in enumerate(self._runs.columns):
            self.setItemDelegateForColumn(place, self._delegate_of(column))
            width = self.widths.get(column.key) or self._width_of(column)
            self.header.resizeSection(place, width)
        self._fitting = False
        self._fit_name()

    # --- columns and groups --------------------------------------------------------------------

    def set_columns(self, keys: list[str]) -> None:
        """Shows these columns; the selection stays."""
        ranges, current = self.ranges(), self.currentIndex()
        row = current.row() if current.isValid() else -1
        self._runs.set_columns(keys)
        if row >= 0:
            flag = self.selectionModel().SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self._runs.index(row, 0), flag)
        self.select_rows(ranges)

    def replace_column(self, key: str, by: str) -> None:
        """Shows another column in the place of one; "" for none."""
        keys = [by if known == key else known for known in self.keys]
        self.set_columns([known for known in keys if known])

    def group_by(self, key: str) -> None:
        """Puts runs with one value in a column together; "" for no groups."""
        self._runs.set_view(group=key)
        self.lay_out()

    # --- what is selected ----------------------------------------------------------------------

    @property
    def runs(self) -> RunTable:
        """The model."""
        return self._runs

    @property
    def current_id(self) -> str:
        """The run with the focus; "" while there is none."""
        index = self.currentIndex()
        return self._runs.id_at(index.row()) if index.isValid() else ""

    @property
    def chosen_places(self) -> Rows:
        """Where all selected runs lie in the frame; a group stands for its runs."""
        return self._runs.places_of(self.selected_rows())

    @property
    def chosen_ids(self) -> list[str]:
        """All selected runs."""
        return [self._runs.frame.run_id(place) for place in self.chosen_places.tolist()]

    @property
    def first_chosen_ids(self) -> list[str]:
        """The first `MOST_TOLD` of the selected runs."""
        return [self._runs.frame.run_id(p) for p in self.chosen_places[:MOST_TOLD].tolist()]

    @Slot()
    def _chosen_changed(self) -> None:
        self.chosen_changed.emit(self.first_chosen_ids)

    def select_runs(self, run_ids: Sequence[str]) -> int:
        """Select these runs and show the first.

        Returns:
            How many could not be: they aren't shown, or lie in too many pieces.
        """
        places = [self._runs.frame.place(run_id) for run_id in run_ids]
        known = np.array([place for place in places if place is not None], np.intp)
        rows = self._runs.rows_of(known)
        if not len(rows):
            return len(run_ids)
        breaks = np.flatnonzero(np.diff(rows) > 1)[: MOST_RANGES - 1]
        tops = rows[np.concatenate([[0], breaks + 1])].tolist()
        last = len(rows) - 1 if len(breaks) < MOST_RANGES - 1 else int(breaks[-1])
        bottoms = rows[np.concatenate([breaks, [last]])].tolist()
        pieces = list(zip(tops, bottoms, strict=True))
        index, model = self._runs.index(tops[0], 0), self.selectionModel()
        model.setCurrentIndex(index, model.SelectionFlag.NoUpdate)
        self.select_rows(pieces)
        self.scrollTo(index)
        return len(run_ids) - sum(bottom - top + 1 for top, bottom in pieces)

    def selected_rows(self) -> Rows:
        """The rows that are selected; by ranges, as there may be very many."""
        ranges = [np.arange(top, bottom + 1) for top, bottom in self.ranges()]
        return np.unique(np.concatenate(ranges)) if ranges else np.zeros(0, np.intp)

    def _keep_selection(self) -> None:
        """Takes a large selection away while rows move: Qt follows each cell of it by itself."""
        rows = self.selected_rows()
        if len(rows) > FEW_SELECTED:
            self._kept = self._runs.places_of(rows)
            self.selectionModel().clearSelection()

    def _restore_selection(self) -> None:
        """Selects what was, unless it lies in too many pieces now."""
        kept, self._kept = self._kept, None
        if kept is None:
            return
        rows = self._runs.rows_of(kept)
        breaks = np.flatnonzero(np.diff(rows) > 1)
        if len(rows) and len(breaks) < MOST_RANGES:
            tops = rows[np.concatenate([[0], breaks + 1])].tolist()
            bottoms = rows[np.concatenate([breaks, [len(rows) - 1]])].tolist()
            self.select_rows(list(zip(tops, bottoms, strict=True)))

    def select_rows(self, rows: list[tuple[int, int]]) -> None:
        """Selects these ranges of rows, first and last."""
        last = self._runs.columnCount() - 1
        selection = QItemSelection()
        for top, bottom in rows:
            selection.select(self._runs.index(top, 0), self._runs.index(bottom, last))
        flag = self.selectionModel().SelectionFlag
        self.selectionModel().select(selection, flag.ClearAndSelect)

    def ranges(self) -> list[tuple[int, int]]:
        """First and last rows of what is selected."""
        found = self.selectionModel().selection()
        return [(found.at(i).top(), found.at(i).bottom()) for i in range(found.count())]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_name()

    def _fit_name(self) -> None:
        """The name takes what is left, unless a person gave it a width."""
        if "name" in self.widths:
            return
        self._fitting = True
        others = self.header.length() - self.header.sectionSize(0)
        least = GROUP_WIDTH if self._runs.group else NAME_WIDTH
        self.header.resizeSection(0, max(least, self.viewport().width() - others))
        self._fitting = False

    def _resized(self, place: int, _: int, width: int) -> None:
        if not self._fitting:
            self.widths[self._runs.keys[place]] = width
            if place:
                self._fit_name()

    def _width_of(self, column: Column) -> int:
        """Room for the title, with the mark of sorting, and for the figures."""
        title = self.fontMetrics().horizontalAdvance(column.title) + 2 * CELL_MARGIN + 16
        least = 128 if column.kind in (Kind.TEXT, Kind.DATE) else 96
        compared = self._runs.cells.baseline and column.better
        spread = self._runs.group and not column.kind.is_text
        room = DIFFERENCE_WIDTH if compared or spread else 0
        return WIDTHS.get(column.key) or max(title, least) + room

    def _delegate_of(self, column: Column) -> QStyledItemDelegate:
        if column.key == "status":
            return self._status
        return self._difference if column.better else self._plain

    def _clicked(self, index: QModelIndex) -> None:
        if self._runs.columns[index.column()].key == "starred":
            self.star_clicked.emit(index.row())
        elif index.column() == 0:
            self._runs.toggle_group(index.row())

    def _double_clicked(self, index: QModelIndex) -> None:
        if not index.column() or self._runs.toggle_group(index.row()):
            return
        if self._runs.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.edit(index)
