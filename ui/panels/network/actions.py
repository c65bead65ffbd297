"""What the Network tab adds to the window's actions; they work before its page is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ui.look.actions import Action, Entry, Menu
from ui.panels.shared.requests import Requests
from workbench.base.text import help_of, tr

if TYPE_CHECKING:
    from ui.panels.network.panel import NetworkPanel


def network_entries(requests: Requests, page: Callable[[], NetworkPanel]) -> Sequence[Entry]:
    """The table of its menu.

    Args:
        requests: Of the window.
        page: Gives the page, and makes it where it isn't there yet.
    """
    return (
        Menu(
            "levers",
            tr("Levers"),
            partial(_levers, page),
            tr("Make the network smaller in one move"),
        ),
        Action(
            "compare",
            tr("Compare structures"),
            lambda: page().compare_structures(),
            "Ctrl+Shift+C",
            reason=tr("What differs from another run or a preset"),
        ),
        None,
        Action(
            "code",
            tr("Show Keras code"),
            requests.show_code.emit,
            "Ctrl+K",
            "file",
            tr("The experiment as a script that needs nothing but Keras"),
        ),
    )


def _levers(page: Callable[[], NetworkPanel]) -> Sequence[Action]:
    from workbench.levers.catalog import LEVERS  # as their page: not at the start

    return [
        Action(name, f"{lever.label}…", partial(_choose, page, name), reason=help_of(lever))
        for name, lever in LEVERS.items()
    ]


def _choose(page: Callable[[], NetworkPanel], name: str) -> None:
    page().choose_lever(name)
