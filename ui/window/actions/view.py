"""The View menu: which page is in front, light or dark."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.look.actions import Action, Actions
from ui.window.appearance import Appearance
from ui.window.pages import Tab
from workbench.base.text import tr

MOST_KEYS = 9
"""Pages that have a key: Ctrl and their number."""


class ViewActions(Actions):
    """What of the window is seen, and how.

    Args:
        appearance: Light, dark, or as the system says.
        tabs: In their order.
        show_page: Puts the page of a key in front.
        window: Owns them.
    """

    def __init__(
        self,
        appearance: Appearance,
        tabs: Iterable[Tab[Any]],
        show_page: Callable[[str], None],
        window: QWidget,
    ) -> None:
        super().__init__("view", tr("View"), window)
        self.add(
            *(
                Action(
                    f"show_{tab.key}",
                    tab.title,
                    partial(show_page, tab.key),
                    f"Ctrl+{number}" if number <= MOST_KEYS else "",
                    reason=tab.reason,
                )
                for number, tab in enumerate(tabs, 1)
            ),
            None,
            *(
                Action(
                    scheme.name,
                    text,
                    partial(appearance.choose, scheme),
                    group="appearance",
                    is_on=partial(appearance.is_chosen, scheme),
                )
                for scheme, text in (
                    (Qt.ColorScheme.Unknown, tr("Appearance of the system")),
                    (Qt.ColorScheme.Light, tr("Light")),
                    (Qt.ColorScheme.Dark, tr("Dark")),
                )
            ),
        )
