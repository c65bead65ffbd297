"""The application: Qt's object, the store, the window, and an orderly end."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from weakref import ref

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from ui.look import theme
from ui.look.plain import tip
from ui.window.main_window import MainWindow
from workbench.base.paths import default_store
from workbench.base.text import isolate_names
from workbench.runs.store import Store, StoreError

SWITCH_SECONDS = 0.001
"""After this long a thread that computes lets the window's thread go on; Python's own 5 ms, at each
of the many calls from Qt that paint a table, made turns of a fifth of a second."""


def run(file: Path | None, store_folder: Path | None) -> int:
    """Opens the window and returns when it is closed.

    Args:
        file: An experiment to open, or None.
        store_folder: The store, or None for the default one.
    """
    application = QApplication(sys.argv[:1])
    application.setApplicationName("dlopt-workbench")
    application.setApplicationDisplayName("DLOpt Workbench")
    application.setStyle("Fusion")
    isolate_names()
    code, before = 0, None
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()  # what is imported stays; to walk it at every full collection takes a frame or two
    store = open_store(store_folder or default_store())
    if store is None:
        return 2
    while store is not None:
        code, before = _show_window(application, store, file, before)
        store, file = before.next_store, None
    _delete(before)
    return code


def _show_window(
    application: QApplication, store: Store, file: Path | None, before: MainWindow | None
) -> tuple[int, MainWindow]:
    """One window from its opening to its end: Qt's exit code, and the window, at rest.

    Args:
        application: Qt's.
        store: To show.
        file: An experiment to open, or None.
        before: A window whose place this one takes; it goes once this one is there.
    """
    window = MainWindow(store)
    if before is not None:
        window.take_over(before)
    window.appearance.begin()
    application.styleHints().colorSchemeChanged.connect(window.apply_theme)
    signal.signal(signal.SIGINT, _closer(window))
    ticks = QTimer()  # lets Python see signals while Qt waits
    ticks.timeout.connect(_nothing)
    ticks.start(500)
    window.show()
    _delete(before)
    gc.enable()  # the launch turned it off
    QTimer.singleShot(0, window, partial(window.start, file))
    code = application.exec()
    ticks.stop()
    return code, window


def _delete(window: MainWindow | None) -> None:
    """Now, before the application goes: Qt crashes at exit in the other order."""
    if window is not None:
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _closer(window: MainWindow) -> Callable[[int, FrameType | None], None]:
    """Closes the window at Ctrl+C, without keeping it alive."""
    known = ref(window)

    def close(number: int, frame: FrameType | None) -> None:
        found = known()
        if found is not None:
            found.close()

    return close


def _nothing() -> None:
    """Python looks for signals whenever it is called."""


def open_store(folder: Path) -> Store | None:
    """The store, asking for another folder as long as one can't be used; None on Cancel."""
    while True:
        try:
            return Store(folder)
        except StoreError as error:
            sentence = str(error)
        print(f"dlopt-workbench: {sentence}", file=sys.stderr)
        theme.apply()
        box = QMessageBox(QMessageBox.Icon.Critical, "DLOpt Workbench", tip(sentence))
        choose = box.addButton("Choose folder…", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Close)
        box.exec()
        name = ""
        if box.clickedButton() is choose:
            name = QFileDialog.getExistingDirectory(None, "Store folder")
        if not name:
            return None
        folder = Path(name)
