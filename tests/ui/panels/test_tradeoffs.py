"""The page Trade-offs through the real window: scatter, bars, brushes, selection, figures."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.svg import texts_of
from tests.ui.conftest import OpenWindow
from tests.ui.made_up import add_run
from ui.panels.compare.quantity_chooser import QuantityChooser
from ui.panels.compare.tradeoffs_page import TradeoffsPage
from ui.plots.figures.dots import Dots
from ui.window.main_window import MainWindow
from workbench import presets
from workbench.runs.record import Run
from workbench.tradeoffs.points import TradeoffAxis

SIZES = (1_000, 20_000, 20_000, 300_000, None, 5_000)
ACCURACIES = (0.90, 0.95, 0.93, 0.97, 0.99, None)
PATIENCE = 60_000
LEFT = Qt.MouseButton.LeftButton

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", r"raise\(\)", extend=True)


@pytest.fixture
def runs(window: MainWindow) -> list[Run]:
    """Three on the front (a, b, d), c beaten, e without parameters, f without accuracy."""
    made = [
        add_run(
            window.store,
            number,
            epochs=1,
            parameters=size,
            test_accuracy=accuracy,
            name=f"net {'abcdef'[number]}",
            macs=1_000_000 * (number + 1),
        )
        for number, (size, accuracy) in enumerate(zip(SIZES, ACCURACIES, strict=True))
    ]
    window.show_runs()
    return made


@pytest.fixture
def page(window: MainWindow, runs: list[Run], qtbot: QtBot) -> TradeoffsPage:
    window.tabs.setCurrentWidget(window.pages["compare"])
    window.pages["compare"].show_page(window.pages["compare"].tradeoffs)
    settled(window.pages["compare"].tradeoffs, qtbot)
    return window.pages["compare"].tradeoffs


def settled(page: TradeoffsPage, qtbot: QtBot) -> None:
    """Waits until what was chosen is drawn."""
    qtbot.waitUntil(lambda: not page.follow.is_stale and not page.latest.is_busy)
    parallel = page.parallel._plot
    if page.view is page.parallel and parallel is not None:
        qtbot.waitUntil(lambda: not parallel.is_drawing)


def choose(chooser: QuantityChooser, key: str) -> None:
    """As a person does: opens the list and takes an entry."""
    chooser.box.refill()
    assert chooser.box.findData(key) >= 0
    chooser.box.setCurrentIndex(chooser.box.findData(key))


def dots_of(page: TradeoffsPage) -> Dots:
    cloud = page.scatter.plot.cloud
    assert cloud is not None
    return cloud.dots


def pixel(page: TradeoffsPage, dot: int) -> QPoint:
    """Where a dot lies in the plot's viewport."""
    dots, view = dots_of(page), page.scatter.plot.view
    scene = view.box.mapViewToScene(QPointF(dots.x[dot], dots.y[dot]))
    return view.mapFromScene(scene)


def selected(window: MainWindow) -> set[str]:
    frame = window.model.frame
    return {str(frame.value("name", p)) for p in window.runs.chosen_places.tolist()}


def test_an_empty_page_says_what_will_be_there(window: MainWindow, qtbot: QtBot) -> None:
    window.tabs.setCurrentWidget(window.pages["compare"])
    page = window.pages["compare"].tradeoffs
    window.pages["compare"].show_page(page)
    qtbot.waitUntil(lambda: not page.follow.is_stale)
    assert page.stack.currentWidget() is page.empty
    assert "No runs to look at yet" in page.empty.text()
    assert not page.export_action.isEnabled()


# --- the scatter ---------------------------------------------------------------------------------


def test_dots_front_and_what_is_left_out(page: TradeoffsPage) -> None:
    dots = dots_of(page)
    assert 10 ** np.sort(dots.x) == pytest.approx([1_000, 20_000, 20_000, 300_000])
    assert sorted(dots.y.tolist()) == [0.90, 0.93, 0.95, 0.97]
    assert sorted(dots.names) == ["net a", "net b", "net d"]
    page.scatter.plot.grab()
    assert sorted(page.scatter.plot.layer.names_shown) == ["net a", "net b", "net d"]
    assert page.scatter.note.text() == (
        "4 of 6 runs drawn, 1 without parameters, 1 without test accuracy; 3 on the Pareto front "
        "(ringed)."
    )
    assert len(page.scatter.plot.view.curves.lines) == 1


