"""Search, page "Sweep": through the real window, from the trials of the store to the answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_sweep, add_trial
from ui.panels.search.sweep_page import SweepPage
from ui.running.search_controller import SearchState
from ui.window.main_window import MainWindow
from workbench.runs.status import RunStatus
from workbench.runs.studies import StudyRecord
from workbench.study.sweeps.choice import front
from workbench.study.sweeps.goals import goals_of
from workbench.study.sweeps.plan import SweepPlan

LEFT = Qt.MouseButton.LeftButton
PATIENCE = 30_000


@pytest.fixture
def page(window: MainWindow) -> SweepPage:
    """The page in front."""
    window.tabs.setCurrentWidget(window.pages["search"])
    return window.pages["search"].sweep


def settled(page: SweepPage, qtbot: QtBot) -> None:
    """Waits until the page has read the store once more, and drawn it."""
    page.follow.mark()
    views = page.views
    qtbot.waitUntil(
        lambda: (
            not (
                page.follow.is_stale
                or page.latest.is_busy
                or (views.isVisible() and views.follow.is_stale)
                or views.latest.is_busy
                or views.importance.latest.is_busy
            )
        ),
        timeout=PATIENCE,
    )


@pytest.fixture
def shows(window: MainWindow, page: SweepPage, qtbot: QtBot) -> Callable[..., StudyRecord]:
    """Adds a sweep to the store, and waits until it is shown, with its runs below."""

    def act(name: str = "digits sweep", **made: object) -> StudyRecord:
        study = add_sweep(window.store, name, **made)  # type: ignore[arg-type]
        runs = len(window.store.runs())
        window.show_runs()
        qtbot.waitUntil(lambda: window.model.total == runs, timeout=PATIENCE)
        settled(page, qtbot)
        return study

    return act


def column(page: SweepPage, title: str) -> int:
    return [column.title for column in page.trials.trials.columns].index(title)


def cells(page: SweepPage, title: str) -> list[str]:
    model = page.trials.trials
    place = column(page, title)
    return [str(model.index(row, place).data()) for row in range(model.rowCount())]


def click_head(page: SweepPage, title: str, qtbot: QtBot) -> None:
    header = page.trials.horizontalHeader()
    place = column(page, title)
    x = header.sectionViewportPosition(place) + 8
    qtbot.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))


def chosen_below(window: MainWindow) -> set[str]:
    return set(window.runs.table.chosen_ids)


def accuracy_of(page: SweepPage) -> dict[int, float]:
    shown = page.shown
    assert shown is not None
    return {t.number: (t.means(shown.found.plan.goals) or (0.0,))[0] for t in shown.found.trials}


# --- without, and which --------------------------------------------------------------------------


def test_without_a_sweep_it_says_how_to_make_one(page: SweepPage, qtbot: QtBot) -> None:
    settled(page, qtbot)
    assert page.stack.currentWidget() is page.empty
    assert "“Try several values…”" in page.empty.text()


def test_the_newest_is_shown_until_another_is_chosen(
    page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    first = shows("first", trials=2)
    page.restore({})
    shows("second", trials=3, planned=5, is_chosen=False)
    labels = [page.bar.chooser.itemText(n) for n in range(page.bar.chooser.count())]
    assert [label.split(",")[0] for label in labels] == ["second – not finished", "first – ended"]
    assert len(cells(page, "Trial")) == 3
    page.bar.chooser.setCurrentIndex(1)
    page.bar.chooser.activated.emit(1)
    settled(page, qtbot)
    assert cells(page, "Trial") == ["1", "2"]
    assert page.state()["sweep"] == first.study_id


def test_a_plan_that_cannot_be_read_is_said(
    window: MainWindow, page: SweepPage, qtbot: QtBot
) -> None:
    window.store.add_study("newer", {"version": 99})
    settled(page, qtbot)
    assert "newer version" in page.bar.about.words
    assert not page.bar.go.isEnabled()
    assert page.across.isHidden()


# --- the table -----------------------------------------------------------------------------------


def test_trials_with_what_they_reached_and_what_was_refused(
    page: SweepPage, shows: Callable[..., StudyRecord]
) -> None:
    shows(trials=10, seeds=2)
    titles = [column.title for column in page.trials.trials.columns]
    assert titles == [
        "Trial", "Val. acc.", "Status", "Optimizer: learning rate", "Training: batch size", "Runs",
    ]  # fmt: skip
    assert cells(page, "Trial") == [str(n) for n in range(1, 11)]
    assert all(" % ± " in cell for cell in cells(page, "Val. acc."))
    assert cells(page, "Status") == ["finished"] * 10
    assert cells(page, "Runs") == ["2 of 2"] * 10
    assert page.counts.text() == "10 of 10 trials finished"
    assert page.refused.text() == (
        "1 combination refused before training: 1 by parameters < 100000"
    )
    about = page.bar.about.words
    assert "Learning rate 0.0003..0.3:log; batch size 32, 64" in about
    assert "by random search; for the highest validation accuracy" in about
    assert "2 seeds each; 10 trials planned" in about


def test_a_trial_that_failed_or_goes_on_is_told_by_word_and_color(
    window: MainWindow, page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    study = shows(trials=2, planned=6, is_chosen=False)
    plan = SweepPlan.of_plain(study.plan)
    ends = (RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.PRUNED)
    for number, status in enumerate(ends, 3):
        add_trial(window.store, study, plan, number, {"training.batch_size": 32}, status)
    settled(page, qtbot)
    assert cells(page, "Status")[:4] == ["finished", "finished", "failed", "interrupted"]
    assert cells(page, "Status")[4].startswith("pruned after ")
    assert cells(page, "Val. acc.")[2:] == ["–", "–", "–"]
    assert page.counts.text() == "2 of 6 trials finished, 1 interrupted, 1 pruned, 1 failed"
    model, place = page.trials.trials, column(page, "Status")
    colors = {
        model.index(row, place).data(Qt.ItemDataRole.ForegroundRole).name() for row in range(1, 5)
    }
    assert len(colors) == 4
    assert not model.index(3, place).data(Qt.ItemDataRole.DecorationRole).isNull()


def test_a_click_on_a_head_puts_the_best_on_top(
    page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    shows(trials=8)
    reached = accuracy_of(page)
    ranked = sorted(reached, key=lambda number: -reached[number])
    page.views.show_view("trials")
    page.trials.select_trials([ranked[3]])
    click_head(page, "Val. acc.", qtbot)
    assert cells(page, "Trial") == [str(number) for number in ranked]
    assert [row.number for row in page.trials.chosen_rows] == [ranked[3]]
    click_head(page, "Val. acc.", qtbot)
    assert cells(page, "Trial") == [str(number) for number in reversed(ranked)]
    settled(page, qtbot)
    assert cells(page, "Trial")[0] == str(ranked[-1]), "it stays sorted when it is read again"
    assert [row.number for row in page.trials.chosen_rows] == [ranked[3]]
    bold = [row.number for row in page.trials.trials.rows if row.is_best]
    assert bold == [ranked[0]]


def test_a_trial_that_is_selected_selects_its_runs(
    window: MainWindow, page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    shows(trials=3, seeds=2)
    page.views.show_view("trials")
    row = page.trials.visualRect(page.trials.trials.index(1, 0)).center()
    qtbot.mouseClick(page.trials.viewport(), LEFT, pos=row)
    assert chosen_below(window) == set(page.trials.trials.rows[1].run_ids)
    assert len(chosen_below(window)) == 2


# --- plots ---------------------------------------------------------------------------------------


def test_best_so_far_rings_what_was_the_best_and_picks_trials(
    window: MainWindow, page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    shows(trials=12)
    page.views.show_view("best")
    settled(page, qtbot)
    cloud = page.views.best.plot.cloud
    assert cloud is not None
    reached = accuracy_of(page)
    values = np.array([reached[n] for n in range(1, 13)])
    rising = [n for n in range(12) if n == 0 or values[n] > values[:n].max()]
    assert cloud.dots.x.tolist() == list(range(1, 13))
    assert cloud.dots.best.tolist() == rising
    assert "12 of 12 finished trials drawn" in page.views.best.note.text()
    page.views.best.plot.picked.emit(4)
    assert [row.number for row in page.trials.chosen_rows] == [5]
    assert chosen_below(window) == set(page.trials.chosen_rows[0].run_ids)
    marked = page.views.best.plot.cloud
    assert marked is not None
    assert marked.dots.chosen.tolist() == [4]


def test_parallel_axes_pick_trials_of_several_seeds(
    window: MainWindow, page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    shows(trials=9, seeds=2)
    page.views.show_view("parallel")
    settled(page, qtbot)
    view = page.views.parallel
    keys = ["optimizer.learning_rate", "training.batch_size", "val_accuracy"]
    assert view.plot.runs is not None
    assert [axis.column.key for axis in view.plot.runs.axes] == keys
    assert [axis.log for axis in view.plot.runs.axes] == [True, False, False]
    assert len(view.plot.runs.colour_of) == 9, "a line a trial, not a run"
    assert view.axes_button.isHidden()
    view.plot.set_brushes({"val_accuracy": (0.5, 1.0)})
    reached = accuracy_of(page)
    half = (min(reached.values()) + max(reached.values())) / 2
    wanted = {number for number, value in reached.items() if value >= half}
    assert view.note.text() == f"{len(wanted)} of 9 trials brushed."
    view.buttons["select"].click()
    assert {row.number for row in page.trials.chosen_rows} == wanted
    assert len(chosen_below(window)) == 2 * len(wanted)


def test_the_front_of_two_goals_and_its_figure(
    window: MainWindow, page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    shows(trials=8, seeds=2, goals=goals_of(["max:val_accuracy", "min:seconds"]))
    page.views.show_view("front")
    settled(page, qtbot)
    view = page.views.front
    assert view.keys == ("seconds", "val_accuracy")
    cloud = view.plot.cloud
    assert cloud is not None
    shown = page.shown
    assert shown is not None
    on_front = front(shown.found.trials, shown.found.plan.goals)
    assert sorted(n + 1 for n in cloud.dots.best.tolist()) == on_front
    with qtbot.waitSignal(page.export_requested) as asked:
        page.views.export_action.trigger()
    figure, _ = asked.args
    assert figure.means
    assert len(figure.runs) == 16


def test_curves_are_those_of_the_best_or_of_the_chosen(
    page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    shows(trials=3, seeds=2)
    page.views.show_view("curves")
    settled(page, qtbot)
    curves = page.views.curves
    qtbot.waitUntil(lambda: len(curves.compared) == 6 and not curves.reader.is_busy)
    assert curves.plots.state.plot.metric == "val_accuracy"
    page.trials.select_trials([2])
    qtbot.waitUntil(lambda: len(curves.compared) == 2 and not curves.reader.is_busy)
    assert {run.trial for run in curves.compared} == {2}


def test_importance_waits_for_twenty_trials(
    page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    shows("few", trials=3)
    page.views.show_view("importance")
    settled(page, qtbot)
    view = page.views.importance
    assert view.plot.isHidden()
    assert view.note.text() == (
        "No shares yet: from 20 finished trials on; 3 are. Of fewer, noise alone looks important."
    )
    page.restore({"view": "importance"})
    shows("many", trials=24)
    assert not view.plot.isHidden()
    lanes = view.plot.lanes
    assert [lane.label for lane in lanes] == ["Optimizer: learning rate", "Training: batch size"]
    assert sum(lane.value for lane in lanes) == pytest.approx(1.0)
    assert "What is most alike in the best tenth of 24 trials" in view.note.text()


# --- the answer ----------------------------------------------------------------------------------


def test_the_answer_and_what_can_be_done_with_it(
    window: MainWindow, page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    shows(trials=6, seeds=3)
    assert page.views.view is page.views.answer
    answer, shown = page.views.answer, page.shown
    assert shown is not None
    choice = shown.found.choice
    assert choice is not None
    assert answer.best.text().startswith(f"Best: trial {choice.best.number} (")
    assert "test accuracy" in answer.best.text()
    assert f"trial {choice.best.number}" in answer.verdicts.text().lower()
    assert all(line[0].isupper() for line in answer.verdicts.text().split("\n"))
    assert answer.notes.text().startswith("Chosen by the validation images, on which 18 runs")
    before = window.editor.experiment
    answer.use.click()
    now = window.editor.experiment
    assert now.optimizer.learning_rate == choice.best.settings["optimizer.learning_rate"]
    window.undo_stack.undo()
    assert window.editor.experiment == before
    answer.select.click()
    assert [row.number for row in page.trials.chosen_rows] == [choice.best.number]
    answer.copy.click()
    assert QGuiApplication.clipboard().text().startswith("dlopt-workbench sweep digits-cnn --vary ")
    answer.compare.click()
    assert window.tabs.currentWidget() is window.pages["compare"]
    assert chosen_below(window) == {run.run_id for run in choice.read}


def test_before_the_end_the_answer_is_what_is_best_so_far(
    page: SweepPage, shows: Callable[..., StudyRecord]
) -> None:
    shows(trials=4, planned=9, is_chosen=False)
    assert page.views.view is page.left
    page.views.show_view("answer")
    assert page.views.answer.best.text().startswith("Best: trial ")
    assert page.views.answer.verdicts.text().startswith("So far: the choice is made when")
    assert page.views.answer.notes.text() == ""
    assert page.bar.state.words == "Not finished: 4 of 9 trials finished"


# --- controls ------------------------------------------------------------------------------------


def test_controls_are_there_where_they_make_sense(
    window: MainWindow, page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    bar, searches = page.bar, window.searches
    shows("ended", trials=2)
    assert not bar.go.isEnabled()
    assert bar.go.toolTip() == "It has ended; extend it to go on."
    assert not bar.stop.isEnabled()
    assert bar.extend.isEnabled()
    page.restore({})
    study = shows("open", trials=2, planned=4, is_chosen=False)
    assert bar.go.isEnabled()
    assert bar.go.text() == "Resume"
    searches.study_id, searches.words = study.study_id, "trial 3 of 4"
    for state, text, words, stops in (
        (SearchState.RUNNING, "Pause", "Under way: trial 3 of 4", True),
        (SearchState.PAUSED, "Continue", "Paused: trial 3 of 4", True),
        (SearchState.STOPPING, "Continue", "Stops after this trial: trial 3 of 4", False),
    ):
        searches.state = state
        searches.changed.emit(study.study_id)
        settled(page, qtbot)
        assert bar.go.text() == text
        assert bar.go.isEnabled()
        assert bar.stop.isEnabled() == stops
        assert bar.state.words == words
    searches.study_id = "another"
    searches.changed.emit(study.study_id)
    assert bar.go.text() == "Resume"
    assert bar.go.toolTip() == "A search is under way; it has to end first."
    searches.state = SearchState.NONE


def test_buttons_ask_the_controller(
    window: MainWindow,
    page: SweepPage,
    shows: Callable[..., StudyRecord],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[object, ...]] = []
    searches = window.searches
    for name in ("resume", "extend", "pause", "continue_search"):
        monkeypatch.setattr(searches, name, lambda *given, name=name: asked.append((name, *given)))
    study = shows(trials=2, planned=4, is_chosen=False)
    page.bar.go.click()
    page.bar.more.setValue(7)
    page.bar.extend.click()
    searches.study_id, searches.state = study.study_id, SearchState.RUNNING
    page.bar.go.click()
    searches.state = SearchState.PAUSED
    page.bar.go.click()
    searches.state = SearchState.NONE
    assert asked == [
        ("resume", study.study_id),
        ("extend", study.study_id, 7),
        ("pause",),
        ("continue_search",),
    ]


def test_what_is_shown_comes_back(
    page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    first = shows("first", trials=2)
    shows("second", trials=2)
    page.restore({"sweep": first.study_id, "view": "front"})
    settled(page, qtbot)
    assert page.shown is not None
    assert page.shown.listed.study.name == "first"
    assert page.views.view is page.views.front
    assert page.state() == {"sweep": first.study_id, "view": "front"}


def test_where_there_is_room_the_table_is_beside_the_plots(
    window: MainWindow, page: SweepPage, shows: Callable[..., StudyRecord], qtbot: QtBot
) -> None:
    shows(trials=3)
    window.resize(1000, 700)
    page.views.show_view("trials")
    assert page.trials.isVisible()
    window.resize(2200, 900)
    qtbot.waitUntil(lambda: page.across.count() == 2)
    assert page.trials.isVisible()
    assert page.views.view is page.views.best
    assert page.views.best.isVisible()
    window.resize(1000, 700)
    qtbot.waitUntil(lambda: page.across.count() == 1)
    assert not page.trials.isVisible()
    page.views.show_view("trials")
    assert page.trials.isVisible()
