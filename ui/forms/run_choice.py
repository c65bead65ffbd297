"""The entry of a setting that names a run: those that suit, by name and accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from pydantic.fields import FieldInfo
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from ui.forms.entry import Entry, calm
from workbench.base.text import tr
from workbench.base.units import percent
from workbench.runs.used_runs import OfferedRun

MOST_VISIBLE = 20


class RunOffer(Protocol):
    """Where runs to choose from come from."""

    def name_of(self, run_id: str) -> str:
        """The name of a run; "" where it isn't known."""

    def ask(self, path: str, done: Callable[[Sequence[OfferedRun]], object]) -> None:
        """Look for the runs that suit a setting; `done` is called once they are found."""


class RunBox(QComboBox):
    """A combo box whose list is asked for whenever it opens.

    Signals:
        opening: The list is about to open; `open_with` opens it.
    """

    opening = Signal()

    def showPopup(self) -> None:
        self.opening.emit()

    def open_with(self, entries: Sequence[tuple[str, str]]) -> None:
        """Opens the list with these entries: texts and values."""
        self.fill(entries)
        super().showPopup()

    def fill(self, entries: Sequence[tuple[str, str]]) -> None:
        """Offers entries, with the value that is chosen now still chosen."""
        chosen = self.currentData()
        with QSignalBlocker(self):
            self.clear()
            for text, value in entries:
                self.addItem(text, value)
                self.setItemData(self.count() - 1, value, Qt.ItemDataRole.ToolTipRole)
            self.setCurrentIndex(self.findData(chosen))


class RunEntry(Entry):
    """A run of the store, or one of the values that stand for none.

    Args:
        field: Of the setting, a text.
        path: Of the setting.
        offer: Knows the runs.
        others: What can be chosen besides a run: texts and values; the field's `absent`, for "",
            where left out.
    """

    def __init__(
        self,
        field: FieldInfo,
        path: str,
        offer: RunOffer,
        others: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__()
        extra: Any = field.json_schema_extra or {}
        self._path, self._offer = path, offer
        self._others = list(others) or [(extra.get("absent", tr("off")), "")]
        self.box = RunBox()
        self.box.setMaxVisibleItems(MOST_VISIBLE)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        calm(self.box)
        self.row.addWidget(self.box, 1)
        self.box.opening.connect(self._ask)
        self.box.activated.connect(self._chosen)

    def show_value(self, value: Any) -> None:
        known = [own for _, own in self._others]
        entries = list(self._others)
        if value not in known:
            entries.append((self._offer.name_of(value) or value, value))
        self.box.fill(entries)
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(value))

    def field(self) -> QWidget:
        return self.box

    def _ask(self) -> None:
        self._offer.ask(self._path, self._open)

    def _open(self, runs: Sequence[OfferedRun]) -> None:
        offered = [(_words(run), run.run_id) for run in runs]
        chosen = self.box.currentData()
        known = {value for _, value in (*self._others, *offered)}
        kept = [] if chosen in known else [(self.box.currentText(), chosen)]
        self.box.open_with([*self._others, *kept, *offered])

    def _chosen(self, index: int) -> None:
        self.edited.emit(self.box.itemData(index))


def _words(run: OfferedRun) -> str:
    if run.test_accuracy is None:
        return run.name
    return tr("{name} · {accuracy}", name=run.name, accuracy=percent(run.test_accuracy))
