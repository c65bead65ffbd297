"""All keyboard shortcuts, by the part of the window that they belong to."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.actions import Actions, words_of
from ui.look.plain import Label
from ui.look.side_dialog import SideDialog
from workbench.base.text import tr


class ShortcutList(SideDialog):
    """What the keys do, with a search.

    Args:
        areas: Of the window's actions.
        window: The main window.
    """

    def __init__(self, areas: Iterable[Actions], window: QWidget) -> None:
        super().__init__(window, tr("Keyboard shortcuts"))
        self._areas = list(areas)
        self.resize(120 * theme.UNIT, 150 * theme.UNIT)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search"))
        self.search.setAccessibleName(tr("Search shortcuts"))
        self.search.setToolTip(tr("Show only what has this text, in words or keys"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.refill)
        self.tree = QTreeWidget()
        self.tree.setObjectName("shortcuts")
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels([tr("Action"), tr("Keys")])
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(3 * theme.UNIT)
        self.tree.setAccessibleName(tr("Shortcuts"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        below = Label(tr("Those of a table or list work while it has the focus."))
        below.setProperty("role", "muted")
        buttons = QDialogButtonBox()
        buttons.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 3, spacing=2)
        for part in (self.search, self.tree, below, buttons):
            layout.addWidget(part)
        self.refill()

    @Slot()
    def refill(self) -> None:
        """Shows the shortcuts with what is searched."""
        wanted = self.search.text().strip().casefold()
        self.tree.clear()
        for area in self._areas:
            rows = [
                (words_of(action.text), action.shortcut_text, words_of(action.reason))
                for _, action in area.all()
                if action.shortcut_text
            ]
            shown = [row for row in rows if wanted in " ".join((area.title, *row)).casefold()]
            if shown:
                self._add(area.title, shown)
        self.tree.expandAll()

    def _add(self, title: str, rows: Iterable[tuple[str, str, str]]) -> None:
        top = QTreeWidgetItem(self.tree, [title])
        font = top.font(0)
        font.setBold(True)
        top.setFont(0, font)
        top.setFlags(Qt.ItemFlag.ItemIsEnabled)
        top.setFirstColumnSpanned(True)
        for text, keys, reason in rows:
            QTreeWidgetItem(top, [text, keys]).setToolTip(0, reason)
