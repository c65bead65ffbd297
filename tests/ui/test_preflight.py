"""The estimate beside Train, in the real window."""

from __future__ import annotations

from dataclasses import asdict, replace

from pytestqt.qtbot import QtBot

from tests.engine.test_preflight import MEASURED
from tests.ui.test_speed import BARE
from ui.main_window import MainWindow
from workbench import measured, preflight

PATIENCE = 120_000


def keep(window: MainWindow, known: preflight.Preflight) -> None:
    """Puts a measurement of the experiment as it stands where the window looks for it."""
    key = preflight.key(BARE, window.editor.experiment)
    measured.remember(window.store.folder, preflight.KIND, key, asdict(known))


def test_what_is_known_is_shown_at_once_and_follows_the_epochs(window: MainWindow) -> None:
    label = window.preflight
    assert label.text() == ""
    keep(window, MEASURED)
    window.editor.set("training.epochs", 25)
    window.editor.set_machine(BARE)
    assert label.text() == "about 3 min (64 ms a step, 1.2 GB of 15 GB)"
    assert not label._timer.isActive(), "nothing is measured twice"
    window.editor.set("training.epochs", 100)
    assert label.text().startswith("about 12 min")
    window.editor.set("training.batch_size", 7)
    assert label.text() == ""
    assert label._timer.isActive(), "another experiment is measured when it stays"
    window.undo_stack.undo()
    keep(window, replace(MEASURED, memory_bytes=10**12, is_random=True))
    label.refresh()
    assert label.text().startswith("doesn't fit")
    assert label.property("role") == "problem"
    assert "random images" in label.toolTip()


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
    quick.conductor.warm_up()
    qtbot.waitUntil(lambda: quick.editor.machine is not None, timeout=PATIENCE)
    label.measure()
    assert label.text() == "estimating…"
    qtbot.waitUntil(lambda: label.text().startswith("about"), timeout=PATIENCE)
    assert len(quick.feed.frame) == 0, "no run is made"
    quick.editor.set("training.batch_size", 50)
    label.measure()
    assert label._task is not None
    with qtbot.waitSignal(quick.conductor.ended, timeout=PATIENCE):
        quick.train()
        assert label._task is None
        assert label.text() == ""
        label.measure()
        assert label._task is None, "nothing is measured while a run trains"
