"""Tasks in the real window, each in a real process beside the runs': from button to setting."""

from __future__ import annotations

import os
import signal
from typing import Any

import psutil
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.window.test_training import LONG, PATIENCE, train, wait_for_steps
from ui.panels.tune.finder import FinderPage
from ui.plots.figures.histogram import Histogram
from ui.window.main_window import MainWindow
from workbench.hardware import batch_sizes

RATE = "optimizer.learning_rate"


def press_find(window: MainWindow, form: str, name: str) -> None:
    """Presses the button beside a setting."""
    entry = window.experiment.forms[form].entry(name)
    (button,) = entry.findChildren(QToolButton)
    button.click()


def wait_until_over(page: FinderPage[Any, Any, Any], qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.bar.is_busy, timeout=PATIENCE)


def worker(window: MainWindow) -> psutil.Process:
    return next(
        child for child in psutil.Process().children() if "worker" in " ".join(child.cmdline())
    )


def test_find_a_rate_use_it_undo_it_fail_rest_and_find_again(
    quick: MainWindow, qtbot: QtBot
) -> None:
    page, editor = quick.pages["tune"].rate, quick.editor
    before = editor.experiment
    press_find(quick, "optimizer", "learning_rate")
    assert quick.tabs.currentWidget() is quick.pages["tune"]
    assert quick.pages["tune"].current is page
    assert page.bar.isVisible()
    assert not page.start_button.isVisible()
    qtbot.waitUntil(lambda: page.bar.bar.value() > 0, timeout=PATIENCE)
    assert page.chart.view.curves.lines  # it grows while one looks
    wait_until_over(page, qtbot)
    assert page.use_button.isVisible()
    assert page.use_button.text().startswith("Use ")
    assert "lowest" in page.words.text()
    page.use_button.click()
    found = editor.experiment.optimizer.learning_rate
    assert found != before.optimizer.learning_rate
    assert f"{found:g} is in use" == page.use_button.text()
    assert not page.use_button.isEnabled()
    assert not page.stale.isVisible()
    quick.undo_stack.undo()
    assert editor.experiment == before
    assert page.use_button.isEnabled()
    editor.set("training.seed", 7)
    assert page.stale.isVisible()

    # A task that can't be done says why; its process lives on and does the next one.
    process = worker(quick)
    editor.set("hardware.target", "gpu")
    page.start()
    wait_until_over(page, qtbot)
    assert "asks for a GPU" in page.words.text()
    assert not page.use_button.isVisible()
    assert worker(quick) == process

    # After a rest its memory is given back; what is asked meanwhile waits for the next process.
    editor.set("hardware.target", "auto")
    quick.task_runner._rest()
    page.start()
    wait_until_over(page, qtbot)
    assert page.use_button.isVisible()
    assert worker(quick) != process
    assert quick.store.runs() == []


def test_cancel_before_and_while_it_runs_and_a_process_that_dies(
    window: MainWindow, qtbot: QtBot
) -> None:
    page, other = window.pages["tune"].rate, window.pages["tune"].batch
    window.tabs.setCurrentWidget(window.pages["tune"])
    page.start()
    page.bar.cancel()  # its process has not even begun to start
    assert not page.bar.is_busy
    page.start()
    qtbot.waitUntil(lambda: window.task_runner.current is not None, timeout=PATIENCE)
    page.bar.cancel()  # its process is starting
    assert not page.bar.is_busy
    qtbot.waitUntil(lambda: window.task_runner.current is None, timeout=PATIENCE)
    page.start()
    other.start()
    assert other.bar.is_busy
    other.bar.cancel()  # it waits behind the first
    assert not other.bar.is_busy
    qtbot.waitUntil(lambda: page.bar.bar.value() > 0, timeout=PATIENCE)
    page.bar.cancel()
    assert not page.bar.is_busy
    assert page.start_button.isVisible()
    assert not page.use_button.isVisible()

    page.start()
    qtbot.waitUntil(lambda: page.bar.bar.value() > 0, timeout=PATIENCE)
    with qtbot.waitSignal(page.failed, timeout=PATIENCE):
        os.kill(worker(window).pid, signal.SIGKILL)
    assert "was killed" in page.words.text()
    assert "was killed" in window.log.text.toPlainText()
    window.editor.set("data.resize", [8, 8])
    window.editor.set("structure.layers", [{"kind": "flatten"}, DENSE])
    page.start()
    wait_until_over(page, qtbot)
    assert "killed" not in page.words.text()


DENSE = {"kind": "dense", "units": 10, "activation": "softmax"}


def test_what_measures_waits_for_the_run_and_keeps_what_it_has_when_cancelled(
    quick: MainWindow, qtbot: QtBot
) -> None:
    page = quick.pages["tune"].batch
    quick.tabs.setCurrentWidget(quick.pages["tune"])
    quick.editor.set_all({**LONG, "training.batch_size": 48}, "training")
    train(quick)
    wait_for_steps(quick, qtbot)
    press_find(quick, "training", "batch_size")
    assert "waits until nothing trains" in page.bar.words.text()
    assert quick.task_runner.current is None
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        quick.training["stop"].trigger()
    qtbot.waitUntil(lambda: len(page.chart.bars) >= 2, timeout=PATIENCE)
    page.bar.cancel()
    assert page.use_button.isVisible()
    assert page.chart.bars
    assert sum(bar.is_chosen for bar in page.chart.bars) == 1
    page.use_button.click()
    sizes = batch_sizes.sizes_to_try(1293)
    assert quick.editor.experiment.training.batch_size in sizes
    quick.undo_stack.undo()
    assert quick.editor.experiment.training.batch_size == 48


def test_a_window_closed_in_a_task_leaves_nothing(window: MainWindow, qtbot: QtBot) -> None:
    page = window.pages["tune"].rate
    page.start()
    qtbot.waitUntil(lambda: page.bar.bar.value() > 0, timeout=PATIENCE)
    process = worker(window)
    window.files.may_discard = lambda: True
    window.close()
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_an_experiment_that_cannot_train_starts_nothing_and_says_why(window: MainWindow) -> None:
    window.editor.set("training.batch_size", 5000)
    page = window.pages["tune"].rate
    page.start()
    assert not page.bar.is_busy
    assert not page.start_button.isEnabled()
    assert "at most" in page.start_button.toolTip()


def test_a_look_inside_the_selected_run(quick: MainWindow, qtbot: QtBot) -> None:
    inside = quick.pages["inside"].weights
    quick.tabs.setCurrentWidget(quick.pages["inside"])
    assert not inside.button.isEnabled()
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        run_id = train(quick)
    quick.tabs.setCurrentWidget(quick.pages["inside"])
    assert inside.button.isEnabled()
    before = quick.store.run(run_id)
    inside.button.click()
    assert not inside.button.isEnabled()
    qtbot.waitUntil(lambda: not inside.bar.is_busy, timeout=PATIENCE)
    assert [layer.name for layer in inside.layers] == ["1 Conv2D", "3 Dense"]
    assert len(inside.findChildren(Histogram)) == 2
    assert quick.store.run(quick.runs.current_id).name in inside.title.text()
    assert quick.store.run(run_id) == before
