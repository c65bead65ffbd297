"""The Network tab: the table of costs, its warnings, the drawing and its export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from ui.background.figure_export import FILTERS
from ui.models.layer_columns import COST, FIELD, LAYER, MACS, MEMORY, PARAMETERS, SHARE
from ui.models.layer_table import SHARE_ROLE
from ui.panels.network.drawing import DrawingPage
from ui.panels.network.drawing_paint import difference
from ui.panels.network.layer_costs import LayerCostsPage
from ui.window.main_window import MainWindow
from workbench import presets

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def costs(window: MainWindow) -> LayerCostsPage:
    window.tabs.setCurrentWidget(window.pages["network"])
    return window.pages["network"].costs


@pytest.fixture
def drawing(window: MainWindow, qtbot: QtBot) -> DrawingPage:
    window.tabs.setCurrentWidget(window.pages["network"])
    window.pages["network"].show_page(window.pages["network"].drawing)
    page = window.pages["network"].drawing
    qtbot.waitUntil(lambda: page.view.drawing is not None)
    settle(page)
    return page


def settle(page: DrawingPage) -> None:
    """Lets the page take its size and draw for it."""
    drawn = None
    while page.view.drawing is not drawn:
        drawn = page.view.drawing
        for _ in range(3):  # a new size, what it puts off, and that
            QApplication.processEvents()


def use(window: MainWindow, preset: str) -> None:
    window.editor.set("structure.layers", presets.load(preset).values()["structure"]["layers"])


def middle_of(page: DrawingPage, row: int) -> QPoint:
    """Of a layer's box, in the viewport."""
    assert page.view.drawing is not None
    box = next(box for box in page.view.drawing.boxes if box.layer == row)
    return page.view.to_viewport(box.rect).center().toPoint()


# --- the table -----------------------------------------------------------------------------------


def test_every_figure_of_a_layer(window: MainWindow, costs: LayerCostsPage, qtbot: QtBot) -> None:
    table = window.layers.table
    third = [table.index(2, c).data() for c in (LAYER, PARAMETERS, MACS, MEMORY, FIELD, SHARE)]
    assert third == ["Conv2D   64 · 3x3 · relu", "18,496", "2,230,272", "31 kB", "8x8", "19.8 %"]
    assert table.index(2, SHARE).data(SHARE_ROLE) == pytest.approx(18_496 / 93_322)
    qtbot.waitUntil(lambda: costs.figures["parameters"].text() == "93,322")
    assert costs.figures["macs"].text() == "2.79 M"
    assert costs.figures["training"].text() == "6.41 MB"
    window.editor.set("training.batch_size", 64)
    qtbot.waitUntil(lambda: costs.figures["training"].text() == "11.3 MB")
    assert "batch size 64" in costs.figures["training"].toolTip()


