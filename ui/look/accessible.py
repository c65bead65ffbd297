"""Names for screen readers, where `setAccessibleName` alone is not read out."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLabel, QWidget

from ui.look.plain import Label

_LABEL = "accessible name"


def give_name(widget: QWidget, name: str) -> None:
    """Names a widget for screen readers.

    Qt on Linux announces a combo box by its value alone and leaves its name to the label that has
    it as its buddy; a combo box gets such a label here, hidden.
    """
    widget.setAccessibleName(name)
    if not isinstance(widget, QComboBox):
        return
    label = widget.findChild(QLabel, _LABEL)
    if label is None:
        label = Label(parent=widget)
        label.setObjectName(_LABEL)
        label.hide()
        label.setBuddy(widget)
    label.setText(name)
