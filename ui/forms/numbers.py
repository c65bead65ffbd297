"""The entries of settings that are numbers: one, or several with commas between them."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QValidator
from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

from ui.forms.entry import Entry, calm
from ui.look import theme
from workbench.base.text import tr

WIDE = 2**31 - 1

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})*,000")
_LIST = re.compile(rf"{_NUMBER}(?:\s*[,;]\s*{_NUMBER})+\s*[,;]?")
_RANGE = re.compile(rf"{_NUMBER}\s*\.\.\s*{_NUMBER}\s*(?::\s*(?:log|linear))?")
_BEGUN = re.compile(rf"{_NUMBER}\s*(?:[,;][-+\d.eE,;\s]*|\.\.?[-+\d.eE\s]*(?::\s*[a-z]*)?)")


def several(text: str) -> str:
    """What is typed for one number, as an axis takes it; "" where it isn't several.

    `60,000` is one number, `64,128` are two; `16..256:log` is a range.
    """
    text = text.strip()
    if _RANGE.fullmatch(text):
        return "".join(text.split())
    if _GROUPED.fullmatch(text) or not _LIST.fullmatch(text):
        return ""
    return ", ".join(part.strip() for part in re.split("[,;]", text) if part.strip())


def may_become_several(text: str) -> bool:
    """Whether a person may be typing several numbers."""
    text = text.strip()
    return _BEGUN.fullmatch(text) is not None and not _GROUPED.fullmatch(text)


def begun_numbers(text: str) -> set[float]:
    """The numbers that were read while a text was typed, character by character."""
    found = set()
    for end in range(1, len(text) + 1):
        with suppress(ValueError):
            found.add(float(text[:end]))
    return found


class NumberBox(QSpinBox):
    """A box for a whole number, into which several can be typed.

    Signals:
        varied: Several were typed.
    """

    varied = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._takes_several, self._several = False, ""

    def take_several(self) -> None:
        """Lets several be typed."""
        self._takes_several = True
        self.lineEdit().textEdited.connect(self._note)
        self.editingFinished.connect(self._finish)

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        if self._takes_several and self._is_begun(text):
            return (QValidator.State.Intermediate, text, place)
        return super().validate(text, place)

    def _is_begun(self, text: str) -> bool:
        """Whether several are being typed: `1,500` is one where `1,000` stood."""
        grouped = "," in self.textFromValue(self.value()) and ", " not in text
        return not grouped and may_become_several(text.removesuffix(self.suffix()))

    def _note(self, text: str) -> None:
        self._several = several(text.removesuffix(self.suffix())) if self._is_begun(text) else ""

    def _finish(self) -> None:
        found, self._several = self._several, ""
        if found:
            self.varied.emit(found)


def number_box(field: FieldInfo) -> NumberBox:
    """A box for whole numbers within the field's bounds; Up and Down change it."""
    low, high = _bounds(field)
    spin = NumberBox()
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
        self.spin = number_box(field)
        extra: Any = field.json_schema_extra or {}
        self.spin.setSpecialValueText(extra.get("zero", ""))  # in place of the least number
        self.row.addWidget(self.spin, 1)
        self.spin.valueChanged.connect(self.edited.emit)
        self.spin.varied.connect(self.varied)

    def take_several(self) -> None:
        self.spin.take_several()

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
        self._typing = self._takes_several = False
        self.line = QLineEdit()
        self.line.installEventFilter(self)
        self.row.addWidget(self.line, 1)
        self.line.textEdited.connect(self._typed)
        self.line.editingFinished.connect(self._finish)

    def take_several(self) -> None:
        self._takes_several = True

    def show_value(self, value: Any) -> None:
        if _as_float(self.line.text()) != value or not self._typing:
            self.line.setText(f"{value:g}" if float(f"{value:g}") == value else repr(value))

    def field(self) -> QWidget:
        return self.line

    def _typed(self, text: str) -> None:
        number = _as_float(text)
        self._typing = True  # 1e-3 isn't rewritten as 0.001 while it is typed
        if number is not None:
            self.edited.emit(number)
        elif not (self._takes_several and may_become_several(text)):
            self._refuse(text)
        self._typing = self.line.hasFocus()

    def _refuse(self, text: str) -> None:
        self.refused.emit(tr("must be a number, got {value}", value=text or "nothing"))

    def _finish(self) -> None:
        """Takes several numbers once all of them are typed."""
        text = self.line.text()
        if not self._takes_several or _as_float(text) is not None:
            return
        found = several(text)
        if found:
            self._typing = False
            self.varied.emit(found)
        elif may_become_several(text):
            self._refuse(text)

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


class NumbersEntry(Entry):
    """Numbers in a row: `500, 1000`.

    Args:
        kind: `int` or `float`.
    """

    def __init__(self, kind: type[int] | type[float]) -> None:
        super().__init__()
        self._kind = kind
        self.line = QLineEdit()
        self.row.addWidget(self.line, 1)
        self.line.textEdited.connect(self._typed)

    def show_value(self, value: Any) -> None:
        if self._read(self.line.text()) != list(value):  # what is typed isn't rewritten
            self.line.setText(", ".join(f"{number:.10g}" for number in value))

    def field(self) -> QWidget:
        return self.line

    def _read(self, text: str) -> list[Any] | None:
        try:
            return [self._kind(part) for part in re.split(r"[,;\s]+", text.strip(" ,;"))]
        except ValueError:
            return None

    def _typed(self, text: str) -> None:
        numbers = self._read(text)
        if numbers is None:
            words = tr("must be whole numbers") if self._kind is int else tr("must be numbers")
            self.refused.emit(tr("{words} with commas between them", words=words))
        else:
            self.edited.emit(numbers)


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
