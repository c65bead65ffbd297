"""What a tab of the window shows: the window knows no more of any page than this."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.runs.record import Run


class Page(QWidget):
    """What a tab of the window shows; a subclass overrides what it has use for.

    It is made when a person first looks at it, or when something needs it: its constructor asks for
    the state that others are in, as it didn't hear of it.

    Signals:
        failed: A sentence on what went wrong.
        said: A sentence on what was done.
        logged: A line for the log.
        export_requested: Make a figure of this: a `FigureSpec`, and the names in its legend.
        front_requested: It has something to show, and is to be in front.
    """

    failed = Signal(str)
    said = Signal(str)
    logged = Signal(str)
    export_requested = Signal(object, dict)
    front_requested = Signal()

    def show_run(self, run: Run | None) -> None:
        """Takes the selected run, or none; again whenever its record changes."""

    def restyle(self) -> None:
        """Draws in the appearance in force, where the style sheet doesn't reach."""

    def state(self) -> Mapping[str, Any]:
        """What is kept for the next start, by name; a value of None is not kept."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes what `state` gave, or a part of it; what makes no sense is left as it is."""
