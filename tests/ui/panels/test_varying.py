"""From the form to a search: settings varied where they stand, and what that comes to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from ui.panels.varying.footer import SearchFooter
from ui.window.main_window import MainWindow

PATIENCE = 20_000
RATE, BATCH, EPOCHS = "optimizer.learning_rate", "training.batch_size", "training.epochs"


def footer_of(window: MainWindow) -> SearchFooter:
    footer = window.experiment.footer
    assert footer is not None
    return footer


def type_into(line: QWidget, text: str) -> None:
    """Replaces what stands in a field, key by key, and presses Return."""
    line.setFocus()
    field = line if isinstance(line, QLineEdit) else line.findChild(QLineEdit)
    assert field is not None
    field.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def said(window: MainWindow, qtbot: QtBot, words: str) -> None:
    """Waits until the footer says this."""
    footer = footer_of(window)
    qtbot.waitUntil(lambda: words in footer.words.text() + footer.problem.text(), timeout=PATIENCE)


@pytest.fixture(autouse=True)
def _opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Menus open without a window of their own, which the platform of the tests hasn't."""
    OPENED.clear()
    monkeypatch.setattr(QMenu, "popup", lambda menu, place: OPENED.append(menu))


OPENED: list[QMenu] = []


def menu_of(widget: QWidget) -> QMenu:
    """The menu that a right click opens."""
    place = QPoint(2, 2)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place)))
    return OPENED.pop()


def choose(menu: QMenu, text: str) -> None:
    action = next(action for action in menu.actions() if action.text() == text)
    assert action.isEnabled()
    action.trigger()
    menu.close()


def test_a_list_typed_into_a_field_is_tried_and_leaves_the_baseline(
    idle: MainWindow, qtbot: QtBot
) -> None:
    form, editor = idle.experiment.forms["optimizer"], idle.editor
    before, steps = editor.experiment, idle.undo_stack.count()
    type_into(form.entry("learning_rate").field(), "0.01, 0.015, 0.02")
    assert editor.variations.texts == {RATE: "0.01, 0.015, 0.02"}
    assert editor.experiment == before
    assert idle.undo_stack.count() == steps + 1
    line = form.row("learning_rate").varied
    assert line is not None
    assert line.line.text() == "0.01, 0.015, 0.02"
    said(idle, qtbot, "3 runs and the baseline")
    idle.undo_stack.undo()
    assert editor.variations.texts == {}
    assert line.isHidden()
    assert footer_of(idle).isHidden()
    idle.undo_stack.redo()
    assert not line.isHidden()


def test_several_typed_into_a_box_for_whole_numbers_and_one(idle: MainWindow) -> None:
    editor, before = idle.editor, idle.editor.experiment
    field = idle.experiment.forms["training"].entry("batch_size").field()
    for typed, wanted in (
        ("64, 128", "64, 128"),
        ("64,128,256", "64, 128, 256"),
        ("16..256:log", "16..256:log"),
    ):
        type_into(field, typed)
        assert editor.variations.texts == {BATCH: wanted}
        assert editor.experiment == before
    editor.variations.clear()
    for typed in ("60,000", "96"):
        type_into(field, typed)
        assert editor.variations.texts == {}
        assert editor.experiment.training.batch_size == int(typed.replace(",", ""))


def test_a_list_that_is_not_one_is_no_number(idle: MainWindow) -> None:
    form = idle.experiment.forms["optimizer"]
    type_into(form.entry("learning_rate").field(), "0.01,")
    assert idle.editor.variations.texts == {}
    assert "must be a number" in form.problem("learning_rate")


def test_the_menu_offers_usual_values_and_none(idle: MainWindow, qtbot: QtBot) -> None:
    form = idle.experiment.forms["optimizer"]
    choose(menu_of(form.entry("learning_rate").field()), "Try several values…")
    assert idle.editor.variations.texts == {RATE: "0.0003, 0.001, 0.003"}
    line = form.row("learning_rate").varied
    assert line is not None
    type_into(line.line, "0.002..0.2:log")
    assert idle.editor.variations.texts == {RATE: "0.002..0.2:log"}
    said(idle, qtbot, "20 runs and the baseline")
    choose(menu_of(form.row("learning_rate").label), "Try no other values")
    assert idle.editor.variations.texts == {}


def test_what_is_varied_stays_in_sight(idle: MainWindow, qtbot: QtBot) -> None:
    """The footer that comes with it takes room from the form."""
    form, area = idle.experiment.forms["optimizer"], idle.experiment.area
    assert form.kind_box is not None
    idle.experiment.reveal("optimizer.kind")
    bar = area.verticalScrollBar()
    below = form.kind_box.mapTo(area.viewport(), QPoint(0, form.kind_box.height())).y()
    bar.setValue(bar.value() + below - area.viewport().height())  # at the lower edge
    choose(menu_of(form.kind_box), "Try several values…")
    line = form.row("").varied
    assert line is not None

    def is_seen() -> bool:
        corner = line.mapTo(area.viewport(), QPoint(0, line.height()))
        return line.isVisible() and corner.y() <= area.viewport().height()

    qtbot.waitUntil(is_seen, timeout=PATIENCE)


