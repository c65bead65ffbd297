"""What the queue will take, in the real window's Queue panel."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from tests.benchmarks import many_runs
from tests.engine.hardware.test_preflight import MEASURED
from tests.ui.conftest import OpenWindow
from tests.ui.panels.test_speed import BARE
from ui.panels.runs.queue import ESTIMATE_ROLE, QueueDelegate
from ui.window.main_window import MainWindow
from workbench.experiment import Experiment
from workbench.hardware import preflight, remembered
from workbench.runs import rows
from workbench.runs.record import Run

PATIENCE = 120_000


def keep(window: MainWindow, experiment: Experiment, known: preflight.Preflight = MEASURED) -> None:
    """Puts a measurement where the window looks for it."""
    key = preflight.key(BARE, experiment)
    remembered.remember(window.store.folder, preflight.KIND, key, known)


def estimates(window: MainWindow) -> list[str]:
    """As the list shows them."""
    items = [window.queue.list.item(row) for row in range(window.queue.list.count())]
    return [(item.data(ESTIMATE_ROLE) or ("",))[0] for item in items]


def test_known_runs_are_summed_and_those_too_large_named(window: MainWindow, qtbot: QtBot) -> None:
    panel, forecast = window.queue, window.forecast
    assert panel.sums.isHidden(), "nothing waits"
    experiment = window.editor.experiment.with_settings({"training.epochs": 25})
    keep(window, experiment)
    large = experiment.with_settings({"training.batch_size": 7, "name": "large"})
    window.controller.machine = BARE
    for one in (experiment, experiment.with_settings({"training.seed": 5}), large):
        window.controller.enqueue(one)
    window.bottom.setCurrentWidget(panel)
    qtbot.waitUntil(lambda: panel.total.words == "2 of 3 known: at least 6 min")
    assert estimates(window) == ["about 3 min (64 ms a step, 1.2 GB of 15 GB)"] * 2 + [""]
    assert forecast._idle.isActive(), "the third is measured when nothing else is to be done"
    keep(window, large, replace(MEASURED, memory_bytes=10**12))
    forecast.look()
    qtbot.waitUntil(lambda: panel.total.words.startswith("3 runs, about 9 min, until "))
    assert panel.total.words.endswith("if run now; large doesn't fit in memory")
    assert panel.list.item(2).data(ESTIMATE_ROLE)[1], "as bad news"
    assert not forecast._idle.isActive()
    window.changes.delete(panel.list.ids())
    qtbot.waitUntil(lambda: panel.total.words == "")
    assert panel.sums.isHidden()


def test_the_queue_follows_names_and_else_is_left_alone(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = window.controller.enqueue(window.editor.experiment)
    assert run is not None
    assert window.queue.list.entries() == [(run.run_id, run.name)]
    window.edits.set_column("name", {run.run_id: "another name"})
    assert window.queue.list.entries() == [(run.run_id, "another name")]
    looked: list[object] = []
    monkeypatch.setattr(window.forecast, "show_queue", looked.append)
    window.controller.queue_changed.emit()  # as each second of a run, when its metrics are written
    assert looked == []


def test_of_many_waiting_runs_the_window_reads_names_alone(
    open_window: OpenWindow, store_folder: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    many_runs.fill(store_folder, 1000, "queued")
    read: list[bool] = []

    def run_of(row: sqlite3.Row) -> Run:
        read.append(threading.current_thread() is threading.main_thread())
        return rows_run_of(row)

    rows_run_of = rows.run_of
    monkeypatch.setattr(rows, "run_of", run_of)
    window = open_window()
    assert window.queue.list.count() == 1000
    assert read == [], "names are enough"
    window.controller.machine = BARE
    window.controller.reorder(window.queue.list.ids()[::-1])
    assert window.queue.list.entries()[0][1] == "sweep 999"
    qtbot.waitUntil(lambda: len(window.forecast._expected) == 1000, timeout=PATIENCE)
    assert [one.name for one in window.forecast._expected[:2]] == ["sweep 999", "sweep 998"]
    assert len(read) >= 1000
    assert not any(read), "whole runs are read off the window's thread"


def test_no_name_is_cut_off_for_a_part_of_a_pixel(window: MainWindow) -> None:
    font = window.queue.list.font()
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # as on a dense screen
    window.queue.list.setFont(font)
    for name in ("small-filters", "one-cycle", "l2 1e-4", "depthwise, with a long name"):
        experiment = window.editor.experiment.with_settings({"name": name})
        run = window.store.create(experiment)
        window.queue.list.show_runs([(run.run_id, run.name)])
        option = QStyleOptionViewItem()
        option.font = font
        option.fontMetrics = QFontMetrics(font)
        delegate = window.queue.list.itemDelegate()
        assert isinstance(delegate, QueueDelegate)
        delegate.initStyleOption(option, window.queue.list.model().index(0, 0))
        assert option.text == name


def test_unknown_runs_are_measured_and_a_person_can_end_that(
    quick: MainWindow, qtbot: QtBot
) -> None:
    panel, forecast = quick.queue, quick.forecast
    quick.training["queue"].trigger()
    quick.editor.set("training.batch_size", 50)
    quick.training["queue"].trigger()
    quick.controller.warm_up()
    qtbot.waitUntil(lambda: forecast._idle.isActive(), timeout=PATIENCE)
    forecast.measure()
    assert estimates(quick) == ["estimating…", ""]
    assert not panel.task_bar.isHidden()
    panel.task_bar.button.click()
    qtbot.waitUntil(lambda: not forecast._latest.is_busy)
    assert panel.task_bar.isHidden()
    assert not forecast._idle.isActive(), "a person ended it"
    assert estimates(quick) == ["", ""]
    panel.measure.click()
    assert panel.measure.isHidden()
    qtbot.waitUntil(lambda: panel.total.words.startswith("1 of 2 known"), timeout=PATIENCE)
    forecast.measure()
    qtbot.waitUntil(lambda: panel.total.words.startswith("2 runs, about "), timeout=PATIENCE)
    quick.editor.set("training.batch_size", 25)
    quick.training["queue"].trigger()
    qtbot.waitUntil(lambda: forecast._idle.isActive(), timeout=PATIENCE)
    forecast.measure()
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        panel.start.click()
        assert forecast._task is None, "a run ends the measuring"
        qtbot.waitUntil(lambda: bool(forecast._under_way))
        assert len(forecast._expected) == 2, "the run under way is not counted twice"
        forecast.measure()
        assert forecast._task is None, "nothing is measured while a run trains"
        quick.controller.stop()
