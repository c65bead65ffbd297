"""A combo box in which an entry is found by any part of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter

from ui.forms.entry import calm

MOST_VISIBLE = 20


def make_searchable(box: QComboBox, placeholder: str) -> None:
    """Lets a person type a part of an entry; nothing that is typed becomes one.

    Args:
        box: Without entries yet.
        placeholder: Shown while nothing is chosen.
    """
    calm(box)
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.setMaxVisibleItems(MOST_VISIBLE)
    line, completer = box.lineEdit(), box.completer()
    assert line is not None
    assert completer is not None
    line.setPlaceholderText(placeholder)
    completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
