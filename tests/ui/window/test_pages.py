"""The pages of the window and the form beside them."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.look.test_accessible import pages
from tests.ui.made_up import add_runs
from ui.window.main_window import MainWindow


def test_no_page_takes_room_from_the_form(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1280, 720)
    add_runs(window.store, 3)
    window.feed.look()
    qtbot.waitUntil(lambda: window.model.rowCount() == 3)
    window.runs.table.selectAll()
    before = window.across.sizes()
    assert before[0] == 400
    for _ in pages(window.tabs):
        QApplication.processEvents()  # what is asked for is laid out
        assert window.across.sizes() == before
