"""Views of the layers: a compact list beside the forms, a table with every figure.

Both show the one model of `Layers` and share its selection; what they change goes through it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
)

from ui.background.when_shown import WhenShown
from ui.look import theme
from ui.models.layer_columns import COST, INPUT, LAYER, OUTPUT, SHARE
from ui.models.layer_table import SHARE_ROLE
from ui.models.layers import Layers
from workbench.base.text import tr

BAR_HEIGHT = 3
CELL_MARGIN = 7
"""Beside the text of a cell, as the style sheet has it."""

ROW_HEIGHT = 24
ROWS_SHOWN = 14


class BarDelegate(QStyledItemDelegate):
    """Rows of one height, whatever the style has heard of; a bar under a figure: its share."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), max(size.height(), ROW_HEIGHT))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        part = index.data(SHARE_ROLE)
        if not part:
            return
        tones = theme.tones()
        cell = QRectF(option.rect)
        track = cell.adjusted(CELL_MARGIN, cell.height() - BAR_HEIGHT, -CELL_MARGIN, 0)
        bar = track.adjusted(track.width() - max(1.0, part * track.width()), 0, 0, 0)
        painter.fillRect(track, QColor(tones.line))
        painter.fillRect(bar, QColor(tones.accent))


class LayerView(QTreeView):
    """What both views share.

    Args:
        layers: Shown.
        columns: Of the model, in order; the first takes the room that is left.
    """

    def __init__(self, layers: Layers, columns: Sequence[int]) -> None:
        super().__init__()
        self._layers, self._columns = layers, columns
        self.setModel(layers.table)
        self.setSelectionModel(layers.selection)
        self.setItemDelegate(BarDelegate(self))
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setAllColumnsShowFocus(True)
        self.setToolTip(
            tr(
                "The network from the image to the class; drag layers, or press Alt+Up and "
                "Alt+Down, to move them"
            )
        )
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self._clicked)
        for column in range(layers.table.columnCount()):
            self.setColumnHidden(column, column not in columns)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        follow = WhenShown(self, self._fit)
        layers.table.refreshed.connect(follow.mark)
        layers.table.measure_changed.connect(follow.mark)

    @Slot(int)
    def _clicked(self, column: int) -> None:
        if column in (SHARE, COST):
            self._layers.table.next_measure()

    def _fit(self) -> None:
        """Columns as wide as their longest text, found by its letters: drawing all takes long."""
        table, metrics = self._layers.table, self.fontMetrics()
        rows = [table.texts(row) for row in range(table.rowCount())]
        for column in self._columns:
            if column == LAYER:
                continue
            texts = [row[column] for row in rows]
            texts += [str(table.headerData(column, Qt.Orientation.Horizontal)), self.least(column)]
            width = metrics.horizontalAdvance(max(texts, key=len)) + 2 * CELL_MARGIN + theme.UNIT
            if width != self.columnWidth(column):
                self.setColumnWidth(column, width)
        self._fit_names()

    def least(self, column: int) -> str:
        """A text that a column has room for in any case."""
        return ""

    def _fit_names(self) -> None:
        """The first column takes the room that the others leave."""
        others = sum(self.columnWidth(column) for column in self._columns if column != LAYER)
        room = self.viewport().width() - others
        self.setColumnWidth(
            LAYER, max(room, self.fontMetrics().horizontalAdvance(self.least(LAYER)))
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_names()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.ignore()  # a file is opened by the window
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if not isinstance(event.source(), LayerView):
            event.setDropAction(Qt.DropAction.CopyAction)  # what it came from keeps it
        super().dropEvent(event)


class LayerList(LayerView):
    """The layers in order, as narrow as the forms, with the output and the cost of each."""

    def __init__(self, layers: Layers) -> None:
        super().__init__(layers, (LAYER, OUTPUT, COST))
        self.setObjectName("layers")
        self.setAccessibleName(tr("Layers"))
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setExpandsOnDoubleClick(False)
        layers.table.rowsInserted.connect(self._fit_height)
        layers.table.rowsRemoved.connect(self._fit_height)
        self._fit_height()

    @Slot()
    def _fit_height(self) -> None:
        """As high as its rows, up to a limit; the form around it scrolls."""
        rows = min(max(self.model().rowCount(), 3), ROWS_SHOWN)
        row = max(self.sizeHintForRow(0), ROW_HEIGHT)
        height = self.header().sizeHint().height() + rows * row + 2 * self.frameWidth()
        if height != self.height():
            self.setFixedHeight(height)


class LayerTree(LayerView):
    """Every figure of every layer; a block unfolds to the calls inside."""

    def __init__(self, layers: Layers) -> None:
        super().__init__(layers, range(INPUT - 1, COST))
        self.setAccessibleName(tr("Costs of the layers"))

    def least(self, column: int) -> str:
        """A name behind its marks; calls inside a block have more channels than the block."""
        texts = {LAYER: "InvertedResidualBlock 24 · x6", INPUT: "16x16x144", OUTPUT: "16x16x144"}
        return texts.get(column, "")
