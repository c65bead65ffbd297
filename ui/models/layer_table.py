"""The layers and what each one costs as a Qt model: rows of the structure, calls of a block below.

The list beside the forms and the table of the Network tab show the same model. It changes nothing
itself: what is dropped or ticked is told, and `Layers` edits.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from itertools import count, zip_longest
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor

from ui.editing.editor import Editor
from ui.look import theme
from ui.models.layer_columns import (
    COST,
    LAYER,
    SHARE,
    LayerColumn,
    Measure,
    columns,
    measures,
    named,
)
from ui.models.layer_rows import LayerRow, by_row, difference
from workbench.base import units
from workbench.base.text import tr
from workbench.levers.layer_text import layers_as_text
from workbench.network.analysis import Analysis
from workbench.network.costs import LayerCost, share
from workbench.spec.layers import Layer

SHARE_ROLE = Qt.ItemDataRole.UserRole
ROWS = "application/x-dlopt-layer-rows"
TEXT = "text/plain"

_FLAG = Qt.ItemFlag
BETWEEN_FLAGS = _FLAG.ItemIsDropEnabled
CALL_FLAGS = _FLAG.ItemIsEnabled | _FLAG.ItemNeverHasChildren
CELL_FLAGS = _FLAG.ItemIsEnabled | _FLAG.ItemIsSelectable | _FLAG.ItemIsDragEnabled
NAME_FLAGS = CELL_FLAGS | _FLAG.ItemIsUserCheckable
_ALIGN = Qt.AlignmentFlag
LEFT, RIGHT = _ALIGN.AlignLeft | _ALIGN.AlignVCenter, _ALIGN.AlignRight | _ALIGN.AlignVCenter

Index = QModelIndex | QPersistentModelIndex


class LayerTable(QAbstractItemModel):
    """Rows are layers, their children the calls of a block.

    Args:
        editor: Whose structure is shown.

    Signals:
        ticked: The box of a layer was clicked; row and whether it is on.
        rows_dropped: Rows of this model were dropped; the rows, the place, whether to copy them.
        text_dropped: A text was dropped; it and the place.
        measure_changed: The bars show another share.
        refreshed: All is as in the editor; carries the rows that came in, where that was all.

    Attributes:
        analysis: What is shown; None while the data's shape isn't known.
        measure: What the bars compare.
        is_refreshing: Rows come and go; what is chosen isn't settled.
    """

    ticked = Signal(int, bool)
    rows_dropped = Signal(object, int, bool)
    text_dropped = Signal(str, int)
    measure_changed = Signal()
    refreshed = Signal(object)

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._token = secrets.token_hex(8)
        self._layers: tuple[Layer, ...] = ()
        self._numbers = count(1)
        self._ids: list[int] = []
        self._calls: dict[int, int] = {}
        self._messages: dict[int, str] = {}
        self._warnings: dict[int, str] = {}
        self.is_refreshing = False
        self.analysis: Analysis | None = None
        self.measures = measures()
        self.measure = self.measures[0]
        self.columns = columns()
        self._cells: list[LayerRow] = []
        self._total = 0
        editor.changed.connect(self.refresh)
        editor.problems_changed.connect(self._show_problems)
        self.refresh()

    # --- what is where -------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._layers)
        return 0 if parent.internalId() or parent.column() else self._calls[self._ids[parent.row()]]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.columns)

    def index(self, row: int, column: int = 0, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, self._ids[parent.row()] if parent.isValid() else 0)

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        number = index.internalId()
        return self.createIndex(self._ids.index(number), 0, 0) if number else QModelIndex()

    @staticmethod
    def row_of(index: Index) -> int:
        """Place in the structure of what is shown at an index; -1 where there is nothing."""
        return (index.parent() if index.internalId() else index).row() if index.isValid() else -1

    def cost(self, index: Index) -> LayerCost | None:
        """What is shown at an index costs; None from the layer on that doesn't fit."""
        row = self.row_of(index)
        if self.analysis is None or row >= len(self.analysis.layers):
            return None
        cost = self.analysis.layers[row]
        return cost.parts[index.row()] if index.internalId() else cost

    def share(self, cost: LayerCost) -> float:
        """Its part of the network's parameters or MACs."""
        return share(getattr(cost, self.measure.field), self._total)

    def message(self, row: int) -> str:
        """What is wrong with a layer, else what is worth knowing of it; empty mostly."""
        return self._messages.get(row) or self._warnings.get(row, "")

    def is_wrong(self, row: int) -> bool:
        """Whether a layer keeps the network from training."""
        return row in self._messages

    @property
    def other_measure(self) -> Measure:
        """What the bars would compare next."""
        return self.measures[1 - self.measures.index(self.measure)]

    def next_measure(self) -> None:
        """Bars compare parameters, MACs, parameters again."""
        self.measure = self.other_measure
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, SHARE, COST)
        self._tell()
        self.measure_changed.emit()

    # --- what is shown -------------------------------------------------------------------------

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        show = _SHOWN.get(role)
        return show(self, index) if show is not None and index.isValid() else None

    def text(self, index: Index) -> str:
        """The words of a cell."""
        if not index.internalId():
            return self.texts(index.row())[index.column()]
        cost = self.cost(index)
        return units.NONE if cost is None else self._text(cost, self.columns[index.column()])

    def texts(self, row: int) -> tuple[str, ...]:
        """The words of a layer's cells."""
        return self._cells[row].texts

    def _text(self, cost: LayerCost, column: LayerColumn) -> str:
        return column.text(cost, self.measure, self.share(cost))

    def _tick(self, index: Index) -> Qt.CheckState | None:
        if index.column() != LAYER or index.internalId():
            return None
        on = self._layers[index.row()].enabled
        return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked

    def _icon(self, index: Index) -> Any:
        row = index.row()
        if index.column() != LAYER or index.internalId() or not self.message(row):
            return None
        tones = theme.tones()
        return theme.icon("warning", tones.bad if self.is_wrong(row) else tones.warn)

    def _help(self, index: Index) -> str:
        if index.internalId():
            return self.text(index)
        return self.message(index.row()) or self.text(index.sibling(index.row(), LAYER))

    def _align(self, index: Index) -> Any:
        return LEFT if index.column() == LAYER else RIGHT

    def _colour(self, index: Index) -> Any:
        row = self.row_of(index)
        return None if self._layers[row].enabled else QColor(theme.tones().muted)

    def _bar(self, index: Index) -> float | None:
        if not self.columns[index.column()].has_bar:
            return None
        cost = self.cost(index)
        return self.share(cost) if cost is not None else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            share_title = tr("% of {words}", words=self.measure.words)
            by_measure = {SHARE: share_title, COST: self.measure.title}
            return by_measure.get(section, self.columns[section].title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].help
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if section == LAYER else RIGHT
        return None

    def as_tsv(self) -> str:
        """Every layer and call with every column, as a spreadsheet takes it."""
        shown = [column for column in range(len(self.columns)) if column != COST]
        lines = ["\t".join(str(self.headerData(c, Qt.Orientation.Horizontal)) for c in shown)]
        for row in range(self.rowCount()):
            parent = self.index(row)
            inside = [self.index(call, 0, parent) for call in range(self.rowCount(parent))]
            lines += [
                "\t".join(self.text(i.siblingAtColumn(c)) for c in shown) for i in (parent, *inside)
            ]
        return "\n".join(lines)

    # --- following the editor ------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Shows the editor's layers; rows that stay the same stay in place."""
        self.is_refreshing = True
        layers = self._editor.experiment.structure.layers
        came, went, is_pure = difference(self._layers, layers)
        self.analysis = self._editor.analysis
        if came:
            self.beginInsertRows(QModelIndex(), came[0], came[-1])
            self._layers = layers
            self._ids[came[0] : came[0]] = [self._new_id() for _ in came]
            self.endInsertRows()
        elif went:
            self.beginRemoveRows(QModelIndex(), went[0], went[-1])
            self._layers = layers
            for number in self._ids[went[0] : went[-1] + 1]:
                del self._calls[number]
            del self._ids[went[0] : went[-1] + 1]
            self.endRemoveRows()
        self._layers = layers
        self._show_calls()
        self._find_messages()
        self._tell()
        self.is_refreshing = False
        self.refreshed.emit(came if is_pure else range(0))

    def _new_id(self) -> int:
        number = next(self._numbers)
        self._calls[number] = 0
        return number

    def _show_calls(self) -> None:
        """Gives each block as many children as it has calls now."""
        costs: Sequence[LayerCost] = self.analysis.layers if self.analysis is not None else ()
        for row, number in enumerate(self._ids):
            had, has = self._calls[number], len(costs[row].parts) if row < len(costs) else 0
            if has > had:
                self.beginInsertRows(self.index(row), had, has - 1)
                self._calls[number] = has
                self.endInsertRows()
            elif has < had:
                self.beginRemoveRows(self.index(row), has, had - 1)
                self._calls[number] = has
                self.endRemoveRows()

    @Slot()
    def _show_problems(self) -> None:
        """What is wrong may be something else though the experiment is the same."""
        before = self._messages, self._warnings
        if self._editor.analysis is not self.analysis:
            self.refresh()
            return
        self._find_messages()
        if before != (self._messages, self._warnings):
            self._tell()

    def _find_messages(self) -> None:
        self._messages = by_row(self._editor.problems)
        self._warnings = by_row(self.analysis.warnings if self.analysis is not None else ())

    def _tell(self) -> None:
        """Rebuilds the cells, and returns those whose text has changed."""
        analysis, before = self.analysis, self._cells
        self._total = getattr(analysis, self.measure.field, 0)
        costs: Sequence[LayerCost | None] = analysis.layers if analysis is not None else ()
        self._cells = [
            self._row(row, layer, cost)
            for row, (layer, cost) in enumerate(zip_longest(self._layers, costs))
        ]
        for row, (old, new) in enumerate(zip_longest(before, self._cells[: len(before)])):
            if old == new or new is None:
                continue
            parent = self.index(row)
            self.dataChanged.emit(parent, self.index(row, len(self.columns) - 1))
            if calls := self.rowCount(parent):
                last = self.index(calls - 1, len(self.columns) - 1, parent)
                self.dataChanged.emit(self.index(0, 0, parent), last)

    def _row(self, row: int, layer: Layer, cost: LayerCost | None) -> LayerRow:
        if cost is None:
            texts = (named(layer), *(units.NONE for _ in self.columns[1:]))
        else:
            texts = tuple(self._text(cost, column) for column in self.columns)
        return LayerRow(texts, layer.enabled, self.message(row))

    # --- ticking and dragging ------------------------------------------------------------------

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return BETWEEN_FLAGS
        if index.internalId():
            return CALL_FLAGS
        return NAME_FLAGS if index.column() == LAYER else CELL_FLAGS

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.internalId():
            return False
        self.ticked.emit(index.row(), Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [ROWS, TEXT]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        """The layers as text, for other windows and programs; their rows, for this one."""
        rows = sorted({self.row_of(index) for index in indexes})
        data = QMimeData()
        data.setText(layers_as_text([self._layers[row] for row in rows]))
        data.setData(ROWS, f"{self._token} {' '.join(map(str, rows))}".encode())
        return data

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        return not parent.isValid() and not data.hasUrls() and data.hasText()

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Says what was dropped where; -1, below the last row, is the end."""
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        place = row if row >= 0 else self.rowCount()
        token, *rows = bytes(data.data(ROWS).data()).decode("ascii", "replace").split() or [""]
        if token == self._token:
            copies = action == Qt.DropAction.CopyAction
            self.rows_dropped.emit([int(number) for number in rows], place, copies)
        else:
            self.text_dropped.emit(data.text(), place)
        return True


_SHOWN: dict[int, Callable[[LayerTable, Index], Any]] = {
    Qt.ItemDataRole.DisplayRole: LayerTable.text,
    Qt.ItemDataRole.CheckStateRole: LayerTable._tick,
    Qt.ItemDataRole.DecorationRole: LayerTable._icon,
    Qt.ItemDataRole.ToolTipRole: LayerTable._help,
    Qt.ItemDataRole.TextAlignmentRole: LayerTable._align,
    Qt.ItemDataRole.ForegroundRole: LayerTable._colour,
    SHARE_ROLE: LayerTable._bar,
}
