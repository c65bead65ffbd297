"""The layers and what each one costs as a Qt model: rows of the structure, calls of a block below.

The list beside the forms and the table of the Network tab show the same model. It changes nothing
itself: what is dropped or ticked is told, and `Layers` edits.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractItemModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor

from ui import theme
from ui.editor import Editor
from workbench import words
from workbench.analysis import Analysis
from workbench.costs import LayerCost, share
from workbench.layer_text import layers_as_text
from workbench.spec.base import Problem
from workbench.spec.layers import Layer, Operation, written

SHARE_ROLE = Qt.ItemDataRole.UserRole
ROWS = "application/x-dlopt-layer-rows"
TEXT = "text/plain"
SUMMARY_GAP = "   "

Index = QModelIndex | QPersistentModelIndex


class Measure(NamedTuple):
    """What the bars compare.

    Attributes:
        field: Of the costs.
        title: Heads a column.
        words: Within a sentence.
    """

    field: str
    title: str
    words: str


@dataclass(frozen=True)
class Column:
    """One figure of a layer.

    Attributes:
        title, help: Of the header; empty where the measure says it.
        text: From a cost.
        has_bar: Whether its share is drawn as a bar.
    """

    title: str
    help: str
    text: Callable[[LayerCost], str]
    has_bar: bool = False


LAYER, INPUT, OUTPUT, PARAMETERS, TRAINABLE, MACS, MEMORY, FIELD, SHARE, COST = range(10)


def _tr(text: str) -> str:
    return QCoreApplication.translate("LayerTable", text)


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
        self.measures = (
            Measure("parameters", _tr("Parameters"), _tr("parameters")),
            Measure("macs", _tr("MACs"), _tr("MACs")),
        )
        self.measure = self.measures[0]
        self.columns = self._columns()
        editor.changed.connect(self.refresh)
        editor.problems_changed.connect(self._show_problems)
        self.refresh()

    def _columns(self) -> tuple[Column, ...]:
        switch = _tr("Click to see parameters or MACs; the bar is the share of the total")
        return (
            Column(_tr("Layer"), _tr("The network from the image to the class"), _name),
            Column(_tr("Input"), _tr("Shape that reaches the layer"),
                   lambda cost: written(cost.input_shape)),
            Column(_tr("Output"), _tr("Shape that leaves the layer"),
                   lambda cost: written(cost.output_shape)),
            Column(_tr("Parameters"), _tr("Its weights; shared ones count where they come first"),
                   lambda cost: words.count(cost.parameters)),
            Column(_tr("Trainable"), _tr("The weights that gradients train"),
                   lambda cost: words.count(cost.trainable)),
            Column(_tr("MACs"), _tr("Multiply-accumulate operations for one image"),
                   lambda cost: words.count(cost.macs)),
            Column(_tr("Memory"), _tr("Of its outputs for one image in float32"),
                   lambda cost: words.size(cost.activation_bytes)),
            Column(_tr("Sees"), _tr("Pixels of the image that one of its outputs sees"),
                   lambda cost: written(cost.receptive_field)),
            Column("", switch, self._share_text, has_bar=True),
            Column("", switch, self._cost_text, has_bar=True),
        )  # fmt: skip

    def _share_text(self, cost: LayerCost) -> str:
        return f"{100 * self.share(cost):.1f} %"

    def _cost_text(self, cost: LayerCost) -> str:
        return words.count(getattr(cost, self.measure.field))

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

    @staticmethod
    def row_at(path: str) -> int | None:
        """The layer that a path of the TOML leads into; None where it is no layer's."""
        layer = _ROW.match(path)
        return int(layer[1]) if layer is not None else None

    def cost(self, index: Index) -> LayerCost | None:
        """What is shown at an index costs; None from the layer on that doesn't fit."""
        row = self.row_of(index)
        if self.analysis is None or row >= len(self.analysis.layers):
            return None
        cost = self.analysis.layers[row]
        return cost.parts[index.row()] if index.internalId() else cost

    def share(self, cost: LayerCost) -> float:
        """Its part of the network's parameters or MACs."""
        field = self.measure.field
        return share(getattr(cost, field), getattr(self.analysis, field, 0))

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
        if index.column() == LAYER and not index.internalId():
            return _named(self._layers[index.row()])
        cost = self.cost(index)
        return words.NONE if cost is None else self.columns[index.column()].text(cost)

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
        flag = Qt.AlignmentFlag
        side = flag.AlignLeft if index.column() == LAYER else flag.AlignRight
        return side | flag.AlignVCenter

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
            share_title = _tr("% of {}").format(self.measure.words)
            by_measure = {SHARE: share_title, COST: self.measure.title}
            return by_measure.get(section, self.columns[section].title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.columns[section].help
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._align(self.createIndex(0, section, 0))
        return None

    def as_tsv(self) -> str:
        """Every layer and call with every column, as a spreadsheet takes it."""
        shown = [column for column in range(len(self.columns)) if column != COST]
        lines = ["\t".join(str(self.headerData(c, Qt.Orientation.Horizontal)) for c in shown)]
        for row in range(self.rowCount()):
            parent = self.index(row)
            inside = [self.index(call, 0, parent) for call in range(self.rowCount(parent))]
            lines += ["\t".join(self.text(i.siblingAtColumn(c)) for c in shown)
                      for i in (parent, *inside)]  # fmt: skip
        return "\n".join(lines)

    # --- following the editor ------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Shows the editor's layers; rows that stay the same stay in place."""
        self.is_refreshing = True
        layers = self._editor.experiment.structure.layers
        came, went, is_pure = _difference(self._layers, layers)
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
        self._messages = _by_row(self._editor.problems)
        self._warnings = _by_row(self.analysis.warnings if self.analysis is not None else ())

    def _tell(self) -> None:
        last = self.rowCount() - 1
        self.dataChanged.emit(self.index(0), self.index(last, len(self.columns) - 1))

    # --- ticking and dragging ------------------------------------------------------------------

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled  # between the rows
        if index.internalId():
            return flag.ItemIsEnabled | flag.ItemNeverHasChildren
        own = flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDragEnabled
        return own | flag.ItemIsUserCheckable if index.column() == LAYER else own

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


def _difference(before: Sequence[Layer], after: Sequence[Layer]) -> tuple[range, range, bool]:
    """Rows that came and that went, and whether nothing else changed; else they are the last."""
    shorter, grown = min(len(before), len(after)), len(after) - len(before)
    pairs = zip(before, after, strict=False)
    same = next((row for row, (a, b) in enumerate(pairs) if a != b), shorter)
    is_pure = before[same + max(-grown, 0) :] == after[same + max(grown, 0) :]
    first = same if is_pure else shorter
    return range(first, first + grown), range(first, first - grown), is_pure


def _named(layer: Layer | Operation) -> str:
    """Its kind, and its settings in a few characters."""
    if isinstance(layer, Layer) and not layer.enabled:
        detail = _tr("switched off")
    else:
        detail = layer.summary()
    return f"{layer.label}{SUMMARY_GAP}{detail}" if detail else layer.label


def _name(cost: LayerCost) -> str:
    return _named(cost.layer)


def _by_row(problems: Iterable[Problem]) -> dict[int, str]:
    """The first sentence about each layer."""
    found: dict[int, str] = {}
    for problem in problems:
        row = LayerTable.row_at(problem.path)
        if row is not None:
            found.setdefault(row, problem.message)
    return found


_ROW = re.compile(r"structure\.layers\[(\d+)\]")
_SHOWN: dict[int, Callable[[LayerTable, Index], Any]] = {
    Qt.ItemDataRole.DisplayRole: LayerTable.text,
    Qt.ItemDataRole.CheckStateRole: LayerTable._tick,
    Qt.ItemDataRole.DecorationRole: LayerTable._icon,
    Qt.ItemDataRole.ToolTipRole: LayerTable._help,
    Qt.ItemDataRole.TextAlignmentRole: LayerTable._align,
    Qt.ItemDataRole.ForegroundRole: LayerTable._colour,
    SHARE_ROLE: LayerTable._bar,
}
