"""The legend of a figure as a list: words that can be edited, and an order that can be dragged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from workbench.base.text import tr
from workbench.figures.settings import Named

MEMBERS, OWN_WORDS = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
LONGEST = 300


class LegendRows(QListWidget):
    """A row for each line of the figure: a run, a group of runs, or a class.

    Signals:
        changed: Labels or their order have changed.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Legend of the figure"))
        self.setToolTip(tr("Double-click to edit the words; drag to change the order"))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.itemChanged.connect(self._changed)
        self.model().rowsMoved.connect(self._changed)
        self._entries: dict[str, Named] = {}

    def show_entries(self, entries: Sequence[Named], names: Mapping[str, str]) -> None:
        """Lists these, in their order.

        Args:
            entries: Of the figure.
            names: Of its runs (or classes), by their keys.
        """
        self._entries = {entry.key: entry for entry in entries}
        rows: dict[str, list[str]] = {}
        for entry in entries:
            rows.setdefault(entry.together or f"\0{entry.key}", []).append(entry.key)
        with QSignalBlocker(self):
            self.clear()
            for keys in rows.values():
                first = self._entries[keys[0]]
                own = first.together or names.get(first.key, first.key)
                item = QListWidgetItem(first.label or own, self)
                item.setData(MEMBERS, keys)
                item.setData(OWN_WORDS, own)
                item.setFlags(
                    (item.flags() | Qt.ItemFlag.ItemIsEditable) & ~Qt.ItemFlag.ItemIsDropEnabled
                )

    @property
    def entries(self) -> tuple[Named, ...]:
        """As they stand; words that nobody changed are left to the figure, which knows them."""
        found: list[Named] = []
        for number in range(self.count()):
            item = self.item(number)
            words = item.text().strip()[:LONGEST]
            words = "" if words == item.data(OWN_WORDS) else words
            found += [self._entries[key].named(words) for key in item.data(MEMBERS)]
        return tuple(found)

    @Slot()
    def _changed(self) -> None:
        self.changed.emit()