def test_kinds_are_ticked(idle: MainWindow, qtbot: QtBot) -> None:
    form = idle.experiment.forms["optimizer"]
    assert form.kind_box is not None
    choose(menu_of(form.kind_box), "Try several values…")
    assert idle.editor.variations.texts == {"optimizer.kind": "adam, momentum, rmsprop"}
    line = form.row("").varied
    assert line is not None
    assert line.kinds is not None
    ticks = {action.data(): action for action in line.kinds.actions()}
    assert [kind for kind, action in ticks.items() if action.isChecked()] == [
        "momentum",
        "rmsprop",
        "adam",
    ]
    ticks["momentum"].trigger()
    assert idle.editor.variations.texts == {"optimizer.kind": "rmsprop, adam"}
    said(idle, qtbot, "2 runs")
    assert "baseline" not in footer_of(idle).words.text()
    line.remove.click()
    assert idle.editor.variations.texts == {}


def test_what_decides_the_images_is_not_varied(idle: MainWindow, qtbot: QtBot) -> None:
    field = idle.experiment.forms["training"].entry("validation_split").field()
    menu = menu_of(field)
    action = next(each for each in menu.actions() if each.text() == "Try several values…")
    assert not action.isEnabled()
    assert "same images" in action.toolTip()
    menu.close()


def test_bad_values_are_said_in_one_sentence_and_nothing_starts(
    idle: MainWindow, qtbot: QtBot
) -> None:
    variations = idle.editor.variations
    for path, text, sentence in (
        (EPOCHS, "5..1", "the lower end must be below the upper"),
        (RATE, "0..1:log", "optimizer.learning_rate runs from 0 on a logarithmic axis"),
        ("optimizer.kind", "adm, sgd", "'adm' is no optimizer; one of "),
        (RATE, "0.1, -1", "must be above 0, got -1"),
        ("optimizer.momentum", "0.5, 0.9", "optimizer.momentum belongs to "),
    ):
        variations.vary(path, text)
        qtbot.waitUntil(lambda: path in variations.faults, timeout=PATIENCE)  # noqa: B023
        footer = footer_of(idle)
        assert sentence in variations.faults[path]
        assert sentence in footer.problem.text()
        assert not footer.start_button.isEnabled()
        footer.start()
        owner, _, name = path.rpartition(".")
        form = idle.experiment.forms[owner]
        if form.widget_at(path) is not None:
            row = form.row("" if name == "kind" else name)
            assert row.varied is not None
            assert sentence in row.varied.problem.text()
        variations.clear()
        assert variations.faults == {}
    assert idle.store.studies() == []


def test_levers_are_varied_where_they_stand(window: MainWindow, qtbot: QtBot) -> None:
    page = window.pages["network"]
    window.tabs.setCurrentWidget(page)
    page.show_page(page.levers)
    page.levers.make()
    width, separable = page.levers.cards["width_multiplier"], page.levers.cards["separable"]
    choose(menu_of(width.title), "Try several values…")
    choose(menu_of(separable.title), "Try several values…")
    texts = window.editor.variations.texts
    assert texts["lever.separable"] == "false, true"
    said(window, qtbot, "= ")
    assert separable.varied is not None
    separable.varied.remove.click()
    assert width.form is not None
    type_into(width.form.entry("factor").field(), "0.25, 0.5")
    assert window.editor.variations.texts == {"lever.width_multiplier": "0.25, 0.5"}


def test_the_palette_finds_every_setting_to_vary(window: MainWindow, qtbot: QtBot) -> None:
    window.areas["help"]["palette"].trigger()
    palette = window.areas["help"].palette  # type: ignore[attr-defined]
    palette.line.setText("several batch size")
    assert palette.current is not None
    assert palette.current.title == "Try several values of batch size"
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert BATCH in window.editor.variations.texts
    line = window.experiment.forms["training"].row("batch_size").varied
    assert line is not None
    assert line.line.hasFocus()


