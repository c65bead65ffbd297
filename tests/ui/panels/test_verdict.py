"""What holds the run under way up, in the real window's status bar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from ui.window.main_window import MainWindow
from workbench.execution.messages import Started, StatusChanged, TimeShares
from workbench.hardware import remembered
from workbench.hardware.roofline import Peaks
from workbench.runs.status import RunStatus
from workbench.spec.machine import Machine, Processor

PATIENCE = 120_000
PEAK = Peaks({"float32": 1e12}, 1e9, "CPU")
MACHINE = Machine(Processor("Some CPU", 2, features=("avx512_bf16",)))


def begin(window: MainWindow) -> str:
    """A run that is said to train; its id."""
    run = window.store.create(window.editor.experiment)
    window.store.update(run.run_id, environment={"image_shape": [28, 28, 1]})
    window.controller.machine = MACHINE
    window.controller.started.emit(Started(run.run_id, 0, 10, 5, 64, 1000, 1000, "CPU"))
    return run.run_id


def test_the_setting_to_try_is_one_click_and_can_be_undone(window: MainWindow) -> None:
    line, before = window.status.verdict, window.editor.experiment
    assert line.isHidden()
    run_id = begin(window)
    window.controller.time_shares.emit(TimeShares(run_id, 0.6, 0.1))
    assert not line.isHidden()
    assert line.words.text() == "bound by input"
    assert "60 % of the time" in line.words.toolTip()
    assert line.button.text() == "Try 4 decoders"
    line.button.click()
    assert window.editor.experiment.hardware.decode_threads == 4
    window.undo_stack.undo()
    assert window.editor.experiment == before
    window.controller.ended.emit(StatusChanged(run_id, RunStatus.COMPLETED))
    assert line.isHidden()


def test_memory_or_arithmetic_wait_for_a_measured_peak(window: MainWindow) -> None:
    line = window.status.verdict
    run_id = begin(window)
    window.controller.time_shares.emit(TimeShares(run_id, 0.0, 0.0))
    assert line.words.text() == "bound by the device"
    assert "Tune, Roofline" in line.words.toolTip()
    assert line.button.isHidden()
    key = remembered.peak_key(MACHINE, window.editor.experiment.hardware)
    remembered.remember(window.store.folder, "peak", key, PEAK)
    run_id = begin(window)
    window.controller.time_shares.emit(TimeShares(run_id, 0.0, 0.0))
    assert line.words.text() == "bound by memory"
    assert line.button.text() == "Try bfloat16"


def test_memory_or_arithmetic_are_told_of_a_file_of_ones_own(
    quick: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    """Its shape is not known before the training process has read it."""
    random, arrays = np.random.default_rng(0), {}
    for part, count in (("train", 200), ("test", 20)):
        arrays[f"x_{part}"] = random.integers(0, 256, (count, 12, 12), np.uint8)
        arrays[f"y_{part}"] = np.arange(count) % 10
    np.savez(tmp_path / "mine.npz", **arrays)
    data = {"kind": "npz", "path": str(tmp_path / "mine.npz")}
    assert quick.editor.set_all({"data": data, "training.epochs": 50}, "data")
    assert quick.editor.experiment.data.info() is None
    controller, line = quick.controller, quick.status.verdict
    with qtbot.waitSignal(controller.machine_found, timeout=PATIENCE):
        controller.warm_up()
    assert controller.machine is not None
    key = remembered.peak_key(controller.machine, quick.editor.experiment.hardware)
    remembered.remember(quick.store.folder, "peak", key, PEAK)
    with qtbot.waitSignal(controller.ended, timeout=PATIENCE):
        with qtbot.waitSignal(controller.started, timeout=PATIENCE) as started:
            quick.training.train()
        controller.time_shares.emit(TimeShares(started.args[0].run_id, 0.0, 0.0))
        assert line.words.text() == "bound by memory"
        controller.stop()