def test_a_click_on_the_header_compares_macs(window: MainWindow, costs: LayerCostsPage) -> None:
    table, header = window.layers.table, costs.table.header()
    horizontal = Qt.Orientation.Horizontal
    assert table.headerData(SHARE, horizontal) == "% of parameters"
    place = QPoint(header.sectionViewportPosition(SHARE) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert table.headerData(SHARE, horizontal) == "% of MACs"
    assert table.headerData(COST, horizontal) == "MACs"
    assert table.index(2, SHARE).data() == "79.8 %"
    assert table.index(2, COST).data() == "2,230,272"
    window.experiment.structure.commands["measure"].trigger()
    assert table.index(2, COST).data() == "18,496"


def test_a_block_unfolds_to_its_calls(window: MainWindow, costs: LayerCostsPage) -> None:
    use(window, "resnet-20")
    table, model = costs.table, window.layers.table
    block = model.index(3)
    assert model.rowCount(model.index(0)) == 0
    assert model.rowCount(block) == 7
    table.expand(block)
    calls = [model.index(row, 0, block).data() for row in range(7)]
    assert calls[0].startswith("Conv2D")
    assert calls[5] == "Add"
    total = sum(int(model.index(n, PARAMETERS, block).data().replace(",", "")) for n in range(7))
    assert f"{total:,}" == block.siblingAtColumn(PARAMETERS).data()
    table.setCurrentIndex(model.index(2, 0, block))
    assert window.layers.current == 3
    assert window.experiment.structure.form.path == "structure.layers[3]"
    window.layers.select([0])
    window.layers.duplicate()
    assert table.isExpanded(model.index(4))
    assert model.index(0, 0, model.index(4)).parent().row() == 4
    window.editor.set("structure.layers[4].kind", "flatten")
    assert model.rowCount(model.index(4)) == 0


def test_rows_are_as_high_in_the_table_as_in_the_list(
    window: MainWindow, costs: LayerCostsPage
) -> None:
    for view in (costs.table, window.experiment.structure.list):
        assert view.visualRect(window.layers.table.index(0)).height() >= 24
        assert view.visualRect(window.layers.table.index(5)).height() >= 24


def test_the_list_and_the_table_choose_the_same(window: MainWindow, costs: LayerCostsPage) -> None:
    cell = costs.table.visualRect(window.layers.table.index(5, MACS)).center()
    QTest.mouseClick(costs.table.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    assert [i.row() for i in window.experiment.structure.list.selectionModel().selectedRows()] == [
        5
    ]
    assert window.experiment.structure.form.path == "structure.layers[5]"


def test_the_table_is_copied_as_tsv(window: MainWindow, costs: LayerCostsPage) -> None:
    use(window, "resnet-20")
    costs.copy_button.click()
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]
    analysis = window.editor.analysis
    assert analysis is not None
    assert len(lines) == 1 + sum(1 + len(cost.parts) for cost in analysis.layers)
    assert {len(line) for line in lines} == {len(lines[0])}
    assert lines[0][0] == "Layer"
    assert lines[1][:3] == ["Conv2D   16 · 3x3 · linear", "28x28x1", "28x28x16"]
    QGuiApplication.clipboard().clear()


def test_a_click_on_a_warning_chooses_its_layer(
    window: MainWindow, costs: LayerCostsPage, qtbot: QtBot
) -> None:
    assert costs.sentences.isHidden()
    assert window.experiment.structure.note.isHidden()
    window.layers.add("batch_normalization")
    window.editor.set("structure.layers[0].activation", "linear")
    qtbot.waitUntil(lambda: costs.sentences.isVisible())
    item = costs.sentences.item(0)
    assert item.text().startswith("Layer 1: its bias does nothing")
    window.layers.select([5])
    place = costs.sentences.visualItemRect(item).center()
    QTest.mouseClick(costs.sentences.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.layers.rows == [0]
    note = window.experiment.structure.note
    assert note.isVisibleTo(window.experiment)
    assert note.text().startswith("Its bias does nothing")
    assert window.layers.table.index(0).data(Qt.ItemDataRole.DecorationRole) is not None
    assert "bias" in window.layers.table.index(0).data(Qt.ItemDataRole.ToolTipRole)
    window.editor.set("structure.layers[0].use_bias", False)
    qtbot.waitUntil(lambda: costs.sentences.isHidden())
    assert note.isHidden()


def test_what_keeps_it_from_training_is_listed_first(
    window: MainWindow, costs: LayerCostsPage, qtbot: QtBot
) -> None:
    window.editor.set("structure.layers[4].kernel_size", 9)
    qtbot.waitUntil(lambda: costs.sentences.isVisible())
    assert costs.sentences.item(0).text().startswith("Layer 5: Kernel size 9x9 is larger")
    assert costs.figures["parameters"].text() == "–"
    assert "Layer 5" in window.training["train"].toolTip()
    assert not window.training["train"].isEnabled()


def test_a_hundred_layers_scroll(window: MainWindow, costs: LayerCostsPage, qtbot: QtBot) -> None:
    layers = [{"kind": "conv2d", "filters": 4, "padding": "same"}] * 98
    end = [{"kind": "flatten"}, {"kind": "dense", "units": 10, "activation": "softmax"}]
    window.editor.set("structure.layers", layers + end)
    for view in (costs.table, window.experiment.structure.list):
        qtbot.waitUntil(lambda view=view: view.verticalScrollBar().maximum() > 0)
    window.layers.select([99])
    seen = costs.table.visualRect(window.layers.table.index(99))
    assert costs.table.viewport().rect().contains(seen.center())


# --- the drawing ---------------------------------------------------------------------------------


def test_a_click_in_the_drawing_chooses(window: MainWindow, drawing: DrawingPage) -> None:
    view = drawing.view.viewport()
    left, control, shift = (
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.KeyboardModifier.ShiftModifier,
    )
    QTest.mouseClick(view, left, pos=middle_of(drawing, 3))
    assert window.layers.rows == [3]
    assert window.experiment.structure.form.path == "structure.layers[3]"
    QTest.mouseClick(view, left, control, middle_of(drawing, 1))
    assert window.layers.rows == [1, 3]
    QTest.mouseClick(view, left, control, middle_of(drawing, 3))
    assert window.layers.rows == [1]
    QTest.mouseClick(view, left, shift, middle_of(drawing, 4))
    assert window.layers.rows == [3, 4]
    QTest.mouseClick(view, left, pos=QPoint(2, 2))
    assert window.layers.rows
    QTest.keyClick(drawing.view, Qt.Key.Key_Right)
    assert len(window.layers.rows) == 1


def test_the_drawing_follows_an_edit(
    window: MainWindow, drawing: DrawingPage, qtbot: QtBot
) -> None:
    window.editor.set("structure.layers[0].filters", 48)
    qtbot.waitUntil(lambda: "26x26x48" in drawing.view.drawing.boxes[1].labels)
    window.layers.select([1])
    window.layers.switch()
    qtbot.waitUntil(lambda: "switched off" in drawing.view.drawing.boxes[2].labels)
    window.layers.table.next_measure()
    qtbot.waitUntil(lambda: "MACs" in drawing.legend.text())
    use(window, "resnet-20")
    qtbot.waitUntil(lambda: len(drawing.view.drawing.frames) == 9)
    drawing.inside.click()
    qtbot.waitUntil(lambda: not drawing.view.drawing.frames)


def test_an_edit_repaints_only_what_it_changed(
    window: MainWindow, drawing: DrawingPage, qtbot: QtBot
) -> None:
    shown = drawing.view.drawing
    use(window, "vgg-small")
    qtbot.waitUntil(lambda: drawing.view.drawing is not shown)
    settle(drawing)
    before = drawing.view.drawing
    assert difference(before, before).isNull()
    window.editor.set("structure.layers[0].activation", "tanh")
    qtbot.waitUntil(lambda: drawing.view.drawing is not before)
    after = drawing.view.drawing
    pairs = list(zip(before.boxes, after.boxes, strict=True))
    around = difference(before, after)
    assert before.boxes[1] != after.boxes[1]
    assert all(
        around.contains(QRectF(*box.area)) for pair in pairs if pair[0] != pair[1] for box in pair
    )
    assert not around.intersects(QRectF(*after.boxes[-1].rect))
    assert difference(before, None) is None
    assert difference(before, replace(after, boxes=after.boxes[1:])) is None
    assert difference(before, replace(after, width=after.width + 1)) is None


def test_a_drawing_moved_by_hand_stays_there_when_its_layer_is_edited(
    window: MainWindow, drawing: DrawingPage, qtbot: QtBot
) -> None:
    use(window, "resnet-20")
    window.layers.select([0])
    qtbot.waitUntil(lambda: len(drawing.view.drawing.frames) == 9)
    drawing.view.set_zoom(2.0)
    bar = drawing.view.verticalScrollBar()
    bar.triggerAction(bar.SliderAction.SliderToMaximum)
    before = drawing.view.drawing
    window.editor.set("structure.layers[0].activation", "elu")
    qtbot.waitUntil(lambda: drawing.view.drawing is not before)
    assert bar.value() == bar.maximum() > 0
    window.layers.select([1])
    assert bar.value() < bar.maximum()


def test_hidden_pages_do_no_work(window: MainWindow, drawing: DrawingPage, qtbot: QtBot) -> None:
    costs = window.pages["network"].costs
    before = drawing.view.drawing
    window.tabs.setCurrentWidget(window.pages["data"])
    window.editor.set("structure.layers[0].filters", 7)
    QApplication.processEvents()
    assert drawing.view.drawing is before
    assert costs.figures["parameters"].text() == "93,322"
    window.tabs.setCurrentWidget(window.pages["network"])
    assert drawing.view.drawing is not before
    assert costs.figures["parameters"].text() == "93,322"
    window.pages["network"].show_page(costs)
    assert costs.figures["parameters"].text() == "78,672"


def test_zoom_keeps_the_place_under_the_pointer(
    window: MainWindow, drawing: DrawingPage, qtbot: QtBot
) -> None:
    use(window, "resnet-20")
    view = drawing.view
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 0)
    spot = middle_of(drawing, 3)
    held = view.to_drawing(spot.toPointF())
    view.set_zoom(2.0, spot.toPointF())
    assert (view.to_drawing(spot.toPointF()) - held).manhattanLength() < 2
    assert drawing.zoom_button.text() == "200 %"
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.zoom == 1.0
    view.fit()
    assert view.verticalScrollBar().maximum() == 0
    assert view.zoom < 1.0
    view.set_zoom(1e9)
    assert view.zoom == 4.0


def test_dragging_moves_the_drawing_and_chooses_nothing(
    window: MainWindow, drawing: DrawingPage, qtbot: QtBot
) -> None:
    use(window, "resnet-20")
    view = drawing.view
    window.layers.select([0])
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 200)
    left, start = Qt.MouseButton.LeftButton, middle_of(drawing, 2)
    QTest.mousePress(view.viewport(), left, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(view.viewport(), start - QPoint(0, 20 * step))
    QTest.mouseRelease(view.viewport(), left, pos=start - QPoint(0, 100))
    assert view.verticalScrollBar().value() == 100
    assert window.layers.rows == [0]
    window.layers.select([13])
    box = middle_of(drawing, 13)
    assert view.viewport().rect().contains(box)


def test_without_known_data_it_says_what_is_missing(
    window: MainWindow, drawing: DrawingPage, qtbot: QtBot
) -> None:
    window.editor.set("data.kind", "npz")
    qtbot.waitUntil(lambda: drawing.view.drawing is None)
    assert not drawing.save_action.isEnabled()
    drawing.view.grab()
    QTest.mouseClick(drawing.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    drawing.view.fit()
    assert window.layers.table.index(0, PARAMETERS).data() == "–"


# --- export --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["svg", "pdf", "png"])
def test_the_drawing_is_exported(
    window: MainWindow,
    drawing: DrawingPage,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    suffix: str,
) -> None:
    asked: list[str] = []

    def ask(_parent: object, _title: str, name: str, kinds: str) -> tuple[str, str]:
        asked.append(name)
        assert all(kind in kinds for kind in FILTERS.values())
        return str(tmp_path / "my net"), FILTERS[suffix]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    with qtbot.waitSignal(drawing.export.written, timeout=60_000):
        drawing.save_action.trigger()
    assert asked == ["digits-cnn.svg"]
    path = tmp_path / f"my net.{suffix}"
    assert path.read_bytes().lstrip()[:5] in (b"<?xml", b"%PDF-", b"\x89PNG\r")
    if suffix == "svg":
        texts = "\n".join(ElementTree.parse(path).getroot().itertext())
        for index, layer in enumerate(window.editor.experiment.structure.layers):
            assert f"{index + 1}  {layer.label}" in texts
    qtbot.waitUntil(lambda: not drawing.export.is_busy)
    assert str(path) in window.banner.words.text()


def test_an_export_that_fails_says_why(
    window: MainWindow,
    drawing: DrawingPage,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    target = str(tmp_path / "nowhere" / "net.svg")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (target, FILTERS["svg"]))
    with qtbot.waitSignal(drawing.export.failed, timeout=60_000):
        drawing.export_or_cancel()
    qtbot.waitUntil(lambda: not drawing.export.is_busy)
    assert "can't be written (No such file or directory)" in window.banner.words.text()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    drawing.export_or_cancel()
    assert not drawing.export.is_busy


def test_an_export_is_cancelled(
    window: MainWindow,
    drawing: DrawingPage,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    target = tmp_path / "net.svg"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), FILTERS["svg"]))
    drawing.save_action.trigger()
    assert drawing.save_action.text() == "Cancel export"
    with qtbot.waitSignal(drawing.export.busy_changed, timeout=60_000):
        drawing.save_action.trigger()
    assert drawing.save_action.text() == "Export drawing…"
    assert list(tmp_path.glob("net.*")) == []
    assert window.banner.isHidden()
