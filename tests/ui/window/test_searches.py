"""Searches in the window: begun, paused, stopped, extended, broken off, and gone on with."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.engine.executors import Asked, pretend
from tests.ui.conftest import OpenWindow
from ui.running.search_controller import SearchController, SearchState
from ui.running.task_runner import AskedTask, TaskRunner
from ui.window.main_window import MainWindow
from workbench.evaluation.predictions import Evaluated
from workbench.execution.executor import Tell
from workbench.execution.messages import Continue, Pause, StatusChanged
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.data import DataInfo
from workbench.study.asking.request import SweepRequest
from workbench.study.sweeps.plan import SweepPlan

PATIENCE = 20_000
RATES = {0.001: 0.9, 0.002: 0.95, 0.003: 0.97, 0.004: 0.8}
"""What a learning rate reaches, in place of training."""


def reaches(experiment: Any) -> float:
    return RATES[experiment.optimizer.learning_rate]


class Slow(Asked):
    """An executor whose runs end when a test says so."""

    def __init__(self, store: Path, tell: Tell, **given: Any) -> None:
        super().__init__(store, tell)
        self._folder = store

    def end(self, window: MainWindow, reached: float | None = None) -> str:
        """Ends the run that was submitted last, at what its rate reaches; its id."""
        run_id, maker = self.submitted[-1]
        with Store(window.store.folder) as store:
            given = reaches if reached is None else lambda _: reached
            status = pretend(store, run_id, given, maker)
            message = store.run(run_id).message
        self.tell(StatusChanged(run_id, status, message))
        return run_id


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Slow]:
    """The executors of the windows that are opened."""
    found: list[Slow] = []

    def make(store: Any, tell: Tell, **given: Any) -> Slow:
        found.append(Slow(store, tell, **{k: v for k, v in given.items() if k == "capacity"}))
        return found[-1]

    monkeypatch.setattr("ui.running.run_controller.LocalExecutor", make)
    monkeypatch.setattr("ui.running.task_runner.TaskRunner.ask", lambda *given, **named: Answered())
    return found


class Quick(Slow):
    """An executor that ends each run at the next turn of the event loop."""

    def submit(self, run_id: str, maker: str = "") -> None:
        super().submit(run_id, maker)
        QTimer.singleShot(0, self._end_it)

    def _end_it(self) -> None:
        run_id, maker = self.submitted[-1]
        with Store(self._folder) as store:
            status = pretend(store, run_id, lambda e: 0.9 + e.training.seed / 100, maker)
        self.tell(StatusChanged(run_id, status))


def answer(runner: TaskRunner, task: Any, request: Any, **given: Any) -> AskedTask:
    """A task that is done at once: what a network answers on the test images, by its optimizer."""
    asked = AskedTask(runner, task, request, measures=False)
    asked.done.connect(given["done"])

    def finish() -> None:
        with Store(runner._store) as store:
            optimizer = store.run(request.run_id).experiment.optimizer.name()
        seed = int(request.run_id[-1], 16) / 10_000
        asked.done.emit(
            Evaluated(360, {"adam": 0.99, "momentum": 0.9}.get(optimizer, 0.8) + seed, "")
        )
        asked.close()

    QTimer.singleShot(0, finish)
    return asked


class Answered:
    """A task that is never done: the test part isn't read here."""

    def __getattr__(self, name: str) -> Any:
        return self

    def connect(self, slot: object) -> None: ...


def plan_of(window: MainWindow, rates: str, **request: Any) -> tuple[SweepPlan, DataInfo]:
    info = window.editor.info
    assert info is not None
    asked = SweepRequest((f"optimizer.learning_rate={rates}",), **request)
    return asked.plan(window.editor.experiment, info), info


def begin(window: MainWindow, qtbot: QtBot, rates: str = "0.001,0.002", **request: Any) -> str:
    """The id of a study that was begun, once its first run has a place."""
    plan, info = plan_of(window, rates, **request)
    window.searches.start_sweep(plan, info)
    qtbot.waitUntil(lambda: bool(window.searches.under_way), timeout=PATIENCE)
    return window.searches.study_id


def next_begun(searches: SearchController, before: str, qtbot: QtBot) -> None:
    """Waits until another run of the search has a place."""
    qtbot.waitUntil(
        lambda: bool(searches.under_way) and searches.under_way[0] != before, timeout=PATIENCE
    )


def trained(window: MainWindow, study_id: str) -> list[tuple[int | None, float]]:
    """The trials of a study with their learning rates, by number."""
    runs = window.store.trial_runs(study_id)
    found = [(run.trial, run.experiment.optimizer.learning_rate) for run in runs]
    return sorted(found, key=str)


