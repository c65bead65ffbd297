"""The table of runs, on runs that lie in the store: nothing trains here."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.made_up import NAMES, add_run, add_runs
from ui.models import run_feed
from ui.panels.live.panel import run_colour
from ui.window.main_window import MainWindow
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def runs(window: MainWindow) -> list[Run]:
    """Five runs in the window's store, oldest first."""
    made = add_runs(window.store, 5)
    window.controller.runs_changed.emit()
    return made


def names(window: MainWindow) -> list[str]:
    model = window.model
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def column(window: MainWindow, title: str) -> int:
    return [c.title for c in window.model.columns].index(title)


def focus_table(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    window.runs.table.setFocus()


def test_an_empty_table_says_what_will_come(window: MainWindow) -> None:
    assert window.runs.empty.isVisible()
    assert not window.runs.table.isVisible()
    assert "No runs yet" in window.runs.empty.text()
    add_run(window.store)
    window.controller.runs_changed.emit()
    assert window.runs.table.isVisible()
    assert window.runs.count.text() == "1 run"


def test_newest_first_and_sorted_by_any_column(window: MainWindow, runs: list[Run]) -> None:
    assert names(window) == [run.name for run in runs[::-1]]
    speed = column(window, "Images/s")
    window.runs.table.sortByColumn(speed, Qt.SortOrder.AscendingOrder)
    assert names(window) == [run.name for run in runs]  # made faster one by one
    accuracy = column(window, "Test acc.")
    window.runs.table.sortByColumn(accuracy, Qt.SortOrder.DescendingOrder)
    tested = [run for run in runs if run.test_accuracy is not None]
    best = max(tested, key=lambda run: run.test_accuracy or 0)
    assert names(window)[0] == best.name
    assert names(window)[-1] == NAMES[3]  # stopped: it has none


def test_the_filter(window: MainWindow, runs: list[Run], qtbot: QtBot) -> None:
    qtbot.keyClicks(window.runs.filter, "ONE")
    assert names(window) == ["one-cycle"]
    assert window.runs.count.text() == "1 of 5 runs"
    window.runs.filter.setText("stopped")
    assert names(window) == [NAMES[3]]
    window.runs.select(runs[0].run_id)  # asked for, so the filter goes
    assert window.runs.filter.text() == ""
    assert window.runs.current_id == runs[0].run_id


def test_a_filter_that_cannot_be_read_leaves_the_last_that_found_runs(
    window: MainWindow, runs: list[Run]
) -> None:
    panel = window.runs
    for typed in ("epochs", "epochs >"):  # on the way it looks for this very text
        panel.filter.setText(typed)
    assert panel.fault.isVisible()
    assert len(names(window)) == len(runs)
    assert panel.pages.currentWidget() is panel.table
    panel.filter.setText("stopped")
    panel.filter.setText("stopped and (")
    assert panel.fault.isVisible()
    assert names(window) == [NAMES[3]]
    panel.filter.setText("no such run")
    assert panel.pages.currentWidget() is panel.nothing
    assert not panel.fault.isVisible()


def test_rename_in_place_and_undo(window: MainWindow, runs: list[Run], qtbot: QtBot) -> None:
    focus_table(window, qtbot)
    window.runs.select(runs[2].run_id)
    qtbot.keyClick(window.runs.table, Qt.Key.Key_F2)
    line = window.runs.table.findChild(QLineEdit)
    assert line is not None
    line.selectAll()
    qtbot.keyClicks(line, "  fewer filters ")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.store.run(runs[2].run_id).name == "fewer filters")
    assert "fewer filters" in names(window)
    window.undo_stack.undo()
    assert window.store.run(runs[2].run_id).name == NAMES[2]
    assert window.runs.current_id == runs[2].run_id
    assert window.model.setData(window.model.index(0, 0), "   ") is False  # a run needs a name


def test_a_new_run_leaves_an_open_editor_and_the_selection(
    window: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    focus_table(window, qtbot)
    window.runs.table.selectAll()
    window.runs.table.setCurrentIndex(window.model.index(4, 0))
    window.runs.select(runs[2].run_id)
    window.runs.actions_["rename"].trigger()
    line = window.runs.table.findChild(QLineEdit)
    assert line is not None
    line.setText("half typed")
    add_run(window.store, 6)
    window.controller.runs_changed.emit()
    assert window.runs.table.findChild(QLineEdit) is line
    assert line.text() == "half typed"
    assert window.runs.chosen_ids == [runs[2].run_id]
    assert names(window)[0] == NAMES[6]
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.store.run(runs[2].run_id).name == "half typed")


