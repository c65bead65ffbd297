"""A new run in the window: which one is selected, where it waits, and what stays as it was."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_run, add_runs
from tests.ui.window.test_repeats import entry, submenu
from ui.window.main_window import MainWindow
from workbench.base.text import isolate_names
from workbench.execution.messages import StatusChanged
from workbench.hardware.forecast import Expected, clock, start
from workbench.runs.record import Run
from workbench.runs.status import RunStatus

PATIENCE = 60_000


@pytest.fixture
def runs(idle: MainWindow) -> list[Run]:
    made = add_runs(idle.store, 4)
    idle.show_runs()
    return made


def shown(window: MainWindow) -> list[str]:
    return [str(window.model.index(row, 0).data()) for row in range(window.model.rowCount())]


def test_ctrl_return_selects_the_new_run_alone(
    idle: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    idle.runs.select(runs[1].run_id)
    idle.activateWindow()
    qtbot.waitUntil(idle.isActiveWindow)
    qtbot.keyClick(idle.runs.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert idle.controller.run_id is not None
    qtbot.waitUntil(lambda: idle.runs.current_id == idle.controller.run_id)
    assert idle.runs.chosen_ids == [idle.controller.run_id]


def test_train_during_a_run_waits_at_the_end_and_says_so(idle: MainWindow, qtbot: QtBot) -> None:
    idle.training.train()
    first = idle.controller.run_id
    assert not idle.banner.isVisible()
    for name in ("qa", "qb"):
        idle.editor.set("name", name)
        idle.training.enqueue()
    idle.tabs.setCurrentWidget(idle.pages["data"])
    idle.editor.set("name", "qc")
    idle.training.train()
    queue = [run.name for run in idle.store.queue() if run.run_id != first]
    assert queue == ["qa", "qb", "qc"]
    assert idle.banner.words.text() == "“qc” is queued as number 3."
    assert idle.tabs.currentWidget() is idle.pages["data"], "nothing new is to be seen in Live"
    idle.bottom.setCurrentWidget(idle.runs)
    idle.banner.button.click()
    assert idle.bottom.currentWidget() is idle.queue


def test_a_name_turns_nothing_else_of_the_sentence(idle: MainWindow) -> None:
    idle.training.train()
    idle.editor.set("name", "שלום")
    idle.training.train()
    assert idle.banner.words.text() == "“\u2068שלום\u2069” is queued as number 1."


def test_nor_in_any_other_sentence(idle: MainWindow, isolating: None, qtbot: QtBot) -> None:
    """Undo, evaluation, what a run ended with, and a setting's trial: one rule for all of them."""
    name = "שלום.ext-2"
    shown = f"\u2068{name}\u2069"
    run = add_run(idle.store, 1, name=name)
    idle.show_runs()
    idle.trials.use_settings(run.run_id)
    assert f"use of the settings of {shown}" in idle.undo_stack.undoText()
    evaluate, inside = (idle.pages[key] for key in ("evaluate", "inside"))
    idle.runs.select(run.run_id)
    idle.tabs.setCurrentWidget(evaluate)
    qtbot.waitUntil(lambda: shown in texts(evaluate))
    idle.tabs.setCurrentWidget(inside)
    qtbot.waitUntil(lambda: shown in texts(inside))
    idle.follower.ended.connect(lambda sentence, bad: said.append(sentence))
    said: list[str] = []
    idle.controller.ended.emit(StatusChanged(run.run_id, RunStatus.FAILED, "it ended"))
    assert said == [f"{shown}: it ended"]


def texts(page: QWidget) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel))


@pytest.fixture
def isolating() -> Iterator[None]:
    """As the application does."""
    isolate_names()
    yield
    isolate_names(False)


