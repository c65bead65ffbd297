"""The main job in the real window, with a real training process."""

from __future__ import annotations

import os
import signal

import numpy as np
import psutil
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from ui.window.main_window import MainWindow
from workbench.base import units
from workbench.runs.status import RunStatus

LONG = {"training.epochs": 100_000}
PATIENCE = 90_000


def train(window: MainWindow) -> str:
    """Presses Train; the new run's id."""
    window.training["train"].trigger()
    assert window.controller.run_id is not None
    return window.controller.run_id


def wait_for_steps(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.controller.steps, timeout=PATIENCE):
        pass


def test_train_watch_close_and_find_it_again(
    quick: MainWindow, open_window: OpenWindow, qtbot: QtBot
) -> None:
    quick.editor.set("training.probes", True)
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        run_id = train(quick)
        assert quick.runs.current_id == run_id
    run = quick.store.run(run_id)
    assert run.status is RunStatus.COMPLETED
    assert (run.test_accuracy or 0) > 0.5
    assert quick.pages["live"].plots.visible_runs == [run_id]
    assert len(quick.pages["live"].curves(run_id)) == run.step == run.total_steps
    _, norms = quick.pages["live"].curves(run_id).points("gradient_norm", "step")
    assert len(norms) == run.step
    assert not quick.pages["live"].plots.panels["gradient_norm"].isHidden()
    quick.files.may_discard = lambda: True
    quick.close()

    again = open_window()
    assert again.model.rowCount() == 1
    qtbot.waitUntil(lambda: again.pages["live"].plots.visible_runs == [run_id], timeout=PATIENCE)
    assert len(again.pages["live"].curves(run_id)) == run.step
    read = again.pages["live"].curves(run_id).points("gradient_norm", "step")[1]
    np.testing.assert_array_equal(read, norms)
    again.runs.select(run_id)
    again.runs.actions_["use"].trigger()
    assert again.editor.experiment == run.experiment


def test_pause_continue_and_stop_keep_what_was_learned(quick: MainWindow, qtbot: QtBot) -> None:
    quick.editor.set_all(LONG, "training")
    run_id = train(quick)
    wait_for_steps(quick, qtbot)
    quick.training["pause"].trigger()
    qtbot.waitUntil(lambda: quick.controller.status is RunStatus.PAUSED, timeout=PATIENCE)
    assert quick.training["pause"].text() == "Continue"
    assert quick.store.run(run_id).status is RunStatus.PAUSED
    quick.training["pause"].trigger()
    wait_for_steps(quick, qtbot)
    assert quick.controller.status is RunStatus.RUNNING
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        quick.training["stop"].trigger()
    run = quick.store.run(run_id)
    assert run.status is RunStatus.STOPPED
    assert run.test_accuracy is not None
    assert 0 < run.step < (run.total_steps or 0)
    assert not quick.training["stop"].isEnabled()


def test_a_killed_process_leaves_the_window_alive_and_the_run_resumable(
    quick: MainWindow, qtbot: QtBot
) -> None:
    quick.editor.set_all(LONG, "training")
    run_id = train(quick)
    wait_for_steps(quick, qtbot)
    quick.training["pause"].trigger()  # a pause saves a checkpoint
    qtbot.waitUntil(lambda: quick.controller.status is RunStatus.PAUSED, timeout=PATIENCE)
    reached = quick.store.run(run_id).step
    workers = [
        child for child in psutil.Process().children() if "worker" in " ".join(child.cmdline())
    ]
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        os.kill(workers[0].pid, signal.SIGKILL)
    assert quick.store.run(run_id).status is RunStatus.INTERRUPTED
    assert "killed" in quick.banner.words.text()
    quick.runs.select(run_id)
    assert quick.runs.actions_["resume"].isEnabled()
    with qtbot.waitSignal(quick.controller.started, timeout=PATIENCE) as started:
        quick.runs.actions_["resume"].trigger()
    assert started.args[0].step == reached > 0
    wait_for_steps(quick, qtbot)
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        quick.training["stop"].trigger()
    steps = quick.store.steps(run_id).steps
    assert steps.tolist() == list(range(1, len(steps) + 1))


def test_closing_the_window_interrupts_with_a_checkpoint(
    quick: MainWindow, open_window: OpenWindow, qtbot: QtBot
) -> None:
    quick.editor.set_all(LONG, "training")
    run_id = train(quick)
    wait_for_steps(quick, qtbot)
    quick.files.may_discard = lambda: True
    quick.close()
    again = open_window()
    run = again.store.run(run_id)
    assert run.status is RunStatus.INTERRUPTED
    assert run.step > 0
    assert (again.store.folder / "runs" / run_id / "checkpoint.npz").is_file()


def test_the_queue_trains_in_its_order_and_waits_after_a_stop(
    quick: MainWindow, qtbot: QtBot
) -> None:
    for name in ("first", "second", "third"):
        quick.editor.set("name", name)
        quick.training["queue"].trigger()
    assert not quick.controller.is_busy
    assert quick.bottom.tabText(1) == "Queue (3)"
    third = quick.queue.list.ids()[2]
    quick.queue.list.setCurrentRow(2)
    quick.queue.up.click()
    quick.queue.up.click()
    assert quick.queue.list.ids()[0] == third
    with qtbot.waitSignals([quick.controller.ended] * 2, timeout=PATIENCE):
        quick.queue.start.click()
    order = sorted(
        (run for run in quick.store.runs() if run.started), key=lambda run: run.started or 0
    )
    assert [run.name for run in order][:2] == ["third", "first"]
    qtbot.waitUntil(lambda: not quick.controller.is_busy, timeout=PATIENCE)

    quick.editor.set_all({**LONG, "name": "long"}, "training")
    train(quick)
    wait_for_steps(quick, qtbot)
    quick.editor.set("name", "waiting")
    quick.training["queue"].trigger()
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        quick.training["stop"].trigger()
    assert quick.store.queue_held
    assert not quick.controller.is_busy
    assert [run.name for run in quick.store.queue()] == ["waiting"]


def test_a_loss_that_is_not_finite_ends_the_run_with_a_sentence(
    quick: MainWindow, qtbot: QtBot
) -> None:
    quick.editor.set_all(
        {"optimizer.kind": "sgd", "optimizer.learning_rate": 1000.0, **LONG}, "training"
    )
    quick.editor.set_all({"regularization.kind": "l2", "regularization.l2": 10.0}, "training")
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        run_id = train(quick)
    run = quick.store.run(run_id)
    assert run.status is RunStatus.FAILED
    assert "at step" in run.message
    assert "learning rate" in run.message
    assert run.message in quick.banner.words.text()


def test_the_table_shows_last_best_and_at_an_epoch(quick: MainWindow, qtbot: QtBot) -> None:
    quick.editor.set("training.epochs", 4)
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        run_id = train(quick)
    losses = [epoch.loss for epoch in quick.store.epochs(run_id)]

    def shown(key: str) -> object:
        quick.runs.table.set_columns(["name", key])
        return quick.model.frame.value(key, quick.model.place_at(0) or 0)

    assert shown("loss") == losses[-1]
    assert shown("loss@best") == min(losses)
    assert shown("loss@2") == losses[1]
    assert quick.model.columns[1].title == "Loss (epoch 2)"
    assert quick.model.index(0, 1).data() == units.decimal(losses[1])
