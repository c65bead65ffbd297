"""Two networks aligned layer by layer as a Qt model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from ui.look import theme
from ui.look.plain import tip
from workbench.base import units
from workbench.base.text import tr
from workbench.levers.comparison import Comparison, what_differs
from workbench.network.costs import LayerCost
from workbench.network.differences import ChangeMark, LayerPair

Index = QModelIndex | QPersistentModelIndex

TONES = {
    ChangeMark.SAME: "muted",
    ChangeMark.CHANGED: "warn",
    ChangeMark.ADDED: "good",
    ChangeMark.REMOVED: "bad",
}
"""Colours of a layer's name; what became of it also stands beside it in words."""


@dataclass(frozen=True)
class DifferenceColumn:
    """One column.

    Attributes:
        title: In the header.
        text: Of a row.
        help: Tooltip of the header.
        cost: Which figure of a layer it tells the difference of; "" for none.
    """

    title: str
    text: Callable[[LayerPair], str]
    help: str
    cost: str = ""


class DiffTable(QAbstractTableModel):
    """The rows of a comparison."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[LayerPair, ...] = ()
        self.columns = (
            DifferenceColumn(tr("Layer"), _name, tr("Both networks, their layers aligned")),
            DifferenceColumn(
                tr("Parameters"),
                lambda row: units.signed(row.parameters),
                tr("How many weights more (or fewer) the layer holds"),
                "parameters",
            ),
            DifferenceColumn(
                tr("MACs"),
                lambda row: units.signed(row.macs, units.big),
                tr("How many multiply-accumulate operations more (or fewer) it does for an image"),
                "macs",
            ),
            DifferenceColumn(
                tr("What differs"), what_differs, tr("What became of the layer's settings")
            ),
            DifferenceColumn(
                tr("Output"), lambda row: row.output, tr("The shape that leaves the layer")
            ),
        )

    def show(self, comparison: Comparison | None) -> None:
        """Shows the rows of a comparison, or none."""
        self.beginResetModel()
        self._rows = comparison.diff.rows if comparison is not None else ()
        self.endResetModel()

    def row(self, number: int) -> LayerPair:
        """The pair of layers in a row."""
        return self._rows[number]

    # --- Qt's model ----------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self._rows[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(getattr(theme.tones(), _tone(row, column)))
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(_before_and_after(row, column) if column.cost else column.text(row))
        return None


def _name(row: LayerPair) -> str:
    sign = row.mark.value.replace("-", units.MINUS)
    return f"{sign}  {row.layer.label}  {row.layer.summary()}".rstrip()


def _tone(row: LayerPair, column: DifferenceColumn) -> str:
    """Names by what became of the layer; figures green where they fell and red where they rose."""
    if not column.cost:
        return TONES[row.mark]
    change = getattr(row, column.cost)
    return "bad" if change > 0 else "good" if change < 0 else "muted"


def _before_and_after(row: LayerPair, column: DifferenceColumn) -> str:
    return f"{_cost(row.left, column.cost)} → {_cost(row.right, column.cost)}"


def _cost(layer: LayerCost | None, name: str) -> str:
    return units.count(getattr(layer, name)) if layer is not None else units.NONE


def _alignment(column: DifferenceColumn) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.cost else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
