"""The estimate beside Train, in the real window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.engine.hardware.test_preflight import MEASURED
from tests.ui.panels.test_speed import BARE
from ui.window.main_window import MainWindow
from workbench.hardware import preflight, remembered

PATIENCE = 120_000


def keep(window: MainWindow, known: preflight.Preflight) -> None:
    """Puts a measurement of the experiment as it stands where the window looks for it."""
    key = preflight.key(BARE, window.editor.experiment)
    remembered.remember(window.store.folder, preflight.KIND, key, known)


def test_what_is_known_is_shown_at_once_and_follows_the_epochs(window: MainWindow) -> None:
    label = window.preflight
    assert label.words == ""
    keep(window, MEASURED)
    window.editor.set("training.epochs", 25)
    window.editor.set_machine(BARE)
    assert label.words == "about 3 min (64 ms a step, 1.2 GB of 15 GB)"
    assert not label._timer.isActive(), "nothing is measured twice"
    window.editor.set("training.epochs", 100)
    assert label.words.startswith("about 12 min")
    window.editor.set("training.batch_size", 7)
    assert label.words == ""
    assert label._timer.isActive(), "another experiment is measured when it stays"
    window.undo_stack.undo()
    keep(window, replace(MEASURED, memory_bytes=10**12, is_random=True))
    label.refresh()
    assert label.words.startswith("doesn't fit")
    assert label.property("role") == "problem"
    assert "random images" in label.toolTip()


@pytest.mark.parametrize("larger", [0, 2])
def test_in_a_narrow_window_the_estimate_gives_way_to_the_menus(
    window: MainWindow, qtbot: QtBot, larger: int
) -> None:
    label, menus = window.preflight, window.menuBar()
    if larger:  # as a person may have set the system's font
        window.setStyleSheet(f"* {{ font-size: {menus.fontInfo().pixelSize() + larger}px }}")
    keep(window, replace(MEASURED, memory_bytes=10**12))
    window.editor.set_machine(BARE)
    for width in (1920, 960, 1920):
        window.resize(width, 600)
        is_wide = width == 1920
        qtbot.waitUntil(lambda wide=is_wide: (label.text() == label.words) is wide)
        beyond = menus.findChild(QToolButton, "qt_menubar_ext_button")
        qtbot.waitUntil(lambda button=beyond: not button.isVisible())
        last = menus.actionGeometry(menus.actions()[-1])
        corner = menus.cornerWidget()
        assert corner is not None
        assert last.right() < corner.geometry().left()
        assert corner.geometry().right() < width
        assert label.text() in ("", label.words) or label.text().endswith("…")
        assert label.words in label.toolTip()


def test_what_can_not_train_is_not_measured(window: MainWindow) -> None:
    window.editor.set_machine(BARE)
    assert window.preflight._timer.isActive()
    window.editor.set("hardware.target", "gpu")
    assert window.editor.problems
    assert not window.preflight._timer.isActive()


def test_an_estimate_is_measured_and_train_ends_one_under_way(
    quick: MainWindow, qtbot: QtBot
) -> None:
    label = quick.preflight
    quick.controller.warm_up()
    qtbot.waitUntil(lambda: quick.editor.machine is not None, timeout=PATIENCE)
    label.measure()
    assert label.words == "estimating…"
    qtbot.waitUntil(lambda: label.words.startswith("about"), timeout=PATIENCE)
    assert len(quick.feed.frame) == 0, "no run is made"
    quick.editor.set("training.batch_size", 50)
    label.measure()
    assert label._task is not None
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        quick.training.train()
        assert label._task is None
        assert label.words == ""
        label.measure()
        assert label._task is None, "nothing is measured while a run trains"
