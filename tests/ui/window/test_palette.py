"""The command palette: every action and every setting is found by its words and chosen by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_runs
from ui.look.actions import words_of
from ui.window.main_window import MainWindow
from ui.window.palette.entries import Offer, found
from ui.window.palette.panel import Palette
from ui.window.palette.rows import under
from workbench.levers.catalog import LEVERS

KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def press(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_P, KEYS)


@pytest.fixture
def palette(window: MainWindow, qtbot: QtBot) -> Palette:
    """Opened by its keys, with the focus in its line."""
    window.resize(1280, 720)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.runs.filter.setFocus()
    press(window, qtbot)
    (made,) = window.findChildren(Palette)
    assert made.isVisible()
    assert made.line.hasFocus()
    return made


def titles(palette: Palette) -> list[str]:
    return [palette.model.index(row).data() for row in range(palette.model.rowCount())]


def test_every_action_is_found_by_its_words_and_its_help(
    window: MainWindow, palette: Palette
) -> None:
    offers = palette._offers
    for area in window.areas.values():
        for _, action in area.all():
            key = f"{area.name}.{action.id}"
            if key == "help.palette":
                continue
            for words in filter(None, (words_of(action.text), words_of(action.reason))):
                assert key in [offer.key for offer in found(offers, words)], key
    assert {f"network.{name}" for name in LEVERS} <= {offer.key for offer in offers}


def test_every_setting_is_found_by_title_path_and_help(
    window: MainWindow, palette: Palette
) -> None:
    settings = list(window.experiment.settings())
    paths = {one.path for one in settings}
    assert {
        "name",
        "data.kind",
        "optimizer.learning_rate",
        "structure.layers[2].filters",
        "augmentation.rotation",
        "stopping.kind",
        "hardware.target",
        "schedule.kind",
    } <= paths
    for one in settings:
        for words in (one.title, one.path, one.help):
            assert one.path in [offer.key for offer in found(palette._offers, words)], one.path


def test_every_setting_leads_to_its_field(window: MainWindow, palette: Palette) -> None:
    for one in window.experiment.settings():
        window.runs.filter.setFocus()
        window.experiment.reveal(one.path)
        focused = QApplication.focusWidget()
        assert focused is not None
        assert window.experiment.isAncestorOf(focused), one.path
        assert focused not in [section.header for section in window.experiment.sections], one.path


def test_type_choose_run(window: MainWindow, palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.line, "dark")
    assert palette.current is not None
    assert palette.current.title == "Dark"
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.appearance.is_chosen(Qt.ColorScheme.Dark)
    assert window.runs.filter.hasFocus(), "the focus is where it was"
    window.appearance.choose(Qt.ColorScheme.Unknown)
    press(window, qtbot)
    assert titles(palette)[0] == "Dark", "what was chosen last is first"


def test_a_setting_far_down_is_brought_into_sight(
    window: MainWindow, palette: Palette, qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.line, "learning_rate")
    assert palette.current is not None
    assert palette.current.path == "optimizer.learning_rate"
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    field = window.experiment.forms["optimizer"].entry("learning_rate").field()
    assert field.hasFocus()
    assert not field.visibleRegion().isEmpty()


def test_the_arrows_choose(palette: Palette, qtbot: QtBot) -> None:
    last = palette.model.rowCount() - 1
    for key, row in (
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_Up, last),
        (Qt.Key.Key_Down, 0),
        (Qt.Key.Key_PageDown, 8),
        (Qt.Key.Key_PageUp, 0),
    ):
        qtbot.keyClick(palette.line, key)
        assert palette.list.currentIndex().row() == row
        assert palette.line.hasFocus()


def test_what_cannot_be_done_says_why_and_does_nothing(
    window: MainWindow, palette: Palette, qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.line, "stop keep its weights")
    assert palette.current is not None
    assert under(palette.current).endswith("Nothing trains.")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_an_action_on_a_run_becomes_possible_once_one_is_selected(
    window: MainWindow, palette: Palette, qtbot: QtBot
) -> None:
    qtbot.keyClicks(palette.line, "use these settings")
    assert palette.current is not None
    assert palette.current.obstacle == "Select one run in the table first."
    qtbot.keyClick(palette.line, Qt.Key.Key_Escape)
    (run,) = add_runs(window.store, 1)
    window.show_runs()
    qtbot.waitUntil(lambda: window.model.rowCount() == 1)
    window.runs.select(run.run_id)
    window.editor.set("training.epochs", 77)
    press(window, qtbot)
    qtbot.keyClicks(palette.line, "use these settings")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.undo_stack.undoText() == f"use of the settings of {run.name}"


def test_escape_and_a_click_beside_it_close(
    window: MainWindow, palette: Palette, qtbot: QtBot
) -> None:
    qtbot.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.runs.filter.hasFocus()
    press(window, qtbot)
    assert palette.isVisible()
    window.experiment.name.setFocus()
    assert not palette.isVisible()
    assert window.experiment.name.hasFocus()
    press(window, qtbot)
    press(window, qtbot)
    assert not palette.isVisible(), "the same keys close it"


def test_nothing_found_is_said(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.line, "no such thing")
    assert palette.current is None
    assert palette.nothing.isVisible()
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()


@pytest.mark.parametrize("size", [(960, 600), (1280, 720), (1920, 1080)])
def test_it_lies_inside_the_window(
    window: MainWindow, palette: Palette, size: tuple[int, int], qtbot: QtBot
) -> None:
    window.resize(*size)
    qtbot.waitUntil(lambda: window.rect().contains(palette.geometry()))
    assert palette.list.height() >= 5 * 44


def test_the_better_fit_is_first() -> None:
    def offer(title: str, place: str = "", help_: str = "", path: str = "") -> Offer:
        return Offer(title, title, place, help_, lambda: None, path=path)

    offers = [
        offer("Warm-up", help_="Before the batch size counts"),
        offer("Size", place="Batch"),
        offer("Rebatch size"),
        offer("Batch size", path="training.batch_size"),
    ]
    expected = ["Batch size", "Rebatch size", "Size", "Warm-up"]
    assert [one.title for one in found(offers, "batch size")] == expected
    assert [one.title for one in found(offers, "training.batch_size")] == ["Batch size"]
    assert [one.title for one in found(offers, "SIZE  batch")][:1] == ["Batch size"]
