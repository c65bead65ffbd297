"""Compare, page "Ablation": through the real window, from the runs of a group to the verdicts."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_ablation, add_seeds
from ui.panels.compare.ablation import AblationPage
from ui.window.main_window import MainWindow


@pytest.fixture
def page(window: MainWindow) -> AblationPage:
    """The page in front."""
    window.tabs.setCurrentWidget(window.pages["compare"])
    window.pages["compare"].show_page(window.pages["compare"].ablation)
    return window.pages["compare"].ablation


def answered(page: AblationPage, qtbot: QtBot) -> None:
    """Waits until the page has read the store once more."""
    page.follow.mark()
    qtbot.waitUntil(lambda: not page.follow.is_stale and not page.latest.is_busy, timeout=20_000)


def rows(page: AblationPage) -> list[list[str]]:
    table = page.table
    found = []
    for line in range(table.rowCount()):
        cells = [table.item(line, column) for column in range(table.columnCount())]
        found.append([cell.text() for cell in cells if cell is not None])
    return found


def test_without_an_ablation_it_says_how_to_make_one(
    window: MainWindow, page: AblationPage, qtbot: QtBot
) -> None:
    add_seeds(window.store, "base", [0.95, 0.96])
    answered(page, qtbot)
    assert page.stack.currentWidget() is page.empty
    assert "“Ablate this…”" in page.empty.text()
    assert not page.chooser.isEnabled()


def test_every_technique_has_its_verdict(
    window: MainWindow, page: AblationPage, qtbot: QtBot
) -> None:
    add_ablation(window.store, "one")
    answered(page, qtbot)
    assert page.stack.currentWidget() is page.area
    assert rows(page) == [
        ["(baseline)", "98.10 %", "0.16 %", "5", "", ""],
        ["shift", "97.11 %", "0.15 %", "5", "−0.99 points", "worse"],
        ["averaged weights", "98.12 %", "0.15 %", "5", "+0.02 points", "nothing shown"],
    ]
    first, second = page.sentences.text().split("\n")
    assert first.startswith("Without shift: worse, −0.99 points (95 % interval ")
    assert second.startswith("Without averaged weights: nothing shown, +0.02 points ")
    shows, spare = page.notes.text().split("\n")
    assert "show differences from about" in shows
    assert spare.endswith("averaged weights.")


def test_the_ablation_of_the_selected_run_or_the_one_that_is_chosen(
    window: MainWindow, page: AblationPage, qtbot: QtBot
) -> None:
    first = add_ablation(window.store, "one")
    add_ablation(window.store, "two")
    answered(page, qtbot)
    assert [page.chooser.itemText(n) for n in range(2)] == ["two ablation", "one ablation"]
    assert page.chooser.currentText() == "two ablation"
    page.select(first[:1])
    answered(page, qtbot)
    assert page.chooser.currentText() == "one ablation"
    page.chooser.setCurrentIndex(0)
    page.chooser.activated.emit(0)
    answered(page, qtbot)
    assert page.chooser.currentText() == "two ablation"


def test_by_another_figure(window: MainWindow, page: AblationPage, qtbot: QtBot) -> None:
    add_ablation(window.store, "one")
    page.figure.setCurrentIndex(page.figure.findData("test_loss"))
    answered(page, qtbot)
    assert rows(page)[0][1] == "0.019"
    assert rows(page)[1][-1] == "worse"
    page.figure.setCurrentIndex(page.figure.findData("images_per_second"))
    answered(page, qtbot)
    assert [row[-1] for row in rows(page)] == ["", "not tried", "not tried"]
