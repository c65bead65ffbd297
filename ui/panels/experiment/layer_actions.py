"""What a person does to layers, each once: words, icon, shortcut, and whether it can be done now.

The shortcuts hold while a view of the layers has the focus, so that Del and Ctrl+C keep their
meaning in a field; the same actions are its context menu, the buttons and the Edit menu.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from ui.look import theme
from ui.models.layers import Layers
from workbench.base.text import tr

Keys = str | QKeySequence.StandardKey


class LayerActions(QObject):
    """The actions by name.

    Args:
        layers: What they act on.
    """

    def __init__(self, layers: Layers) -> None:
        super().__init__()
        self._layers = layers
        self.by_name: dict[str, QAction] = {}
        tr, key = self.tr, QKeySequence.StandardKey
        self._add("cut", tr("Cut layers"), "cut", key.Cut, layers.cut)
        self._add("copy", tr("Copy layers"), "copy", key.Copy, layers.copy)
        self._add("paste", tr("Paste layers"), "paste", key.Paste, layers.paste)
        self._separate()
        self._add("duplicate", tr("Duplicate layers"), "duplicate", "Ctrl+D", layers.duplicate)
        self._add("up", tr("Move up"), "up", "Alt+Up", layers.move_up)
        self._add("down", tr("Move down"), "down", "Alt+Down", layers.move_down)
        self._add("switch", tr("Switch off"), "", "Space", layers.switch)
        self._add("trash", tr("Delete layers"), "trash", key.Delete, layers.delete)
        self._separate()
        self._add("all", tr("Select all layers"), "", key.SelectAll, layers.select_all)
        self._add("measure", "", "", "", layers.table.next_measure)
        layers.chosen.connect(self._enable)
        layers.table.measure_changed.connect(self._name_measure)
        self._enable()
        self._name_measure()

    @property
    def all(self) -> list[QAction]:
        """All of them, with what separates them, as a menu shows them."""
        return self.findChildren(QAction)

    def attach(self, view: QWidget) -> None:
        """Gives a view the shortcuts and the context menu."""
        view.addActions(self.all)

    def _add(self, name: str, text: str, icon: str, keys: Keys, slot: Callable[[], None]) -> None:
        action = QAction(text, self)
        if icon:
            theme.set_icon(action, icon)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{text} ({shortcut})")
        action.triggered.connect(slot)
        self.by_name[name] = action

    def _separate(self) -> None:
        QAction(self).setSeparator(True)

    @Slot()
    def _enable(self) -> None:
        """Offers only what would change something."""
        layers, actions = self._layers, self.by_name
        for name, can in (
            ("cut", layers.can_delete), ("trash", layers.can_delete),
            ("up", layers.can_move_up), ("down", layers.can_move_down),
        ):  # fmt: skip
            actions[name].setEnabled(can)
        on = any(layers.all[row].enabled for row in layers.rows)
        actions["switch"].setText(tr("Switch off") if on else tr("Switch on"))

    @Slot()
    def _name_measure(self) -> None:
        other = self._layers.table.other_measure.words
        self.by_name["measure"].setText(tr("Show shares of {other}", other=other))