def test_delete_and_the_banners_way_back(window: MainWindow, runs: list[Run], qtbot: QtBot) -> None:
    focus_table(window, qtbot)
    window.runs.select(runs[1].run_id)
    qtbot.keyClick(window.runs.table, Qt.Key.Key_Delete)
    assert NAMES[1] not in names(window)
    assert window.banner.words.text() == "Deleted 1 run."
    window.editor.set("training.epochs", 3)  # must stay, whatever the banner undoes
    window.banner.button.click()
    assert NAMES[1] in names(window)
    assert window.editor.experiment.training.epochs == 3
    assert not window.banner.isVisible()


def test_delete_several_and_ctrl_z(window: MainWindow, runs: list[Run], qtbot: QtBot) -> None:
    focus_table(window, qtbot)
    window.runs.table.selectAll()
    window.runs.actions_["delete"].trigger()
    assert names(window) == []
    assert window.banner.words.text() == "Deleted 5 runs."
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(names(window)) == 5
    assert not window.banner.isVisible()  # nothing is left to undo


def test_a_run_under_way_is_not_deleted(window: MainWindow, runs: list[Run]) -> None:
    window.store.update(runs[0].run_id, status=RunStatus.RUNNING)
    window.controller.runs_changed.emit()
    window.runs.table.selectAll()
    assert not window.runs.actions_["delete"].isEnabled()


def test_hidden_curves_stay_hidden(
    window: MainWindow, runs: list[Run], open_window: OpenWindow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: len(window.pages["live"].plots.visible_runs) == 5)
    row = window.model.row_of(runs[0].run_id)
    assert row is not None
    index = window.model.index(row, 0)
    window.model.setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert runs[0].run_id not in window.pages["live"].plots.visible_runs
    focus_table(window, qtbot)
    window.runs.select(runs[1].run_id)
    qtbot.keyClick(window.runs.table, Qt.Key.Key_Space)
    assert len(window.pages["live"].plots.visible_runs) == 3
    window.close()
    again = open_window()
    qtbot.waitUntil(lambda: len(again.pages["live"].plots.visible_runs) == 3)
    ticks = [again.model.index(row, 0).data(Qt.ItemDataRole.CheckStateRole) for row in range(5)]
    assert ticks[::-1] == [Qt.CheckState.Unchecked] * 2 + [Qt.CheckState.Checked] * 3
    again.runs.select(runs[1].run_id)
    again.runs.actions_["hide"].trigger()
    qtbot.waitUntil(lambda: runs[1].run_id in again.pages["live"].plots.visible_runs)


def test_the_legend_keeps_its_order_over_a_restart(
    window: MainWindow, runs: list[Run], open_window: OpenWindow, qtbot: QtBot
) -> None:
    newest_first = [run.run_id for run in reversed(runs)]
    qtbot.waitUntil(lambda: window.pages["live"].plots.visible_runs == newest_first)
    (new,) = add_runs(window.store, 1)  # as if it had been trained in this session
    window.feed.look()
    qtbot.waitUntil(lambda: window.pages["live"].plots.visible_runs == [new.run_id, *newest_first])
    window.close()
    again = open_window()
    qtbot.waitUntil(lambda: again.pages["live"].plots.visible_runs == [new.run_id, *newest_first])


def test_a_run_has_one_colour_everywhere(window: MainWindow, runs: list[Run], qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(window.pages["live"].plots.visible_runs) == 5)
    swatches = []
    for run in runs:
        row = window.model.row_of(run.run_id)
        assert row is not None
        icon = window.model.data(window.model.index(row, 0), Qt.ItemDataRole.DecorationRole)
        image: QImage = icon.pixmap(12, 12).toImage()
        swatch = image.pixelColor(6, 6)
        assert swatch == QColor(run_colour(run.colour))
        assert window.pages["live"].plots._state.runs[run.run_id].colour == swatch
        swatches.append(swatch.name())
    assert len(set(swatches)) == 5


def test_use_settings_and_copy(window: MainWindow, runs: list[Run], qtbot: QtBot) -> None:
    window.editor.set("training.epochs", 77)
    before = window.editor.experiment
    window.runs.select(runs[1].run_id)
    window.runs.actions_["use"].trigger()
    assert window.editor.experiment == runs[1].experiment
    window.undo_stack.undo()
    assert window.editor.experiment == before
    window.runs.actions_["copy"].trigger()
    assert QGuiApplication.clipboard().text() == runs[1].run_id


