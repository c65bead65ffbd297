"""What a person does to layers: the actions' table, and whether each can be done now.

The keys hold while a view of the layers has the focus, so that Del and Ctrl+C keep their meaning in
a field; the same actions are its context menu, the buttons and the Edit menu.
"""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from ui.look.actions import Action, Actions
from ui.models.layers import Layers
from workbench.base.text import tr


class LayerActions(Actions):
    """The actions on layers.

    Args:
        layers: What they act on.
    """

    def __init__(self, layers: Layers) -> None:
        super().__init__("layers", tr("Layers"), in_focus=True)
        self._layers = layers
        key = QKeySequence.StandardKey
        self.add(
            Action("cut", tr("Cut layers"), layers.cut, key.Cut, "cut", obstacle=self._all),
            Action("copy", tr("Copy layers"), layers.copy, key.Copy, "copy"),
            Action("paste", tr("Paste layers"), layers.paste, key.Paste, "paste"),
            None,
            Action("duplicate", tr("Duplicate layers"), layers.duplicate, "Ctrl+D", "duplicate"),
            Action("up", tr("Move up"), layers.move_up, "Alt+Up", "up", tr("Move the layers up"),
                   self._first_one),
            Action("down", tr("Move down"), layers.move_down, "Alt+Down", "down",
                   tr("Move the layers down"), self._last_one),
            Action("switch", self._switch_text, layers.switch, "Space",
                   reason=tr("Leave the layers out of the network, or take them back in")),
            Action("trash", tr("Delete layers"), layers.delete, key.Delete, "trash",
                   obstacle=self._all),
            None,
            Action("all", tr("Select all layers"), layers.select_all, key.SelectAll),
            Action("measure", self._measure_text, layers.table.next_measure),
        )  # fmt: skip
        layers.chosen.connect(self.refresh)
        layers.table.measure_changed.connect(self.refresh)

    def _all(self) -> str:
        one = tr("Choose layers, but not all: a network needs one.")
        return "" if self._layers.can_delete else one

    def _first_one(self) -> str:
        return "" if self._layers.can_move_up else tr("Nothing is before them.")

    def _last_one(self) -> str:
        return "" if self._layers.can_move_down else tr("Nothing is after them.")

    def _switch_text(self) -> str:
        layers = self._layers
        on = any(layers.all[row].enabled for row in layers.rows)
        return tr("Switch off") if on else tr("Switch on")

    def _measure_text(self) -> str:
        other = self._layers.table.other_measure.words
        return tr("Show shares of {other}", other=other)
