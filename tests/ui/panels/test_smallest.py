"""The search for the smallest file in the real window: dialog, progress, stop, sentence, winner."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_run
from tests.ui.panels.test_compress import show
from tests.ui.window.test_training import PATIENCE, train
from ui.panels.compress.panel import CompressPanel
from ui.window.main_window import MainWindow
from workbench.compression.search.bound import AccuracyBound
from workbench.compression.search.result import SearchResult
from workbench.runs.status import RunStatus


@pytest.fixture
def page(quick: MainWindow, qtbot: QtBot) -> CompressPanel:
    """The tab of a run that has trained."""
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        run_id = train(quick)
    return show(quick, quick.store.run(run_id), qtbot)


def test_a_search_is_asked_for_shown_stopped_and_its_winner_selected(
    quick: MainWindow, page: CompressPanel, qtbot: QtBot
) -> None:
    qtbot.waitUntil(page.search_button.isEnabled)
    page.search_button.click()
    dialog = page.dialog
    assert dialog.bound == AccuracyBound(), "what most people want is there already"
    dialog.points.setValue(50.0)
    dialog.goal.setCurrentIndex(dialog.goal.findData("gzip"))
    found: list[SearchResult] = []
    page.searching.done.connect(found.append)
    dialog.go.click()
    assert page.searching.is_busy
    assert not page.search_button.isEnabled()
    assert "stop it first" in page.search_button.toolTip()
    qtbot.waitUntil(lambda: page.searching.number == 2, timeout=PATIENCE)
    page.bar._show()
    assert page.bar.words.text().startswith("Candidate 2: student:")
    assert page.bar.words.text().endswith(" left")
    page.bar.stop_button.click()
    qtbot.waitUntil(lambda: bool(found), timeout=PATIENCE)
    (result,) = found
    assert (result.bound.goal, result.bound.within) == ("gzip", 50.0)
    winner = result.winner
    assert winner is not None
    assert quick.store.run(winner.run_id).test_accuracy is not None
    assert page.bar.words.text() == result.sentence
    assert "test images" in result.sentence
    assert page.bar.stop_button.isHidden()
    parent_id = result.parent.run_id
    made = {run.run_id: run.status for run in quick.store.children(parent_id)}
    assert next(iter(made.values())) is RunStatus.COMPLETED
    assert not any(status.is_active for status in made.values()), "nothing goes on behind its back"
    qtbot.waitUntil(lambda: page.table.currentRow() > 0)
    assert page.table.variants[page.table.currentRow()].run.run_id == winner.run_id


def test_a_run_that_cannot_be_searched_on_is_refused_in_a_sentence(
    window: MainWindow, qtbot: QtBot
) -> None:
    run = add_run(window.store)
    page = show(window, run, qtbot)
    assert not page.search_button.isEnabled()
    assert "has no weights" in page.search_button.toolTip()
    with qtbot.waitSignal(page.searching.failed) as said:
        page.searching.start(run, AccuracyBound())
    assert "has no weights; train it" in said.args[0]
    assert not page.searching.is_busy
    assert page.bar.isHidden()
    assert window.store.children(run.run_id) == []
