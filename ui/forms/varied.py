"""In a form, under the field of a setting: the values of it that are to be tried."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from workbench.base.text import tr


class VariedLine(QWidget):
    """The values that are tried of a setting, under its field.

    Args:
        title: Of the setting.
        kinds: Where it is a choice, its kinds with their titles: they can be ticked.

    Signals:
        edited: Other values are to be tried, as typed.
        removed: None are.
    """

    edited = Signal(str)
    removed = Signal()

    def __init__(self, title: str, kinds: Mapping[str, str]) -> None:
        super().__init__()
        self.setObjectName("varied")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = ""
        self.line = QLineEdit()
        give_name(self.line, tr("Values of {title} to try", title=title))
        self.line.setToolTip(
            tr(
                "A run is trained with each: values with commas between them, or a range as in "
                "0.001..0.1:log. The field above stays the baseline."
            )
        )
        self.line.editingFinished.connect(self._finished)
        self.remove = QToolButton()
        theme.set_icon(self.remove, "cancel", "muted")
        self.remove.setToolTip(tr("Try no other values of {title}", title=title))
        self.remove.setAccessibleName(tr("Try no other values of {title}", title=title))
        self.remove.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.remove.clicked.connect(self.removed)
        word = Label(tr("try"))
        word.setProperty("role", "muted")
        self.problem = Label()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.problem.hide()
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=1)
        row.addWidget(word)
        row.addWidget(self.line, 1)
        self.kinds: QMenu | None = None
        if kinds:
            row.addWidget(self._kind_button(title, kinds))
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        theme.spaced(column, 0, spacing=1)
        column.addLayout(row)
        column.addWidget(self.problem)

    def _kind_button(self, title: str, kinds: Mapping[str, str]) -> QToolButton:
        button = QToolButton()
        theme.set_icon(button, "chevron-down", "muted")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolTip(tr("Choose which to try"))
        button.setAccessibleName(tr("Choose which {title} to try", title=title))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.kinds = menu = QMenu(button)
        for kind, label in kinds.items():
            action = menu.addAction(label)
            action.setCheckable(True)
            action.setData(kind)
            action.toggled.connect(partial(self._tick, kind))
        button.setMenu(menu)
        return button

    def show_text(self, text: str, problem: str) -> None:
        """Shows values, and what is wrong with them."""
        if text != self._text:
            self._text = text
            self.line.setText(text)
            self.line.setCursorPosition(0)
        for action in self.kinds.actions() if self.kinds is not None else ():
            action.blockSignals(True)
            action.setChecked(action.data() in _parts(text))
            action.blockSignals(False)
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        theme.set_property(self.line, "problem", bool(problem))

    def edit(self) -> None:
        """Lets the values be replaced by typing; the first of them stay in sight."""
        length = len(self.line.text())
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.setSelection(length, -length)

    def _finished(self) -> None:
        text = self.line.text().strip()
        if not text:
            self.removed.emit()
        elif text != self._text:
            self.edited.emit(text)

    def _tick(self, kind: str, on: bool) -> None:
        assert self.kinds is not None
        wanted = {*_parts(self._text), kind} if on else set(_parts(self._text)) - {kind}
        kinds = [action.data() for action in self.kinds.actions() if action.data() in wanted]
        if kinds:
            self.edited.emit(", ".join(kinds))
        else:
            self.removed.emit()


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]
