"""The Compare tab through the real window: what is chosen is drawn, hidden, averaged, zoomed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.ui.made_up import STEPS_PER_EPOCH, add_run, add_runs
from ui.background.jobs import Jobs
from ui.panels.compare.curves_page import RunCurvesPage
from ui.plots.compare.cell import CompareCell
from ui.plots.compare.compared import Item
from ui.plots.compare.plots import ComparePlots
from ui.plots.theme import run_style
from ui.window.main_window import MainWindow
from workbench.curves.run import RunCurves
from workbench.figures.settings import Plot
from workbench.runs.record import Run


def settled(page: RunCurvesPage, qtbot: QtBot, count: int) -> ComparePlots:
    """Waits until this many items are drawn."""

    def drawn() -> bool:
        plots = page.plots
        return (
            not page.reader.is_busy
            and not page._apply_soon.isActive()
            and len(plots.state.items) == count
            and not plots.is_averaging
            and all(cell.draws and not plots.scheduler.is_dirty(cell) for cell in plots.cells)
        )

    qtbot.waitUntil(drawn, timeout=20_000)
    return page.plots


@pytest.fixture
def runs(window: MainWindow) -> list[Run]:
    """Four runs in the store, and the Compare tab in front."""
    made = add_runs(window.store, 4)
    window.show_runs()
    window.tabs.setCurrentWidget(window.pages["compare"])
    return made


@pytest.fixture
def page(window: MainWindow, runs: list[Run]) -> RunCurvesPage:
    return window.pages["compare"].curves


def select(window: MainWindow, runs: list[Run]) -> None:
    model = window.runs.table.selectionModel()
    model.clearSelection()
    for run in runs:
        row = window.model.row_of(run.run_id)
        assert row is not None
        model.select(
            window.model.index(row, 0), model.SelectionFlag.Select | model.SelectionFlag.Rows
        )


def test_an_empty_tab_says_what_to_do(window: MainWindow) -> None:
    window.tabs.setCurrentWidget(window.pages["compare"])
    page = window.pages["compare"].curves
    assert page.stack.currentWidget() is page.empty
    assert "Select two or more runs" in page.empty.text()


def test_ticked_runs_are_drawn_and_selected_ones_in_their_place(
    window: MainWindow, page: RunCurvesPage, runs: list[Run], qtbot: QtBot
) -> None:
    plots = settled(page, qtbot, 4)
    (cell,) = plots.cells
    assert len(cell.view.curves.lines) == 4
    assert page.legend.count() == 4
    select(window, runs[:2])
    settled(page, qtbot, 2)
    assert {item.key for item in plots.state.items} == {run.run_id for run in runs[:2]}
    for item in plots.state.items:
        run = next(run for run in runs if run.run_id == item.key)
        assert (item.colour, item.style) == run_style(run.colour)
    select(window, runs[:1])
    settled(page, qtbot, 4)


def test_controls_choose_what_is_drawn(page: RunCurvesPage, qtbot: QtBot) -> None:
    plots = settled(page, qtbot, 4)
    box = page.controls._boxes["metric"]
    box.setCurrentIndex(box.findData("val_accuracy"))
    box = page.controls._boxes["axis"]
    box.setCurrentIndex(box.findData("images"))
    settled(page, qtbot, 4)
    (cell,) = plots.cells
    line = cell.view.curves.lines[0]
    assert line.x.tolist() == [STEPS_PER_EPOCH * 32 * epoch for epoch in range(1, 11)]
    assert plots.state.plot == Plot(metric="val_accuracy", axis="images")
    page.controls._switches["log_x"].click()
    settled(page, qtbot, 4)
    assert cell.view.curves.lines[0].x[0] == pytest.approx(np.log10(STEPS_PER_EPOCH * 32))


def test_smoothing_keeps_the_raw_curve_faint(page: RunCurvesPage, qtbot: QtBot) -> None:
    plots = settled(page, qtbot, 4)
    page.controls.smoothing.slider.setValue(40)
    settled(page, qtbot, 4)
    lines = plots.cells[0].view.curves.lines
    assert len(lines) == 8
    assert np.diff(lines[4].y).std() < np.diff(lines[0].y).std()


def test_small_multiples_share_their_axes(page: RunCurvesPage, qtbot: QtBot) -> None:
    plots = settled(page, qtbot, 4)
    box = page.controls._boxes["layout"]
    box.setCurrentIndex(box.findData("multiples"))
    qtbot.waitUntil(lambda: len(plots.cells) == 4)
    settled(page, qtbot, 4)
    assert [len(cell.view.curves.lines) for cell in plots.cells] == [1, 1, 1, 1]
    assert len({cell.view.x_range for cell in plots.cells}) == 1
    assert len({cell.view.y_range for cell in plots.cells}) == 1
    assert {cell.title.text() for cell in plots.cells} == {i.name for i in plots.state.items}
    box.setCurrentIndex(box.findData("overlay"))
    settled(page, qtbot, 4)
    assert len(plots.cells) == 1


def test_the_legend_hides_and_highlights(page: RunCurvesPage, qtbot: QtBot) -> None:
    plots = settled(page, qtbot, 4)
    row = page.legend.item(1)
    key = row.data(Qt.ItemDataRole.UserRole)
    row.setCheckState(Qt.CheckState.Unchecked)
    settled(page, qtbot, 4)
    (cell,) = plots.cells
    assert len(cell.view.curves.lines) == 3
    figure = page.figure()
    assert figure is not None
    assert key not in [entry.run_id for entry in figure.runs]
    page.legend.setCurrentItem(page.legend.item(0))
    settled(page, qtbot, 4)
    assert plots.state.highlighted == page.legend.item(0).data(Qt.ItemDataRole.UserRole)
    assert cell.view.curves.lines[-1].colour == plots.state.theme.legible(
        plots.state.items[0].colour
    )


def test_groups_are_drawn_as_mean_and_band(
    window: MainWindow, page: RunCurvesPage, runs: list[Run], qtbot: QtBot
) -> None:
    add_run(window.store, 0)
    window.show_runs()
    plots = settled(page, qtbot, 5)
    titles = [page.controls.group.itemText(n) for n in range(page.controls.group.count())]
    assert titles[:3] == ["None", "All but the seed", "Name"]
    page.controls.group.setCurrentIndex(2)
    settled(page, qtbot, 4)
    group = next(item for item in plots.state.items if len(item.run_ids) == 2)
    assert group.name == "digits-cnn (2 runs)"
    (cell,) = plots.cells
    assert len(cell.view.curves.areas) == 1
    area = cell.view.curves.areas[0]
    both = [window.store.steps(run_id).values["loss"] for run_id in group.run_ids]
    spread = np.std(np.stack(both), axis=0, ddof=1)
    assert (area.high - area.low) == pytest.approx(2 * spread, rel=1e-3)
    figure = page.figure()
    assert figure is not None
    assert [e.group for e in figure.runs if e.run_id in group.run_ids] == ["digits-cnn"] * 2


def test_a_person_zooms_and_fits(page: RunCurvesPage, qtbot: QtBot) -> None:
    plots = settled(page, qtbot, 4)
    (cell,) = plots.cells
    whole = plots.state.x_range
    cell.view.box.setXRange(50, 100, padding=0)
    cell.view.box.zoomed.emit(False)
    qtbot.waitUntil(lambda: not plots.state.moving)
    settled(page, qtbot, 4)
    assert plots.state.x_range == (50, 100)
    x = cell.view.curves.lines[0].x
    assert (x[0], x[-1]) == (49, 101)
    figure = page.figure()
    assert figure is not None
    assert (figure.look.x_from, figure.look.x_to) == (50, 100)
    page.controls.fit.click()
    settled(page, qtbot, 4)
    assert plots.state.x_range == whole


def test_hovering_lists_the_runs(page: RunCurvesPage, qtbot: QtBot) -> None:
    plots = settled(page, qtbot, 4)
    view = plots.cells[0].view
    place = view.mapFromScene(view.box.mapToScene(view.box.rect().center()))
    qtbot.mouseMove(view.viewport(), place)
    assert plots.hover_text.splitlines()[0].startswith("Step ")
    assert plots.hover_text.count("\n") == 4
    assert view.box.mapToView(QPointF(0, 0)) is not None


def test_settings_come_back(window: MainWindow, page: RunCurvesPage, qtbot: QtBot) -> None:
    settled(page, qtbot, 4)
    page.controls._switches["log_y"].click()
    kept = page.settings()
    page.restore_settings({"metric": "nonsense"})
    assert page.controls.plot.log_y
    page.restore_settings({**kept, "log_y": False})
    assert not page.plots.state.plot.log_y


def items_of(points: int, count: int) -> list[Item]:
    random = np.random.default_rng(0)
    items = []
    for number in range(count):
        steps = np.arange(1, points + 1)
        loss = random.random(points)
        curves = RunCurves(100, 32)
        curves.append_steps(steps, steps, loss, loss, loss, loss)
        items.append(Item(f"{number}", (f"{number}",), f"{number}", *run_style(number), [curves]))
    return items


def shown(plots: ComparePlots, qtbot: QtBot) -> CompareCell:
    (cell,) = plots.cells
    qtbot.waitUntil(lambda: cell.draws > 0 and not plots.scheduler.is_dirty(cell))
    return cell


@pytest.mark.parametrize("log_x", [False, True])
@pytest.mark.parametrize("moving", [False, True])
def test_no_spike_is_lost_in_a_million_points(
    qtbot: QtBot, jobs: Jobs, log_x: bool, moving: bool
) -> None:
    (item,) = items_of(1_000_000, 1)
    loss = item.curves[0].points("loss", "step")[1].copy()
    loss[654_321] = 9.0
    curves = RunCurves()
    steps = np.arange(1, len(loss) + 1)
    curves.append_steps(steps, steps, loss, loss, loss, loss)
    plots = ComparePlots(jobs)
    qtbot.addWidget(plots)
    plots.resize(800, 400)
    plots.show()
    plots.set_plot(Plot(log_x=log_x))
    plots.set_items([Item("a", ("a",), "a", QColor("red"), Qt.PenStyle.SolidLine, [curves])])
    plots.state.moving = moving
    cell = shown(plots, qtbot)
    (line,) = cell.view.curves.lines
    assert len(line.x) < 5000
    assert line.y.max() == 9.0
    at = line.x[line.y.argmax()]
    assert (10**at if log_x else at) == pytest.approx(654_322)


def test_many_curves_get_fewer_points_while_they_are_moved(qtbot: QtBot, jobs: Jobs) -> None:
    plots = ComparePlots(jobs)
    qtbot.addWidget(plots)
    plots.resize(1000, 400)
    plots.show()
    plots.set_items(items_of(5000, 60))
    cell = shown(plots, qtbot)
    resting = sum(len(line.x) for line in cell.view.curves.lines)
    cell.view.box.setXRange(100, 4900, padding=0)
    cell.view.box.zoomed.emit(False)
    assert plots.state.moving
    cell.draw()
    assert sum(len(line.x) for line in cell.view.curves.lines) < resting
    qtbot.waitUntil(lambda: not plots.state.moving and not plots.scheduler.is_dirty(cell))
    assert sum(len(line.x) for line in cell.view.curves.lines) > 0.8 * resting


def test_curves_that_look_alike_are_said_and_a_grouping_is_offered(
    window: MainWindow, qtbot: QtBot
) -> None:
    """The 33rd run looks like the first; the sentence is that of an exported figure."""
    runs = [add_run(window.store, 0, epochs=2, name="abc"[n % 3]) for n in range(33)]
    window.show_runs()
    window.tabs.setCurrentWidget(window.pages["compare"])
    page = window.pages["compare"].curves
    for count in (32, 33):
        select(window, runs[:count])
        settled(page, qtbot, count)
        assert page.alike.isVisible() == (count == 33)
    said = page.alike.words.text()
    assert said.startswith("33 curves have only 32 looks, so some can't be told apart")
    assert page.alike.button.text() == "Group by: Name"
    page.alike.button.click()
    settled(page, qtbot, 3)
    assert not page.alike.isVisible()
    assert page.controls.group.currentText() == "Name"
