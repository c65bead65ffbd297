"""What a tab of the window is: the window knows no more of any of them than this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.look.actions import Actions
from workbench.runs.record import Run


class Page(QWidget):
    """A tab of the window; a subclass overrides what it has use for.

    Args:
        key: Names it in code and among what is kept from one start to the next.
        title: On its tab, sentence case.
        reason: Tooltip of the tab: why a person would look at it.

    Signals:
        failed: A sentence on what went wrong.
        said: A sentence on what was done.
        logged: A line for the log.
        export_requested: Make a figure of this: a `FigureSpec`, and the names in its legend.
        front_requested: It has something to show, and is to be in front.

    Attributes:
        commands: The actions that it adds to the window; none unless it adds some.
        menu: Title of the menu that they stand in; "" for none.
    """

    failed = Signal(str)
    said = Signal(str)
    logged = Signal(str)
    export_requested = Signal(object, dict)
    front_requested = Signal()

    menu = ""

    def __init__(self, key: str, title: str, reason: str) -> None:
        super().__init__()
        self.key, self.title, self.reason = key, title, reason
        self.commands = Actions(key, title, self)

    def show_run(self, run: Run | None) -> None:
        """Takes the selected run, or none; again whenever its record changes."""

    def restyle(self) -> None:
        """Draws in the appearance in force, where the style sheet doesn't reach."""

    def state(self) -> Mapping[str, Any]:
        """What is kept for the next start, by name; a value of None is not kept."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes what `state` gave, or a part of it; what makes no sense is left as it is."""
