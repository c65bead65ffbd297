"""The menu bar: which area of actions stands where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtWidgets import QMenuBar

from ui.look.actions import Actions
from ui.panels.shared.page import Page
from workbench.base.text import tr


def fill_menu_bar(bar: QMenuBar, areas: Mapping[str, Actions], pages: Iterable[Page]) -> None:
    """Makes the menus.

    Args:
        bar: Empty.
        areas: Of the window's actions, by name.
        pages: Of the window; each that names a menu gets one for its actions.
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
    for page in pages:
        if page.menu:
            page.commands.fill(bar.addMenu(page.menu))
    areas["view"].fill(bar.addMenu(tr("&View")))
    areas["help"].fill(bar.addMenu(tr("&Help")))
