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
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from ui.forms.choice import ChoiceEntry
from ui.forms.entry import Entry, calm
from ui.forms.nested import ChoicesEntry
from ui.forms.numbers import NumbersEntry
from ui.look import theme
from ui.look.plain import Label
from workbench.base.text import tr
from workbench.spec.base import Choice

WIDE = 2**31 - 1


def _spin(field: FieldInfo) -> QSpinBox:
    """A box for whole numbers within the field's bounds; Up and Down change it."""
    low, high = _bounds(field)
    spin = QSpinBox()
    spin.setRange(int(low), int(min(high, WIDE)))
    spin.setGroupSeparatorShown(True)
    spin.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
    theme.inset(spin)
    spin.setFixedHeight(theme.FIELD_HEIGHT)
    calm(spin)
    return spin


class IntEntry(Entry):
    """A whole number within its bounds."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__()
        self.spin = _spin(field)
        extra: Any = field.json_schema_extra or {}
        self.spin.setSpecialValueText(extra.get("zero", ""))  # in place of the least number
        self.row.addWidget(self.spin, 1)
        self.spin.valueChanged.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.spin):
            self.spin.setValue(value)

    def field(self) -> QWidget:
        return self.spin

    def set_unit(self, unit: str) -> None:
        self.spin.setSuffix(f" {unit}")


class FloatEntry(Entry):
    """A number in any notation; Up and Down step through 1, 2 and 5 of each power of ten."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__()
        self._typing = False
        self.line = QLineEdit()
        self.line.installEventFilter(self)
        self.row.addWidget(self.line, 1)
        self.line.textEdited.connect(self._typed)

    def show_value(self, value: Any) -> None:
        if _as_float(self.line.text()) != value or not self._typing:
            self.line.setText(f"{value:g}" if float(f"{value:g}") == value else repr(value))

    def field(self) -> QWidget:
        return self.line

    def _typed(self, text: str) -> None:
        number = _as_float(text)
        self._typing = True  # 1e-3 isn't rewritten as 0.001 while it is typed
        if number is None:
            self.refused.emit(tr("must be a number, got {value}", value=text or "nothing"))
        else:
            self.edited.emit(number)
        self._typing = self.line.hasFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
            number = _as_float(self.line.text())
            if step is not None and number is not None and number > 0:
                self.line.setText(f"{_neighbour(number, step):g}")
                self.edited.emit(_as_float(self.line.text()))
                return True
        elif event.type() == QEvent.Type.FocusOut:
            self._typing = False
        return super().eventFilter(watched, event)


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
        self.spins = (_spin(_item(field)), _spin(_item(field)))
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


def _bounds(field: FieldInfo) -> tuple[float, float]:
    """Least and greatest whole number that the field accepts."""
    low, high = -WIDE, WIDE
    for rule in field.metadata:
        low = max(low, getattr(rule, "ge", low), getattr(rule, "gt", low - 1) + 1)
        high = min(high, getattr(rule, "le", high), getattr(rule, "lt", high + 1) - 1)
    return low, high


def _as_float(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _neighbour(number: float, step: int) -> float:
    """The next of …, 0.1, 0.2, 0.5, 1, 2, 5, … above or below a positive number."""
    exponent = int(f"{number:e}".partition("e")[2])
    ladder = [
        float(f"{digit}e{power}")
        for power in range(exponent - 1, exponent + 2)
        for digit in (1, 2, 5)
    ]
    if step > 0:
        return min(x for x in ladder if x > number * (1 + 1e-9))
    return max(x for x in ladder if x < number * (1 - 1e-9))
