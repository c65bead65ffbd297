"""A table of figures that a click on a column's head sorts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableWidgetItem

from ui.panels.shared.figure_table import LEFT, RIGHT, ROW_HEIGHT, FigureTable

LAST = float("-inf")


class SortedCell(NamedTuple):
    """What stands in a cell.

    Attributes:
        text: As it is read.
        rank: What it is sorted by; None for what isn't known, which is the least.
    """

    text: str
    rank: float | str | None = None


class _Item(QTableWidgetItem):
    """A cell that knows its place among the others of its column."""

    def __init__(self, cell: SortedCell) -> None:
        super().__init__(cell.text)
        self.rank = cell.rank

    def __lt__(self, other: QTableWidgetItem) -> bool:
        assert isinstance(other, _Item)
        if isinstance(self.rank, str) and isinstance(other.rank, str):
            return self.rank < other.rank
        return self._number < other._number

    @property
    def _number(self) -> float:
        return float(self.rank) if isinstance(self.rank, int | float) else LAST


class SortedTable(FigureTable):
    """Rows to choose from, in the order of a column.

    Args:
        name: What screen readers call it.
        heads: Title and tooltip of each column; the first holds names.
        column: That it is sorted by at first.
        order: Of that column.
    """

    def __init__(
        self,
        name: str,
        heads: Sequence[tuple[str, str]],
        column: int,
        order: Qt.SortOrder = Qt.SortOrder.AscendingOrder,
    ) -> None:
        super().__init__(name, heads)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.horizontalHeader().setSortIndicator(column, order)
        self.setSortingEnabled(True)

    def show_rows(self, rows: Sequence[Sequence[SortedCell]]) -> None:
        """Show these, in the order that is chosen."""
        self.setSortingEnabled(False)  # a row would move while it is written
        self.setRowCount(len(rows))
        for line, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                item = _Item(cell)
                item.setTextAlignment(RIGHT if column else LEFT)
                self.setItem(line, column, item)
        self.setSortingEnabled(True)

    def texts(self, column: int) -> list[str]:
        """What stands in a column, from above."""
        found = (self.item(line, column) for line in range(self.rowCount()))
        return [item.text() for item in found if item is not None]
