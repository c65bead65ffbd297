"""Open another store: the window stays where it is until the one on the other store is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog

from ui.look.plain import isolated
from workbench.runs.store import Store, StoreError

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow


def choose_store(window: MainWindow) -> None:
    """Asks for another store and ends this window's event loop, so that one on it opens.

    A folder that can't be used changes nothing; the window stays on the screen, at rest, until the
    next one takes its place.
    """
    name = QFileDialog.getExistingDirectory(
        window, window.tr("Open another store"), str(window.store.folder)
    )
    if not name or Path(name).resolve() == window.store.folder.resolve():
        return
    try:
        store = Store(Path(name))
    except StoreError as error:
        window.report(str(error))
        return
    if not window.files.may_discard():
        store.close()
        return
    window.next_store = store
    window.banner.say(window.tr("Opening the store in {}…").format(isolated(name)))
    window.repaint()  # the training process may take a moment to save its checkpoint
    window.shut_down()
    QCoreApplication.exit()