def test_bounds_goals_and_budget_are_checked_as_typed(idle: MainWindow, qtbot: QtBot) -> None:
    idle.editor.variations.vary("lever.width_multiplier", "0.25, 0.5, 1")
    footer = footer_of(idle)
    footer.show_settings()
    settings = footer.settings
    assert settings is not None
    for line, text, row, sentence in (
        (settings.where, "paramters < 5", "where", "did you mean 'parameters'?"),
        (settings.where, "latency < 1", "where", "is not known before training"),
        (settings.budget, "soon", "budget", "must be a time, as in 90s"),
        (settings.goals, "max:test_accuracy", "goals", "test images are read once"),
    ):
        type_into(line, text)
        problem = settings.rows[row].problem
        qtbot.waitUntil(lambda: sentence in problem.text(), timeout=PATIENCE)  # noqa: B023
        assert not footer.start_button.isEnabled()
        line.clear()
        settings._edited()
    type_into(settings.where, "parameters < 50000")
    qtbot.waitUntil(lambda: "1 refused" in footer.words.text(), timeout=PATIENCE)
    assert "2 runs" in footer.words.text()
    type_into(settings.where, "parameters < 10")
    said(idle, qtbot, "no combination has parameters < 10: the smallest has")
    settings.close()


def test_the_end_is_said_again_each_minute(
    idle: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_800_000_000.0]
    monkeypatch.setattr("ui.panels.varying.footer.time.time", lambda: now[0])
    idle.editor.variations.vary(RATE, "0.001, 0.01")
    said(idle, qtbot, "runs")
    footer = footer_of(idle)
    assert footer.outlook is not None
    footer.outlook = replace(footer.outlook, seconds=600.0)
    footer._minute.timeout.emit()
    before = footer.words.text()
    now[0] += 300
    assert footer._minute.isActive()
    footer._minute.timeout.emit()
    assert ", until " in before
    assert footer.words.text() != before
    footer.hide()
    assert not footer._minute.isActive()


def test_goals_are_chosen_in_words_and_the_strategy_says_what_it_will_be(
    idle: MainWindow, qtbot: QtBot
) -> None:
    idle.editor.variations.vary(RATE, "0.001, 0.01")
    said(idle, qtbot, "2 runs")
    footer = footer_of(idle)
    footer.show_settings()
    settings = footer.settings
    assert settings is not None
    assert settings.strategy.currentText() == "Automatic (grid)"
    choose(settings.goals.menu, "Fewest parameters")
    assert settings.goals.text() == "highest validation accuracy, fewest parameters"
    assert footer.request.goals == ("max:val_accuracy", "min:parameters")
    settings.goals.menu.aboutToShow.emit()
    ticked = [a.text() for a in settings.goals.menu.actions() if a.isChecked()]
    assert ticked == ["Highest validation accuracy", "Fewest parameters"]
    choose(settings.goals.menu, "Highest validation accuracy")
    assert footer.request.goals == ("min:parameters",)
    type_into(settings.goals, "shortest training time, max:images_per_second")
    assert footer.request.goals == ("min:seconds", "max:images_per_second")
    idle.editor.variations.vary(RATE, "0.001..0.01:log")
    qtbot.waitUntil(lambda: settings.strategy.currentText() == "Automatic (TPE)", timeout=PATIENCE)
    settings.strategy.setCurrentIndex(settings.strategy.findData("random"))
    qtbot.waitUntil(lambda: settings.strategy.itemText(0) == "Automatic", timeout=PATIENCE)
    settings.close()


def test_a_combination_without_a_tick_is_left_out(idle: MainWindow, qtbot: QtBot) -> None:
    idle.editor.variations.vary(RATE, "0.001, 0.01")
    idle.editor.variations.vary(BATCH, "32, 64")
    said(idle, qtbot, "2 x 2 = 4 runs")
    footer = footer_of(idle)
    footer.show_settings()
    settings = footer.settings
    assert settings is not None
    qtbot.waitUntil(lambda: settings.list.count() == 4, timeout=PATIENCE)
    assert settings.list.item(1).text() == "Learning rate 0.001, batch size 64"
    settings.list.item(3).setCheckState(Qt.CheckState.Unchecked)
    said(idle, qtbot, "1 left out")
    assert "3 runs" in footer.words.text()
    assert footer.outlook is not None
    assert footer.outlook.plan is not None
    assert footer.outlook.plan.left_out == ({RATE: 0.01, BATCH: 64},)
    settings.close()


def test_they_are_kept_for_the_next_start_of_the_same_experiment(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.editor.variations.vary(RATE, "0.001, 0.01")
    footer_of(window).seeds.setValue(5)
    said(window, qtbot, "x 5 seeds")
    footer_of(window).keeper.keep()
    window.files.may_discard = lambda: True  # type: ignore[method-assign]
    window.close()
    again = open_window()
    assert again.editor.variations.texts == {RATE: "0.001, 0.01"}
    said(again, qtbot, "x 5 seeds")
    again.editor.variations.clear()
    footer_of(again).keeper.keep()
    again.files.may_discard = lambda: True  # type: ignore[method-assign]
    again.close()
    assert open_window().experiment.footer is None


def test_another_experiment_has_no_variations(idle: MainWindow) -> None:
    idle.editor.variations.vary(RATE, "0.001, 0.01")
    idle.files.may_discard = lambda: True  # type: ignore[method-assign]
    assert idle.files.new()
    assert idle.editor.variations.texts == {}