def test_dots_have_the_colours_of_their_runs(page: TradeoffsPage, runs: list[Run]) -> None:
    from ui.plots.theme import run_style

    dots, plot = dots_of(page), page.scatter.plot
    cloud = plot.cloud
    assert cloud is not None
    for dot in range(len(dots.x)):
        name, _ = cloud.read(dot)
        run = next(run for run in runs if run.name == name)
        colour = dots.colours[int(dots.colour_of[dot])]
        assert colour == plot.legible(run_style(run.colour)[0])


def test_directions_and_scales_can_be_switched(page: TradeoffsPage, qtbot: QtBot) -> None:
    x, y, _ = page.scatter.choosers
    x.way.click()  # less, then neither has a say
    settled(page, qtbot)
    assert dots_of(page).names == ["net d"]
    assert page.scatter.plot.view.curves.lines == []
    x.way.click()  # more
    settled(page, qtbot)
    assert dots_of(page).names == ["net d"]
    y.way.click()  # less accuracy
    settled(page, qtbot)
    assert sorted(dots_of(page).names) == ["net a", "net c", "net d"]
    x.log.click()
    settled(page, qtbot)
    assert dots_of(page).x.max() == 300_000
    y.way.click()
    x.way.click()
    x.way.click()
    settled(page, qtbot)
    assert "no direction is good" in page.scatter.note.text()
    assert not page.scatter.select_button.isEnabled()


def test_a_third_quantity_is_size_or_colour(page: TradeoffsPage, qtbot: QtBot) -> None:
    third = page.scatter.choosers[2]
    assert not page.scatter.third.isEnabled()
    choose(third, "macs")
    settled(page, qtbot)
    dots = dots_of(page)
    assert len(set(dots.diameters.tolist())) == 4
    assert page.scatter.plot.view.curves.lines == [], "the front is none of the plane"
    assert "Size: MACs, 1,000,000 to 4,000,000." in page.scatter.note.text()
    third.way.click()  # less → neither: the front is that of x and y again
    settled(page, qtbot)
    assert len(page.scatter.plot.view.curves.lines) == 1
    page.scatter.third.setCurrentIndex(1)
    settled(page, qtbot)
    dots = dots_of(page)
    assert len(set(dots.diameters.tolist())) == 1
    assert len(set(dots.colour_of.tolist())) == 4
    assert "Colour: MACs" in page.scatter.note.text()


def test_a_setting_in_which_runs_differ_is_a_quantity(
    window: MainWindow, page: TradeoffsPage, qtbot: QtBot
) -> None:
    x = page.scatter.choosers[0]
    x.box.refill()
    assert x.box.findData("training.batch_size") < 0, "all have the same"
    experiment = window.editor.experiment.with_settings({"training.batch_size": 512})
    run = window.store.create(experiment)
    window.store.update(run.run_id, test_accuracy=0.5)
    window.show_runs()
    settled(page, qtbot)
    choose(x, "training.batch_size")
    settled(page, qtbot)
    assert "6 of 7 runs drawn" in page.scatter.note.text()


def test_hovering_names_a_run_and_a_click_selects_it(
    window: MainWindow, page: TradeoffsPage, qtbot: QtBot
) -> None:
    cloud, view = page.scatter.plot.cloud, page.scatter.plot.view
    assert cloud is not None
    dot = next(d for d in range(len(cloud.dots.x)) if cloud.read(d)[0] == "net c")
    qtbot.mouseMove(view.viewport(), pixel(page, dot))
    assert page.scatter.plot.hover_text.splitlines() == [
        "net c",
        "Parameters\t20,000",
        "Test accuracy\t93.00 %",
    ]
    qtbot.mouseClick(view.viewport(), LEFT, pos=pixel(page, dot))
    qtbot.waitUntil(lambda: selected(window) == {"net c"})
    assert window.runs.current_id == window.model.frame.run_id(int(window.runs.chosen_places[0]))
    assert dots_of(page).chosen.tolist() == [dot]
    qtbot.mouseMove(view.viewport(), QPoint(view.axis_width + 3, 12))
    assert page.scatter.plot.hover_text == ""


