"""Actions as data: what a person can do, by which words and keys, when, and what it calls.

Menus, toolbars, context menus, shortcuts, the list of shortcuts and the command palette are made of
the same tables of `Action`; nothing here knows what any of them does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ui.look import theme
from ui.look.plain import caption, tip

Keys = str | QKeySequence.StandardKey
Words = str | Callable[[], str]
"""A text, or what gives it where it changes with the state."""


def nothing() -> str:
    """The obstacle of what can always be done."""
    return ""


def words_of(words: Words) -> str:
    """The text as it is now."""
    return words if isinstance(words, str) else words()


@dataclass(frozen=True)
class Action:
    """One thing that a person can do.

    Attributes:
        id: Its name among the actions of its area, for code.
        text: In menus, sentence case, with "…" where it asks first.
        call: Does it.
        keys: Its shortcut; "" for none.
        icon: Of `resources/icons`; "" for none.
        reason: Why a person would do it: tooltip, and searched by the command palette.
        obstacle: Why it can't be done now, in one sentence; "" where it can.
        is_on: Whether it is switched on, of one that switches; None for all others.
        group: Of switches of which exactly one is on; "" for none.
    """

    id: str
    text: Words
    call: Callable[[], object]
    keys: Keys = ""
    icon: Words = ""
    reason: Words = ""
    obstacle: Callable[[], str] = nothing
    is_on: Callable[[], bool] | None = None
    group: str = ""

    @cached_property
    def shortcut(self) -> QKeySequence:
        """Its keys as Qt has them; empty where it has none."""
        return QKeySequence(self.keys) if self.keys else QKeySequence()

    @cached_property
    def shortcut_text(self) -> str:
        """Its keys as this platform writes them; "" where it has none."""
        return self.shortcut.toString(QKeySequence.SequenceFormat.NativeText)

    @property
    def tooltip(self) -> str:
        """The reason with the keys, and below it why it can't be done now."""
        keys, obstacle = self.shortcut_text, self.obstacle()
        reason = words_of(self.reason) or words_of(self.text).replace("&", "")
        return tip("\n".join(filter(None, (f"{reason} ({keys})" if keys else reason, obstacle))))


@dataclass(frozen=True)
class Menu:
    """A menu in a menu.

    Attributes:
        id: Its name among the actions of its area.
        text: Its title.
        entries: What is in it; a function where that changes: it is asked whenever the menu opens.
        reason: Tooltip.
        obstacle: Why it can't be opened now; "" where it can.
        empty: What stands in it while there is nothing.
    """

    id: str
    text: str
    entries: Sequence[Action | None] | Callable[[], Sequence[Action | None]]
    reason: str = ""
    obstacle: Callable[[], str] = nothing
    empty: str = ""

    @property
    def current(self) -> Sequence[Action | None]:
        """What is in it now."""
        return self.entries() if callable(self.entries) else self.entries


Entry = Action | Menu | None
"""Of a table; None separates."""


