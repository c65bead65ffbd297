"""The entry of a setting that is a list of numbers, typed with commas between them."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtWidgets import QLineEdit, QWidget

from ui.forms.entry import Entry
from workbench.base.text import tr


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