def test_the_front_is_selected_with_a_button(window: MainWindow, page: TradeoffsPage) -> None:
    page.scatter.select_button.click()
    assert selected(window) == {"net a", "net b", "net d"}


def test_filter_and_selection_choose_the_runs(
    window: MainWindow, page: TradeoffsPage, qtbot: QtBot
) -> None:
    window.runs.filter.setText("test_accuracy < 0.96")
    settled(page, qtbot)
    assert sorted(dots_of(page).y.tolist()) == [0.90, 0.93, 0.95]
    page.scatter.select_button.click()
    page.scope.setCurrentIndex(1)
    settled(page, qtbot)
    assert sorted(dots_of(page).y.tolist()) == [0.90, 0.95]
    window.runs.table.selectionModel().clearSelection()
    settled(page, qtbot)
    assert page.scatter.note.text().startswith("0 of 0 runs drawn")
    assert not page.export_action.isEnabled()


def test_a_run_that_changes_is_drawn_anew(
    window: MainWindow, page: TradeoffsPage, runs: list[Run], qtbot: QtBot
) -> None:
    window.store.update(runs[5].run_id, test_accuracy=0.96)
    window.show_runs()
    settled(page, qtbot)
    assert sorted(dots_of(page).names) == ["net a", "net d", "net f"]


# --- bars ----------------------------------------------------------------------------------------


def test_bars_of_runs_and_of_groups(
    window: MainWindow, page: TradeoffsPage, runs: list[Run], qtbot: QtBot
) -> None:
    window.store.update(runs[1].run_id, name="net a 2")
    window.show_runs()
    page.show_view("bars")
    settled(page, qtbot)
    assert [bar.label for bar in page.bars.bars.bars] == [
        "net e",
        "net d",
        "net a 2",
        "net c",
        "net a",
    ]
    assert page.bars.note.text() == "5 of 6 runs drawn, 1 without test accuracy."
    page.bars.group.refill()
    page.bars.group.setCurrentIndex(page.bars.group.findData("name"))
    settled(page, qtbot)
    last = page.bars.bars.bars[-1]
    assert (last.label, last.text) == ("net a", "92.50 % ± 3.54 % (n = 2)")
    assert last.high - last.value == pytest.approx(0.05 / 2**0.5)
    canvas = page.bars.bars.canvas
    qtbot.mouseClick(canvas, LEFT, pos=QPoint(60, 3 * 28 + 10))
    assert selected(window) == {"net a", "net a 2"}
    assert [bar.is_chosen for bar in page.bars.bars.bars] == [False, False, False, True]
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert selected(window) == {"net c"}
    page.bars.grab()


def test_less_is_better_turns_the_order(page: TradeoffsPage, qtbot: QtBot) -> None:
    page.show_view("bars")
    choose(page.bars.chooser, "parameters")
    settled(page, qtbot)
    names = [bar.label for bar in page.bars.bars.bars]
    assert (names[0], names[-1]) == ("net a", "net d")
    page.bars.chooser.way.click()
    settled(page, qtbot)
    assert page.bars.bars.bars[0].label == "net d"


# --- parallel axes -------------------------------------------------------------------------------


@pytest.fixture
def parallel(page: TradeoffsPage, qtbot: QtBot) -> TradeoffsPage:
    page.show_view("parallel")
    page.parallel.set_axes(["parameters", "status", "test_accuracy"])
    settled(page, qtbot)
    return page


def drag(page: TradeoffsPage, qtbot: QtBot, key: str, low: float, high: float) -> None:
    plot = page.parallel.plot
    start, end = (plot.place_of(key, height).toPoint() for height in (low, high))
    qtbot.mousePress(plot, LEFT, pos=start)
    qtbot.mouseMove(plot, (start + end) / 2)
    qtbot.mouseMove(plot, end)
    qtbot.mouseRelease(plot, LEFT, pos=end)
    settled(page, qtbot)


