"""The Evaluate tab in the real window: from a run to the images behind a cell, and back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_evaluation, add_run
from tests.ui.test_training import PATIENCE, train
from ui.main_window import MainWindow
from workbench import predictions, words
from workbench.data import load
from workbench.evaluation import Evaluation
from workbench.runs.record import Run
from workbench.runs.status import RunStatus


def pixels(image: QImage) -> np.ndarray:
    return np.array(
        [[image.pixelColor(x, y).red() for x in range(image.width())]
         for y in range(image.height())]
    )  # fmt: skip


def show(window: MainWindow, run: Run, qtbot: QtBot) -> None:
    """Selects a run and shows the tab, until its folder has been read."""
    window.show_runs()
    qtbot.waitUntil(lambda: window.feed.read(run.run_id) is not None)
    window.runs.select(run.run_id)
    window.tabs.setCurrentWidget(window.evaluate)
    qtbot.waitUntil(lambda: window.evaluate.read is not None)


@pytest.fixture
def shown(window: MainWindow, qtbot: QtBot) -> tuple[MainWindow, Evaluation]:
    run = add_run(window.store)
    made = add_evaluation(window.store, run)
    show(window, run, qtbot)
    return window, Evaluation(made)


def test_a_click_on_a_cell_shows_its_images(
    shown: tuple[MainWindow, Evaluation], qtbot: QtBot
) -> None:
    window, evaluation = shown
    summary = window.evaluate.summary
    assert words.percent(evaluation.accuracy) in summary.accuracy.text()
    assert summary.table.rowCount() == 11
    assert summary.table.item(9, 2).text() == f"{100 * evaluation.classes[8].recall:.1f} %"
    inside = evaluation.cell(8, 3)
    assert len(inside) > 1
    place = summary.matrix.place(8, 3).center().toPoint()
    qtbot.mouseClick(summary.matrix, Qt.MouseButton.LeftButton, pos=place)
    assert summary.matrix.cell == (8, 3)
    assert f"8 taken for 3: {len(inside)} images" in summary.cell_words.text()
    images = load(window.store.runs()[0].experiment.data).test.images.read(inside)
    assert len(summary.grid.pictures) == len(inside)
    for picture, image in zip(summary.grid.pictures, images, strict=True):
        np.testing.assert_array_equal(pixels(picture.image), image[:, :, 0])
        assert picture.title == "8 → 3"
    qtbot.keyClick(summary.matrix, Qt.Key.Key_Right)
    assert summary.matrix.cell == (8, 4)
    assert len(summary.grid.pictures) == evaluation.confusion[8, 4]
    assert window.evaluate.button.text() == "Evaluate again"


def test_mistakes_and_curves(shown: tuple[MainWindow, Evaluation]) -> None:
    window, evaluation = shown
    panel = window.evaluate
    assert len(panel.mistakes.grid.pictures) == len(evaluation.mistakes)
    worst = evaluation.mistakes[0]
    assert panel.mistakes.grid.pictures[0].words == words.percent(evaluation.confidence[worst])
    panel.pages.show_page(panel.curves)
    panel.curves.chooser.setCurrentText("8")
    curves = evaluation.curves(8)
    assert curves is not None
    assert f"{curves.auc:.4f}" in panel.curves.roc.title.text()
    assert panel.curves.roc.points is not None
    np.testing.assert_array_equal(panel.curves.roc.points[1], curves.true_positives)
    assert words.percent(evaluation.calibration.error) in panel.curves.calibration.title.text()


def test_the_curves_follow_by_themselves(
    shown: tuple[MainWindow, Evaluation], qtbot: QtBot
) -> None:
    panel = shown[0].evaluate
    qtbot.waitUntil(lambda: panel.pages.stack.count() == 3)
    assert panel.pages.current is panel.summary
    assert panel.curves.chooser.count() == 10
    assert panel.curves.calibration.points is not None


def test_what_can_not_be_shown_says_why(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.evaluate
    window.tabs.setCurrentWidget(panel)
    assert "Select a run" in panel.message.text()
    assert not panel.button.isVisible()
    run = add_run(window.store)
    show(window, run, qtbot)
    assert "no checkpoint" in panel.message.text()
    assert not panel.button.isVisible()
    panel.read = None
    panel.part.setCurrentIndex(1)
    qtbot.waitUntil(lambda: panel.read is not None)  # it had one, nobody predicted on it
    assert "no checkpoint" in panel.message.text()
    window.store.update(run.run_id, val_accuracy=None)
    window.store.finish(run.run_id, RunStatus.STOPPED)
    window.show_runs()
    qtbot.waitUntil(lambda: "without a validation part" in panel.message.text())
    window.store.update(run.run_id, status=RunStatus.RUNNING)
    window.show_runs()
    qtbot.waitUntil(lambda: "has not ended" in panel.message.text())


def test_train_evaluate_cancel_and_evaluate(quick: MainWindow, qtbot: QtBot) -> None:
    panel = quick.evaluate
    with qtbot.waitSignal(quick.conductor.ended, timeout=PATIENCE):
        run_id = train(quick)
    quick.tabs.setCurrentWidget(panel)
    qtbot.waitUntil(panel.button.isVisible, timeout=PATIENCE)
    assert "Not evaluated yet" in panel.message.text()
    assert panel.button.text() == "Evaluate"
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.bar.isVisible()
    assert not panel.button.isVisible()
    panel.bar.button.click()
    qtbot.waitUntil(panel.button.isVisible)
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: panel.read is not None and panel.read.evaluation is not None, timeout=PATIENCE
    )
    accuracy = quick.store.run(run_id).test_accuracy
    assert words.percent(accuracy) in panel.summary.accuracy.text()
    assert panel.stack.currentWidget() is panel.pages
    first, file = panel.read, predictions.file_of(quick.store.artifacts(run_id))
    whole = file.read_bytes()
    file.write_bytes(b"damaged since it was read")
    assert panel.button.isVisible()
    assert panel.button.text() == "Evaluate again"
    qtbot.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert panel.bar.isVisible()
    assert not panel.button.isVisible()
    qtbot.waitUntil(
        lambda: panel.read not in (None, first) and panel.button.isVisible(), timeout=PATIENCE
    )
    assert file.read_bytes() == whole
    assert panel.button.text() == "Evaluate again"
