"""The legend of the Compare plots: a list that hides, shows and highlights curves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from ui.look.plain import tip
from ui.plots.compare.compared import Item
from ui.plots.theme import PlotTheme
from workbench.base.text import tr

SAMPLE = QSize(28, 12)
KEY = Qt.ItemDataRole.UserRole


class Legend(QListWidget):
    """A row for each curve, with a sample of its line; its tick hides it.

    Signals:
        hidden_changed: Other curves are hidden; the keys of all that are.
        highlighted: The key of the row with the focus, "" for none.
    """

    hidden_changed = Signal(list)
    highlighted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Legend"))
        self.setToolTip(tr("Tick: show or hide a curve. Select one to bring it to the front."))
        self.setIconSize(SAMPLE)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUniformItemSizes(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for text, hidden in ((tr("Show all"), False), (tr("Hide all"), True)):
            action = QAction(text, self)
            action.triggered.connect(self._hide_all if hidden else self._show_all)
            self.addAction(action)
        self.itemChanged.connect(self._changed)
        self.itemSelectionChanged.connect(self._selected)

    def show_items(self, items: Sequence[Item], theme: PlotTheme) -> None:
        """Lists these curves; nothing is done where they look as before."""
        current = self.highlighted_key
        with QSignalBlocker(self):
            self.clear()
            for item in items:
                row = QListWidgetItem(_sample(item, theme), item.name, self)
                row.setData(KEY, item.key)
                row.setToolTip(tip(item.name))
                row.setFlags(row.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                state = Qt.CheckState.Unchecked if item.hidden else Qt.CheckState.Checked
                row.setCheckState(state)
                if item.key == current:
                    self.setCurrentItem(row)

    @property
    def highlighted_key(self) -> str:
        """The key of the chosen row, "" for none."""
        chosen = self.selectedItems()
        return str(chosen[0].data(KEY)) if chosen else ""

    @property
    def hidden_keys(self) -> list[str]:
        """The curves without a tick."""
        rows = (self.item(number) for number in range(self.count()))
        return [str(r.data(KEY)) for r in rows if r.checkState() is Qt.CheckState.Unchecked]

    @Slot()
    def _changed(self) -> None:
        self.hidden_changed.emit(self.hidden_keys)

    @Slot()
    def _selected(self) -> None:
        self.highlighted.emit(self.highlighted_key)

    @Slot()
    def _show_all(self) -> None:
        self._set_all(Qt.CheckState.Checked)

    @Slot()
    def _hide_all(self) -> None:
        self._set_all(Qt.CheckState.Unchecked)

    def _set_all(self, state: Qt.CheckState) -> None:
        with QSignalBlocker(self):
            for number in range(self.count()):
                self.item(number).setCheckState(state)
        self._changed()


def _sample(item: Item, theme: PlotTheme) -> QIcon:
    """A piece of the curve's line."""
    pixmap = QPixmap(SAMPLE * 2)
    pixmap.setDevicePixelRatio(2.0)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(QPen(theme.legible(item.colour), 2, item.style))
    middle = SAMPLE.height() // 2
    painter.drawLine(QPoint(0, middle), QPoint(SAMPLE.width(), middle))
    painter.end()
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
