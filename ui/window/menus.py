"""The menu bar: which area of actions stands where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtWidgets import QMenuBar

from ui.look.actions import Actions
from ui.window.pages import Tab
from workbench.base.text import tr


def fill_menu_bar(bar: QMenuBar, areas: Mapping[str, Actions], tabs: Iterable[Tab[Any]]) -> None:
    """Makes the menus.

    Args:
        bar: Empty.
        areas: Of the window's actions, by name.
        tabs: Of the window; each that names a menu gets one for its actions.
    """
    areas["file"].fill(bar.addMenu(tr("&File")))
    menu = bar.addMenu(tr("&Edit"))
    areas["edit"].fill(menu, ("undo", "redo"))
    menu.addSeparator()
    areas["layers"].fill(menu.addMenu(tr("Layers")))
    menu.addSeparator()
    areas["edit"].fill(menu, ("filter",))
    menu = bar.addMenu(tr("&Run"))
    areas["run"].fill(menu)
    areas["run_files"].fill(menu)
    for tab in tabs:
        if tab.menu:
            areas[tab.key].fill(bar.addMenu(tab.menu))
    areas["view"].fill(bar.addMenu(tr("&View")))
    areas["help"].fill(bar.addMenu(tr("&Help")))
