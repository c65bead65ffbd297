"""From the fields of a spec to rows of labels and entries.

A group of settings becomes rows; a choice becomes a combo box of its family with the rows of the
class chosen. The form holds no values of its own: it shows what an editor holds, and sends every
edit there by its path. Rows that are folded away are made when they are first needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.editing.edited import Edited
from ui.forms.buttons import find_button, help_button
from ui.forms.choice import offer_kinds
from ui.forms.entries import entry_for
from ui.forms.entry import Entry, calm
from ui.forms.help import ChoiceHelp
from ui.forms.more import More
from ui.forms.numbers import begun_numbers
from ui.forms.row import FormRow, offer_menu
from ui.forms.rows import FormRows, space_out
from ui.look.accessible import give_name
from workbench.base.text import help_of
from workbench.spec.base import Choice, Facts, Spec, SpecError


class SpecForm(QWidget):
    """The form of one group of settings or one choice.

    Args:
        editor: Whose settings are shown.
        path: Of the group in the TOML: `training`, `structure.layers[2]`.
        title: Label of the combo box, where the group is a choice; "" shows no combo box.
        begin_with: Where a setting that is left off starts from, by its name; None where unknown.
        finders: Settings that can be found by measuring, by name, each with the reason to do so:
            they get a button.
        facts: What explanations may count on; None leaves out the explanation of the choice.
        entries: Makes the entries of settings, by name, that their type doesn't decide.
        is_folded: Whether it begins out of sight.

    Signals:
        rebuilt: There are other fields now.
        find_requested: The button beside a setting was pressed; the setting's path.
    """

    rebuilt = Signal()
    find_requested = Signal(str)

    def __init__(
        self,
        editor: Edited,
        path: str,
        title: str = "",
        begin_with: Callable[[str], Any] = lambda _: None,
        finders: Mapping[str, str] = MappingProxyType({}),
        facts: Callable[[], Facts] | None = None,
        entries: Mapping[str, Callable[[FieldInfo], Entry]] = MappingProxyType({}),
        *,
        is_folded: bool = False,
    ) -> None:
        super().__init__()
        self._finders, self._facts, self._entries = finders, facts, entries
        self._explains = False
        self.help_button: QToolButton | None = None
        self.help: ChoiceHelp | None = None
        self._begin_with = begin_with
        self._editor, self._path, self._title = editor, path, title
        self._shown: type[Spec] | None = None
        self._rows = FormRows(self._make_row)
        self._is_folded = is_folded
        self.kind_box: QComboBox | None = None
        self.more: More | None = None
        self._advanced: frozenset[str] = frozenset()
        self._changed: frozenset[str] = frozenset()
        self._is_unfolded = False
        self._outside = QVBoxLayout(self)
        self._outside.setContentsMargins(0, 0, 0, 0)
        self._body = QWidget()
        self._outside.addWidget(self._body)
        self.refresh()
        editor.changed.connect(self.refresh)
        editor.problems_changed.connect(self.show_problems)
        if editor.variations is not None:
            editor.variations.changed.connect(self._show_varied)
            editor.variations.faults_changed.connect(self._show_varied)

    def show_path(self, path: str) -> None:
        """Shows another group of the same family; fields are rebuilt where the class changes."""
        self._path = path
        self.refresh()
        self.show_problems()

    @property
    def path(self) -> str:
        """Of the group in the TOML."""
        return self._path

    @property
    def title(self) -> str:
        """Of the combo box; "" where there is none."""
        return self._title

    def entry(self, name: str) -> Entry:
        """The entry of a setting of this group."""
        entry = self.row(name).entry
        assert isinstance(entry, Entry)
        return entry

    def problem(self, name: str) -> str:
        """The sentence shown under a setting; empty where there is none."""
        row = self.row(name)
        return row.problem.text() if not row.problem.isHidden() else ""

    def note(self, name: str) -> str:
        """What the data say of a setting, shown under it; empty where they say nothing."""
        row = self.row(name)
        return row.note.text() if not row.note.isHidden() else ""

    def refresh(self) -> None:
        """Shows the editor's settings; rebuilds the rows when its class changes."""
        try:
            spec = self._editor.at(self._path)
        except SpecError:  # the layer this form showed is gone; its panel will remove the form
            return
        if type(spec) is not self._shown:
            self._build(spec)
        if self.kind_box is not None:
            with QSignalBlocker(self.kind_box):
                self.kind_box.setCurrentIndex(self.kind_box.findData(spec.name()))
        self._explain()
        for name, row in self._rows.made.items():
            if isinstance(row.entry, Entry):
                if not self._editor.is_refused(f"{self._path}.{name}"):
                    row.entry.show_value(getattr(spec, name))
                row.entry.begin_with(self._begin_with(name))
        self._show_changed(spec)
        self._show_varied()

    @Slot()
    def _show_varied(self) -> None:
        """Shows under each setting which values are tried of it."""
        variations = self._editor.variations
        if variations is None:
            return
        for name in self._rows.names:
            path = self._editor.axis_path(self._path_of(name))
            text = variations.texts.get(path, "")
            if text and self.more is not None and name in self._advanced:
                self.more.unfold()
            row = self._rows.made.get(name)
            if row is not None and (text or row.varied is not None):
                kinds = {} if name else self._kinds()
                vary = partial(self._editor.vary, path)
                row.show_varied(text, variations.faults.get(path, ""), kinds, vary)

    def _path_of(self, name: str) -> str:
        """The whole path of a setting; "" is the key of the choice."""
        shown = self._shown
        key = shown.key if shown is not None and issubclass(shown, Choice) else ""
        return f"{self._path}.{name or key}"

    def _kinds(self) -> dict[str, str]:
        """What the choice may be, with titles."""
        assert self._shown is not None
        assert issubclass(self._shown, Choice)
        return {name: kind.label for name, kind in self._shown.family().choices().items()}

    def vary(self, path: str) -> QWidget | None:
        """Shows a setting with several values to try: their line; None where it isn't here."""
        if self.widget_at(path) is None or not self._editor.vary_some(path):
            return None
        name = path.removeprefix(f"{self._path}.")
        line = self.row("" if self._is_key(name) else name).varied
        if line is not None:
            line.edit()
        return line

    def _let_vary(self, row: FormRow, name: str) -> None:
        """Gives a setting that can be varied its menu."""
        if self._editor.variations is None or not self._editor.axis_path(self._path_of(name)):
            return
        for widget in (row.label, row.entry):
            offer_menu(widget, partial(self._fill_menu, name))
        if isinstance(row.entry, Entry):
            row.entry.take_several()
            row.entry.varied.connect(partial(self._typed_several, name))

    def _typed_several(self, name: str, text: str) -> None:
        path = self._path_of(name)
        self._editor.take_back(path, begun_numbers(text))
        self._editor.vary(self._editor.axis_path(path), text)

    def _fill_menu(self, name: str, menu: QMenu) -> None:
        from ui.forms.vary_menu import fill  # nothing of it is needed before

        path = self._path_of(name)
        fill(menu, self._editor, self._editor.axis_path(path), partial(self.vary, path))

    def _show_changed(self, spec: Spec) -> None:
        """Counts what differs among the folded settings; unfolds them where that is new."""
        if self.more is None:
            return
        fields = type(spec).model_fields
        changed = {n for n in self._advanced if getattr(spec, n) != fields[n].default}
        if changed - self._changed:
            self.more.unfold()
        self._changed = frozenset(changed)
        self.more.count(len(changed))

    def widget_at(self, path: str) -> QWidget | None:
        """The field of a setting, by its whole path; the combo box by the path of the group.

        Unfolds the part it lies in, so that it can take the focus.
        """
        name = path.removeprefix(self._path).removeprefix(".")
        name = "" if self._is_key(name) else name
        if not path.startswith(self._path) or name not in self._rows:
            return None
        row = self.row(name)
        if self.more is not None and name in self._advanced:
            self.more.unfold()
        return row.entry.field() if isinstance(row.entry, Entry) else row.entry

    def show_problems(self) -> None:
        """Puts each problem, and what the data say, under the field it names."""
        messages: dict[str, str] = {}
        for problem in self._editor.problems:
            if problem.path == self._path and self.kind_box is not None:
                messages.setdefault("", problem.message)
            elif problem.path.startswith(f"{self._path}."):
                inside = problem.path.removeprefix(f"{self._path}.")
                name = re.split(r"[.\[]", inside)[0]
                rest = inside.removeprefix(name).lstrip(".")
                name = "" if self._is_key(name) else name
                messages.setdefault(name, f"{rest}: {problem.message}" if rest else problem.message)
        notes = self._editor.notes
        for name, row in self._rows.made.items():
            row.set_problem(messages.get(name, ""))
            note = notes.get(f"{self._path}.{name}", "")
            row.set_note(note[:1].upper() + note[1:] + "." if note else "")
            if isinstance(row.entry, Entry):
                row.entry.begin_with(self._begin_with(name))  # the data may be known by now
        if self.more is not None and self._advanced & messages.keys():
            self.more.unfold()

    def _is_key(self, name: str) -> bool:
        """Whether a name stands for the choice itself, which the combo box shows."""
        shown = self._shown
        return shown is not None and issubclass(shown, Choice) and name == shown.key

    def _build(self, spec: Spec) -> None:
        self._shown = type(spec)
        self._rows.clear()
        self.kind_box = self.help_button = self.help = self.more = None
        self._changed = frozenset()
        old, self._body = self._body, QWidget()
        grid = QGridLayout(self._body)
        space_out(grid)
        self._outside.replaceWidget(old, self._body)
        old.hide()
        old.deleteLater()
        if isinstance(spec, Choice) and self._title:
            self._add_kind(spec, grid)
        key = spec.key if isinstance(spec, Choice) else ""
        fields = {n: field for n, field in type(spec).model_fields.items() if n != key}
        self._advanced = frozenset(n for n, field in fields.items() if _is_advanced(field))
        self._rows.plan({n: f for n, f in fields.items() if n not in self._advanced}, grid)
        if not self._is_folded:
            self._rows.make(fields)
        if self._advanced:
            more = self._add_more(grid)
            self._rows.plan({n: f for n, f in fields.items() if n in self._advanced}, more.grid)
            if self._is_unfolded:
                self._rows.make(self._advanced)
        self.show_problems()
        self._body.show()  # now, not when the event loop gets to it: it may be scrolled to
        self.rebuilt.emit()

    def _add_kind(self, spec: Choice, grid: QGridLayout) -> None:
        box = QComboBox()
        calm(box)
        # As wide as the form, not as its longest entry.
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        offer_kinds(box, spec.family())
        give_name(box, self._title)
        box.currentIndexChanged.connect(self._kind_chosen)
        self.kind_box = box
        if self._facts is not None:
            self.help_button = help_button(self._title)
            self.help_button.setChecked(self._explains)
            self.help_button.toggled.connect(self.set_explains)
        row = FormRow(self._title, help_of(type(spec)), box, self.help_button)
        row.add_to(grid)
        self._rows.made[""] = row
        self._let_vary(row, "")
        if self._facts is not None:
            self.help = ChoiceHelp()
            grid.addWidget(self.help, grid.rowCount(), 0, 1, 2)

    @property
    def explains(self) -> bool:
        """Whether the explanation of the choice is unfolded."""
        return self._explains

    def set_explains(self, on: bool) -> None:
        """Unfolds the explanation of the choice, or folds it away."""
        self._explains = on
        if self.help_button is not None:
            self.help_button.setChecked(on)
        self._explain()

    def _explain(self) -> None:
        if self.help is None or self._facts is None:
            return
        self.help.setVisible(self._explains)
        if self._explains:  # what is folded away costs nothing while one types
            self.help.show_choice(self._editor.at(self._path), self._facts())

    def _add_more(self, grid: QGridLayout) -> More:
        """The part for rarely needed settings, folded or not as a person left it."""
        self.more = More(self._is_unfolded)
        space_out(self.more.grid)
        grid.addWidget(self.more, grid.rowCount(), 0, 1, 2)
        self.more.header.toggled.connect(self._folded)
        return self.more

    def _folded(self, is_open: bool) -> None:
        self._is_unfolded = is_open
        if is_open:
            self._need(self._advanced)

    def showEvent(self, event: QShowEvent) -> None:
        self._is_folded = False
        self._need(set(self._rows.late) - self._advanced)
        super().showEvent(event)

    def row(self, name: str) -> FormRow:
        """The row of a setting; made with those that are folded away with it, where need be."""
        if name in self._rows.late:
            is_in_more = name in self._advanced
            self._need({n for n in self._rows.late if (n in self._advanced) == is_in_more})
        return self._rows.made[name]

    def _need(self, names: Collection[str]) -> None:
        """Makes rows that were folded away, and shows in them what the editor holds."""
        if self._rows.make(names):
            self.refresh()
            self.show_problems()
            self.rebuilt.emit()

    def _make_row(self, name: str, field: FieldInfo, grid: QGridLayout) -> FormRow:
        extra: Any = field.json_schema_extra or {}
        made = self._entries.get(name)
        entry = made(field) if made is not None else entry_for(field, name)
        entry.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        entry.describe(field.title or name, field.description or "")
        if "unit" in extra:
            entry.set_unit(extra["unit"])
        entry.edited.connect(lambda value: self._editor.set(f"{self._path}.{name}", value))
        entry.refused.connect(
            lambda sentence: self._editor.refuse(f"{self._path}.{name}", sentence)
        )
        entry.rebuilt.connect(self.rebuilt)
        if name in self._finders:
            button = find_button(field.title or name, self._finders[name])
            button.clicked.connect(lambda: self.find_requested.emit(f"{self._path}.{name}"))
            entry.row.addWidget(button)
        row = FormRow(field.title or name, field.description or "", entry)
        row.add_to(grid)
        self._let_vary(row, name)
        return row

    def _kind_chosen(self) -> None:
        assert self.kind_box is not None
        assert self._shown is not None
        assert issubclass(self._shown, Choice)
        self._editor.set(f"{self._path}.{self._shown.key}", self.kind_box.currentData())


def _is_advanced(field: FieldInfo) -> bool:
    extra: Any = field.json_schema_extra or {}
    return bool(extra.get("advanced", False))
