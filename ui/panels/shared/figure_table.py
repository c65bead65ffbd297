"""A table to read and not to choose from: names on the left, figures on the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from ui.look import theme
from ui.look.plain import tip

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ROW_HEIGHT = 6 * theme.UNIT


class FigureTable(QTableWidget):
    """Rows of words.

    Args:
        name: What screen readers call it.
        heads: Title and tooltip of each column.
        names: So many columns from the left hold names; all others figures.
    """

    def __init__(self, name: str, heads: Sequence[tuple[str, str]], names: int = 1) -> None:
        super().__init__(0, len(heads))
        self._names = names
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setShowGrid(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column, (title, reason) in enumerate(heads):
            item = QTableWidgetItem(title)
            item.setToolTip(tip(reason))
            item.setTextAlignment(LEFT if column < names else RIGHT)
            self.setHorizontalHeaderItem(column, item)

    def put(self, line: int, cells: Sequence[str], *, bold: bool = False, reason: str = "") -> None:
        """Writes a row, which must be there.

        Args:
            line: From 0.
            cells: Its words.
            bold: Whether it sums the others up.
            reason: Tooltip.
        """
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(tip(reason))
            item.setTextAlignment(LEFT if column < self._names else RIGHT)
            if bold:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
            self.setItem(line, column, item)
