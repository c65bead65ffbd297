"""The live plots as a person sees them: runs, axes, zoom, hover, hiding, soak."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPalette, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ui.look import theme
from ui.plots.layer import Width
from ui.plots.live.plots import LivePlots
from ui.plots.theme import run_style
from workbench.curves.run import CATCH_UP, RunCurves

# The offscreen platform says so of every window; it is no finding.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

RED, BLUE = QColor("#D55E00"), QColor("#0A7BBD")


def extend(curves: RunCurves, steps: int, loss: float | None = None) -> None:
    start = (curves.last_step or 0) + 1
    step = np.arange(start, start + steps)
    values = 2.0 / np.sqrt(step) if loss is None else np.full(steps, loss)
    curves.append_steps(step, step * 0.01, values, 1 - 0.5 / step, step * 1e-6, step * 0 + 9000.0)


def curves_of(steps: int, loss: float | None = None) -> RunCurves:
    curves = RunCurves(100)
    extend(curves, steps, loss)
    return curves


def settle(qtbot: QtBot, plots: LivePlots) -> None:
    qtbot.waitUntil(lambda: plots.scheduler.idle, timeout=10_000)


@pytest.fixture
def plots(qtbot: QtBot) -> LivePlots:
    widget = LivePlots()
    qtbot.addWidget(widget)
    widget.resize(900, 480)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def two(plots: LivePlots, qtbot: QtBot) -> LivePlots:
    plots.add_run("a", curves_of(1000, 0.5), "first", RED)
    plots.add_run("b", curves_of(500, 0.25), "second", BLUE)
    settle(qtbot, plots)
    return plots


def hover(plots: LivePlots, metric: str, x: float) -> None:
    view = plots.panels[metric].view
    point = view.mapFromScene(view.box.mapToScene(view.box.mapFromView(QPointF(x, 0.0))))
    middle = view.mapFromScene(view.box.mapToScene(view.box.rect().center()))
    pos = QPointF(point.x(), middle.y())
    none = Qt.MouseButton.NoButton
    view.mouseMoveEvent(
        QMouseEvent(QEvent.Type.MouseMove, pos, pos, none, none, Qt.KeyboardModifier.NoModifier)
    )


def drawn_colours(plots: LivePlots, metric: str) -> list[str]:
    return [line.colour.name() for line in plots.panels[metric].view.curves.lines]


def test_empty_page_teaches_and_offers_train(plots: LivePlots, qtbot: QtBot) -> None:
    assert plots.empty.isVisible()
    with qtbot.waitSignal(plots.train_requested):
        plots.empty.train.click()
    plots.add_run("a", curves_of(3), "first", RED)
    assert not plots.empty.isVisible()
    plots.clear()
    assert plots.empty.isVisible()


def test_curves_reach_the_screen(two: LivePlots) -> None:
    image = two.panels["loss"].view.grab().toImage()
    pixels = np.array(
        [
            image.pixelColor(x, y).getRgb()
            for x in range(image.width())
            for y in range(image.height())
        ]
    )
    for colour in (RED, BLUE):
        off = np.abs(pixels - np.array(colour.getRgb())).max(axis=1).min()
        assert off < 64, "smooth lines mix with the background, but their middle is of the colour"


def test_visibility(two: LivePlots, qtbot: QtBot) -> None:
    two.set_visible("a", False)
    settle(qtbot, two)
    assert two.visible_runs == ["b"]
    assert "1" in two.controls.shown.text()
    assert set(drawn_colours(two, "loss")) == {BLUE.name()}
    assert two.panels["loss"].view.x_range == (0.0, 500.0), "the view follows what is visible"


def test_axis_switch_changes_units_and_keeps_data(two: LivePlots, qtbot: QtBot) -> None:
    loss = two.panels["loss"].view
    assert loss.x_range == (0.0, 1000.0)
    two.controls.axes.button(1).click()
    settle(qtbot, two)
    assert loss.x_range == (0.0, 10.0)
    assert max(line.x.max() for line in loss.curves.lines) == pytest.approx(10.0)
    two.set_axis("seconds")
    settle(qtbot, two)
    assert two.panels["learning_rate"].view.x_range == (0.0, 10.0)
    with pytest.raises(ValueError, match="axis must be one of"):
        two.set_axis("hours")


def test_hover_tells_the_values_of_every_run_that_reaches_there(two: LivePlots) -> None:
    hover(two, "loss", 400.0)
    title, *rows = two.hover_text.splitlines()
    assert title.startswith("Step ")
    assert rows == ["first\t0.5", "second\t0.25"]
    hover(two, "loss", 800.0)
    assert two.hover_text.splitlines()[1:] == ["first\t0.5"]
    hover(two, "images_per_second", 100.0)
    assert "first\t9,000" in two.hover_text
    line = two.panels["accuracy"].view.hover.readout
    assert line is not None
    assert not line.readings, "other plots show the crosshair alone"


def test_hover_repaints_no_curve(two: LivePlots, qtbot: QtBot) -> None:
    view = two.panels["loss"].view
    pictures, draws, paints = view.curves.pictures_painted, two.panels["loss"].draws, view.paints
    hover(two, "loss", 300.0)
    hover(two, "loss", 310.0)
    qtbot.waitUntil(lambda: view.paints > paints)
    assert view.curves.pictures_painted == pictures
    assert two.panels["loss"].draws == draws


def test_hover_shows_validation_and_smoothed_values(two: LivePlots, qtbot: QtBot) -> None:
    curves = curves_of(1000)
    curves.append_epoch(5.0, 500, 5.0, 0.125, 0.75, 9000.0)
    two.add_run("a", curves, "first", RED)
    two.set_smoothing(0.9)
    settle(qtbot, two)
    hover(two, "loss", 500.0)
    hovered = two._hover
    assert hovered is not None
    smooth = curves.value_at("loss", "step", hovered[1], 0.9)
    assert smooth is not None
    assert f"first\t{smooth[1]:.4g}   val 0.125" in two.hover_text
    hover(two, "accuracy", 500.0)
    assert "val 75 %" in two.hover_text


def test_zoom_is_kept_while_data_arrive_until_fit(two: LivePlots, qtbot: QtBot) -> None:
    loss, accuracy = two.panels["loss"], two.panels["accuracy"]
    box = loss.view.box
    box.zoom_into(QRectF(100, 10, 300, 50))
    zoomed_x, zoomed_y = loss.view.x_range, loss.view.y_range
    settle(qtbot, two)
    assert not two.following
    assert zoomed_x != (0.0, 1000.0)
    assert accuracy.view.x_range == zoomed_x, "x is linked"
    others_y = accuracy.view.y_range
    extend(two._state.runs["a"].curves, 5000, 30.0)
    two.mark_dirty("a")
    settle(qtbot, two)
    assert (loss.view.x_range, loss.view.y_range) == (zoomed_x, zoomed_y)
    assert accuracy.view.y_range == others_y
    two.controls.fit.click()
    settle(qtbot, two)
    assert two.following
    assert loss.view.x_range == (0.0, 6000.0)
    assert loss.view.y_range[1] > 20


def test_only_the_visible_range_is_drawn(plots: LivePlots, qtbot: QtBot) -> None:
    plots.add_run("a", curves_of(200_000), "first", RED)
    settle(qtbot, plots)
    view = plots.panels["loss"].view
    whole = view.curves.lines[0]
    assert len(whole.x) <= 2 * (view.buckets + 3) + 2
    view.box.zoom_into(QRectF(200, 10, 2, 2))
    view.box.zoom_into(QRectF(200, 10, 100, 2))
    settle(qtbot, plots)
    part = view.curves.lines[0]
    low, high = view.x_range
    assert part.x[0] < low <= part.x[1]
    assert part.x[-2] <= high < part.x[-1]


def test_double_click_fits(two: LivePlots, qtbot: QtBot) -> None:
    two.panels["loss"].view.box.zoom_into(QRectF(100, 10, 300, 50))
    qtbot.mouseDClick(two.panels["loss"].view.viewport(), Qt.MouseButton.LeftButton)
    assert two.following


def test_hidden_plots_are_not_drawn(two: LivePlots, qtbot: QtBot) -> None:
    shown = [panel for panel in two.panels.values() if panel.isVisible()]
    two.hide()
    before = [panel.draws for panel in shown]
    extend(two._state.runs["a"].curves, 50)
    two.mark_dirty("a")
    assert two.scheduler.idle, "no timer runs for what nobody sees"
    assert [panel.draws for panel in shown] == before
    two.show()
    qtbot.waitUntil(lambda: all(p.draws > n for p, n in zip(shown, before, strict=True)))


def test_the_penalty_has_a_plot_of_its_own_and_an_old_loss_says_that_it_holds_one(
    two: LivePlots, qtbot: QtBot
) -> None:
    penalty, loss = two.panels["penalty"], two.panels["loss"]
    assert not penalty.isVisible()
    step = np.arange(1, 101)
    curves = two._state.runs["a"].curves
    curves.append_penalty(step, step * 0.01, 0.5 / step)
    two.mark_dirty("a")
    settle(qtbot, two)
    assert penalty.isVisible()
    (line,) = penalty.view.curves.lines
    np.testing.assert_allclose(line.y, 0.5 / step, rtol=1e-6)
    assert "without penalties" in loss.title.toolTip()
    assert [entry.name for entry in loss.legend._entries] == ["first", "second"]
    curves.loss_holds_penalty = True
    two.rename("a", "first")
    assert [entry.name for entry in loss.legend._entries] == [
        "first (loss with penalty)",
        "second",
    ]


def test_plots_of_probes_come_and_go_with_the_runs_that_have_them(
    two: LivePlots, qtbot: QtBot
) -> None:
    norm, ratio = two.panels["gradient_norm"], two.panels["update_ratio"]
    height = two.panels["loss"].height()
    assert not norm.isVisible()
    assert not ratio.isVisible()
    step = np.arange(1, 101)
    two._state.runs["a"].curves.append_probes(step, step * 0.01, 100.0 / step, step * 0 + 1e-3)
    two.mark_dirty("a")
    settle(qtbot, two)
    assert norm.isVisible()
    assert ratio.isVisible()
    (line,) = norm.view.curves.lines
    np.testing.assert_allclose(line.y, 2 - np.log10(step), atol=1e-6)
    low, high = ratio.view.y_range
    assert low < -3 < high, "the axis is logarithmic"
    hover(two, "update_ratio", 50.0)
    assert two.hover_text.splitlines()[1:] == ["first\t0.001"]
    assert two.panels["loss"].height() < height
    two.set_visible("a", False)
    settle(qtbot, two)
    assert not norm.isVisible()
    two.set_visible("a", True)
    assert norm.isVisible()
    two.remove_run("a")
    settle(qtbot, two)
    assert not ratio.isVisible()
    assert two.panels["loss"].height() == height, "and leave no room behind"


def test_new_points_cost_one_painting_of_each_plot_and_no_layout(
    two: LivePlots, qtbot: QtBot
) -> None:
    laid_out = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.LayoutRequest:
                laid_out.append(watched)
            return False

    watch = Watch(two)
    for widget in (two, *two.findChildren(QWidget)):
        widget.installEventFilter(watch)
    shown = [panel for panel in two.panels.values() if panel.isVisible()]
    paints = [panel.view.paints for panel in shown]
    extend(two._state.runs["a"].curves, 500)  # the x axis changes as well
    with qtbot.waitSignal(two.scheduler.frame_drawn):
        two.mark_dirty("a")
    for _ in range(3):  # what was put off to a later turn
        QApplication.processEvents()
    assert [panel.view.paints for panel in shown] == [count + 1 for count in paints]
    assert not laid_out


def test_unchanged_data_are_not_drawn_again(two: LivePlots, qtbot: QtBot) -> None:
    before = [panel.draws for panel in two.panels.values()]
    two.mark_dirty("a")
    two.mark_dirty("unknown")
    settle(qtbot, two)
    assert [panel.draws for panel in two.panels.values()] == before


def test_a_hidden_run_marks_nothing(two: LivePlots, qtbot: QtBot) -> None:
    two.set_visible("a", False)
    settle(qtbot, two)
    two.mark_dirty("a")
    assert two.scheduler.idle


def test_highlight_fades_the_others_and_is_on_top(two: LivePlots, qtbot: QtBot) -> None:
    two.highlight("a")
    settle(qtbot, two)
    lines = two.panels["learning_rate"].view.curves.lines
    assert [line.colour.name() for line in lines][-1] == RED.name()
    assert lines[-1].width is Width.BOLD
    assert lines[0].colour.name() not in (RED.name(), BLUE.name())
    two.highlight(None)
    settle(qtbot, two)
    assert drawn_colours(two, "learning_rate") == [BLUE.name(), RED.name()], "the first on top"
    two.set_order(["b", "a"])
    settle(qtbot, two)
    assert two.visible_runs == ["b", "a"]
    assert drawn_colours(two, "learning_rate") == [RED.name(), BLUE.name()]


def test_smoothing_keeps_the_raw_curve_behind(two: LivePlots, qtbot: QtBot) -> None:
    two.controls.smoothing.setValue(50)
    settle(qtbot, two)
    lines = two.panels["learning_rate"].view.curves.lines
    assert [line.width for line in lines] == [Width.HAIR] * 2 + [Width.NORMAL] * 2
    assert two.state()["smoothing"] == pytest.approx(0.96838)


def test_the_last_piece_of_a_long_smoothing_is_drawn(plots: LivePlots, qtbot: QtBot) -> None:
    steps = 2 * CATCH_UP + 1000
    plots.add_run("a", curves_of(steps), "first", RED)
    plots.set_smoothing(0.9)
    settle(qtbot, plots)
    assert plots.panels["loss"].view.curves.lines[-1].x[-1] == steps


def test_nan_reaches_no_line(plots: LivePlots, qtbot: QtBot) -> None:
    curves = curves_of(50)
    extend(curves, 50, float("nan"))
    extend(curves, 1, float("inf"))
    plots.add_run("a", curves, "diverged", RED)
    plots.set_smoothing(0.6)
    plots.set_log_loss(True)
    settle(qtbot, plots)
    for panel in plots.panels.values():
        for line in panel.view.curves.lines:
            assert np.isfinite(line.x).all()
            assert np.isfinite(line.y).all()
        assert np.isfinite(panel.view.y_range).all()


def test_log_loss_skips_zero_and_shows_decades(plots: LivePlots, qtbot: QtBot) -> None:
    curves = curves_of(100, 0.0)
    extend(curves, 100, 0.01)
    plots.add_run("a", curves, "first", RED)
    plots.controls.log.click()
    settle(qtbot, plots)
    line = plots.panels["loss"].view.curves.lines[0]
    assert len(line.x) == 100
    assert line.y == pytest.approx(np.full(100, -2.0))
    low, high = plots.panels["loss"].view.y_range
    assert low < -2 < high


def test_settings_survive(two: LivePlots, qtbot: QtBot) -> None:
    two.set_axis("epoch")
    two.set_smoothing(0.9)
    two.set_log_loss(True)
    other = LivePlots()
    qtbot.addWidget(other)
    other.restore_state(two.state())
    assert other.state() == {"axis": "epoch", "smoothing": 0.9, "log_loss": True}
    assert other.controls.log.isChecked()
    other.restore_state({"axis": "hours", "smoothing": 7, "log_loss": "yes"})
    assert other.state() == two.state(), "nonsense is left out"


def test_set_runs_keeps_hidden_runs_hidden(two: LivePlots) -> None:
    two.set_visible("b", False)
    solid = Qt.PenStyle.SolidLine
    two.set_runs(
        {
            "b": (curves_of(5), "second", BLUE, solid),
            "c": (curves_of(5), "third", RED, solid),
        }
    )
    assert two.visible_runs == ["c"]


def test_left_edges_and_widths_line_up(two: LivePlots) -> None:
    edges = set()
    for key in ("loss", "accuracy", "images_per_second"):
        view = two.panels[key].view
        edges.add(view.mapTo(two, view.mapFromScene(view.box.sceneBoundingRect().topLeft())).x())
    assert len(edges) == 1
    rights = set()
    for key in ("loss", "accuracy", "learning_rate"):
        view = two.panels[key].view
        rights.add(view.mapTo(two, view.mapFromScene(view.box.sceneBoundingRect().topRight())).x())
    assert len(rights) == 1


def test_palette_is_followed_at_run_time(two: LivePlots, qtbot: QtBot) -> None:
    dark = QPalette()
    dark.setColor(QPalette.ColorRole.Base, QColor("#101214"))
    dark.setColor(QPalette.ColorRole.Text, QColor("#f0f0f0"))
    two.setPalette(dark)
    settle(qtbot, two)
    image = two.panels["accuracy"].view.grab().toImage()
    assert image.pixelColor(image.width() // 2, image.height() // 2).lightness() < 60


def test_rename_reaches_legend_as_plain_text(two: LivePlots) -> None:
    two.rename("a", "<b>bold</b>")
    assert "&lt;b&gt;" in two.panels["loss"].legend.text()


def test_the_legend_says_what_it_has_room_for(two: LivePlots, qtbot: QtBot) -> None:
    legend = two.panels["loss"].legend
    for number in range(4):
        two.add_run(str(number), curves_of(10), f"another run {number}", RED)
    texts = []
    for width in (900, 560, 400, 300, 170):
        two.setMinimumWidth(0)
        two.panels["loss"].setFixedWidth(width)
        QApplication.processEvents()
        document = QTextDocument()
        document.setDefaultFont(legend.font())
        document.setHtml(legend.text())
        assert document.idealWidth() - 2 * document.documentMargin() <= legend.width()
        texts.append(document.toPlainText().replace("\u00a0", " "))
    assert texts[0].endswith("another run 1    2 more    line: training, dots: validation")
    assert "line: training" not in texts[1]
    assert texts[-1] in ("6 runs", "■ first    5 more")
    assert len(set(texts)) >= 4
    named = texts[2].count("■")
    assert 0 < named < 4
    two.panels["loss"].setFixedWidth(400)
    QApplication.processEvents()
    assert legend.toolTip().splitlines()[-1] == "another run 3"
    assert len(legend.toolTip().splitlines()) == 6 - named


def test_controls_have_names_and_reasons(two: LivePlots) -> None:
    row = two.controls
    for control in (*row.axes.buttons(), row.smoothing, row.log, row.fit, two.empty.train):
        assert control.accessibleName()
        assert control.toolTip()


@pytest.fixture
def themed(qapp: QApplication) -> None:
    """The window's own style and fonts, whose buttons are wider than the bare ones."""
    qapp.setStyle("Fusion")
    theme.apply()


