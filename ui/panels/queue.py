"""The runs that wait: their order, and whether they wait for a person."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from ui import theme
from workbench.runs.record import Run


class QueueList(QListWidget):
    """The waiting runs, next first; a drag says `reordered` with all ids in their new order."""

    reordered = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName(self.tr("Queue"))
        self.setToolTip(self.tr("Trained from top to bottom; drag to reorder"))

    def ids(self) -> list[str]:
        """Run ids in the order shown."""
        return [self.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.count())]

    def dropEvent(self, event: QDropEvent) -> None:
        super().dropEvent(event)
        self.reordered.emit(self.ids())


class QueuePanel(QWidget):
    """The queue with its buttons.

    Signals:
        reordered: All ids in their new order.
        held: Whether a person wants the queue to wait.
        removed: Ids of runs that a person took out.
    """

    reordered = Signal(list)
    held = Signal(bool)
    removed = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.list = QueueList()
        self.list.reordered.connect(self.reordered)
        self.words = QLabel()
        self.words.setProperty("role", "muted")
        self.start = QPushButton(self.tr("Run queue"))
        theme.set_icon(self.start, "play")
        self.start.setToolTip(self.tr("Train the waiting runs one after another"))
        self.start.clicked.connect(self._start)
        self.hold = QPushButton(self.tr("Hold"))
        theme.set_icon(self.hold, "pause")
        self.hold.setToolTip(self.tr("Let the run under way end, then wait"))
        self.hold.clicked.connect(self._hold)
        self.up = QPushButton(self.tr("Move up"))
        theme.set_icon(self.up, "up")
        self.up.setToolTip(self.tr("Train the chosen run earlier (Alt+Up)"))
        self.up.clicked.connect(self._move_up)
        self.down = QPushButton(self.tr("Move down"))
        theme.set_icon(self.down, "down")
        self.down.setToolTip(self.tr("Train the chosen run later (Alt+Down)"))
        self.down.clicked.connect(self._move_down)
        self.remove = QPushButton(self.tr("Remove"))
        theme.set_icon(self.remove, "trash")
        self.remove.setToolTip(self.tr("Delete the chosen runs; Undo brings them back (Del)"))
        self.remove.clicked.connect(self._remove)
        for keys, slot in (
            ("Del", self._remove), ("Alt+Up", self._move_up), ("Alt+Down", self._move_down),
        ):  # fmt: skip
            shortcut = QShortcut(QKeySequence(keys), self.list)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)
        top = QHBoxLayout()
        theme.spaced(top, 3, 2, 3, 2, spacing=2)
        for button in (self.start, self.hold, self.up, self.down, self.remove):
            top.addWidget(button)
        top.addSpacing(theme.UNIT)
        top.addWidget(self.words)
        top.addStretch(1)
        theme.as_page(self, top, self.list)
        self.show_queue([], False)

    def show_queue(self, runs: list[Run], held: bool) -> None:
        """Shows these runs and whether they wait."""
        ids = [run.run_id for run in runs]
        if ids != self.list.ids():
            with QSignalBlocker(self.list):
                self.list.clear()
                for run in runs:
                    item = QListWidgetItem(run.name)
                    item.setData(Qt.ItemDataRole.UserRole, run.run_id)
                    self.list.addItem(item)
        waits = bool(runs) and held
        self.start.setEnabled(waits)
        self.hold.setEnabled(bool(runs) and not held)
        for button in (self.up, self.down, self.remove):
            button.setEnabled(bool(runs))
        self.words.setText(
            self.tr("The queue waits; press Run queue to go on.") if waits
            else self.tr("Runs train from top to bottom.") if runs
            else self.tr("Nothing waits. Add to queue puts an experiment here without starting it.")
        )  # fmt: skip

    @Slot()
    def _start(self) -> None:
        self.held.emit(False)

    @Slot()
    def _hold(self) -> None:
        self.held.emit(True)

    @Slot()
    def _move_up(self) -> None:
        self._move(-1)

    @Slot()
    def _move_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        ids, row = self.list.ids(), self.list.currentRow()
        if row >= 0 and 0 <= row + by < len(ids):
            ids.insert(row + by, ids.pop(row))
            self.reordered.emit(ids)
            self.list.setCurrentRow(row + by)

    @Slot()
    def _remove(self) -> None:
        ids = [item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]
        if ids:
            self.removed.emit(ids)