def test_settings_of_a_later_version_are_a_sentence(window: MainWindow, runs: list[Run]) -> None:
    window.store.update(runs[0].run_id, experiment_toml="schema_version = 99\n")
    window.controller.runs_changed.emit()
    window.trials.use_settings(runs[0].run_id)
    assert "update the workbench" in window.banner.words.text()


def test_selecting_a_run_of_a_later_version_still_works(
    window: MainWindow, runs: list[Run]
) -> None:
    window.store.update(runs[0].run_id, experiment_toml="schema_version = 99\n")
    window.controller.runs_changed.emit()
    window.runs.select(runs[0].run_id)
    assert window.runs.current_id == runs[0].run_id
    assert window.experiment.totals.figures["macs"][1].text() == ""


def test_every_action_has_its_button_with_a_reason(window: MainWindow, runs: list[Run]) -> None:
    from PySide6.QtWidgets import QToolButton

    buttons = window.runs.bar.findChildren(QToolButton)
    named = [b for b in buttons if b.defaultAction() in window.runs.actions_.values()]
    assert len(named) == 7
    assert all(b.accessibleName() and "(" in b.toolTip() for b in named)
    window.bottom.setCurrentWidget(window.queue)
    assert not window.runs.bar.isVisible()
    window.bottom.setCurrentWidget(window.runs)
    assert window.runs.bar.isVisible()
    window.runs.select(runs[0].run_id)
    assert not window.runs.actions_["resume"].isEnabled()  # it is completed
    window.runs.select(runs[3].run_id)
    assert window.runs.actions_["resume"].isEnabled()  # it was stopped


@pytest.mark.parametrize("sure", [True, False])
def test_emptying_the_trash_is_asked_for(
    window: MainWindow, runs: list[Run], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, sure: bool
) -> None:
    folder = window.store.artifacts(runs[0].run_id)
    window.changes.empty_trash()
    assert window.banner.words.text() == "The trash is empty."
    window.changes.delete([runs[0].run_id, runs[1].run_id])
    asked: list[str] = []

    def question(*arguments: object) -> QMessageBox.StandardButton:
        asked.append(str(arguments[2]))
        return QMessageBox.StandardButton.Yes if sure else QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", question)
    window.changes.empty_trash()
    assert asked == ["Remove 2 deleted runs, with their files, for good?"]
    qtbot.waitUntil(lambda: not window.controller._writes.is_busy)
    assert folder.exists() is not sure
    assert window.undo_stack.canUndo() is not sure
    assert len(window.store.runs(deleted=True)) == (0 if sure else 2)


def test_what_another_process_does_appears(
    window: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    with Store(window.store.folder) as other:
        made = add_run(other, 7)
        other.update(runs[0].run_id, name="renamed elsewhere")
    qtbot.waitUntil(lambda: window.model.row_of(made.run_id) is not None)
    assert "renamed elsewhere" in names(window)


def test_fifty_runs(window: MainWindow, qtbot: QtBot) -> None:
    add_runs(window.store, 50)
    window.controller.runs_changed.emit()
    assert window.runs.count.text() == "50 runs"
    most = run_feed.MOST_SHOWN
    qtbot.waitUntil(lambda: len(window.pages["live"].plots.visible_runs) == most, timeout=20_000)
    first = window.model.id_at(0)
    took = []
    for _ in range(5):
        started = time.perf_counter()
        window.controller.runs_changed.emit()
        took.append(time.perf_counter() - started)
    assert min(took) < 0.016  # each epoch's end costs this turn of the window
    window.runs.select(first)
    assert window.pages["live"].plots._state.highlighted == first


def test_a_run_that_changes_asks_what_can_be_done_only_where_it_is_selected(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """A run under way changes every second."""
    runs = add_runs(window.store, 3)
    window.show_runs()
    qtbot.waitUntil(lambda: window.model.rowCount() == 3)
    window.runs.select(runs[0].run_id)
    asked: list[str] = []
    actions = window.runs.actions_
    refresh = actions.refresh
    monkeypatch.setattr(actions, "refresh", lambda: (asked.append("again"), refresh()))
    window.store.update(runs[1].run_id, step=7)
    window.show_runs()
    assert asked == []
    assert actions["archive"].isEnabled()
    window.store.update(runs[0].run_id, step=7)
    window.show_runs()
    assert asked == ["again"]
