"""The Help menu: the command palette, the shortcuts, and what this is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox, QWidget

from ui.look.actions import Action, Actions
from ui.panels.experiment.panel import ExperimentPanel
from workbench import __version__
from workbench.base.text import tr

if TYPE_CHECKING:
    from ui.window.palette.entries import Offer
    from ui.window.palette.panel import Palette
    from ui.window.shortcuts import ShortcutList


class HelpActions(Actions):
    """What explains the workbench, and finds what it can do.

    Args:
        folder: Of the store.
        form: Whose settings are found.
        areas: All areas of the window's actions.
        window: Lies behind what is shown.

    Attributes:
        palette, shortcuts: Made at the first use.
    """

    def __init__(
        self,
        folder: Path,
        form: ExperimentPanel,
        areas: Callable[[], Iterable[Actions]],
        window: QWidget,
    ) -> None:
        super().__init__("help", tr("Help"), window)
        self._folder, self._form, self._areas, self._window = folder, form, areas, window
        self.palette: Palette | None = None
        self.shortcuts: ShortcutList | None = None
        self.add(
            Action(
                "palette",
                tr("Command palette…"),
                self._show_palette,
                "Ctrl+Shift+P",
                reason=tr("Find an action or a setting by its words"),
            ),
            Action(
                "shortcuts",
                tr("Keyboard shortcuts"),
                self._show_shortcuts,
                "F1",
                reason=tr("What all keys do, by the part of the window"),
            ),
            None,
            Action(
                "about", tr("About"), self._about, reason=tr("The version, and where runs are kept")
            ),
        )

    def _offers(self) -> Iterator[Offer]:
        from ui.window.palette.entries import offers_of, offers_of_settings, offers_to_vary

        yield from offers_of(self._areas(), f"{self.name}.palette")
        yield from offers_of_settings(self._form.settings(), self._form.reveal)
        yield from offers_to_vary(self._form.variable_settings(), self._form.vary)

    def _show_palette(self) -> None:
        if self.palette is None:
            from ui.window.palette.panel import Palette

            self.palette = Palette(self._offers, self._window)
        self.palette.open()

    def _show_shortcuts(self) -> None:
        if self.shortcuts is None:
            from ui.window.shortcuts import ShortcutList

            self.shortcuts = ShortcutList(self._areas(), self._window)
        self.shortcuts.refill()
        self.shortcuts.come_forward()

    def _about(self) -> None:
        QMessageBox.about(
            self._window,
            tr("About DLOpt Workbench"),
            tr(
                "<b>DLOpt Workbench {version}</b><p>Make CNNs smaller, faster to train and faster "
                "to run, and prove it.</p><p>Runs are kept in<br>{folder}</p>",
                version=__version__,
                folder=escape(str(self._folder)),
            ),
        )
