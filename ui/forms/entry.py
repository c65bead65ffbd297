"""What every entry of a form is: a widget that shows a plain value and says when it was edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label


class Entry(QWidget):
    """The widget of one setting.

    Signals:
        edited: A person set this plain value.
        refused: What a person typed can't be read; a sentence.
        varied: A person typed several values; see `take_several`.
        rebuilt: It has other fields now.
    """

    edited = Signal(object)
    varied = Signal(str)
    refused = Signal(str)
    rebuilt = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(theme.UNIT)

    def show_value(self, value: Any) -> None:
        """Shows a value without saying that it was edited."""
        raise NotImplementedError

    def field(self) -> QWidget:
        """The widget that takes the focus, the name and the mark of a problem."""
        raise NotImplementedError

    def describe(self, name: str, help_text: str) -> None:
        """Names the field for screen readers and says why to use it."""
        field = self.field()
        give_name(field, name)
        for widget in (self, field):
            widget.setToolTip(help_text)

    def set_unit(self, unit: str) -> None:
        """Shows the unit with the value."""
        label = Label(unit)
        label.setProperty("role", "muted")
        self.row.addWidget(label)

    def begin_with(self, value: Any) -> None:
        """Where a setting that is left off starts from when it is switched on."""

    def take_several(self) -> None:
        """Lets several values be typed in place of one, where it is typed."""

    def set_problem(self, wrong: bool) -> None:
        """Draws (or removes) the red edge."""
        theme.set_property(self.field(), "problem", wrong)


EntryFor = Callable[[FieldInfo, str], Entry]
"""Makes the entry of a field, given its name."""


class _CalmWheel(QObject):
    """Lets the wheel scroll the form instead of changing a field that merely lies under it."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        wheel = event.type() == QEvent.Type.Wheel
        if wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def calm(widget: QWidget) -> None:
    """Keeps the wheel from changing a field that hasn't the focus."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_CalmWheel(widget))
