"""What stands in a cell of the table of runs: text, colour, icon and so on, by Qt's role."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPixmap

from ui.look import theme
from workbench.base import units
from workbench.base.text import tr
from workbench.runs.columns import RUN_COLUMNS, Column
from workbench.runs.quantities import Kind
from workbench.runs.table.arrange import Groups
from workbench.runs.table.frame import RunFrame
from workbench.runs.used_runs import TEACHER, WEIGHTS

STATUS_ROLE = Qt.ItemDataRole.UserRole
RUN_ROLE = Qt.ItemDataRole.UserRole + 1
PROGRESS_ROLE = Qt.ItemDataRole.UserRole + 2
DIFFERENCE_ROLE = Qt.ItemDataRole.UserRole + 3
"""Against the baseline: its words, and 1 where it is better, -1 where worse."""
NAMING: dict[str, Callable[[str], str]] = {
    "parent_id": lambda name: tr("Made from: {name}", name=name),
    TEACHER: lambda name: tr("Teacher: {name}", name=name),
    WEIGHTS: lambda name: tr("Initial weights: {name}", name=name),
}
"""Columns that hold the id of a run, and how a tooltip names it.

One that is gone, or lies in another store, is shown by its id.
"""

SWATCH = 12
STARS = {True: "★", False: "☆"}


class RunCells:
    """Answers for the cells of runs and of groups.

    Args:
        frame: Whose values they show.

    Attributes:
        colours: How the colour of a run's number is found.
        progress: Of each run under way by its id: how far it is (0 to 1), and what is said of it.
        baseline: Id of the run that others are compared with; "" for none.
    """

    def __init__(self, frame: RunFrame) -> None:
        self._frame = frame
        self.colours: Callable[[int], QColor] = lambda _: QColor("gray")
        self.progress: dict[str, tuple[float, str]] = {}
        self.baseline = ""
        role = Qt.ItemDataRole
        self._readers: dict[int, Callable[[int, Column], Any]] = {
            role.DisplayRole: self._text,
            role.EditRole: self._edited,
            role.ToolTipRole: self._tip,
            role.CheckStateRole: self._tick,
            role.DecorationRole: self._swatch,
            role.ForegroundRole: self._colour,
            role.FontRole: self._font,
            STATUS_ROLE: lambda place, _: self._frame.value("status", place),
            RUN_ROLE: lambda place, _: self._frame.run_id(place),
            PROGRESS_ROLE: self._progress_of,
            DIFFERENCE_ROLE: self._difference,
        }

    def of_run(self, place: int, column: Column, role: int) -> Any:
        """A cell of a run."""
        reader = self._readers.get(role)
        return None if reader is None else reader(place, column)

    def of_group(
        self, groups: Groups, number: int, column: Column, role: int, by: Column, unfolded: bool
    ) -> Any:
        """A cell of a group's row: what its runs have alike, or their mean and deviation."""
        first = column.key == "name"
        if role == Qt.ItemDataRole.BackgroundRole:
            return QColor(theme.tones().raised)
        if role == Qt.ItemDataRole.FontRole and first:
            return _bold()
        if role == Qt.ItemDataRole.DecorationRole and first:
            return theme.icon("chevron-down" if unfolded else "chevron-right")
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        if first:
            runs = groups.runs(number)
            value = by.text(groups.values[number])
            return f"{by.title} = {value}  ({units.count(runs.stop - runs.start)})"
        if column.key in groups.common:
            return groups.common[column.key][number] or ""
        return self._spread(groups, number, column)

    def _spread(self, groups: Groups, number: int, column: Column) -> str:
        means = groups.means.get(column.key)
        if means is None or math.isnan(means[number]) or column.kind is Kind.FLAG:
            return ""
        mean, deviation = float(means[number]), float(groups.deviations[column.key][number])
        text = column.text(mean)
        if math.isnan(deviation) or column.text(deviation) == column.text(0.0):
            return text
        return f"{text} ± {column.text(deviation)}"

    # --- one role each -------------------------------------------------------------------------

    def _text(self, place: int, column: Column) -> str:
        value = self._frame.value(column.key, place)
        if column.key == "starred":
            return STARS[value == 1]
        if column.key in NAMING and value:
            return self._frame.name_of(str(value)) or str(value)
        return column.text(value)

    def _edited(self, place: int, column: Column) -> str:
        return str(self._frame.value(column.key, place) or "")

    def _tip(self, place: int, column: Column) -> str:
        frame = self._frame
        said = [frame.value("name", place), frame.value("message", place)]
        if column.key not in ("name", "status"):
            said = [f"{column.title} = {self._text(place, column)}"]
        else:
            named = ((words, frame.value(key, place)) for key, words in NAMING.items())
            said += [words(frame.name_of(str(v)) or str(v)) for words, v in named if v]
        if frame.run_id(place) == self.baseline:
            said.append(tr("Baseline: the others are compared with it"))
        return "\n".join(str(line) for line in said if line)

    def _tick(self, place: int, column: Column) -> Qt.CheckState | None:
        if column.key != "name":
            return None
        hidden = self._frame.value("hidden", place) == 1
        return Qt.CheckState.Unchecked if hidden else Qt.CheckState.Checked

    def _swatch(self, place: int, column: Column) -> QIcon | None:
        if column.key != "name":
            return None
        return swatch(self.colours(int(self._frame.value("colour", place) or 0)).name())

    def _colour(self, place: int, column: Column) -> QColor | None:
        tones, frame = theme.tones(), self._frame
        if column.key == "starred":
            return QColor(tones.warn if frame.value("starred", place) == 1 else tones.faint)
        if frame.value("archived", place) == 1:
            return QColor(tones.muted)
        if column.key not in RUN_COLUMNS and not column.better:
            base = frame.place(self.baseline)
            if base is not None and frame.value(column.key, base) != frame.value(column.key, place):
                return QColor(tones.accent)
        return None

    def _font(self, place: int, column: Column) -> QFont | None:
        is_base = column.key == "name" and self._frame.run_id(place) == self.baseline
        return _bold() if is_base else None

    def _progress_of(self, place: int, column: Column) -> tuple[float, str] | None:
        return self.progress.get(self._frame.run_id(place))

    def _difference(self, place: int, column: Column) -> tuple[str, int] | None:
        base = self._frame.place(self.baseline)
        if base is None or base == place:
            return None
        frame, key = self._frame, column.key
        found = column.difference(frame.value(key, place), frame.value(key, base))
        return found if found[0] else None


def _bold() -> QFont:
    font = QFont()
    font.setWeight(QFont.Weight.DemiBold)
    return font


@cache
def swatch(colour: str) -> QIcon:
    """A run's colour as an icon that a selected row leaves as it is."""
    pixmap = QPixmap(SWATCH, SWATCH)
    pixmap.fill(QColor(colour))
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def alignment(column: Column) -> Qt.AlignmentFlag:
    """Numbers to the right."""
    is_text = column.kind in (Kind.TEXT, Kind.FLAG, Kind.DATE)
    side = Qt.AlignmentFlag.AlignLeft if is_text else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
