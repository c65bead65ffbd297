"""What of the window's arrangement is kept from one start to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt

from ui.look import theme

APPEARANCE = "appearance"

FIRST_SIZE = QSize(1440, 900)
FRAME = QSize(16, 48)
"""What the widest frames and the highest title bars take up; it is known only once there is one."""

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow


def first_size(available: QSize) -> QSize:
    """Of a window that was never shown, without its frame, on a screen with so much room."""
    return FIRST_SIZE.boundedTo(available - FRAME)


def take_over(window: MainWindow, before: MainWindow) -> None:
    """Gives a window the place and the looks of the one that it follows.

    What was kept beside its own store holds for the rest: columns, plots, splitters, appearance.
    """
    window.setGeometry(before.normalGeometry() if before.isMaximized() else before.geometry())
    window.setWindowState(before.windowState() & ~Qt.WindowState.WindowActive)
    for key, splitter, other in (
        ("across", window.across, before.across),
        ("down", window.down, before.down),
    ):
        if window.settings.value(key) is None:
            splitter.restoreState(other.saveState())
    if window.settings.value(APPEARANCE) is None:
        kept = before.settings.value(APPEARANCE)
        if kept is not None:
            window.settings.setValue(APPEARANCE, kept)
            window.commands.appearances[kept].setChecked(True)


def choose_appearance(window: MainWindow) -> None:
    """Light or dark, where a person chose one."""
    scheme = window.settings.value(APPEARANCE)
    if scheme in (Qt.ColorScheme.Light.name, Qt.ColorScheme.Dark.name):
        theme.choose(Qt.ColorScheme[scheme])
    # Now, not before: each widget that is put into another is styled again with all below it.
    window.apply_theme()


def keep(window: MainWindow) -> None:
    """Writes place, splitters, columns and plot settings beside the store."""
    values: dict[str, Any] = {
        "geometry": window.saveGeometry(),
        "across": window.across.saveState(),
        "down": window.down.saveState(),
        "table": window.runs.state(),
        "plots": window.live.settings(),
        "compare": window.compare.curves.settings(),
        "tradeoffs": window.compare.tradeoff_settings(),
        "explained": window.experiment.explained,
    }
    for key, value in values.items():
        if value is not None:
            window.settings.setValue(key, value)
    window.settings.sync()


def restore(window: MainWindow) -> None:
    """Puts everything where it was; what was never kept stays as it is."""
    for key, put in (
        ("geometry", window.restoreGeometry),
        ("across", window.across.restoreState),
        ("down", window.down.restoreState),
        ("table", window.runs.restore_state),
        ("plots", window.live.restore_settings),
        ("compare", window.compare.curves.restore_settings),
        ("tradeoffs", window.compare.restore_tradeoffs),
        ("explained", window.experiment.explain),
    ):
        value = window.settings.value(key)
        if value is not None:
            put(value)
