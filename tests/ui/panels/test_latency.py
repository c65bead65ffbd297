"""The page "Speed" of the Inside tab, in the real window: measured, remembered, cancelled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.made_up import add_run
from tests.ui.window.test_training import PATIENCE, train
from ui.panels.inside.latency import LatencyPage
from ui.window.main_window import MainWindow
from workbench.evaluation import latency
from workbench.evaluation.latency import Latency, MeasuredLatency
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.machine import Machine, Processor

HERE = Machine(Processor("Some CPU", 2))
POINTS = [Latency(1, 1, 50, 0.5, 0.7, 0.9, 2000.0), Latency(0, 64, 50, 5.0, 6.0, 7.0, 12_800.0)]


def page_of(window: MainWindow) -> LatencyPage:
    window.tabs.setCurrentWidget(window.pages["inside"])
    window.pages["inside"].show_page(window.pages["inside"].speed)
    return window.pages["inside"].speed


def texts(page: LatencyPage, row: int) -> list[str]:
    items = [page.table.item(row, column) for column in range(page.table.columnCount())]
    return [item.text() for item in items if item is not None]


def test_measure_copy_cancel_and_find_it_again(
    quick: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(quick)
    assert not page.button.isEnabled()
    assert page.empty.text().startswith("Select a run")
    assert not page.split.isVisible()
    assert not page.copy_button.isEnabled()
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        run_id = train(quick)
    page_of(quick)
    qtbot.waitUntil(page.button.isEnabled, timeout=PATIENCE)
    page.sizes.setText("1, many")
    page.button.click()
    assert page.words.text() == (
        "Batch sizes: 'many' is no whole number from 1 to 65,536; write 1,8,64"
    )
    assert not page.bar.is_busy
    page.sizes.setText("1, 4")
    whole = latency.request
    monkeypatch.setattr(latency, "request", lambda *a: replace(whole(*a), seconds=0.05))
    page.button.click()
    assert page.bar.is_busy
    assert not page.button.isVisible()
    qtbot.waitUntil(lambda: not page.bar.is_busy, timeout=PATIENCE)
    assert not page.words.text()
    assert [(p.threads, p.batch_size) for p in page.points] == [(1, 1), (1, 4), (0, 1), (0, 4)]
    assert texts(page, 3)[:2] == ["all", "4"]
    assert len(page.plot.view.curves.lines) == 2 * 3, "two numbers of threads, three lines each"
    page.copy_button.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == list(latency.HEADS)
    assert float(lines[1].split("\t")[3]) == page.points[0].median
    assert quick.editor.machine is not None
    assert latency.recall(quick.store.folder, quick.editor.machine, run_id) == page.points

    # The process that is warm answers first.
    monkeypatch.setattr(latency, "THREADS", tuple(reversed(latency.THREADS)))
    page.sizes.setText("2, 3, 5")
    page.button.click()
    qtbot.waitUntil(lambda: bool(page.points), timeout=PATIENCE)
    page.bar.cancel()
    assert not page.bar.is_busy
    assert page.button.isEnabled()
    assert page.points, "what was measured so far stays"
    assert page.points[0].batch_size == 2
    assert not page._left, "nothing goes on by itself"


@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
def test_what_was_measured_on_this_machine_is_shown_with_its_run(
    open_window: OpenWindow, store_folder: Path, qtbot: QtBot
) -> None:
    with Store(store_folder) as store:
        first, second = add_run(store, 0), add_run(store, 1)
        running = add_run(store, 2, status=RunStatus.RUNNING)
        found = MeasuredLatency(tuple(POINTS), "CPU", 0.0)
        latency.remember(store_folder, HERE, first.run_id, 3, found)
    window = open_window()
    page = page_of(window)
    page.show_run(first)
    assert not page.points, "nothing is known of the machine yet"
    window.editor.set_machine(HERE)
    assert page.points == POINTS
    assert texts(page, 0) == ["1", "1", "0.500", "0.700", "0.900", "2,000"]
    assert page.split.isVisible()
    with qtbot.waitSignal(window.pages["inside"].export_requested) as asked:
        page.export_action.trigger()
    assert [one.name for one in asked.args[0].series][:2] == [
        "1 thread, median",
        "1 thread, 99 % of calls",
    ]
    page.show_run(second)
    assert not page.points
    assert not page.export_action.isEnabled()
    assert page.empty.isVisible()
    assert second.name in page.empty.text()
    page.show_run(running)
    assert not page.button.isEnabled()
    assert "still trains" in page.button.toolTip()
    page.show_run(first)
    window.editor.set_machine(Machine(Processor("another", 8)))
    assert not page.points


@pytest.mark.parametrize("gain", [0.9, 1.1])
def test_the_names_of_two_lines_that_end_close_stand_apart(
    window: MainWindow, qtbot: QtBot, gain: float
) -> None:
    page = page_of(window)
    page._show_points(
        [Latency(threads, 64, 50, t, t, 2 * t, 1.0) for threads, t in ((1, 5.0), (0, 5.0 * gain))]
    )

    def apart() -> bool:
        one, other = (name.mapRectToScene(name.boundingRect()) for name in page.plot._names)
        return not one.intersects(other)

    qtbot.waitUntil(apart)  # they are placed when they are painted


def test_while_a_run_trains_it_waits(window: MainWindow, store_folder: Path) -> None:
    page = page_of(window)
    page.show_run(add_run(window.store))
    window.task_runner.set_training(True)
    page.button.click()
    assert "waits until nothing trains" in page.bar.words.text()
    assert window.task_runner.current is None
    page.bar.cancel()
    assert page.button.isVisible()
