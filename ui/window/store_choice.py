"""Open another store: which folder, and whether it can be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.base.text import tr
from workbench.runs.store import Store, StoreError


def choose_store(
    folder: Path, may_leave: Callable[[], bool], failed: Callable[[str], None], window: QWidget
) -> Store | None:
    """Asks for another store and opens it; None where that was refused or can't be.

    Args:
        folder: Of the store that is open.
        may_leave: Whether the experiment may be left as it is; may ask.
        failed: Takes the sentence on a folder that can't be used.
        window: Lies behind the question.
    """
    name = QFileDialog.getExistingDirectory(window, tr("Open another store"), str(folder))
    if not name or Path(name).resolve() == folder.resolve():
        return None
    try:
        store = Store(Path(name))
    except StoreError as error:
        failed(str(error))
        return None
    if may_leave():
        return store
    store.close()
    return None
