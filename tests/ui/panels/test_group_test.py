"""Compare, page "Better?": through the real window, from a choice of groups to the answer."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_seeds
from tests.ui.panels.test_compare import select
from ui.panels.compare.better import BetterPage
from ui.window.main_window import MainWindow
from workbench.evaluation import predictions
from workbench.evaluation.predictions import Pictures, Predictions
from workbench.runs import checkpoint_file

BASE, DROPOUT = "base 5 seeds", "dropout 5 seeds"


@pytest.fixture
def page(window: MainWindow) -> BetterPage:
    """The page in front, over two groups of five seeds."""
    add_seeds(window.store, "base", [0.950, 0.952, 0.949, 0.951, 0.953])
    add_seeds(window.store, "dropout", [0.957, 0.955, 0.955, 0.956, 0.958])
    window.show_runs()
    window.tabs.setCurrentWidget(window.pages["compare"])
    window.pages["compare"].show_page(window.pages["compare"].better)
    return window.pages["compare"].better


def choose(page: BetterPage, a: str, b: str, qtbot: QtBot) -> None:
    """Chooses two groups, and waits for the answer about them."""
    page.follow.catch_up()
    page.a.choose(a)
    page.b.choose(b)
    answered(page, qtbot)


def answered(page: BetterPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.latest.settled, timeout=20_000):
        page.follow.mark()
    assert page.stack.currentWidget() is page.answer


def test_an_empty_store_says_what_to_do(window: MainWindow) -> None:
    window.tabs.setCurrentWidget(window.pages["compare"])
    window.pages["compare"].show_page(window.pages["compare"].better)
    page = window.pages["compare"].better
    page.follow.catch_up()
    assert page.stack.currentWidget() is page.empty
    assert "Train an experiment with several seeds" in page.empty.text()
    assert not page.swap.isEnabled()


def test_groups_are_chosen_and_judged(page: BetterPage, qtbot: QtBot) -> None:
    page.follow.catch_up()
    assert "Choose two groups of runs above" in page.empty.text()
    labels = [page.a.itemText(n) for n in range(page.a.count())]
    assert labels[:4] == [
        f"{DROPOUT} (group, 5 runs)",
        f"{BASE} (group, 5 runs)",
        "dropout (name, 5 runs)",
        "base (name, 5 runs)",
    ]
    choose(page, f"group {BASE}", f"group {DROPOUT}", qtbot)
    assert page.sentence.text().startswith(f"{DROPOUT} is better than {BASE} by 0.52 points")
    assert page.table.rowCount() == 7
    cells = [page.table.item(0, column) for column in range(4)]
    assert [c.text() for c in cells if c] == ["seed 0", "95.00 %", "95.70 %", "+0.70 points"]
    interval = page.plot.interval
    assert interval is not None
    assert interval.is_shown
    assert 0 < interval.low < interval.middle < interval.high
    places = [page.plot.place_of(v) for v in (0.0, interval.low, interval.middle, interval.high)]
    assert places == sorted(places)
    assert len(interval.pairs) == 5


def test_swapped_and_by_another_figure(page: BetterPage, qtbot: QtBot) -> None:
    choose(page, f"group {BASE}", f"group {DROPOUT}", qtbot)
    with qtbot.waitSignal(page.latest.settled, timeout=20_000):
        qtbot.mouseClick(page.swap, Qt.MouseButton.LeftButton)
    assert page.judgement is not None
    assert page.judgement.names == (DROPOUT, BASE)
    assert page.sentence.text().startswith(f"{DROPOUT} is better than {BASE}")
    with qtbot.waitSignal(page.latest.settled, timeout=20_000):
        page.figure.setCurrentIndex(page.figure.findData("test_loss"))
    interval = page.plot.interval
    assert page.judgement.column.key == "test_loss"
    assert interval is not None
    assert interval.high < 0  # B is the worse one now, whatever the sign of a loss


def test_the_same_group_twice_is_no_comparison(page: BetterPage, qtbot: QtBot) -> None:
    choose(page, f"group {BASE}", f"group {DROPOUT}", qtbot)
    page.b.choose(f"group {BASE}")
    page.follow.catch_up()
    assert page.stack.currentWidget() is page.empty
    assert page.empty.text() == "A and B are the same group; choose another one for B."


def test_selected_runs_are_two_groups(window: MainWindow, page: BetterPage, qtbot: QtBot) -> None:
    runs = window.store.tagged(BASE) + window.store.tagged(DROPOUT)
    with qtbot.waitSignal(page.latest.settled, timeout=20_000):
        select(window, runs)
    assert {box.group.key for box in (page.a, page.b) if box.group} == {
        f"group {BASE}",
        f"group {DROPOUT}",
    }
    assert page.a.itemText(0) == "Selected runs (10)"


def test_two_single_runs_are_compared_image_by_image(
    window: MainWindow, page: BetterPage, qtbot: QtBot
) -> None:
    one, two = window.store.tagged(BASE)[0], window.store.tagged(DROPOUT)[0]
    choose(page, f"run {one.run_id}", f"run {two.run_id}", qtbot)
    assert "evaluate base and dropout on the test part" in page.sentence.text()
    assert page.plot.isHidden()
    for run, wrong in ((one, 30), (two, 4)):
        right = np.arange(100) >= wrong
        probabilities = np.where(right[:, None], [0.9, 0.1], [0.1, 0.9]).astype(np.float32)
        folder = window.store.artifacts(run.run_id)
        np.savez(folder / checkpoint_file.FILE, **{"model.kernel": np.zeros(1)})
        found = Predictions(
            predictions.TEST,
            np.arange(100),
            np.zeros(100, np.int32),
            probabilities,
            "same",
            checkpoint_file.weights_of(folder),
            ("a", "b"),
        )
        none = Pictures(np.zeros(0, np.int64), np.zeros((0, 8, 8, 1), np.uint8))
        predictions.save(folder, found, none)
    answered(page, qtbot)
    assert page.sentence.text().startswith("dropout is better than base by 26.00 points")
    assert "McNemar" in page.sentence.text()
    assert "other seeds may differ" in page.notes.text()


def test_what_is_typed_is_a_group_or_goes(page: BetterPage, qtbot: QtBot) -> None:
    choose(page, f"group {BASE}", f"group {DROPOUT}", qtbot)
    line = page.b.lineEdit()
    assert line is not None
    line.setText("nothing of the kind")
    line.editingFinished.emit()
    assert page.b.currentText() == f"{DROPOUT} (group, 5 runs)"
    line.setText("dropout (name, 5 runs)")
    with qtbot.waitSignal(page.latest.settled, timeout=20_000):
        line.editingFinished.emit()
    assert page.b.group is not None
    assert page.b.group.key == "name dropout"
