"""The table of runs for thousands of them: filters, columns, groups, comparison, copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.made_up import add_run
from ui.background.jobs import Jobs
from ui.look import theme
from ui.models import arranger, run_feed
from ui.models.run_cells import DIFFERENCE_ROLE, PROGRESS_ROLE
from ui.panels.runs import export, view
from ui.panels.runs.columns import KEY_ROLE, ColumnChooser
from ui.window.main_window import MainWindow
from workbench import presets
from workbench.runs.reader import FeedPosition, Reader
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

# The off-screen platform can't do what a list of completions asks for.
pytestmark = [
    pytest.mark.qt_log_ignore("propagateSizeHints", "raise\\(\\)", "grabbing the", extend=True)
]


@pytest.fixture
def runs(window: MainWindow) -> list[Run]:
    """Six runs of two optimizers and three batch sizes, oldest first."""
    made = []
    for number in range(6):
        run = add_run(window.store, number)
        settings = {
            "optimizer.kind": ("adam", "sgd")[number % 2],
            "training.batch_size": 16 << number % 3,
        }
        experiment = presets.load("digits-cnn").with_settings(settings)
        window.store.update(run.run_id, experiment_toml=experiment.to_toml())
        made.append(window.store.run(run.run_id))
    window.controller.runs_changed.emit()
    return made


def names(window: MainWindow) -> list[str]:
    return [window.model.index(row, 0).data() for row in range(window.model.rowCount())]


def choose(window: MainWindow, *run_ids: str) -> None:
    rows = [window.model.row_of(run_id) for run_id in run_ids]
    window.runs.table.select_rows([(row, row) for row in rows if row is not None])


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def act(menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


def cell(window: MainWindow, run: Run, key: str, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
    row = window.model.row_of(run.run_id)
    assert row is not None
    return window.model.index(row, window.model.keys.index(key)).data(role)


def test_an_expression_filters_and_a_fault_is_a_sentence(
    window: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    field = window.runs.filter
    qtbot.keyClicks(field, "optimizer.kind = sgd and training.batch_size > 16")
    assert names(window) == [runs[5].name, runs[1].name]
    assert not window.runs.fault.isVisible()
    field.setText("optimizer.kind = sgd and accuracy >")
    assert names(window) == [runs[5].name, runs[1].name], "the last good one stays"
    assert window.runs.fault.isVisible()
    assert window.runs.fault.text() == "A value is missing after '>' (character 36)"
    assert field.property("problem") is True
    field.setText("nothing like it")
    assert window.runs.nothing.isVisible()
    assert not window.runs.fault.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert len(names(window)) == 6


def test_every_status_has_its_color() -> None:
    assert set(view.TONE_OF_STATUS) == set(RunStatus)


def test_progress_has_its_one_cell_painted_again(
    window: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.model.dataChanged) as changed:
        window.model.set_progress(runs[1].run_id, 0.5, "6 s left")
    first, last, *_ = changed.args
    assert first == last
    assert first.data(PROGRESS_ROLE) == (0.5, "6 s left")
    assert window.model.keys[first.column()] == "status"
    window.model.set_columns(["name", "loss"])
    with qtbot.assertNotEmitted(window.model.dataChanged):
        window.model.set_progress(runs[1].run_id, 0.6, "5 s left")


def test_column_names_are_completed(window: MainWindow, runs: list[Run], qtbot: QtBot) -> None:
    field = window.runs.filter
    field.setFocus()
    qtbot.keyClicks(field, "starred = no and optimizer.k")
    assert field.completer_.currentCompletion() == "optimizer.kind"
    field.completer_.activated.emit("optimizer.kind")
    assert field.text() == "starred = no and optimizer.kind"
    field.completer_.popup().hide()
    field.show_help()
    assert field.help.isVisible()
    field.help.hide()


def test_columns_are_chosen_dragged_and_kept(
    window: MainWindow, runs: list[Run], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window.runs.select(runs[3].run_id)
    window.runs.actions_["columns"].trigger()
    chooser = window.findChild(ColumnChooser)
    assert chooser is not None
    qtbot.keyClicks(chooser.search, "optimizer.k")
    offered = [chooser.list.item(i).text() for i in range(chooser.list.count())]
    assert offered == ["Optimizer: kind  ·  optimizer.kind"]
    chooser.list.item(0).setCheckState(Qt.CheckState.Checked)
    assert window.runs.table.keys[-1] == "optimizer.kind"
    assert cell(window, runs[1], "optimizer.kind") == "sgd"
    chooser.search.setText("loss@4")
    assert chooser.list.item(0).data(KEY_ROLE) == "loss@4"
    chooser.list.item(0).setCheckState(Qt.CheckState.Checked)
    assert cell(window, runs[1], "loss@4") != "–"
    chooser.close()
    assert window.runs.current_id == runs[3].run_id, "the selection stays"
    assert window.runs.chosen_ids == [runs[3].run_id]
    last = len(window.model.keys) - 1
    window.runs.table.header.moveSection(last, 1)
    window.runs.table.header.resizeSection(last, 155)
    assert window.runs.table.keys[:2] == ["name", "loss@4"]
    window.runs.group_by("status")
    window.close()
    again = open_window()
    assert again.runs.table.keys[:2] == ["name", "loss@4"]
    assert again.runs.table.keys[-1] == "optimizer.kind"
    assert again.runs.table.columnWidth(1) == 155
    assert again.model.group == "status"
    act(_menu_of(again, "loss@4"), "Hide this column")
    assert again.runs.table.keys[1] == "starred"
    again.runs.restore_state("{]")
    assert again.runs.table.keys[1] == "starred", "what can't be read changes nothing"


def _menu_of(window: MainWindow, key: str) -> QMenu:
    return window.runs.menus.of_column(window.model.frame.about(key))


def test_each_metric_shows_last_best_or_an_epoch(
    window: MainWindow, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    epochs = window.store.epochs(runs[2].run_id)
    act(_menu_of(window, "val_loss"), "Best epoch")
    monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (3, True))
    act(_menu_of(window, "loss"), "At epoch…")
    keys = window.runs.table.keys
    assert {"val_loss@best", "loss@3", "val_accuracy"} < set(keys)
    assert not {"val_loss", "loss"} & set(keys)
    assert cell(window, runs[2], "val_loss@best") == f"{min(e.val_loss or 9 for e in epochs):.4g}"
    assert cell(window, runs[2], "loss@3") == f"{epochs[2].loss:.4g}"
    monkeypatch.setattr(QInputDialog, "getDouble", lambda *_: (75.0, True))
    act(_menu_of(window, "status"), "Time to an accuracy…")
    reached = next(e.seconds for e in epochs if (e.val_accuracy or 0) >= 0.75)
    assert window.model.frame.value(
        "time_to@0.75", window.model.frame.place(runs[2].run_id) or 0
    ) == pytest.approx(reached)
    act(_menu_of(window, "loss@3"), "Last epoch")
    assert "loss" in window.runs.table.keys


def test_groups_unfold(window: MainWindow, runs: list[Run], qtbot: QtBot) -> None:
    menu = QMenu(window)
    window.runs.menus.fill_groups(menu)
    assert {"Optimizer: kind", "Training: batch size"} < set(texts(menu))
    act(menu, "Optimizer: kind")
    assert names(window) == ["Optimizer: kind = adam  (3)", "Optimizer: kind = sgd  (3)"]
    accuracy = window.model.keys.index("val_accuracy")
    assert " ± " in window.model.index(0, accuracy).data()
    assert window.runs.count.text() == "6 runs"
    place = window.runs.table.visualRect(window.model.index(1, 0)).center()
    qtbot.mouseClick(
        window.runs.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x(), place.y())
    )
    assert names(window)[2:] == [runs[5].name, runs[3].name, runs[1].name]
    assert set(window.runs.chosen_ids) == {runs[i].run_id for i in (1, 3, 5)}
    window.store.update(runs[1].run_id, name="renamed")
    window.controller.runs_changed.emit()
    assert names(window)[-1] == "renamed", "unfolded groups stay so"
    window.runs.select(runs[0].run_id)  # in a folded group, so the groups go
    assert window.runs.current_id == runs[0].run_id
    assert len(names(window)) == 6


def test_settings_are_offered_in_words_and_their_paths_stay_in_sight(
    window: MainWindow, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    menu = QMenu(window)
    window.runs.menus.fill_groups(menu)
    assert menu.toolTipsVisible()
    tips = {action.text(): action.toolTip() for action in menu.actions()}
    assert tips["Training: batch size"] == "training.batch_size"

    window.runs.table.set_columns(["name", "training.batch_size"])
    header = window.runs.table.header.model()
    assert header.headerData(1, Qt.Orientation.Horizontal) == "Training: batch size"
    tip = header.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "training.batch_size" in tip

    monkeypatch.setattr(
        QInputDialog,
        "getItem",
        lambda *asked, **_: (next(i for i in asked[3] if i.startswith("Training: seed")), True),
    )
    act(menu, "Another column…")
    assert window.model.group == "training.seed"


def test_stars_tags_notes_colours_and_the_archive_can_be_undone(
    window: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    star = window.model.keys.index("starred")
    place = window.runs.table.visualRect(window.model.index(0, star)).center()
    qtbot.mouseClick(window.runs.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.store.run(runs[5].run_id).starred
    assert cell(window, runs[5], "starred") == "★"
    window.undo_stack.undo()
    assert cell(window, runs[5], "starred") == "☆"
    window.runs.select(runs[4].run_id)
    window.runs.actions_["tag"].trigger()
    index = window.runs.table.currentIndex()
    assert window.model.columns[index.column()].key == "tags"
    window.model.setData(index, " paper, final ")
    assert window.store.run(runs[4].run_id).tags == "paper, final"
    window.runs.filter.setText("tags ~ paper")
    assert names(window) == [runs[4].name]
    window.runs.filter.clear()
    window.undo_stack.undo()
    assert window.store.run(runs[4].run_id).tags == ""

    choose(window, runs[0].run_id, runs[1].run_id)
    menu = window.runs.menus.of_runs(runs[0].run_id, "name")
    colours = next(a for a in menu.actions() if a.text() == "Colour").menu()
    act(colours, "Orange")
    act(colours, "Dotted line")
    assert [window.store.run(runs[i].run_id).colour for i in (0, 1)] == [28, 28]
    window.undo_stack.undo()
    window.undo_stack.undo()
    assert [window.store.run(runs[i].run_id).colour for i in (0, 1)] == [0, 1]

    window.runs.actions_["archive"].trigger()
    assert len(names(window)) == 4
    assert window.runs.count.text() == "4 runs"
    more = QMenu(window)
    window.runs.menus.fill_more(more)
    act(more, "Show archived runs")
    assert len(names(window)) == 6
    tint = cell(window, runs[0], "name", Qt.ItemDataRole.ForegroundRole)
    assert tint.name() == theme.tones().muted
    window.undo_stack.undo()
    assert not window.store.run(runs[0].run_id).archived


def test_only_what_differs_against_a_baseline(window: MainWindow, runs: list[Run]) -> None:
    before = window.runs.table.keys
    choose(window, runs[0].run_id)
    assert not window.runs.actions_["compare"].isEnabled()
    choose(window, runs[1].run_id, runs[3].run_id)
    window.runs.actions_["compare"].trigger()
    assert names(window) == [runs[3].name, runs[1].name]
    assert window.runs.table.keys[1] == "training.batch_size"
    assert "status" not in window.runs.table.keys
    window.runs.actions_["compare"].trigger()
    assert window.runs.table.keys == before
    assert len(names(window)) == 6

    window.runs.select(runs[0].run_id)
    window.runs.actions_["pin"].trigger()
    choose(window, runs[1].run_id, runs[2].run_id)
    window.runs.actions_["compare"].trigger()
    assert len(names(window)) == 3, "with the baseline"
    assert "optimizer.beta_1" not in window.runs.table.keys, "the choice says it"
    tones = theme.tones()
    differing = cell(window, runs[1], "optimizer.kind", Qt.ItemDataRole.ForegroundRole)
    assert differing.name() == tones.accent
    assert cell(window, runs[2], "optimizer.kind", Qt.ItemDataRole.ForegroundRole) is None
    faster = cell(window, runs[1], "images_per_second", DIFFERENCE_ROLE)
    assert faster == ("+37", 1)
    assert cell(window, runs[0], "images_per_second", DIFFERENCE_ROLE) is None
    window.runs.table.grab()  # draws the differences

    menu = window.runs.menus.of_runs(runs[2].run_id, "training.batch_size")
    act(menu, f"Try {runs[0].name} with Training: batch size = 64")
    tried = window.editor.experiment
    assert tried == runs[0].experiment.with_settings({"training.batch_size": 64})
    window.undo_stack.undo()
    assert window.editor.experiment != tried
    window.runs.select(runs[5].run_id)  # not among those compared, so that ends
    assert not window.runs.actions_["compare"].isChecked()
    assert window.runs.current_id == runs[5].run_id


def test_a_list_of_another_run_goes_into_the_form(window: MainWindow, runs: list[Run]) -> None:
    settings = {"structure.layers[0].kernel_size": [5, 1]}
    experiment = presets.load("digits-cnn").with_settings(settings)
    window.store.update(runs[1].run_id, experiment_toml=experiment.to_toml())
    window.controller.runs_changed.emit()
    path = "structure.layers[0].kernel_size"
    act(
        window.runs.menus.of_runs(runs[1].run_id, path),
        "Set Layer 1: kernel size = [5, 1] in the form",
    )
    assert window.editor.experiment.structure.layers[0].values()["kernel_size"] == [5, 1]
    window.trials.try_setting("", "optimizer.no_such", 3)
    assert "no_such" in window.banner.words.text()


def test_rows_are_copied_and_exported(
    window: MainWindow,
    runs: list[Run],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    window.runs.table.set_columns(["name", "optimizer.kind", "training.batch_size"])
    window.changes.write(runs[0].run_id, "name", "=cmd()")
    choose(window, runs[0].run_id, runs[1].run_id)
    window.runs.actions_["copy_rows"].trigger()
    assert QGuiApplication.clipboard().text().splitlines() == [
        "name\toptimizer.kind\ttraining.batch_size",
        f"{runs[1].name}\tsgd\t32",
        "'=cmd()\tadam\t16",
    ]
    target = tmp_path / "out.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    monkeypatch.setattr(export, "FEW", 2)  # so that a thread writes it
    window.runs.filter.setText("optimizer.kind = sgd")
    with qtbot.waitSignal(window.runs.said):
        window.runs.actions_["export"].trigger()
    assert target.read_text().splitlines() == [
        "name,optimizer.kind,training.batch_size",
        *(f"{runs[i].name},sgd,{16 << i % 3}" for i in (5, 3, 1)),
    ]
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "out.csv"), "")
    )
    with qtbot.waitSignal(window.runs.failed):
        window.runs.actions_["export"].trigger()
    assert "can't be written" in window.banner.words.text()


def test_many_runs_are_read_and_arranged_in_threads(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    for number in range(30):
        add_run(window.store, number, epochs=1)
    window.close()
    monkeypatch.setattr(run_feed, "FEW", 4)
    monkeypatch.setattr(arranger, "FEW", 4)
    again = open_window()
    assert again.model.rowCount() == 0, "the window is there before the runs"
    qtbot.waitUntil(lambda: again.model.rowCount() == 30 and not again.model.is_busy)
    assert again.runs.count.text() == "30 runs"
    again.runs.table.selectAll()
    again.runs.filter.setText("status = completed")
    qtbot.waitUntil(lambda: not again.model.is_busy)
    chosen = len(again.model.places)
    assert 0 < chosen < 30
    qtbot.waitUntil(lambda: len(again.runs.chosen_ids) == chosen)
    first = again.store.runs()[0]
    again.runs.select(first.run_id if first.status != "completed" else again.store.runs()[3].run_id)
    qtbot.waitUntil(lambda: again.runs.filter.text() == "" and again.runs.current_id != "")
    again.runs.table.set_columns(["name", "loss@1"])
    qtbot.waitUntil(lambda: again.model.index(0, 1).data() not in ("–", None))
    again.runs.table.selectAll()
    again.runs.actions_["star"].trigger()
    qtbot.waitUntil(lambda: all(run.starred for run in again.store.runs()))


@pytest.mark.parametrize("taken", [0, 10, 30])
def test_a_reading_gives_a_batch_a_turn_and_ends_with_the_window(
    tmp_path: Path, qtbot: QtBot, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    monkeypatch.setattr(run_feed, "FEW", 4)
    monkeypatch.setattr(Reader.changes, "__defaults__", (FeedPosition(), 5))
    with Store(tmp_path) as store:
        for number in range(30):
            add_run(store, number, epochs=1)
        feed = run_feed.RunFeed(store, jobs)
        sizes: list[int] = []
        feed.changed.connect(lambda places: sizes.append(len(places)))
        feed.look()
        qtbot.waitUntil(lambda: len(feed.frame) >= taken)
        jobs.close()
        assert {*sizes} <= {5, 0}
        assert len(feed.frame) >= taken


def test_one_run_that_changed_moves_no_others(
    window: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    with (
        qtbot.assertNotEmitted(window.model.layoutChanged),
        qtbot.waitSignal(window.model.dataChanged) as changed,
    ):
        window.store.update(runs[3].run_id, seconds=77.0)
        window.controller.runs_changed.emit()
    first, last, _ = changed.args
    assert (first.row(), last.row()) == (2, 2)
    assert cell(window, runs[3], "seconds") == "1 min 17 s"
