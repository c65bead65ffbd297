"""Choosing the columns of the table of runs: all there are, with a search."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.plain import Label
from ui.look.side_dialog import SideDialog
from ui.models.run_table import RunTable
from workbench.base.text import tr
from workbench.runs.columns import DEFAULT_KEYS
from workbench.runs.table.matching import known_columns

KEY_ROLE = Qt.ItemDataRole.UserRole


class ColumnChooser(SideDialog):
    """A list of columns to tick; the table follows at once.

    Args:
        model: Whose columns are offered.
        shown: Keys of the columns that are shown now.
        parent: The window it lies before.
        hint: Under the list; "" for that on headers.
        first: The columns that "As at first" brings back.

    Signals:
        chosen: Keys of the columns to show, in order.
    """

    chosen = Signal(list)

    def __init__(
        self,
        model: RunTable,
        shown: Callable[[], list[str]],
        parent: QWidget,
        *,
        hint: str = "",
        first: Sequence[str] = DEFAULT_KEYS,
    ) -> None:
        super().__init__(parent, tr("Columns"))
        self._model, self._shown, self._first = model, shown, first
        self.resize(110 * theme.UNIT, 130 * theme.UNIT)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search, or type val_accuracy@5 or time_to@0.98"))
        self.search.setAccessibleName(tr("Search columns"))
        self.search.setToolTip(tr("Show only columns with this text"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.refill)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Columns"))
        self.list.setToolTip(tr("Tick what the table shall show"))
        self.list.itemChanged.connect(self._ticked)
        below = Label(hint or tr("Drag a column's header to put it elsewhere."))
        below.setProperty("role", "muted")
        buttons = QDialogButtonBox()
        buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        reset = QPushButton(tr("As at first"))
        reset.setToolTip(tr("Show the columns that a new store shows"))
        reset.clicked.connect(self._reset)
        buttons.addButton(reset, QDialogButtonBox.ButtonRole.ResetRole)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 3, spacing=2)
        for part in (self.search, self.list, below, buttons):
            layout.addWidget(part)
        self.refill()

    @Slot()
    def refill(self) -> None:
        """Shows the columns with what is searched, those of the table first."""
        shown, wanted = self._shown(), self.search.text().strip()
        frame = self._model.frame
        keys = [*shown, *(key for key in known_columns(frame) if key not in shown)]
        if wanted and wanted not in keys and frame.has(wanted):
            keys.insert(0, wanted)
        self.list.blockSignals(True)
        self.list.clear()
        for key in keys[1:] if keys[0] == "name" else [k for k in keys if k != "name"]:
            column = frame.about(key)
            if wanted.casefold() in column.listed.casefold():
                item = QListWidgetItem(column.listed, self.list)
                item.setData(KEY_ROLE, key)
                item.setToolTip(column.help)
                state = Qt.CheckState.Checked if key in shown else Qt.CheckState.Unchecked
                item.setCheckState(state)
        self.list.blockSignals(False)

    @Slot(QListWidgetItem)
    def _ticked(self, item: QListWidgetItem) -> None:
        key, shown = item.data(KEY_ROLE), self._shown()
        if item.checkState() is Qt.CheckState.Checked:
            self.chosen.emit([*shown, key])
        else:
            self.chosen.emit([other for other in shown if other != key])

    @Slot()
    def _reset(self) -> None:
        self.chosen.emit(list(self._first))
        self.refill()
