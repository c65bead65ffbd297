"""The pages of the window and the form beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.look.test_accessible import pages
from tests.ui.made_up import add_runs
from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.look.actions import Action
from ui.panels.shared.page import Page
from ui.panels.tune.panel import TunePanel
from ui.window import pages as module
from ui.window.main_window import MainWindow
from workbench.figures.settings import CurveFigure, FigureRun
from workbench.runs.record import Run


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


class MadeUpPage(Page):
    """How often its button was pressed, and by which name the selected run goes."""

    def __init__(self, editor: Editor, jobs: Jobs) -> None:
        super().__init__()
        self.latest, self.found = jobs.latest(self), ""
        self.presses, self.shown, self.styled = 0, "", 0
        self.editor = editor
        self.button = QPushButton("Press")
        self.button.clicked.connect(self._press)
        QVBoxLayout(self).addWidget(self.button)

    def _press(self) -> None:
        self.presses += 1
        self.said.emit("Pressed.")
        self.front_requested.emit()

    def show_run(self, run: Run | None) -> None:
        self.shown = run.name if run is not None else ""
        self.latest.ask(partial(str.upper, self.shown), self._find)

    def _find(self, found: str) -> None:
        self.found = found

    def restyle(self) -> None:
        self.styled += 1

    def state(self) -> Mapping[str, Any]:
        return {"presses": self.presses, "never": None}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.presses = int(state.get("presses", 0))


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up_tab = module.Tab(
        "made_up",
        "Made up",
        "Nothing else has it",
        lambda it: MadeUpPage(it.editor, it.jobs),
        lambda it, page: [
            Action("press", "Press it", lambda: page().button.click(), "Ctrl+Shift+F12")
        ],
        "Made-up",
    )
    monkeypatch.setattr(module, "PAGES", (*module.PAGES, made_up_tab))


def test_a_made_up_page_is_a_tab_with_actions_state_and_export(
    made_up: None, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    last = window.tabs.count() - 1
    words = ("Made up", "Nothing else has it")
    assert (window.tabs.tabText(last), window.tabs.tabToolTip(last)) == words
    assert "made_up" not in window.tabs.states(), "it is not made before it is needed"
    menus = {action.text(): action.menu() for action in window.menuBar().actions()}
    (press,) = menus["Made-up"].actions()
    press.trigger()
    page = window.pages["made_up"]
    assert isinstance(page, MadeUpPage)
    assert window.tabs.widget(last) is window.tabs.currentWidget() is page
    assert (window.tabs.tabText(last), window.tabs.tabToolTip(last)) == words
    assert window.banner.words.text() == "Pressed."
    (run,) = add_runs(window.store, 1)
    window.show_runs()
    qtbot.waitUntil(lambda: window.model.rowCount() == 1)
    window.runs.select(run.run_id)
    assert page.shown == run.name
    qtbot.waitUntil(lambda: page.found == run.name.upper())
    window.apply_theme()
    assert page.styled == 1
    page.failed.emit("it broke")
    assert window.banner.words.text() == "It broke"
    page.logged.emit("a line of its own")
    assert "a line of its own" in window.log.text.toPlainText()
    page.export_requested.emit(
        CurveFigure(runs=(FigureRun(run_id=run.run_id),)), {run.run_id: run.name}
    )
    assert window.beside.figure is not None
    page.show_run(None)
    window.close()
    QApplication.processEvents()
    assert page.found == run.name.upper(), "nothing is called back any more"
    open_window().close()
    again = open_window()
    kept = again.pages["made_up"]
    assert isinstance(kept, MadeUpPage)
    assert kept.presses == 1, "also over a start at which nobody looked at it"


def test_a_page_is_made_when_it_is_first_shown_or_needed(window: MainWindow, qtbot: QtBot) -> None:
    tabs = window.tabs
    runs = add_runs(window.store, 2)
    window.feed.look()
    qtbot.waitUntil(lambda: window.model.rowCount() == 2)
    window.runs.table.selectAll()
    window.runs.select(runs[0].run_id)
    assert list(tabs.states()) == ["live"], "nothing else is made for a start or a selection"
    shown: list[int] = []
    tabs.currentChanged.connect(shown.append)
    titles = [tabs.tabText(number) for number in range(tabs.count())]
    for number in range(1, tabs.count()):
        tabs.setCurrentIndex(number)
        assert tabs.currentIndex() == number
        assert tabs.currentWidget() is window.pages[tabs.tabs[number].key]
        assert tabs.currentWidget().isVisible()
    assert shown == list(range(1, tabs.count())), "no other tab comes to the front meanwhile"
    assert [tabs.tabText(number) for number in range(tabs.count())] == titles
    assert list(tabs.states()) == [tab.key for tab in tabs.tabs]


def test_data_that_nobody_knows_are_looked_at_before_their_tab_is(
    window: MainWindow, tmp_path: Path
) -> None:
    window.editor.set_all({"data.kind": "npz", "data.path": str(tmp_path / "none.npz")}, "data")
    assert list(window.tabs.states()) == ["live", "data"]


def test_a_finder_is_made_for_who_asks_for_it(quick: MainWindow) -> None:
    quick.requests.find.emit("optimizer.learning_rate")
    tune = quick.pages["tune"]
    assert quick.tabs.currentWidget() is tune
    assert isinstance(tune, TunePanel)
    assert tune.rate.bar.is_busy
    tune.rate.bar.cancel()


def test_what_earlier_versions_kept_of_the_pages_is_taken(
    window: MainWindow, open_window: OpenWindow
) -> None:
    window.close()
    file = window.store.folder / "window.ini"
    settings = QSettings(str(file), QSettings.Format.IniFormat)
    for key in [key for key in settings.allKeys() if key.startswith("pages/")]:
        settings.remove(key)
    settings.setValue("plots", {"axis": "epoch", "smoothing": 0.5, "log_loss": True})
    settings.setValue("compare", {"smoothing": 0.25})
    settings.sync()
    again = open_window()
    assert again.pages["live"].plots.state() == {
        "axis": "epoch",
        "smoothing": 0.5,
        "log_loss": True,
    }
    assert again.pages["compare"].state()["curves"]["smoothing"] == 0.25
