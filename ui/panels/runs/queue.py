"""The runs that wait: their order, and whether they wait for a person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QColor, QDropEvent, QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.actions import Action, Actions
from ui.look.elided import ElidedLabel
from ui.look.plain import Label, tip
from ui.panels.shared.task_bar import TaskBar
from workbench.base.text import tr

ESTIMATE_ROLE = Qt.ItemDataRole.UserRole + 1
"""What a run is expected to take, and whether that is bad news."""

MARGIN = 10
"""Beside the words of a row, as in the style sheet."""


class QueueDelegate(QStyledItemDelegate):
    """Draws the estimates of the runs below each other, beside their names."""

    def __init__(self, queue: QueueList) -> None:
        super().__init__(queue)
        self._queue = queue

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        elide = Qt.TextElideMode.ElideMiddle
        option.text = option.fontMetrics.elidedText(option.text, elide, self._queue.name_width)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        words, is_bad = index.data(ESTIMATE_ROLE) or ("", False)
        place = option.rect.adjusted(self._queue.name_width + 4 * MARGIN, 0, -MARGIN, 0)
        shown = option.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, place.width())
        painter.setPen(QColor(theme.tones().bad if is_bad else theme.tones().muted))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, shown)


class QueueList(QListWidget):
    """The waiting runs, next first; a drag says `reordered` with all ids in their new order."""

    reordered = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName(tr("Queue"))
        self.setToolTip(tr("Trained from top to bottom; drag to reorder"))
        self.setItemDelegate(QueueDelegate(self))
        self._widest = 0

    @property
    def name_width(self) -> int:
        """Room for the names: of the widest, and at most half of all."""
        return min(self._widest, self.viewport().width() // 2)

    def show_runs(self, runs: Sequence[tuple[str, str]]) -> None:
        """Lists these runs, by id and name."""
        self.ensurePolished()  # the font of the style sheet comes with the first show
        metrics = QFontMetricsF(self.font())
        widths = (metrics.horizontalAdvance(name) for _, name in runs)
        self._widest = math.ceil(max(widths, default=0.0))
        with QSignalBlocker(self):
            self.clear()
            for run_id, name in runs:
                item = QListWidgetItem(name)
                item.setData(Qt.ItemDataRole.UserRole, run_id)
                self.addItem(item)

    def show_estimates(self, estimates: Mapping[str, tuple[str, bool, str]]) -> None:
        """Shows what each run is expected to take.

        Args:
            estimates: By id, the words, whether they are bad news, and the reason.
        """
        with QSignalBlocker(self):
            for row in range(self.count()):
                item = self.item(row)
                words, is_bad, reason = estimates.get(
                    item.data(Qt.ItemDataRole.UserRole), ("", False, "")
                )
                if item.data(ESTIMATE_ROLE) == (words, is_bad):
                    continue
                item.setData(ESTIMATE_ROLE, (words, is_bad))
                item.setToolTip(tip(reason))
                spoken = ", ".join(filter(None, [item.text(), words]))
                item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        self.viewport().update()

    def ids(self) -> list[str]:
        """Run ids in the order shown."""
        return [self.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.count())]

    def entries(self) -> list[tuple[str, str]]:
        """Run ids and names in the order shown."""
        names = (self.item(row).text() for row in range(self.count()))
        return list(zip(self.ids(), names, strict=True))

    def dropEvent(self, event: QDropEvent) -> None:
        super().dropEvent(event)
        self.reordered.emit(self.ids())


class QueuePanel(QWidget):
    """The queue with its buttons.

    Signals:
        reordered: All ids in their new order.
        held: Whether a person wants the queue to wait.
        removed: Ids of runs that a person took out.

    Attributes:
        total: How long all of them take together.
        task_bar: Of the measuring.
        measure: Measures what isn't known.
    """

    reordered = Signal(list)
    held = Signal(bool)
    removed = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.list = QueueList()
        self.list.reordered.connect(self.reordered)
        self.words = Label()
        self.words.setProperty("role", "muted")
        self.start = QPushButton(tr("Run queue"))
        theme.set_icon(self.start, "play")
        self.start.setToolTip(tr("Train the waiting runs one after another"))
        self.start.clicked.connect(self._start)
        self.hold = QPushButton(tr("Hold"))
        theme.set_icon(self.hold, "pause")
        self.hold.setToolTip(tr("Let the run under way end, then wait"))
        self.hold.clicked.connect(self._hold)
        self.up = QPushButton(tr("Move up"))
        theme.set_icon(self.up, "up")
        self.up.setToolTip(tr("Train the chosen run earlier (Alt+Up)"))
        self.up.clicked.connect(self._move_up)
        self.down = QPushButton(tr("Move down"))
        theme.set_icon(self.down, "down")
        self.down.setToolTip(tr("Train the chosen run later (Alt+Down)"))
        self.down.clicked.connect(self._move_down)
        self.remove = QPushButton(tr("Remove"))
        theme.set_icon(self.remove, "trash")
        self.remove.setToolTip(tr("Delete the chosen runs; Undo brings them back (Del)"))
        self.remove.clicked.connect(self._remove)
        self.commands = self._make_commands()
        top = QHBoxLayout()
        theme.spaced(top, 3, 2, 3, 2, spacing=2)
        for button in (self.start, self.hold, self.up, self.down, self.remove):
            top.addWidget(button)
        top.addSpacing(theme.UNIT)
        top.addWidget(self.words)
        top.addStretch(1)
        self.total, self.task_bar = ElidedLabel(), TaskBar()
        self.total.setAccessibleName(tr("Time and memory that the queue will take"))
        self.measure = QPushButton(tr("Estimate"))
        self.measure.setToolTip(
            tr("Time a few steps of each run that isn't known yet; nothing is trained")
        )
        self.measure.hide()
        self.sums = QWidget()
        below = QHBoxLayout(self.sums)
        theme.spaced(below, 3, 0, 3, 2, spacing=3)
        below.addWidget(self.total, 1)
        below.addWidget(self.task_bar)
        below.addWidget(self.measure)
        self.sums.setMinimumHeight(self.measure.sizeHint().height() + 2 * theme.UNIT)
        rows = QVBoxLayout()
        theme.spaced(rows, 0)
        rows.addLayout(top)
        rows.addWidget(self.sums)
        theme.as_page(self, rows, self.list)
        self.show_queue([], False)

    def _make_commands(self) -> Actions:
        """What the buttons do, for the keys (while the list has the focus) and the palette."""
        made = Actions("queue", tr("Queue"), self, in_focus=True)
        made.add(
            Action("up", tr("Move up in the queue"), self._move_up, "Alt+Up", "up",
                   tr("Train the chosen run earlier"), self._none_chosen),
            Action("down", tr("Move down in the queue"), self._move_down, "Alt+Down", "down",
                   tr("Train the chosen run later"), self._none_chosen),
            Action("remove", tr("Remove from the queue"), self._remove, "Del", "trash",
                   tr("Delete the chosen runs; Undo brings them back"), self._none_chosen),
            Action("hold", tr("Hold the queue"), self._hold, "", "pause",
                   tr("Let the run under way end, then wait"),
                   lambda: "" if self.hold.isEnabled() else tr("The queue is not going on.")),
        )  # fmt: skip
        made.attach(self.list)
        self.list.itemSelectionChanged.connect(made.refresh)
        return made

    def _none_chosen(self) -> str:
        chosen = self.list.selectedItems()
        return "" if chosen else tr("Select a run in the queue first.")

    def show_queue(self, runs: list[tuple[str, str]], held: bool) -> None:
        """Shows these runs, by id and name, and whether they wait."""
        if runs != self.list.entries():
            self.list.show_runs(runs)
        self.sums.setVisible(bool(runs))
        waits = bool(runs) and held
        self.start.setEnabled(waits)
        self.hold.setEnabled(bool(runs) and not held)
        for button in (self.up, self.down, self.remove):
            button.setEnabled(bool(runs))
        self.commands.refresh()
        self.words.setText(
            tr("The queue waits; press Run queue to go on.")
            if waits
            else tr("Runs train from top to bottom.")
            if runs
            else tr("Nothing waits. Add to queue puts an experiment here without starting it.")
        )

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