def test_trials_train_one_after_another_and_the_test_part_is_asked_for(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    searches = window.searches
    study_id = begin(window, qtbot, "0.001,0.002,0.003")
    assert searches.state is SearchState.RUNNING
    assert "trial 1 of 3" in searches.words
    seen = [made[0].end(window)]
    for _ in range(2):
        next_begun(searches, seen[-1], qtbot)
        seen.append(made[0].end(window))
    qtbot.waitUntil(lambda: "testing 3 runs" in searches.words, timeout=PATIENCE)
    assert trained(window, study_id) == [(1, 0.001), (2, 0.002), (3, 0.003)]
    study = window.store.studies()[0]
    assert study.choices[-1]["best"] == 3
    assert not window.store.queue()


def test_a_paused_search_begins_nothing_and_goes_on(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    searches, executor = window.searches, made[0]
    begin(window, qtbot)
    first = searches.under_way[0]
    searches.pause()
    assert searches.is_paused
    assert executor.commands == [(first, Pause())]
    executor.end(window)
    qtbot.waitUntil(lambda: not searches.run_ids, timeout=PATIENCE)
    assert len(executor.submitted) == 1
    searches.continue_search()
    next_begun(searches, first, qtbot)
    searches.pause()
    searches.continue_search()
    assert executor.commands[-1] == (searches.under_way[0], Continue())


def test_stop_ends_it_after_the_trial_under_way_with_all_its_seeds(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    study_id = begin(window, qtbot, seeds=2)
    window.searches.stop()
    with qtbot.waitSignal(window.searches.ended, timeout=PATIENCE) as ended:
        first = made[0].end(window)
        next_begun(window.searches, first, qtbot)
        made[0].end(window)
    assert ended.args[0] == study_id
    assert "can be resumed" in ended.args[1]
    assert [trial for trial, _ in trained(window, study_id)] == [1, 1]
    assert window.searches.state is SearchState.NONE
    window.searches.resume(study_id)
    qtbot.waitUntil(lambda: "trial 2" in window.searches.words, timeout=PATIENCE)
    assert [trial for trial, _ in trained(window, study_id)] == [1, 1, 2, 2]


def test_a_stopped_run_pauses_the_search(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    """As it holds the queue: a person may want to change something."""
    window = open_window()
    begin(window, qtbot)
    run_id = window.searches.under_way[0]
    window.controller.stop()
    with Store(window.store.folder) as store:
        assert store.claim(run_id)
        store.finish(run_id, RunStatus.STOPPED)
    made[0].tell(StatusChanged(run_id, RunStatus.STOPPED))
    qtbot.waitUntil(lambda: window.searches.is_paused, timeout=PATIENCE)
    window.searches.continue_search()
    next_begun(window.searches, run_id, qtbot)
    assert "trial 2" in window.searches.words


def test_what_was_interrupted_is_said_and_goes_on(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    begin(window, qtbot)
    with qtbot.waitSignal(window.searches.failed, timeout=PATIENCE):
        run_id = made[0].end(window, float("inf"))
    assert window.searches.is_paused
    window.searches.continue_search()
    qtbot.waitUntil(lambda: len(made[0].submitted) == 2, timeout=PATIENCE)
    assert made[0].submitted[1][0] == run_id


def test_a_run_that_is_trained_beside_waits_its_turn(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    """A held queue stays held; one that goes has its own order."""
    window = open_window()
    waiting = window.controller.enqueue(window.editor.experiment)
    assert waiting is not None
    begin(window, qtbot)
    assert window.store.queue_held
    first = made[0].end(window)
    next_begun(window.searches, first, qtbot)
    assert waiting.run_id not in [run_id for run_id, _ in made[0].submitted]
    window.controller.hold_queue(False)
    made[0].end(window)
    qtbot.waitUntil(lambda: made[0].submitted[-1][0] == waiting.run_id, timeout=PATIENCE)


def test_a_run_deleted_from_the_queue_does_not_hold_the_search_up(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    study_id = begin(window, qtbot, seeds=2)
    waits = next(run for run in window.store.queue() if run.run_id not in window.searches.under_way)
    window.edits.delete([waits.run_id])
    made[0].end(window)
    qtbot.waitUntil(lambda: "trial 2" in window.searches.words, timeout=PATIENCE)
    assert [trial for trial, _ in trained(window, study_id)] == [1, 2, 2]


def test_extended_under_way_and_afterwards(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    begun = begin(window, qtbot, "0.001,0.002,0.003,0.004", strategy="random", runs=1)
    window.searches.extend(begun, 1)
    seen = [made[0].end(window)]
    for _ in range(2):  # the baseline is one of them, or comes besides
        if "testing" not in window.searches.words:
            next_begun(window.searches, seen[-1], qtbot)
            seen.append(made[0].end(window))
    qtbot.waitUntil(lambda: "testing" in window.searches.words, timeout=PATIENCE)
    assert sorted({trial for trial, _ in trained(window, begun)} - {0}) == [1, 2]
    assert SweepPlan.of_plain(window.store.studies()[0].plan).runs == 2


def test_one_at_a_time(made: list[Slow], open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    begin(window, qtbot)
    plan, info = plan_of(window, "0.003,0.004")
    with qtbot.waitSignal(window.searches.failed, timeout=PATIENCE) as failed:
        window.searches.start_sweep(plan, info)
    assert "under way" in failed.args[0]
    assert len(window.store.studies()) == 1


def test_a_window_that_was_closed_offers_to_go_on(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    study_id = begin(window, qtbot, "0.001,0.002,0.003")
    first = made[0].end(window)
    next_begun(window.searches, first, qtbot)
    window.files.may_discard = lambda: True  # type: ignore[method-assign]
    window.close()
    again = open_window()
    with qtbot.waitSignal(again.searches.offered, timeout=PATIENCE) as offered:
        again.start(None)
    assert [study.study_id for study in offered.args[0]] == [study_id]
    assert "broken off" in again.banner.words.text()
    again.banner.button.click()
    qtbot.waitUntil(lambda: bool(again.searches.under_way), timeout=PATIENCE)
    second = made[1].end(again)
    next_begun(again.searches, second, qtbot)
    made[1].end(again)
    qtbot.waitUntil(lambda: "testing" in again.searches.words, timeout=PATIENCE)
    assert trained(again, study_id) == [(1, 0.001), (2, 0.002), (3, 0.003)]


def test_what_ended_is_not_offered(made: list[Slow], open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    begin(window, qtbot)
    window.searches.stop()
    with qtbot.waitSignal(window.searches.ended, timeout=PATIENCE):
        made[0].end(window)
    assert window.store.abandoned_studies() == []


def test_a_search_that_cannot_begin_says_why(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    with qtbot.waitSignal(window.searches.failed, timeout=PATIENCE) as failed:
        window.searches.resume("none")
    assert "gone" in failed.args[0]
    assert window.searches.state is SearchState.NONE
    qtbot.waitUntil(partial(lambda: "gone" in window.banner.words.text()), timeout=PATIENCE)


def right_click(widget: QWidget, monkeypatch: pytest.MonkeyPatch) -> QMenu:
    """Presses the right button; the menu that opens."""
    opened: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, place: opened.append(menu))
    place, reason = QPoint(6, 6), QContextMenuEvent.Reason.Mouse
    QTest.mouseClick(widget, Qt.MouseButton.RightButton, pos=place)
    QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place)))
    return opened.pop()


def left_click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_three_optimizers_five_seeds_and_tell_me(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In five clicks at most, to the sentence of "Which is better?"."""
    monkeypatch.setattr("ui.running.run_controller.LocalExecutor", Quick)
    monkeypatch.setattr("ui.running.task_runner.TaskRunner.ask", answer)
    quick = open_window()
    form = quick.experiment.forms["optimizer"]
    assert form.kind_box is not None
    quick.experiment.reveal("optimizer.kind")
    clicks = 0

    menu = right_click(form.kind_box, monkeypatch)
    clicks += 1
    next(each for each in menu.actions() if each.text() == "Try several values…").trigger()
    clicks += 1
    footer = quick.experiment.footer
    assert footer is not None
    field = footer.seeds.lineEdit()
    field.selectAll()
    left_click(field)
    clicks += 1
    field.selectAll()
    QTest.keyClicks(footer.seeds, "5")
    qtbot.waitUntil(lambda: "3 runs x 5 seeds" in footer.words.text(), timeout=PATIENCE)
    with qtbot.waitSignal(quick.searches.ended, timeout=PATIENCE):
        left_click(footer.start_button)
        clicks += 1
    assert clicks <= 5

    study = quick.store.studies()[0]
    runs = quick.store.trial_runs(study.study_id)
    assert len(runs) == 15
    assert {run.experiment.optimizer.name() for run in runs} == {"adam", "momentum", "rmsprop"}
    assert {run.status for run in runs} == {RunStatus.COMPLETED}
    said = quick.banner.words.text()
    assert "Best: trial " in said
    assert quick.searches.answer[-1] in said
    assert "than" in quick.searches.answer[-1]
