"""A box to choose a group of runs from, by a part of its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox

from ui.look import theme
from ui.models.run_groups import RunGroup
from ui.panels.shared.search_box import make_searchable
from workbench.base.text import tr

WIDTH = 60 * theme.UNIT


class GroupBox(QComboBox):
    """Offers groups; typed text that names none of them is discarded.

    Args:
        name: For screen readers.
        reason: Tooltip.

    Signals:
        chosen: Another group was chosen.
    """

    chosen = Signal()

    def __init__(self, name: str, reason: str) -> None:
        super().__init__()
        self._groups: list[RunGroup] = []
        self.group: RunGroup | None = None
        make_searchable(self, tr("tag, name or run"))
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(name)
        self.setToolTip(reason)
        self.activated.connect(self._take)
        line = self.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._typed)

    def show_groups(self, groups: Sequence[RunGroup], chosen: RunGroup | None) -> None:
        """Offers these, with one chosen; without a signal."""
        self.group = next((g for g in groups if chosen is not None and g.key == chosen.key), chosen)
        offered = list(groups)
        if self.group is not None and self.group not in offered:
            offered.insert(0, self.group)  # an old one among very many
        with QSignalBlocker(self):
            if offered != self._groups:
                self._groups = offered
                self.clear()
                self.addItems([group.label for group in offered])
            self._show_chosen()

    def choose(self, key: str) -> None:
        """Chooses the group with this key, as a person does."""
        self._take(next(n for n, group in enumerate(self._groups) if group.key == key))

    @Slot(int)
    def _take(self, number: int) -> None:
        self.group = self._groups[number]
        self._show_chosen()
        self.chosen.emit()

    @Slot()
    def _typed(self) -> None:
        """A whole label is a choice; anything else goes."""
        labels = [group.label for group in self._groups]
        text = self.currentText()
        if text in labels and (self.group is None or text != self.group.label):
            self._take(labels.index(text))
        else:
            self._show_chosen()

    def _show_chosen(self) -> None:
        keys = [group.key for group in self._groups]
        place = keys.index(self.group.key) if self.group is not None else -1
        with QSignalBlocker(self):
            self.setCurrentIndex(place)
            self.setEditText(self._groups[place].label if place >= 0 else "")
            line = self.lineEdit()
            assert line is not None
            line.setCursorPosition(0)