class Actions(QObject):
    """The actions of one area (a menu of the window, a table, a page), made of their table.

    Args:
        name: Of the area, for code; `name.id` is unique in the window.
        title: Of the area, above its shortcuts and before its actions in the command palette.
        parent: Owns it.
        in_focus: Whether the keys hold only while a widget that they are attached to has the focus.
    """

    def __init__(
        self, name: str, title: str, parent: QObject | None = None, *, in_focus: bool = False
    ) -> None:
        super().__init__(parent)
        self.name, self.title, self.in_focus = name, title, in_focus
        self.entries: list[Entry] = []
        self._separators: list[QAction] = []
        self._made: dict[str, tuple[Action, QAction]] = {}
        self._said: dict[str, tuple[str, str, str]] = {}  # text, reason and obstacle, as shown
        self._menus: dict[str, tuple[Menu, QMenu]] = {}
        self._groups: dict[str, QActionGroup] = {}

    def add(self, *entries: Entry) -> None:
        """Adds a table, or a part of one."""
        self.entries += entries
        for entry in entries:
            if entry is None:
                self._separators.append(QAction(self))
                self._separators[-1].setSeparator(True)
            elif isinstance(entry, Action):
                self._make(entry)
            elif not callable(entry.entries):
                for inner in filter(None, entry.entries):
                    self._make(inner)
        self.refresh()

    def _make(self, action: Action) -> None:
        made = QAction(self)
        assert action.id not in self._made, f"{self.name}.{action.id} stands for two actions"
        self._made[action.id] = action, made
        made.setShortcut(action.shortcut)
        if isinstance(action.icon, str) and action.icon:
            theme.set_icon(made, action.icon)
        if self.in_focus:
            made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        made.setCheckable(action.is_on is not None)
        if action.group:
            self._groups.setdefault(action.group, QActionGroup(self)).addAction(made)
        made.triggered.connect(partial(self._do, action))

    def _do(self, action: Action, _checked: bool = False) -> None:
        action.call()
        for other, made in self._made.values():
            if other.is_on is not None:
                made.setChecked(other.is_on())

    def __getitem__(self, name: str) -> QAction:
        return self._made[name][1]

    def values(self) -> list[QAction]:
        """All of them, in their order."""
        return [made for _, made in self._made.values()]

    def menu(self, name: str) -> QMenu:
        """A menu that `fill` has made."""
        return self._menus[name][1]

    def attach(self, widget: QWidget) -> None:
        """Has their keys work in a widget, whose context menu they may be."""
        separators = iter(self._separators)
        for entry in self.entries:
            if entry is None:
                widget.addAction(next(separators))
            elif isinstance(entry, Action):
                widget.addAction(self[entry.id])
            elif not callable(entry.entries):
                widget.addActions([self[inner.id] for inner in entry.entries if inner is not None])

    def fill(self, menu: QMenu, names: Sequence[str] = ()) -> None:
        """Adds the whole table to a menu, or only these entries."""
        menu.setToolTipsVisible(True)
        chosen = [e for e in self.entries if not names or (e is not None and e.id in names)]
        separators = iter(self._separators)
        for entry in chosen:
            if entry is None:
                menu.addAction(next(separators))
            elif isinstance(entry, Action):
                menu.addAction(self[entry.id])
            else:
                menu.addMenu(self._menu(entry, menu))

    def _menu(self, entry: Menu, outer: QMenu) -> QMenu:
        """The menu of an entry, the same wherever it is filled in."""
        if entry.id not in self._menus:
            made = QMenu(entry.text, outer)
            made.setToolTip(entry.reason)
            made.setToolTipsVisible(True)
            self._menus[entry.id] = entry, made
            if callable(entry.entries):
                made.aboutToShow.connect(partial(_refill, made, entry))
            else:
                for inner in entry.entries:
                    _ = made.addSeparator() if inner is None else made.addAction(self[inner.id])
            self._show_menu(entry, made)
        return self._menus[entry.id][1]

    @Slot()
    def refresh(self) -> None:
        """Shows what can be done now, and why the rest can't."""
        for action, made in self._made.values():
            self._show(action, made)
        for menu, opened in self._menus.values():
            self._show_menu(menu, opened)

    def _show(self, action: Action, made: QAction) -> None:
        """Shows an action as it is now; only what changed, as Qt draws it each time."""
        words = words_of(action.text), words_of(action.reason), action.obstacle()
        if words != self._said.get(action.id):
            self._said[action.id] = words
            made.setText(words[0])
            made.setToolTip(action.tooltip)
            made.setEnabled(not words[2])
        if not isinstance(action.icon, str):
            theme.set_icon(made, action.icon())
        if action.is_on is not None:
            made.setChecked(action.is_on())

    def _show_menu(self, menu: Menu, made: QMenu) -> None:
        obstacle = menu.obstacle()
        made.setEnabled(not obstacle)
        made.menuAction().setToolTip(tip(obstacle or menu.reason))

    def all(self) -> Iterator[tuple[str, Action]]:
        """Each action as it is now, with the title of the menu in the area's that it lies in."""
        for entry in self.entries:
            if isinstance(entry, Action):
                yield "", entry
            elif isinstance(entry, Menu):
                yield from ((entry.text, inner) for inner in entry.current if inner is not None)


def _refill(menu: QMenu, entry: Menu) -> None:
    """Puts what is in it now into a menu that opens."""
    menu.clear()
    found = entry.current
    if not found:
        menu.addAction(entry.empty).setEnabled(False)
    for action in found:
        if action is None:
            menu.addSeparator()
            continue
        made = menu.addAction(caption(words_of(action.text)))
        made.setToolTip(action.tooltip)
        made.setEnabled(not action.obstacle())
        made.triggered.connect(partial(_call, action))


def _call(action: Action, _checked: bool = False) -> None:
    action.call()
