"""The legend of a figure as a list: words that can be edited, and an order that can be dragged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from workbench.figures.settings import Entry

MEMBERS = Qt.ItemDataRole.UserRole
LONGEST = 300


class LegendRows(QListWidget):
    """A row for each line of the figure: a run, or a group of runs.

    Signals:
        changed: Words or order are others.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Legend of the figure"))
        self.setToolTip(self.tr("Double-click to edit the words; drag to change the order"))
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.itemChanged.connect(self._changed)
        self.model().rowsMoved.connect(self._changed)
        self._entries: dict[str, Entry] = {}

    def show_entries(self, entries: Sequence[Entry], names: Mapping[str, str]) -> None:
        """Lists these, in their order.

        Args:
            entries: Of the figure.
            names: Of its runs, by id.
        """
        self._entries = {entry.run_id: entry for entry in entries}
        rows: dict[str, list[str]] = {}
        for entry in entries:
            rows.setdefault(entry.group or f"\0{entry.run_id}", []).append(entry.run_id)
        with QSignalBlocker(self):
            self.clear()
            for run_ids in rows.values():
                first = self._entries[run_ids[0]]
                words = first.group or first.label or names.get(first.run_id, first.run_id)
                item = QListWidgetItem(words, self)
                item.setData(MEMBERS, run_ids)
                item.setFlags(
                    (item.flags() | Qt.ItemFlag.ItemIsEditable) & ~Qt.ItemFlag.ItemIsDropEnabled
                )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """As they stand: a group keeps its runs, an empty label the run's own name."""
        found: list[Entry] = []
        for number in range(self.count()):
            item = self.item(number)
            words = item.text().strip()[:LONGEST]
            for run_id in item.data(MEMBERS):
                entry = self._entries[run_id]
                change = {"group": words or entry.group} if entry.group else {"label": words}
                found.append(entry.changed(**change))
        return tuple(found)

    @Slot()
    def _changed(self) -> None:
        self.changed.emit()