@pytest.mark.usefixtures("themed")
def test_a_narrow_row_of_controls_cuts_no_button_off(two: LivePlots, qtbot: QtBot) -> None:
    two.resize(1000, 500)
    row = two.controls
    qtbot.waitUntil(lambda: row.width() > 700)
    assert not row.shown.isHidden()
    two.resize(620, 500)
    qtbot.waitUntil(lambda: row.width() <= 620)
    assert row.shown.isHidden()
    buttons = (*row.axes.buttons(), row.log, row.fit, row.export)
    qtbot.waitUntil(lambda: all(b.width() >= b.sizeHint().width() for b in buttons))
    assert all(row.rect().contains(button.geometry()) for button in buttons)


def test_soak(plots: LivePlots, qtbot: QtBot) -> None:
    runs = {str(i): (curves_of(10), f"run {i}", *run_style(i)) for i in range(3)}
    plots.set_runs(runs)
    panels = list(plots.panels.values())
    for turn in range(300):
        for curves, *_ in runs.values():
            extend(curves, 17)
        plots._state.follow()
        assert not panels[turn % 4].draw()
    assert sum(panel.draws for panel in panels) >= 300


def test_wheel_zooms_x_of_all_plots(two: LivePlots, qtbot: QtBot) -> None:
    view = two.panels["accuracy"].view
    middle = QPointF(view.viewport().rect().center())
    none, begin = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    keys = Qt.KeyboardModifier.NoModifier
    up = QPoint(0, 120)
    at = view.viewport().mapToGlobal(middle)
    event = QWheelEvent(middle, at, QPoint(), up, none, keys, begin, False)
    QApplication.sendEvent(view.viewport(), event)
    settle(qtbot, two)
    assert not two.following
    low, high = two.panels["learning_rate"].view.x_range
    assert 0 < low < high < 1000


def test_dragging_zooms_into_the_rectangle(two: LivePlots, qtbot: QtBot) -> None:
    view = two.panels["loss"].view
    area = view.mapFromScene(view.box.sceneBoundingRect()).boundingRect()
    start, stop = area.center() - QPoint(200, 30), area.center() + QPoint(200, 30)
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(view.viewport(), left, pos=start)
    for pos in (start + QPoint(20, 10), area.center(), stop):
        held = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(pos),
            QPointF(pos),
            left,
            left,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(view.viewport(), held)
    qtbot.mouseRelease(view.viewport(), left, pos=stop)
    settle(qtbot, two)
    assert not two.following
    low, high = view.x_range
    assert low == pytest.approx(500 - 200 / area.width() * 1000, abs=10)
    assert high == pytest.approx(500 + 200 / area.width() * 1000, abs=10)
    assert two.panels["loss"].y_pinned
    assert two.panels["accuracy"].view.x_range == (low, high)