def test_resume_during_a_run_says_that_it_is_next(
    idle: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    stopped = next(run for run in runs if run.status.can_resume)
    resume = idle.runs.actions_["resume"]
    idle.runs.select(stopped.run_id)
    qtbot.waitUntil(resume.isEnabled)
    idle.training.train()
    idle.editor.set("name", "waits")
    idle.training.enqueue()
    assert not idle.banner.isVisible()
    idle.runs.select(stopped.run_id)
    qtbot.waitUntil(lambda: idle.runs.current_id == stopped.run_id)
    resume.trigger()
    waiting = [r.name for r in idle.store.queue() if r.run_id != idle.controller.run_id]
    assert waiting == [stopped.name, "waits"]
    assert idle.banner.words.text() == f"“{stopped.name}” is queued as number 1."


def test_resume_begins_at_once_while_nothing_trains(
    idle: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    stopped = next(run for run in runs if run.status.can_resume)
    idle.runs.select(stopped.run_id)
    qtbot.waitUntil(idle.runs.actions_["resume"].isEnabled)
    idle.runs.actions_["resume"].trigger()
    assert idle.controller.run_id == stopped.run_id
    assert not idle.banner.isVisible()


def test_it_says_when_the_run_will_begin(idle: MainWindow) -> None:
    idle.training.train()
    now = time.time()
    idle.forecast._under_way = [_expected(600.0, idle.controller.run_id or "")]
    idle.forecast._expected = []
    idle.editor.set("name", "next")
    idle.training.train()
    assert idle.banner.words.text() in {
        f"“next” is queued as number 1, starts about {clock(now + late, now)}."
        for late in (600.0, 660.0)
    }


def _expected(seconds: float | None, run_id: str = "run") -> Expected:
    class Known(Expected):
        @property
        def seconds(self) -> float | None:
            return seconds

    return Known(run_id, "name")


def test_when_a_run_begins_is_known_once_all_before_it_are() -> None:
    assert start([_expected(10.0), _expected(5.0)], 1000.0, 2.0) == 1017.0
    assert start([_expected(10.0), _expected(None)], 1000.0, 2.0) is None
    assert start([], 1000.0, None) is None


def test_a_held_queue_is_said_and_can_be_let_go(idle: MainWindow) -> None:
    idle.training.train()
    idle.controller.hold_queue(True)
    idle.editor.set("name", "next")
    idle.training.train()
    assert idle.banner.words.text() == "“next” is queued as number 1; the queue is on hold."
    assert idle.banner.button.text() == "Run queue"
    idle.banner.button.click()
    assert not idle.store.queue_held


def test_a_second_group_waits_behind_the_first(idle: MainWindow, qtbot: QtBot) -> None:
    for name in ("base", "dropout"):
        idle.editor.set("name", name)
        with qtbot.waitSignal(idle.controller.queued, timeout=PATIENCE):
            entry(submenu(idle, "Train with several seeds"), "3 seeds").trigger()
    assert [run.experiment.name for run in idle.store.queue()] == ["base"] * 3 + ["dropout"] * 3
    assert idle.banner.words.text() == (
        "3 runs are queued from number 3 on, as the group “dropout 3 seeds”."
    )


def test_a_filter_stays_and_the_run_it_hides_is_named(
    idle: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    idle.runs.filter.setText("status = completed")
    qtbot.waitUntil(lambda: idle.model.rowCount() == 3)
    before = shown(idle)
    idle.editor.set("name", "mine")
    idle.training.train()
    qtbot.waitUntil(idle.banner.isVisible)
    assert idle.banner.words.text() == "“mine” is not in the table: the filter hides it."
    assert idle.runs.filter.text() == "status = completed"
    assert shown(idle) == before
    idle.banner.button.click()
    assert idle.runs.filter.text() == ""
    qtbot.waitUntil(lambda: idle.runs.current_id == idle.controller.run_id)


def test_groups_stay_and_that_of_the_new_run_unfolds(
    idle: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    idle.runs.group_by("optimizer.kind")
    qtbot.waitUntil(lambda: idle.model.rowCount() == 1)
    idle.training.train()
    qtbot.waitUntil(lambda: idle.runs.current_id == idle.controller.run_id)
    assert idle.model.group == "optimizer.kind"
    assert idle.model.rowCount() == 6
    assert not idle.banner.isVisible()
