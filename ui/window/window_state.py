"""What of the window's arrangement is kept from one start to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtWidgets import QMainWindow, QSplitter

FIRST_SIZE = QSize(1440, 900)
FRAME = QSize(16, 48)
"""What the widest frames and the highest title bars take up; it is known only once there is one."""


def first_size(available: QSize) -> QSize:
    """Of a window that was never shown, without its frame, on a screen with so much room."""
    return FIRST_SIZE.boundedTo(available - FRAME)


MOVED = {
    "pages/live/plots": "plots",
    "pages/compare/curves": "compare",
    "pages/compare/tradeoffs": "tradeoffs",
}
"""Where what pages keep stood before there were pages."""


def kept_of_page(settings: QSettings, key: str) -> dict[str, Any]:
    """What a page kept, by name, also where earlier versions did."""
    inside = f"pages/{key}/"
    kept = {
        name.removeprefix(inside): settings.value(old)
        for name, old in MOVED.items()
        if name.startswith(inside) and settings.contains(old)
    }
    new = (name for name in settings.allKeys() if name.startswith(inside))
    return kept | {name.removeprefix(inside): settings.value(name) for name in new}


class StatePart(NamedTuple):
    """Something that is kept: how it is read, and how it is put back."""

    state: Callable[[], Any]
    restore: Callable[[Any], object]


class WindowState:
    """Keeps place, splitters and parts of a window beside its store.

    Args:
        window: Whose geometry is kept.
        settings: Where.
        splitters: By the name they are kept under.
        parts: What else, by name; a state of None is not kept.
        states: What pages keep, by their keys.
    """

    def __init__(
        self,
        window: QMainWindow,
        settings: QSettings,
        splitters: Mapping[str, QSplitter],
        parts: Mapping[str, StatePart],
        states: Callable[[], Mapping[str, Mapping[str, Any]]],
    ) -> None:
        self._states = states
        self._window, self._settings, self._splitters = window, settings, splitters
        self._parts = {
            "geometry": StatePart(window.saveGeometry, window.restoreGeometry),
            **{n: StatePart(each.saveState, each.restoreState) for n, each in splitters.items()},
            **parts,
        }

    def keep(self) -> None:
        """Writes everything, for the next start."""
        for name, part in self._parts.items():
            value = part.state()
            if value is not None:
                self._settings.setValue(name, value)
        for key, state in self._states().items():
            for name, value in state.items():
                if value is not None:
                    self._settings.setValue(f"pages/{key}/{name}", value)
        self._settings.sync()

    def restore(self) -> None:
        """Puts everything where it was; what was never kept stays as it is."""
        for name, part in self._parts.items():
            value = self._settings.value(name)
            if value is not None:
                part.restore(value)

    def take_over(self, before: WindowState) -> None:
        """Gives the window the place of the one that it follows.

        What was kept beside its own store holds for the rest.
        """
        old, new = before._window, self._window
        new.setGeometry(old.normalGeometry() if old.isMaximized() else old.geometry())
        new.setWindowState(old.windowState() & ~Qt.WindowState.WindowActive)
        for name, splitter in self._splitters.items():
            if self._settings.value(name) is None:
                splitter.restoreState(before._splitters[name].saveState())
