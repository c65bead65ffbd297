"""One widget for each type of setting, found through a dict by type.

An entry shows a plain value and says `edited(value)` when a person changed it; what can't be read
as its type is said through `refused(sentence)` and stays in the field.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QToolButton,
    QWidget,
)

from ui.forms.choice import ChoiceEntry
from ui.forms.entry import Entry, calm
from ui.forms.nested import ChoicesEntry
from ui.forms.numbers import FloatEntry, IntEntry, NumbersEntry, number_box
from ui.look import theme
from ui.look.plain import Label
from workbench.base.text import tr
from workbench.spec.base import Choice


class BoolEntry(Entry):
    """Yes or no."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__()
        self.box = QCheckBox()
        self.row.addWidget(self.box, 1)
        self.box.toggled.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(value)

    def field(self) -> QWidget:
        return self.box


class TextEntry(Entry):
    """A text."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.row.addWidget(self.line, 1)
        self.line.textEdited.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        if self.line.text() != value:
            self.line.setText(value)

    def field(self) -> QWidget:
        return self.line


class PathEntry(TextEntry):
    """The path of a file or folder, typed, chosen or dropped."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__(field)
        for icon, name, choose in (
            ("file", tr("Choose a file"), self._choose_file),
            ("open", tr("Choose a folder"), self._choose_folder),
        ):
            button = QToolButton()
            theme.set_icon(button, icon)
            button.setToolTip(name)
            button.setAccessibleName(name)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(choose)
            self.row.addWidget(button)
        self.line.setPlaceholderText(tr("choose a file or folder"))

    def _choose_file(self) -> None:
        self._take(QFileDialog.getOpenFileName(self, tr("Data file"), self._start())[0])

    def _choose_folder(self) -> None:
        self._take(QFileDialog.getExistingDirectory(self, tr("Data folder"), self._start()))

    def _start(self) -> str:
        return str(Path(self.line.text()).parent) if self.line.text() else ""

    def _take(self, path: str) -> None:
        if path:
            self.line.setText(path)
            self.edited.emit(path)


class LiteralEntry(Entry):
    """One of a few fixed values."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__()
        self.box = QComboBox()
        self.values = get_args(_plain(field.annotation))
        self.box.addItems([str(value) for value in self.values])
        calm(self.box)
        self.row.addWidget(self.box, 1)
        self.box.currentIndexChanged.connect(self._chosen)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.values.index(value))

    def field(self) -> QWidget:
        return self.box

    def _chosen(self, index: int) -> None:
        self.edited.emit(self.values[index])


class PairEntry(Entry):
    """Height and width."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__()
        self.spins = (number_box(_item(field)), number_box(_item(field)))
        for spin in self.spins:
            spin.valueChanged.connect(self._changed)
        self.row.addWidget(self.spins[0], 1)
        self.row.addWidget(Label("×"))
        self.row.addWidget(self.spins[1], 1)

    def show_value(self, value: Any) -> None:
        for spin, number in zip(self.spins, value, strict=True):
            with QSignalBlocker(spin):
                spin.setValue(number)

    def field(self) -> QWidget:
        return self.spins[0]

    def describe(self, name: str, help_text: str) -> None:
        super().describe(tr("{name}, height", name=name), help_text)
        self.spins[1].setAccessibleName(tr("{name}, width", name=name))
        self.spins[1].setToolTip(help_text)

    def set_unit(self, unit: str) -> None:
        self.spins[1].setSuffix(f" {unit}")

    def set_problem(self, wrong: bool) -> None:
        for spin in self.spins:
            theme.set_property(spin, "problem", wrong)

    def _changed(self) -> None:
        self.edited.emit([spin.value() for spin in self.spins])


class OptionalEntry(Entry):
    """A setting that may be left off: a box, and its own entry while the box is ticked."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__()
        self.box = QCheckBox()
        self.inner = entry_for(_without_none(field))
        extra: Any = field.json_schema_extra or {}
        self._start: Any = extra.get("begin")
        self.row.addWidget(self.box)
        self.row.addWidget(self.inner, 1)
        self.row.addStretch()
        self.setMinimumHeight(self.inner.sizeHint().height())
        self.box.toggled.connect(self._toggled)
        self.inner.edited.connect(self._edited)
        self.inner.refused.connect(self.refused)
        self.inner.varied.connect(self.varied)

    def take_several(self) -> None:
        self.inner.take_several()

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(value is not None)
        self._show_inner(value is not None)
        if value is not None:
            self._start = value
            self.inner.show_value(value)

    def field(self) -> QWidget:
        return self.inner.field() if self.box.isChecked() else self.box

    def describe(self, name: str, help_text: str) -> None:
        self.setToolTip(help_text)
        self.inner.describe(name, help_text)
        self.box.setAccessibleName(tr("Set {name}", name=name))
        self.box.setToolTip(help_text)

    def set_unit(self, unit: str) -> None:
        self.inner.set_unit(unit)

    def begin_with(self, value: Any) -> None:
        if not self.box.isChecked() and value is not None:
            self._start = value

    def set_problem(self, wrong: bool) -> None:
        self.inner.set_problem(wrong)

    def _show_inner(self, on: bool) -> None:
        self.inner.setVisible(on)
        self.box.setText("" if on else tr("off"))

    def _toggled(self, on: bool) -> None:
        self._show_inner(on)
        self.edited.emit(self._first_value() if on else None)

    def _edited(self, value: Any) -> None:
        self._start = value
        self.edited.emit(value)

    def _first_value(self) -> Any:
        if self._start is not None:
            return self._start
        if isinstance(self.inner, LiteralEntry):
            return self.inner.values[0]
        if isinstance(self.inner, PairEntry):
            return [spin.value() for spin in self.inner.spins]
        return self.inner.spin.value() if isinstance(self.inner, IntEntry) else ""


ENTRIES: dict[object, Callable[[FieldInfo], Entry]] = {
    int: IntEntry,
    float: FloatEntry,
    bool: BoolEntry,
    str: TextEntry,
    Literal: LiteralEntry,
    tuple: PairEntry,
}


def entry_for(field: FieldInfo, name: str = "") -> Entry:
    """The entry of a field of the spec, by its type.

    Raises:
        TypeError: where no entry is known for the type.
    """
    if name == "path":
        return PathEntry(field)
    annotation = _plain(field.annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        inner = get_args(annotation)[0]
        is_choice = isinstance(inner, type) and issubclass(inner, Choice)
        return ChoiceEntry(field, entry_for) if is_choice else OptionalEntry(field)
    if Ellipsis in get_args(annotation):
        item = _plain(get_args(annotation)[0])
        return NumbersEntry(item) if item in (int, float) else ChoicesEntry(field)
    kind = ENTRIES.get(get_origin(annotation) or annotation)
    if kind is None:
        raise TypeError(f"no entry for {annotation}")
    return kind(field)


def _plain(annotation: Any) -> Any:
    """The type without its `Annotated`."""
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def _without_none(field: FieldInfo) -> FieldInfo:
    """The field as it is while the setting is on, within the same bounds."""
    plain = next(a for a in get_args(_plain(field.annotation)) if a is not type(None))
    inner = FieldInfo.from_annotation(plain)
    inner.metadata = [*inner.metadata, *field.metadata]
    return inner


def _item(field: FieldInfo) -> FieldInfo:
    return FieldInfo.from_annotation(get_args(_plain(field.annotation))[0])