def test_a_drag_brushes_and_a_double_click_clears(
    window: MainWindow, parallel: TradeoffsPage, qtbot: QtBot
) -> None:
    view = parallel.parallel
    assert not view.buttons["copy"].isEnabled()
    drag(parallel, qtbot, "test_accuracy", 0.4, 1.0)
    assert view.note.text() == "3 of 6 runs brushed."
    drag(parallel, qtbot, "status", 0.0, 0.2)
    assert view.note.text() == "2 of 6 runs brushed."
    assert "test_accuracy >=" in view.expression.text()
    assert "status = completed" in view.expression.text()
    view.buttons["copy"].click()
    assert QGuiApplication.clipboard().text() == view.expression.text()
    view.buttons["select"].click()
    assert selected(window) == {"net b", "net e"}
    qtbot.mouseDClick(view.plot, LEFT, pos=view.plot.place_of("status", 0.5).toPoint())
    settled(parallel, qtbot)
    assert "status" not in view.expression.text()
    assert view.note.text() == "3 of 6 runs brushed."
    view.buttons["clear"].click()
    settled(parallel, qtbot)
    assert view.expression.text() == ""
    assert not view.buttons["select"].isEnabled()


def test_runs_that_wait_draw_no_line(window: MainWindow, page: TradeoffsPage, qtbot: QtBot) -> None:
    waiting = window.store.create(presets.load("digits-cnn"))
    window.controller.runs_changed.emit()
    page.show_view("parallel")
    page.parallel.set_axes(["parameters", "test_accuracy"])
    settled(page, qtbot)
    view = page.parallel
    assert view.plot.runs is not None
    assert len(view.plot.runs.colour_of) == 6
    assert view.note.text().endswith("1 without any value are left out.")
    figure = view.figure()
    assert figure is not None
    assert waiting.run_id not in figure.runs
    view.set_axes(["parameters", "optimizer.kind"])
    settled(page, qtbot)
    assert len(view.plot.runs.colour_of) == 7, "a setting is a value"


def test_brushed_lines_stand_out(parallel: TradeoffsPage, qtbot: QtBot) -> None:
    plot = parallel.parallel.plot
    whole = plot.grab().toImage()
    drag(parallel, qtbot, "test_accuracy", 0.9, 1.0)
    brushed = plot.grab().toImage()
    assert whole != brushed
    assert plot._front._which.tolist() != plot._back._which.tolist()
    assert len(plot._front._which) == 1


def test_the_brush_filters_the_table(
    window: MainWindow, parallel: TradeoffsPage, qtbot: QtBot
) -> None:
    window.runs.filter.setText("net")
    settled(parallel, qtbot)
    drag(parallel, qtbot, "test_accuracy", 0.4, 1.0)
    expression = parallel.parallel.expression.text()
    parallel.parallel.buttons["filter"].click()
    assert window.runs.filter.text() == f"(net) and {expression}"
    settled(parallel, qtbot)
    assert len(window.model.places) == 3
    assert parallel.parallel.note.text() == "3 of 3 runs brushed."


def test_axes_are_chosen_and_can_be_logarithmic(parallel: TradeoffsPage, qtbot: QtBot) -> None:
    view = parallel.parallel
    view._fill_logs()
    actions = {action.text(): action for action in view.log_menu.actions()}
    assert set(actions) == {"Parameters", "Test accuracy"}
    assert actions["Parameters"].isChecked()
    actions["Parameters"].trigger()
    settled(parallel, qtbot)
    assert [axis.log for axis in view._axes] == [False, False, False]
    view.axes_button.click()
    chooser = view._chooser
    assert chooser is not None
    ticked = [
        chooser.list.item(row)
        for row in range(chooser.list.count())
        if chooser.list.item(row).checkState() is Qt.CheckState.Checked
    ]
    assert len(ticked) == 3
    chooser.search.setText("macs")
    chooser.list.item(0).setCheckState(Qt.CheckState.Checked)
    settled(parallel, qtbot)
    assert view.keys == ("parameters", "status", "test_accuracy", "macs")
    chooser.close()


# --- figures and settings ------------------------------------------------------------------------


