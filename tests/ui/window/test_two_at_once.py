"""A window that trains two runs at once: both are shown, and the buttons act on the one chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.engine.executors import Asked
from tests.ui.conftest import OpenWindow
from tests.ui.window.test_training import LONG, PATIENCE
from ui.models.run_cells import PROGRESS_ROLE
from ui.window.main_window import MainWindow
from workbench.execution import local
from workbench.execution.executor import Tell
from workbench.execution.messages import Pause, Progress, Started, StatusChanged, Steps, Stop
from workbench.runs.status import RunStatus

LAYERS = [
    {"kind": "flatten"},
    {"kind": "dense", "units": 10, "activation": "softmax"},
]


@pytest.fixture
def two(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window that trains two at once."""
    monkeypatch.setattr(local, "CAPACITY", 2)
    window = open_window()
    assert window.editor.set_all(
        {"structure.layers": LAYERS, "data.resize": 12, **LONG}, "training"
    )
    return window


def trained(window: MainWindow, name: str) -> str:
    """The id of a run that the Train button makes, and that a person then sees chosen."""
    window.editor.set("name", name)
    window.training["train"].trigger()
    return next(run.run_id for run in window.store.runs() if run.name == name)


def progress(window: MainWindow, run_id: str) -> str:
    row = window.model.row_of(run_id)
    assert row is not None
    share = window.model.index(row, window.model.keys.index("status")).data(PROGRESS_ROLE)
    return share[1] if share else ""


def test_two_runs_train_at_once_and_a_third_waits(two: MainWindow, qtbot: QtBot) -> None:
    first, second = trained(two, "first"), trained(two, "second")
    assert two.controller.run_ids == [first, second]
    assert not two.banner.isVisible(), "neither waits"
    qtbot.waitUntil(
        lambda: {first, second} == set(two.pages["live"].plots.visible_runs), timeout=PATIENCE
    )
    qtbot.waitUntil(lambda: "left" in progress(two, first), timeout=PATIENCE)
    qtbot.waitUntil(lambda: "left" in progress(two, second), timeout=PATIENCE)
    assert two.controller.memory_bytes > 0
    third = trained(two, "third")
    assert two.banner.words.text().startswith("“third” is queued as number 1")
    assert [run_id for run_id, _ in two.queue.list.entries()] == [third]

    two.runs.select(first)
    qtbot.waitUntil(lambda: two.controller.run_id == first)
    two.training["pause"].trigger()
    qtbot.waitUntil(lambda: two.training["pause"].text() == "Continue", timeout=PATIENCE)
    assert two.store.run(first).status is RunStatus.PAUSED
    assert two.store.run(second).status is RunStatus.RUNNING
    assert two.status.rate.text() == "paused"
    two.runs.select(second)
    qtbot.waitUntil(lambda: two.training["pause"].text() == "Pause")
    assert two.status.rate.text().endswith("images/s")

    with qtbot.waitSignal(two.controller.ended, timeout=PATIENCE) as ended:
        two.training["stop"].trigger()
    assert ended.args[0].run_id == second
    assert two.controller.run_ids == [first], "the third waits for a person, as after any stop"
    with qtbot.waitSignal(two.controller.started, timeout=PATIENCE) as started:
        two.queue.start.click()
    assert started.args[0].run_id == third
    assert two.store.run(first).status is RunStatus.PAUSED
    two.files.may_discard = lambda: True
    two.close()


def test_status_and_verdict_are_of_the_run_that_is_followed(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    made: list[Asked] = []

    def make(store: Path, tell: Tell, **_: object) -> Asked:
        made.append(Asked(store, tell, capacity=2))
        return made[-1]

    monkeypatch.setattr("ui.running.run_controller.LocalExecutor", make)
    window = open_window()
    (executor,) = made
    hear = executor.tell
    first, second = trained(window, "first"), trained(window, "second")
    for run_id, rate in ((first, 100.0), (second, 2000.0)):
        hear(StatusChanged(run_id, RunStatus.RUNNING))
        hear(Started(run_id, 0, 10, 5, 64, 1000, 1000, "CPU"))
        hear(Steps(run_id, 1, [1.0], [2.0], [0.5], [0.1], [rate]))
    window.status.refresh()
    assert window.status.rate.text() == "2,000 images/s"
    hear(Progress(first, "evaluating"))
    assert window.status.rate.text() == "2,000 images/s"
    window.runs.select(first)
    qtbot.waitUntil(lambda: window.status.rate.text() == "100 images/s")
    window.training["pause"].trigger()
    window.training["stop"].trigger()
    assert executor.commands == [(first, Pause()), (first, Stop())]
    hear(StatusChanged(first, RunStatus.STOPPED))
    assert window.controller.run_id == second
    assert window.status.rate.text() == "2,000 images/s"
    assert progress(window, first) == ""
    assert window.controller.state_of(second).pace.step == 1
