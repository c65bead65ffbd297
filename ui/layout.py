"""What of the window's arrangement is kept from one start to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ui.main_window import MainWindow


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