@pytest.fixture
def save(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> Callable[[str], Path]:
    def act(name: str) -> Path:
        path = tmp_path / name
        export = window.beside.figure
        assert export is not None
        qtbot.waitUntil(
            lambda: not export.is_drawing and not export.preview.picture.isNull(), timeout=PATIENCE
        )
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        with qtbot.waitSignal(export.said, timeout=PATIENCE):
            export.save_button.click()
        return path

    return act


def test_scatter_and_bars_are_exported(
    window: MainWindow, page: TradeoffsPage, save: Callable[[str], Path], qtbot: QtBot
) -> None:
    page.export_action.trigger()
    export = window.beside.figure
    assert export is not None
    assert [export.rows.item(row).text() for row in range(export.rows.count())] == [
        "net a",
        "net b",
        "net d",
    ]
    export.rows.item(0).setText("the small one")
    found = texts_of(save("scatter.svg").read_bytes())
    assert {"the small one", "net b", "net d", "Pareto front: 3 of 4 runs"} <= set(found)
    assert "net a" not in found
    page.show_view("bars")
    settled(page, qtbot)
    page.export_action.trigger()
    assert not export.rows.isVisible()
    rows = list(csv.reader(save("bars.csv").read_text().splitlines()))
    assert [row[0] for row in rows[1:]] == ["net e", "net d", "net b", "net c", "net a"]
    assert save("bars.tex").with_name("bars.tex.svg").exists(), "bars are no picture for pgfplots"


def test_parallel_axes_are_exported_with_what_is_brushed(
    parallel: TradeoffsPage, window: MainWindow, save: Callable[[str], Path], qtbot: QtBot
) -> None:
    drag(parallel, qtbot, "test_accuracy", 0.4, 1.0)
    parallel.export_action.trigger()
    export = window.beside.figure
    assert export is not None
    assert [export.rows.item(row).text() for row in range(export.rows.count())] == [
        "net e",
        "net d",
        "net b",
    ]
    export.rows.item(0).setText("the best")
    found = texts_of(save("parallel.svg").read_bytes())
    named = [text for text in found if text.startswith(("net ", "the ", "Outside"))]
    assert named == ["the best", "net d", "net b", "Outside the ranges: 3"]
    assert {"Parameters (log)", "Status", "Test accuracy (%)"} <= set(found)
    rows = list(csv.reader(save("parallel.csv").read_text().splitlines()))
    assert [row[-1] for row in rows[1:]].count("yes") == 3
    parallel.parallel.set_axes(["status"])
    settled(parallel, qtbot)
    assert not parallel.export_action.isEnabled(), "a line needs two axes"


def test_a_zoomed_plot_is_exported_as_it_is_seen(page: TradeoffsPage) -> None:
    view = page.scatter.plot.view
    view.set_x_range((3.0, 5.0))
    view.set_y_range((0.9, 1.0))
    view.box.zoomed.emit(True)
    figure = page.scatter.figure()
    assert figure is not None
    look = figure.look
    assert (look.x_from, look.x_to) == (pytest.approx(1e3), pytest.approx(1e5))
    assert (look.y_from, look.y_to) == (pytest.approx(90), pytest.approx(100))


def test_what_is_drawn_is_there_again(
    page: TradeoffsPage, window: MainWindow, open_window: OpenWindow, qtbot: QtBot
) -> None:
    choose(page.scatter.choosers[1], "val_loss")
    page.bars.group.show_key("status")
    page.parallel.set_axes(["macs", "status"])
    page.show_view("parallel")
    window.files.may_discard = lambda: True  # type: ignore[method-assign]
    window.close()
    between = open_window()  # where nobody looks at the tab, what was kept stays
    between.files.may_discard = lambda: True  # type: ignore[method-assign]
    between.close()
    again = open_window().pages["compare"].tradeoffs
    assert again.view is again.parallel
    assert again.parallel.keys == ("macs", "status")
    assert again.bars.group.key == "status"
    assert again.scatter.choosers[1].quantity == TradeoffAxis(key="val_loss", better="less")
    for wrong in ("", "{", "[]", '{"view": 0, "views": {"scatter": {"quantities": [1]}}}'):
        again.restore_settings(wrong)
    assert again.view is again.parallel
