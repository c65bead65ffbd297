"""The table of runs as a Qt model: what is shown of a run, and in which figure of a metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap

from workbench import words
from workbench.runs.record import EpochMetrics, Run

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
RUN_ROLE = Qt.ItemDataRole.UserRole + 1
SWATCH = 12
LONGEST_NAME = 200
PROGRESS_ROLE = Qt.ItemDataRole.UserRole + 2


class Pick(Enum):
    """Which of a metric's values over the epochs is shown."""

    LAST = "last"
    BEST = "best"
    AT = "at epoch"


@dataclass(frozen=True)
class Choice:
    """What the metric columns show.

    Attributes:
        pick: Which epoch's value.
        epoch: For `Pick.AT`, from 1.
    """

    pick: Pick = Pick.LAST
    epoch: int = 1


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        title: In the header.
        value: Of a run, for sorting.
        text: Of that value.
        help: Tooltip of the header.
        metric: Name of the epoch metric it picks from; "" for none.
    """

    title: str
    value: Callable[[Run], Any]
    text: Callable[[Any], str]
    help: str
    metric: str = ""


class RunTable(QAbstractTableModel):
    """All runs, newest first; also the legend of the plots.

    Signals:
        shown_changed: A person ticked or cleared the box of a run: its id, whether it is shown.
        renamed: A person gave a run another name: its id, the name.
    """

    shown_changed = Signal(str, bool)
    renamed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[Run] = []
        self._rows: dict[str, int] = {}
        self._epochs: Mapping[str, Sequence[EpochMetrics]] = {}
        self._progress: tuple[str, float, str] = ("", 0.0, "")
        self._colours: Callable[[Run], QColor] = lambda _: QColor("gray")
        self.choice = Choice()
        self.columns = self._make_columns()

    def _make_columns(self) -> list[Column]:
        tr = self.tr
        return [
            Column(tr("Name"), lambda r: r.name.lower(), str, tr("Tick to show the run's curves")),
            Column(tr("Status"), lambda r: r.status.value, str, tr("How far the run is")),
            Column(
                tr("Test acc."), lambda r: r.test_accuracy, words.percent,
                tr("Accuracy on the test images, looked at once, at the end"),
            ),
            Column(
                tr("Val. acc."), lambda r: self._picked(r, "val_accuracy"), words.percent,
                tr("Accuracy on the validation images; right-click for best, last or at an epoch"),
                "val_accuracy",
            ),
            Column(
                tr("Val. loss"), lambda r: self._picked(r, "val_loss"), words.decimal,
                tr("Loss on the validation images; right-click for best, last or at an epoch"),
                "val_loss",
            ),
            Column(
                tr("Loss"), lambda r: self._picked(r, "loss"), words.decimal,
                tr("Loss on the training images, mean over the epoch"), "loss",
            ),
            Column(
                tr("Images/s"), lambda r: r.images_per_second, words.count,
                tr("Training speed: median over the epochs after the first"),
            ),
            Column(
                tr("Parameters"), lambda r: r.parameters, words.count,
                tr("Weights of the network"),
            ),
            Column(
                tr("Time"), lambda r: r.seconds, words.duration,
                tr("Training time, pauses left out"),
            ),
        ]  # fmt: skip

    # --- contents ------------------------------------------------------------------------------

    def set_runs(self, runs: Sequence[Run], epochs: Mapping[str, Sequence[EpochMetrics]]) -> None:
        """Shows these runs, newest first; rows that stay keep selection and an open editor."""
        self._epochs = epochs
        wanted = {run.run_id for run in runs}
        for row in reversed(range(len(self._runs))):
            if self._runs[row].run_id not in wanted:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._runs[row]
                self.endRemoveRows()
        for row, run in enumerate(runs):
            if row == len(self._runs) or self._runs[row].run_id != run.run_id:
                self.beginInsertRows(QModelIndex(), row, row)
                self._runs.insert(row, run)
                self.endInsertRows()
            elif self._runs[row] != run:
                self._runs[row] = run
                self._row_changed(row)
        self._rows = {run.run_id: row for row, run in enumerate(self._runs)}

    def set_colours(self, colours: Callable[[Run], QColor]) -> None:
        """How a run's colour is found."""
        self._colours = colours
        self._all_changed()

    def set_choice(self, choice: Choice) -> None:
        """Which figure the metric columns show."""
        self.choice = choice
        self._all_changed()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def set_progress(self, run_id: str, share: float, words_: str) -> None:
        """How far the run under way is: 0 to 1, and what is said of it."""
        self._progress = (run_id, share, words_)
        if run_id in self._rows:
            self._row_changed(self._rows[run_id])

    def run_at(self, row: int) -> Run:
        """The run in a row."""
        return self._runs[row]

    def row_of(self, run_id: str) -> int | None:
        """The row of a run; None where it isn't shown."""
        return self._rows.get(run_id)

    @property
    def runs(self) -> list[Run]:
        """All runs shown, newest first."""
        return list(self._runs)

    def _picked(self, run: Run, metric: str) -> float | None:
        values = [getattr(e, metric) for e in self._epochs.get(run.run_id, ())]
        known = [value for value in values if value is not None]
        if not known:
            return None
        if self.choice.pick is Pick.BEST:
            return max(known) if metric.endswith("accuracy") else min(known)
        if self.choice.pick is Pick.AT:
            at = self.choice.epoch - 1
            return values[at] if at < len(values) else None
        return known[-1]

    def _row_changed(self, row: int) -> None:
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))

    def _all_changed(self) -> None:
        if self._runs:
            last = self.index(len(self._runs) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # --- Qt's model ----------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == 0:
            flags |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{column.title}{self._pick_words(column)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.help
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        run, column = self._runs[index.row()], self.columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return run.name if index.column() == 0 else column.text(column.value(run))
        if role == SORT_ROLE:
            value = column.value(run)
            return float("-inf") if value is None else value
        if role == RUN_ROLE:
            return run.run_id
        if role == PROGRESS_ROLE:
            return self._progress[1:] if run.run_id == self._progress[0] else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (run.name, run.message)))
        if index.column() == 0 and role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Unchecked if run.hidden else Qt.CheckState.Checked
        if index.column() == 0 and role == Qt.ItemDataRole.DecorationRole:
            return _swatch(self._colours(run).name())
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        run_id = self._runs[index.row()].run_id
        if role == Qt.ItemDataRole.CheckStateRole:
            self.shown_changed.emit(run_id, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == Qt.ItemDataRole.EditRole and str(value).strip():
            self.renamed.emit(run_id, str(value).strip()[:LONGEST_NAME])
            return True
        return False

    def _pick_words(self, column: Column) -> str:
        if not column.metric or self.choice.pick is Pick.LAST:
            return ""
        if self.choice.pick is Pick.BEST:
            return self.tr(" (best)")
        return self.tr(" (epoch {})").format(self.choice.epoch)


@cache
def _swatch(colour: str) -> QIcon:
    """A run's colour as an icon that a selected row leaves as it is."""
    pixmap = QPixmap(SWATCH, SWATCH)
    pixmap.fill(QColor(colour))
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column < 2 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
