"""The Compress tab in the real window: from a recipe to a row of the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.made_up import add_run, add_variants
from tests.ui.window.test_training import PATIENCE, train
from ui.look import theme
from ui.panels.compress.details import DetailsWindow
from ui.panels.compress.panel import CompressPanel
from ui.window.main_window import MainWindow
from workbench.compression import progress
from workbench.compression.progress import CompressionProgress, StepDone
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.sensitivity import FACT, LayerSensitivity, packed
from workbench.compression.variants import JUDGED
from workbench.runs.record import COMPRESSED, Run
from workbench.runs.status import RunStatus


def show(window: MainWindow, run: Run, qtbot: QtBot) -> CompressPanel:
    """Selects a run and shows the tab, until its family has been read."""
    window.show_runs()
    qtbot.waitUntil(lambda: window.feed.read(run.run_id) is not None)
    window.runs.select(run.run_id)
    page = window.pages["compress"]
    assert isinstance(page, CompressPanel)
    window.tabs.setCurrentWidget(page)
    qtbot.waitUntil(lambda: page.edited is not None and page.table.rowCount() > 0)
    return page


def test_without_a_run_it_says_what_will_be_here(window: MainWindow, qtbot: QtBot) -> None:
    page = window.pages["compress"]
    window.tabs.setCurrentWidget(page)
    qtbot.waitUntil(lambda: "Select a run" in page.empty.text())
    assert page.stack.currentWidget() is page.empty


def test_the_table_says_what_each_variant_gained_and_cost(window: MainWindow, qtbot: QtBot) -> None:
    original, int8, _ = add_variants(window.store)
    page = show(window, original, qtbot)
    table, column = page.table, 1 + JUDGED.index("litert_ms")
    assert [table.item(row, 0).text().strip() for row in range(3)] == [
        "Original", "quantize:int8", "prune:0.8, quantize:int4",
    ]  # fmt: skip
    assert table.item(1, column).foreground().color() == QColor(theme.tones().good)
    assert table.item(2, column).foreground().color() == QColor(theme.tones().bad)
    assert "Slower than the original: 77 against 67" in table.item(2, column).toolTip()
    assert page.notes.text() == (
        "prune:0.8,quantize:int4: slower than the original: 77 against 67 microseconds"
    )
    accuracy = table.item(2, 1)  # on the digits' 360 test images half a point says nothing
    assert accuracy.text().endswith("points, within chance")
    assert accuracy.foreground().color() == QColor(theme.tones().muted)
    assert "95 % (two proportions of 360 images each)" in accuracy.toolTip()
    assert table.isColumnHidden(1 + JUDGED.index("litert_batch_ms"))  # nobody measured it
    window.runs.select(int8.run_id)  # of a variant the same family is shown
    qtbot.waitUntil(lambda: page.heading.text() == int8.name)
    assert table.rowCount() == 3


def test_a_run_without_weights_says_so_and_cant_be_compressed(
    window: MainWindow, qtbot: QtBot
) -> None:
    run = add_run(window.store)
    page = show(window, run, qtbot)
    assert not page.button.isEnabled()
    assert "has no weights" in page.expected.text()
    page.compress()
    assert window.store.children(run.run_id) == []


def test_steps_are_added_where_they_make_sense_moved_and_undone(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = show(window, add_run(window.store), qtbot)
    edited, editor = page.edited, page.editor
    assert edited is not None
    edited.replace(CompressionRecipe.of_text("quantize:int8"))
    for action in editor.add_button.menu().actions():
        if action.data() == "prune":
            action.trigger()
    assert [step.name() for step in edited.steps] == ["prune", "quantize"]
    assert editor.list.currentRow() == 0
    assert editor.form.entry("rate").isVisibleTo(editor)
    editor.buttons["down"].click()
    assert "before" in editor.problem.text()  # pruning a file makes no sense
    assert not page.button.isEnabled()
    editor.buttons["undo"].click()
    assert editor.problem.text() == ""
    assert [step.name() for step in edited.steps] == ["prune", "quantize"]
    editor.list.setCurrentRow(0)
    editor.form.kind_box.setCurrentIndex(editor.form.kind_box.findData("cluster"))
    assert edited.steps[0].name() == "cluster"
    editor.buttons["trash"].click()
    assert not editor.buttons["trash"].isEnabled()  # a recipe has a step at least
    assert editor.text.text() == "quantize:int8"


def test_the_short_form_is_read_and_its_fault_said(window: MainWindow, qtbot: QtBot) -> None:
    page = show(window, add_run(window.store), qtbot)
    editor, edited = page.editor, page.edited
    assert edited is not None
    editor.text.setText("prune:0.9,quantize:int8")
    editor.text.editingFinished.emit()
    assert [step.name() for step in edited.steps] == ["prune", "quantize"]
    editor.text.setText("prune:1.0")
    editor.text.editingFinished.emit()
    assert "rate" in editor.problem.text().lower()
    assert len(edited.steps) == 2


def test_the_recipe_is_there_again_and_travels_as_a_file(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    run = add_run(window.store)
    page = show(window, run, qtbot)
    assert page.edited is not None
    page.edited.replace(CompressionRecipe.of_text("prune:0.7:layer"))
    file = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    with qtbot.waitSignal(page.said):
        page.editor.save()
    window.close()
    again = show(open_window(), run, qtbot)
    assert again.edited is not None
    assert again.editor.text.text() == "prune:0.7:layer"
    again.edited.replace(CompressionRecipe.of_text("quantize:int8"))
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *_: (str(file.with_suffix(".toml")), "")
    )
    again.editor.open()
    assert again.editor.text.text() == "prune:0.7:layer"


def test_a_recipe_that_is_not_sound_yet_is_there_again(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    run = add_run(window.store)
    page = show(window, run, qtbot)
    assert page.edited is not None
    page.edited.replace(CompressionRecipe.of_text("prune:0.7,quantize:int8"))
    page.edited.move(0, 1)
    assert page.editor.problem.text() != ""
    window.close()
    again = show(open_window(), run, qtbot)
    assert again.edited is not None
    assert [step.name() for step in again.edited.steps] == ["quantize", "prune"]
    assert again.editor.problem.text() != ""
    again.edited.move(0, 1)
    assert again.editor.text.text() == "prune:0.7,quantize:int8"
    for damaged in ("", "{", "[]", '[{"kind": "melt"}]', '[{"kind": "prune", "rate": 7}]', "[7]"):
        again.edited.restore_state(damaged)
        assert again.editor.text.text() == "prune:0.7,quantize:int8"


def test_table_and_plot_choose_the_same_variant(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    original, int8, int4 = add_variants(window.store)
    page = show(window, original, qtbot)
    plot = page.answers.plot
    page.answers.plot_button.click()
    assert plot.isVisible()
    assert plot.shown == [original.run_id, int8.run_id, int4.run_id]
    cloud = plot.plot.cloud
    assert cloud is not None
    assert cloud.dots.best.tolist() == [1, 2]  # the original is larger and less accurate
    assert list(cloud.dots.names) == ["quantize:int8", "prune:0.8,quantize:int4"]
    assert cloud.dots.chosen.tolist() == [0]
    assert cloud.line is not None
    view = plot.plot.view
    place = view.box.mapViewToScene(QPointF(cloud.dots.x[2], cloud.dots.y[2]))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.mapFromScene(place))
    qtbot.waitUntil(lambda: page.table.current is not None and page.table.current.depth == 1)
    assert page.table.current is not None
    assert page.table.current.run.run_id == int4.run_id
    cloud = plot.plot.cloud
    assert cloud is not None
    assert cloud.dots.chosen.tolist() == [2]
    page.answers.table_button.click()
    page.table.select_run(int8.run_id)
    page.answers.plot_button.click()
    cloud = plot.plot.cloud
    assert cloud is not None
    assert cloud.dots.chosen.tolist() == [1]
    plot.costs.setCurrentIndex(plot.costs.findData("litert_ms"))
    cloud = plot.plot.cloud
    assert cloud is not None
    assert not cloud.x.log
    assert cloud.dots.best.tolist() == [1]  # fastest and most accurate
    window.close()
    again = show(open_window(), original, qtbot)
    assert again.answers.is_plot


def test_a_trained_run_is_compressed_and_stays_selected(quick: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        run_id = train(quick)
    page = show(quick, quick.store.run(run_id), qtbot)
    assert page.edited is not None
    page.edited.replace(CompressionRecipe.of_text("prune:0.5:epochs=1,quantize:int8"))
    qtbot.waitUntil(page.button.isEnabled)
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        page.button.click()
    (child,) = quick.store.children(run_id)
    assert (child.kind, child.status) == (COMPRESSED, RunStatus.COMPLETED), child.message
    assert quick.runs.current_id == run_id
    qtbot.waitUntil(lambda: page.table.rowCount() == 2)
    column = 1 + JUDGED.index("litert_bytes")
    qtbot.waitUntil(lambda: "kB" in page.table.item(1, column).text())
    assert page.table.item(1, column).foreground().color() == QColor(theme.tones().good)
    details = shown_details(page, 1, qtbot)
    assert details.steps.texts(0) == ["Original", "prune:0.5:epochs=1", "quantize:int8"]
    assert details.weights.rowCount() > 0
    ratios = [float(text.split()[0]) for text in details.errors.texts(1) if "dB" in text]
    assert ratios == sorted(ratios), "the worst first"
    assert not details._buttons["layers"].isVisible(), "nobody measured it"


def shown_details(page: CompressPanel, row: int, qtbot: QtBot) -> DetailsWindow:
    """The details of a variant, once they have been read."""
    page.table.selectRow(row)
    page.answers.details_button.click()
    details = page.answers.details
    assert details is not None
    qtbot.waitUntil(lambda: details.stack.currentWidget() is details.pages)
    return details


def test_the_sensitivity_of_layers_is_drawn_the_worst_first(
    window: MainWindow, qtbot: QtBot
) -> None:
    original, int8, _ = add_variants(window.store)
    recipe = "structured:0.4:sensitivity=true,quantize:int8"
    curves = [
        LayerSensitivity("1 Conv2D", (0.25, 0.5, 0.75), (0.98, 0.97, 0.9)),
        LayerSensitivity("3 Conv2D", (0.25, 0.5, 0.75), (0.95, 0.7, 0.3)),
    ]
    done = (StepDone("", 0.99, 100, 100, 1000), StepDone("structured:0.4", 0.98, 40, 40, 400))
    kept = CompressionProgress(
        CompressionRecipe.of_text(recipe).to_toml(), done, facts={FACT: packed(curves)}
    )
    (window.store.artifacts(int8.run_id) / progress.FILE).write_bytes(kept.packed())
    page = show(window, original, qtbot)
    assert not page.answers.details_button.isEnabled(), "the original has no steps"
    details = shown_details(page, 1, qtbot)
    details.show_page("layers")
    assert details.layers.texts(0) == ["3 Conv2D", "1 Conv2D"]
    assert [curve.accuracies for curve in details.plot.curves] == [
        [0.99, 0.98, 0.97, 0.9],
        [0.99, 0.95, 0.7, 0.3],
    ]
    details.layers.selectRow(0)
    assert details.plot._chosen == "3 Conv2D"
    page.table.selectRow(2)  # nothing was kept of it
    page.answers.details_button.click()
    qtbot.waitUntil(lambda: "kept nothing" in details.empty.text())
