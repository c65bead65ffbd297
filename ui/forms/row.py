"""A row of a form: label, entry, and under it what is tried of it, notes and problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QWidget,
)

from ui.forms.entry import Entry
from ui.look import theme
from ui.look.plain import Label

if TYPE_CHECKING:
    from ui.forms.varied import VariedLine


class FormRow:
    """Label, entry (and what stands beside it); under it what the data say, or a problem."""

    def __init__(
        self, title: str, help_text: str, entry: QWidget, beside: QWidget | None = None
    ) -> None:
        self._title, self._beside = title, beside
        self._grid: QGridLayout | None = None
        self._place = 0
        self.varied: VariedLine | None = None
        self.label = Label(title)
        self.label.setBuddy(entry)
        self.label.setFixedSize(theme.LABEL_WIDTH, theme.FIELD_HEIGHT)
        self.entry = entry
        self.note, self.problem = Label(), Label()
        for under, role in ((self.note, "muted"), (self.problem, "problem")):
            under.setProperty("role", role)
            under.setWordWrap(True)
            under.hide()
        for widget in (self.label, entry):
            widget.setToolTip(help_text)

    def add_to(self, grid: QGridLayout) -> None:
        """Lays the row out below those already in the grid."""
        line = grid.rowCount()
        self._grid, self._place = grid, line + 1
        grid.addWidget(self.label, line, 0, Qt.AlignmentFlag.AlignTop)
        if self._beside is None:
            grid.addWidget(self.entry, line, 1)
        else:
            both = QHBoxLayout()
            theme.spaced(both, 0, spacing=1)
            both.addWidget(self.entry, 1)
            both.addWidget(self._beside)
            grid.addLayout(both, line, 1)
        grid.addWidget(self.note, line + 2, 1)
        grid.addWidget(self.problem, line + 3, 1)
        for widget in filter(None, (self.label, self.entry, self._beside)):
            widget.show()  # now, not when the event loop gets to it: it may be scrolled to

    def set_note(self, sentence: str) -> None:
        """Shows (or removes) a sentence under the entry that is no problem."""
        self.note.setText(sentence)
        self.note.setVisible(bool(sentence))

    def set_problem(self, message: str) -> None:
        """Shows (or removes) the sentence under the entry."""
        self.problem.setText(message)
        self.problem.setVisible(bool(message))
        if isinstance(self.entry, Entry):
            self.entry.set_problem(bool(message))
        else:
            theme.set_property(self.entry, "problem", bool(message))

    def show_varied(
        self,
        text: str,
        fault: str,
        kinds: Mapping[str, str],
        vary: Callable[[str], object],
    ) -> None:
        """Shows the values that are tried of the setting, or takes the line away.

        Args:
            text: As typed; "" for none.
            fault: What is wrong with them.
            kinds: Of a choice, with their titles; empty for a number.
            vary: Called with other values; "" for none.
        """
        if self.varied is None:
            if not text or self._grid is None:
                return
            from ui.forms.varied import VariedLine  # not before something is varied

            self.varied = VariedLine(self._title, kinds)
            self.varied.edited.connect(vary)
            self.varied.removed.connect(partial(vary, ""))
            self._grid.addWidget(self.varied, self._place, 1)
        self.varied.show_text(text, fault)
        self.varied.setVisible(bool(text))


def offer_menu(field: QWidget, fill: Callable[[QMenu], None]) -> None:
    """Gives a field, and what lies in it, a menu that begins as its own and goes on.

    Args:
        field: Also one that is made of several.
        fill: Adds to the menu; called whenever it opens.
    """
    inner = [*field.findChildren(QAbstractSpinBox), *field.findChildren(QLineEdit)]
    own = [each for each in inner if not isinstance(each.parent(), QAbstractSpinBox)]
    for widget in (field, *own):
        widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        widget.customContextMenuRequested.connect(partial(_open_menu, widget, fill))


def _open_menu(widget: QWidget, fill: Callable[[QMenu], None], place: QPoint) -> None:
    line = widget if isinstance(widget, QLineEdit) else None
    if isinstance(widget, QAbstractSpinBox):
        line = widget.findChild(QLineEdit)
    menu = line.createStandardContextMenu() if line is not None else QMenu(widget)
    if menu.actions():
        menu.addSeparator()
    fill(menu)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(widget.mapToGlobal(place))
