"""The table of runs as a Qt model: rows of runs and of groups, over the columns in memory.

Cells are read from the frame when they are drawn; another order is one `layoutChanged`, whatever
the number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor

from ui.background.jobs import Jobs
from ui.look.plain import tip
from ui.models.arranger import Arranger
from ui.models.run_cells import RunCells, alignment
from ui.models.run_feed import RunFeed
from workbench.base.text import tr
from workbench.runs.columns import DEFAULT_KEYS, RUN_COLUMNS, Column, Value
from workbench.runs.table import query
from workbench.runs.table.arrange import Arrangement, SortKey, TableView
from workbench.runs.table.matching import Filter
from workbench.runs.table.query import Term

Index = QModelIndex | QPersistentModelIndex
Rows = npt.NDArray[np.intp]
LONGEST_NAME = 200
LONGEST_NOTE = 10_000
WRITTEN = ("name", "tags", "notes")
"""What a person writes into the table."""


class RunTable(QAbstractTableModel):
    """All runs, newest first unless sorted; also the legend of the plots.

    Args:
        feed: Whose runs are shown.
        jobs: Of the window.

    Signals:
        shown_changed: A person ticked or cleared the box of a run: its id, whether it is shown.
        written: A person wrote into a run's row: its id, the column, the text.
        about_to_move: Rows are going to lie elsewhere.
        arranged: Rows have changed or moved.
        columns_changed: The columns have changed.
    """

    shown_changed = Signal(str, bool)
    written = Signal(str, str, str)
    about_to_move = Signal()
    arranged = Signal()
    columns_changed = Signal()

    def __init__(self, feed: RunFeed, jobs: Jobs) -> None:
        super().__init__()
        self._feed, self.frame = feed, feed.frame
        self._arranger = Arranger(self.frame, jobs, self)
        self._arranger.arranged.connect(self._take)
        feed.changed.connect(self._runs_changed)
        feed.columns_read.connect(self.arrange)
        feed.finished.connect(self.arrange)
        self._shown = Arrangement(np.zeros(0, np.intp))
        self._rows: Rows = np.zeros(0, np.intp)  # a place, or -1 - the number of a group
        self._row_of: Rows = np.zeros(0, np.intp)  # by place; -1 where it isn't shown
        self._unfolded: set[Value] = set()
        self._term: Term | None = None
        self._sort: tuple[SortKey, ...] = ()
        self.cells = RunCells(self.frame)
        self.group = ""
        self.archived = False
        self.only: frozenset[str] | None = None
        self.columns: list[Column] = [RUN_COLUMNS[key] for key in DEFAULT_KEYS]

    # --- what is asked for ---------------------------------------------------------------------

    @Slot()
    def arrange(self) -> None:
        """Filters, sorts and groups again."""
        self.columns = [self.frame.about(column.key) for column in self.columns]
        shown = tuple(column.key for column in self.columns)
        found = Filter(self._term, self.frame, shown)
        keys = {*shown, *found.keys, *(key.key for key in self._sort), self.group} - {""}
        self._feed.need(keys)
        view = TableView(self._sort, self.group, shown, self.archived, self.only)
        self._arranger.ask(view, found)

    def need(self, keys: Iterable[str]) -> None:
        """Sees to it that these columns are there; `arranged` tells when those of epochs are."""
        self._feed.need(keys)

    def set_filter(self, text: str) -> None:
        """Shows only the runs that match a filter.

        Raises:
            QueryError: where it can't be read; the last good one stays.
        """
        term = query.parse(text)
        Filter(term, self.frame)
        if term != self._term:
            self._term = term
            self.arrange()

    def set_sort(self, sort: tuple[SortKey, ...]) -> None:
        """Sorts by these columns; by none, newest first."""
        if sort != self._sort:
            self._sort = sort
            self.arrange()

    def set_view(self, **changes: Any) -> None:
        """Sets `group`, `archived` or `only`."""
        for name, value in changes.items():
            setattr(self, name, value)
        self._unfolded.clear()
        self.arrange()

    def set_baseline(self, run_id: str) -> None:
        """Shows how the others differ from this run; "" for none."""
        self.cells.baseline = run_id
        self._all_changed()

    def set_columns(self, keys: Sequence[str]) -> None:
        """Shows these columns; the name is always the first."""
        wanted = list(dict.fromkeys(("name", *keys)))
        if wanted != self.keys:
            self.beginResetModel()
            self.columns = [self.frame.about(key) for key in wanted]
            self.endResetModel()
            self.columns_changed.emit()
            self.arrange()

    def set_colours(self, colours: Callable[[int], QColor]) -> None:
        """How the colour of a run's number is found."""
        self.cells.colours = colours
        self._all_changed()

    def set_progress(self, run_id: str, share: float, words_: str) -> None:
        """How far a run under way is: 0 to 1, and what is said of it."""
        self.cells.progress[run_id] = (share, words_)
        self._progress_changed(run_id)

    def end_progress(self, run_id: str) -> None:
        """The run isn't under way any more."""
        self.cells.progress.pop(run_id, None)
        self._progress_changed(run_id)

    def _progress_changed(self, run_id: str) -> None:
        row = self.row_of(run_id)
        if row is not None and "status" in self.keys:
            cell = self.index(row, self.keys.index("status"))  # the only one that shows it
            self.dataChanged.emit(cell, cell)

    def toggle_group(self, row: int) -> bool:
        """Unfolds the group in a row, or folds it; False where there is none."""
        if row >= len(self._rows) or self._rows[row] >= 0:
            return False
        self._unfolded ^= {self._shown.groups.values[-1 - self._rows[row]]}
        self._take(self._shown)
        return True

    def unfold(self, place: int) -> None:
        """Unfolds the group of the run that lies there in the frame, where it is in one."""
        groups = self._shown.groups
        for number, value in enumerate(groups.values):
            if place in self._shown.places[groups.runs(number)] and value not in self._unfolded:
                self._unfolded.add(value)
                self._take(self._shown)

    # --- what there is -------------------------------------------------------------------------

    @property
    def keys(self) -> list[str]:
        """The columns' names."""
        return [column.key for column in self.columns]

    @property
    def is_reading(self) -> bool:
        """Whether not all runs are there yet."""
        return self._feed.is_reading

    @property
    def is_busy(self) -> bool:
        """Whether another order of rows is to come."""
        return self._arranger.is_busy or self._feed.is_reading

    @property
    def places(self) -> list[int]:
        """Where the runs shown lie in the frame, in order; those in folded groups too."""
        return self._shown.places.tolist()

    @property
    def total(self) -> int:
        """How many runs there are, without those put away."""
        return self._shown.total

    def place_at(self, row: int) -> int | None:
        """Where the run in a row lies in the frame; None for the row of a group."""
        place = int(self._rows[row])
        return place if place >= 0 else None

    def places_of(self, rows: Rows) -> Rows:
        """Where the runs in these rows lie in the frame; the row of a group stands for its runs."""
        chosen = self._rows[rows]
        groups = [self._shown.groups.runs(int(-1 - code)) for code in chosen[chosen < 0]]
        if not groups:
            return chosen
        parts = [chosen[chosen >= 0], *(self._shown.places[group] for group in groups)]
        return np.unique(np.concatenate(parts))

    def rows_of(self, places: Rows) -> Rows:
        """The rows of the runs at these places, sorted; without those that aren't shown."""
        rows = self._row_of[places]
        return np.sort(rows[rows >= 0])

    def id_at(self, row: int) -> str:
        """The run in a row; "" for the row of a group."""
        place = self.place_at(row)
        return "" if place is None else self.frame.run_id(place)

    def row_of(self, run_id: str) -> int | None:
        """The row of a run; None where it isn't shown."""
        place = self.frame.place(run_id)
        return None if place is None else self._row_at(place)

    def _row_at(self, place: int) -> int | None:
        row = int(self._row_of[place]) if place < len(self._row_of) else -1
        return row if row >= 0 else None

    # --- changes -------------------------------------------------------------------------------

    @Slot(list)
    def _runs_changed(self, places: list[int]) -> None:
        if self._feed.is_reading and self.total:
            return  # the first runs are there; the rest is shown once it is
        rows = [self._row_at(place) for place in places]
        seen = [row is not None for row in rows]
        if self._arranger.is_still_right(places, seen):
            for row in rows:
                if row is not None:
                    self._row_changed(row)
        else:
            self.arrange()

    @Slot(object)
    def _take(self, arrangement: Arrangement) -> None:
        """Shows another arrangement; selection and an open editor stay with their runs."""
        rows = self._with_groups(arrangement)
        if np.array_equal(rows, self._rows) and not len(arrangement.groups):
            self._shown = arrangement
            self._all_changed()
            self.arranged.emit()
            return
        self.about_to_move.emit()
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        places = [int(self._rows[index.row()]) for index in before]
        self._shown, self._rows = arrangement, rows
        self._row_of = np.full(len(self.frame), -1, np.intp)
        runs = np.flatnonzero(rows >= 0)
        self._row_of[rows[runs]] = runs
        heads = {int(rows[row]): int(row) for row in np.flatnonzero(rows < 0)}
        after = [self._row_at(place) if place >= 0 else heads.get(place) for place in places]
        self.changePersistentIndexList(
            before,
            [
                QModelIndex() if row is None else self.index(row, index.column())
                for index, row in zip(before, after, strict=True)
            ],
        )
        self.layoutChanged.emit()
        self.arranged.emit()

    def _with_groups(self, arrangement: Arrangement) -> Rows:
        groups = arrangement.groups
        if not len(groups):
            return arrangement.places
        parts: list[Any] = []
        for number, value in enumerate(groups.values):
            parts.append([-1 - number])
            if value in self._unfolded:
                parts.append(arrangement.places[groups.runs(number)])
        return np.concatenate(parts).astype(np.intp)

    def _row_changed(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))

    def _all_changed(self) -> None:
        if len(self._rows):
            last = self.index(len(self._rows) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def sort(
        self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder
    ) -> None:  # what a click on a header calls
        """Sorts by a column; by none (-1), newest first."""
        down = order is Qt.SortOrder.DescendingOrder
        self.set_sort(() if column < 0 else (SortKey(self.columns[column].key, down),))

    # --- Qt's model ----------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.place_at(index.row()) is None:
            return flags
        if self.columns[index.column()].key in WRITTEN:
            flags |= Qt.ItemFlag.ItemIsEditable
        if index.column() == 0:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(tr("{help}\nIn filters: {key}", help=column.help, key=column.key))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        column, place = self.columns[index.column()], int(self._rows[index.row()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(str(self._cell(place, column, role) or ""))
        return self._cell(place, column, role)

    def _cell(self, place: int, column: Column, role: int) -> Any:
        if place >= 0:
            return self.cells.of_run(place, column, role)
        groups, number = self._shown.groups, -1 - place
        unfolded = groups.values[number] in self._unfolded
        by = self.frame.about(self.group)
        return self.cells.of_group(groups, number, column, role, by, unfolded)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        run_id, key = self.id_at(index.row()), self.columns[index.column()].key
        if not run_id:
            return False
        if role == Qt.ItemDataRole.CheckStateRole:
            self.shown_changed.emit(run_id, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        text = str(value).strip()[: LONGEST_NAME if key == "name" else LONGEST_NOTE]
        if role == Qt.ItemDataRole.EditRole and (text or key != "name"):
            self.written.emit(run_id, key, text)
            return True
        return False
