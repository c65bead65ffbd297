"""The entry of a setting that holds choices of its own: the layers inside a repeated block.

They are edited as TOML, as they stand in the file: any depth, and copied and pasted like text.
"""

from __future__ import annotations

import tomllib
from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ui.forms.entry import Entry
from workbench.base.text import tr
from workbench.spec.toml import as_toml

ROWS_SHOWN = 10


class ChoicesEntry(Entry):
    """A list of choices as TOML tables `[[layers]]`."""

    def __init__(self, field: FieldInfo) -> None:
        super().__init__()
        self.name = (field.title or "entries").lower()
        self.text = QPlainTextEdit()
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(ROWS_SHOWN * self.text.fontMetrics().lineSpacing())
        self.row.addWidget(self.text, 1)
        self.text.textChanged.connect(self._typed)
        self._value: Any = ()
        self._is_typing = False

    def show_value(self, value: Any) -> None:
        if value == self._value:
            return
        self._value = value
        if not self._is_typing:  # what is being typed is not rewritten under the user's hands
            self.text.blockSignals(True)
            plain = [choice.values() for choice in value]
            self.text.setPlainText(as_toml({self.name: plain}).strip())
            self.text.blockSignals(False)

    def field(self) -> QWidget:
        return self.text

    def _typed(self) -> None:
        try:
            found = tomllib.loads(self.text.toPlainText()).get(self.name, [])
        except tomllib.TOMLDecodeError as error:
            detail = str(error)
            self.refused.emit(tr("not valid TOML: {lower}", lower=detail[:1].lower() + detail[1:]))
            return
        self._is_typing = True
        self.edited.emit(found)
        self._is_typing = False
