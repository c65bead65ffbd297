"""The entry of a setting that is a choice itself and may be left off: a layer's own penalty."""

from __future__ import annotations

from typing import Any, get_args

from pydantic.fields import FieldInfo
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from ui.forms.entry import Entry, EntryFor, calm
from ui.look import theme
from ui.look.plain import Label
from workbench.base.text import help_of, tr
from workbench.spec.base import Choice


def offer_kinds(box: QComboBox, family: type[Choice]) -> None:
    """Adds all choices of a family to a combo box: names as data, what they do as tooltips."""
    for name, choice in family.choices().items():
        box.addItem(choice.label, name)
        box.setItemData(box.count() - 1, help_of(choice), Qt.ItemDataRole.ToolTipRole)


class ChoiceEntry(Entry):
    """A combo box of a family and, below it, the settings of the choice that is made.

    Args:
        field: Of type `Family | None`.
        entry_for: Makes the entries of the choice's own settings.
    """

    def __init__(self, field: FieldInfo, entry_for: EntryFor) -> None:
        super().__init__()
        extra: Any = field.json_schema_extra or {}
        self._entry_for = entry_for
        self._family: type[Choice] = get_args(field.annotation)[0]
        self.value: Choice | None = None
        self.entries: dict[str, Entry] = {}
        self.box = QComboBox()
        self.box.addItem(extra.get("absent", tr("off")), None)
        offer_kinds(self.box, self._family)
        calm(self.box)
        self._body = QWidget()
        column = QVBoxLayout()
        theme.spaced(column, 0, spacing=1)
        column.addWidget(self.box)
        column.addWidget(self._body)
        self._column = column
        self.row.addLayout(column, 1)
        self._body.hide()
        self.box.currentIndexChanged.connect(self._chosen)

    def show_value(self, value: Any) -> None:
        if type(value) is not type(self.value):
            self._build(value)
        self.value = value
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(value.name() if value else None))
        for name, entry in self.entries.items():
            entry.show_value(getattr(value, name))

    def field(self) -> QWidget:
        return self.box

    def _build(self, value: Choice | None) -> None:
        old, self._body = self._body, QWidget()
        grid = QGridLayout(self._body)
        theme.spaced(grid, 0, spacing=1)
        grid.setColumnStretch(1, 1)
        self.entries = {}
        fields = type(value).model_fields if value is not None else {}
        for line, name in enumerate(n for n in fields if n != self._family.key):
            field = fields[name]
            entry = self._entry_for(field, name)
            entry.describe(field.title or name, field.description or "")
            entry.edited.connect(lambda new, name=name: self._edited(name, new))
            entry.refused.connect(lambda words, title=field.title: self._refused(title, words))
            label = Label(field.title or name)
            label.setToolTip(field.description or "")
            label.setBuddy(entry.field())
            grid.addWidget(label, line, 0)
            grid.addWidget(entry, line, 1)
            self.entries[name] = entry
        self._column.replaceWidget(old, self._body)
        old.hide()
        old.deleteLater()
        self._body.setVisible(bool(self.entries))
        self.rebuilt.emit()

    def _chosen(self) -> None:
        name = self.box.currentData()
        if name is None:
            self.edited.emit(None)
        elif self.value is None:
            self.edited.emit(self._family.choices()[name].default().values())
        else:
            self.edited.emit(self.value.switched(name))

    def _edited(self, name: str, new: Any) -> None:
        assert self.value is not None
        self.edited.emit({**self.value.values(), name: new})

    def _refused(self, title: str | None, words: str) -> None:
        self.refused.emit(f"{(title or '').lower()}: {words}")
