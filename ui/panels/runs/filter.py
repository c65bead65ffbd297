"""The field in which runs are filtered: completion of column names, help, and its faults."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QPoint, QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit, QVBoxLayout

from ui.look import theme
from ui.look.plain import RichLabel
from workbench.base.text import tr
from workbench.runs.table.query import QueryError

_LAST_WORD = re.compile(r"[^\s()\"=!<>~]+$")
LEAST_TYPED = 2


class FilterField(QLineEdit):
    """Applies a filter with every keystroke; a bad one leaves the last good one.

    Args:
        apply: Takes the text; raises `QueryError` where it can't be read.
        names: Every column that can be named.

    Signals:
        fault: The sentence on what is wrong; "" where nothing is.
    """

    fault = Signal(str)

    def __init__(self, apply: Callable[[str], None], names: Callable[[], list[str]]) -> None:
        super().__init__()
        self._in_force = self._found = ""
        self._apply, self._names = apply, names
        self.setPlaceholderText(tr("Filter runs, as in val_accuracy > 0.98"))
        self.setAccessibleName(tr("Filter runs"))
        self.setToolTip(
            tr("Show only runs with this text, or that fulfil this expression (Ctrl+F)")
        )
        self.setClearButtonEnabled(True)
        self.setFixedWidth(72 * theme.UNIT)
        help_ = self.addAction(theme.icon("help"), QLineEdit.ActionPosition.LeadingPosition)
        theme.set_icon(help_, "help", "muted")
        help_.setToolTip(tr("What a filter can say"))
        help_.triggered.connect(self.show_help)
        self._words = QStringListModel(self)
        self.completer_ = QCompleter(self._words, self)
        self.completer_.setWidget(self)
        self.completer_.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer_.activated.connect(self._complete)
        popup = self.completer_.popup()
        assert popup is not None
        self._popup = popup
        self.help = FilterHelp(self)
        self.textChanged.connect(self._changed)
        self.textEdited.connect(self._offer)

    def narrow(self, expression: str) -> None:
        """Show only those of the runs shown that fulfil this expression too."""
        before = self.text().strip()
        self.setText(f"({before}) and {expression}" if before else expression)

    @Slot()
    def show_help(self) -> None:
        """Opens the examples under the field."""
        self.help.adjustSize()
        corner = self.mapToGlobal(QPoint(0, -self.help.height() - theme.UNIT))
        self.help.move(corner)
        self.help.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._popup.isVisible() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()  # the list takes it
            return
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def note_found(self) -> None:
        """Some runs are shown: their filter stays while what is typed next can't be read."""
        self._found = self._in_force

    @Slot(str)
    def _changed(self, text: str) -> None:
        self._in_force = text
        try:
            self._apply(text)
        except QueryError as error:
            self._in_force = self._found
            self._apply(self._found)
            theme.set_property(self, "problem", True)
            sentence = str(error)
            self.fault.emit(sentence[:1].upper() + sentence[1:])
        else:
            theme.set_property(self, "problem", False)
            self.fault.emit("")

    @Slot()
    def _offer(self) -> None:
        """Shows the columns whose names begin with what is being typed."""
        word = _LAST_WORD.search(self.text()[: self.cursorPosition()])
        if word is None or len(word[0]) < LEAST_TYPED:
            self._popup.hide()
            return
        self._words.setStringList(self._names())
        self.completer_.setCompletionPrefix(word[0])
        if self.completer_.completionCount() and self.completer_.currentCompletion() != word[0]:
            self.completer_.complete()
        else:
            self._popup.hide()

    @Slot(str)
    def _complete(self, name: str) -> None:
        before, after = self.text()[: self.cursorPosition()], self.text()[self.cursorPosition() :]
        start = _LAST_WORD.sub("", before) + name
        self.setText(start + after)
        self.setCursorPosition(len(start))


class FilterHelp(QFrame):
    """What a filter can say, by examples."""

    def __init__(self, parent: FilterField) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("page")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 4)
        rows = (
            ("one-cycle", tr("runs with this text in name, status, tags or notes")),
            ("val_accuracy > 98%", tr("a figure; also <  <=  >=  =  !=")),
            ("optimizer.kind = adam and training.batch_size = 64", tr("settings, by path")),
            ("tags ~ paper or starred = true", tr("~ looks inside a text")),
            ("not (status = failed)", tr("the opposite")),
            ("test_accuracy = missing", tr("runs without this value")),
            ("val_accuracy@best > 0.98", tr("the best epoch; @5 for the fifth")),
            ("time_to@0.98 < 60", tr("seconds of training until an accuracy was reached")),
            ("created > 2026-03-01", tr("a day")),
        )
        table = "".join(
            f"<tr><td style='padding:2px 24px 2px 0'><code>{_escaped(left)}</code></td>"
            f"<td>{_escaped(right)}</td></tr>"
            for left, right in rows
        )
        label = RichLabel(f"<table>{table}</table>")
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(label)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
