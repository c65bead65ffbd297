"""A real window on a store of its own, closed in order after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from tests.engine.executors import Asked
from ui.background.jobs import Jobs
from ui.look import theme
from ui.window.main_window import MainWindow
from workbench.runs.store import Store

OpenWindow = Callable[[], MainWindow]


@pytest.fixture(autouse=True)
def _no_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that a test didn't expect fails it instead of waiting for ever."""

    def unexpected(*arguments: object, **named: object) -> None:
        raise AssertionError(f"an unexpected question: {arguments[1:]}")

    for name in ("question", "critical", "warning", "information"):
        monkeypatch.setattr(QMessageBox, name, unexpected)


@pytest.fixture
def store_folder(tmp_path: Path) -> Path:
    return tmp_path / "window-store"


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, store_folder: Path) -> Iterator[OpenWindow]:
    """Opens windows on the same store; whatever is still open is closed at the end.

    As the application does, they are styled once they stand: under a style sheet each widget is
    styled again wherever it is put, and a window takes three times as long.
    """
    qapp.setStyle("Fusion")
    opened: list[MainWindow] = []

    def make() -> MainWindow:
        if not any(window.isVisible() for window in opened):
            qapp.setStyleSheet("")
        window = MainWindow(Store(store_folder))
        opened.append(window)
        theme.apply()
        window.show()
        return window

    yield make
    for window in opened:
        if window.isVisible():
            window.files.may_discard = lambda: True
            window.close()
        window.deleteLater()
    qapp.processEvents()


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    """What a window would hand to its parts."""
    found = Jobs()
    yield found
    found.close()


@pytest.fixture
def window(open_window: OpenWindow) -> MainWindow:
    """A window on an empty store, with the digits preset."""
    return open_window()


@pytest.fixture
def idle(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window whose runs begin and go on for ever, without any process."""
    monkeypatch.setattr("ui.running.run_controller.LocalExecutor", Asked)
    return open_window()


@pytest.fixture
def quick(window: MainWindow) -> MainWindow:
    """A window whose experiment trains in about a second."""
    layers = [
        {"kind": "conv2d", "filters": 4, "strides": 2},
        {"kind": "flatten"},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ]
    settings = {"structure.layers": layers, "training.epochs": 2, "data.resize": 12}
    assert window.editor.set_all(settings, "training")
    return window
