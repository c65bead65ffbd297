"""The Evaluate tab in the real window: from a run to the images behind a cell, and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.svg import texts_of
from tests.ui.made_up import add_evaluation, add_run
from tests.ui.window.test_training import PATIENCE, train
from ui.window.main_window import MainWindow
from workbench.base import units
from workbench.data import load
from workbench.evaluation import predictions
from workbench.evaluation.classification import Evaluation
from workbench.runs.record import Run
from workbench.runs.status import RunStatus


def pixels(image: QImage) -> np.ndarray:
    return np.array(
        [
            [image.pixelColor(x, y).red() for x in range(image.width())]
            for y in range(image.height())
        ]
    )


def show(window: MainWindow, run: Run, qtbot: QtBot) -> None:
    """Selects a run and shows the tab, until its folder has been read."""
    window.show_runs()
    qtbot.waitUntil(lambda: window.feed.read(run.run_id) is not None)
    window.runs.select(run.run_id)
    window.tabs.setCurrentWidget(window.pages["evaluate"])
    qtbot.waitUntil(lambda: window.pages["evaluate"].read is not None)


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
    summary = window.pages["evaluate"].summary
    assert units.percent(evaluation.accuracy) in summary.accuracy.text()
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
    assert window.pages["evaluate"].button.text() == "Evaluate again"


def test_mistakes_and_curves(shown: tuple[MainWindow, Evaluation]) -> None:
    window, evaluation = shown
    panel = window.pages["evaluate"]
    assert len(panel.mistakes.grid.pictures) == len(evaluation.mistakes)
    worst = evaluation.mistakes[0]
    assert panel.mistakes.grid.pictures[0].words == units.percent(evaluation.confidence[worst])
    panel.pages.show_page(panel.curves)
    panel.curves.chooser.setCurrentText("8")
    curves = evaluation.curves(8)
    assert curves is not None
    assert f"{curves.auc:.4f}" in panel.curves.roc.title.text()
    assert panel.curves.roc.points is not None
    np.testing.assert_array_equal(panel.curves.roc.points[1], curves.true_positives)
    assert units.percent(evaluation.calibration.error) in panel.curves.calibration.title.text()


def test_the_curves_follow_by_themselves(
    shown: tuple[MainWindow, Evaluation], qtbot: QtBot
) -> None:
    panel = shown[0].pages["evaluate"]
    qtbot.waitUntil(lambda: panel.pages.stack.count() == 3)
    assert panel.pages.current is panel.summary
    assert panel.curves.chooser.count() == 10
    assert panel.curves.calibration.points is not None


@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
def test_every_plot_is_exported(
    shown: tuple[MainWindow, Evaluation],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window, evaluation = shown
    panel = window.pages["evaluate"]
    path = tmp_path / "a.svg"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))

    def saved(action: QAction | None = None) -> list[str]:
        if action is not None:
            with qtbot.waitSignal(panel.export_requested):
                action.trigger()
        export = window.beside.figure
        assert export is not None
        qtbot.waitUntil(lambda: not export.is_drawing, timeout=PATIENCE)
        with qtbot.waitSignal(export.said, timeout=PATIENCE):
            export.save_button.click()
        return texts_of(path.read_bytes())

    assert panel.summary.export_action.iconText() == "Export figure…", "as the button shows it"
    assert {"Taken for", "True class", "100 % right"} <= set(saved(panel.summary.export_action))
    export = window.beside.figure
    assert export is not None
    assert not export.rows.isVisible(), "nothing in it has words of its own"
    panel.pages.show_page(panel.curves)
    panel.curves.chooser.setCurrentText("8")
    actions = [action for action in panel.curves.menu.actions() if not action.isSeparator()]
    error = units.percent(evaluation.calibration.error)
    assert f"Accuracy (calibration error {error})" in saved(actions[0])
    one, eight = evaluation.curves(1), evaluation.curves(8)
    assert one is not None
    assert eight is not None
    found = saved(actions[1])
    assert f"8 (area {eight.auc:.4f})" in found
    assert not any(text.startswith("1 (area") for text in found)
    found = saved(actions[4])
    assert f"1 (average {one.average_precision:.4f})" in found
    assert export.rows.item(1).text() == f"1 (average {one.average_precision:.4f})"
    export.rows.item(1).setText("the ones")
    assert "the ones" in saved()
    assert sum("(area" in text for text in saved(actions[2])) == 10


@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
def test_a_figure_follows_an_evaluation_that_was_made_anew(
    shown: tuple[MainWindow, Evaluation],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window, evaluation = shown
    panel = window.pages["evaluate"]
    panel.summary.export_action.trigger()
    qtbot.waitUntil(lambda: window.beside.figure is not None)
    export = window.beside.figure
    assert export is not None
    qtbot.waitUntil(lambda: not export.is_drawing, timeout=PATIENCE)
    before = export.preview.picture
    made = evaluation.predictions
    turned = replace(made, labels=np.roll(made.labels, 1))
    folder = window.store.artifacts(window.store.runs()[0].run_id)
    kept = predictions.load_pictures(folder)
    assert kept is not None
    predictions.save(folder, turned, kept)
    with qtbot.waitSignal(panel.export_requested):
        panel.summary.export_action.trigger()
    qtbot.waitUntil(lambda: not export.is_drawing, timeout=PATIENCE)
    assert export.preview.picture != before


def test_what_was_read_of_a_run_that_trains_on_is_not_shown(
    shown: tuple[MainWindow, Evaluation], qtbot: QtBot
) -> None:
    window, _ = shown
    panel, read = window.pages["evaluate"], window.pages["evaluate"].read
    run = window.store.runs()[0]
    window.store.update(run.run_id, status=RunStatus.RUNNING)
    panel.show_run(window.store.run(run.run_id))
    qtbot.waitUntil(lambda: "has not ended yet" in panel.message.text())
    panel._take(read)  # it was under way
    assert panel.stack.currentWidget() is panel.message
    assert not panel.button.isVisible()


def test_what_can_not_be_shown_says_why(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.pages["evaluate"]
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
    panel = quick.pages["evaluate"]
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
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
    assert units.percent(accuracy) in panel.summary.accuracy.text()
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
