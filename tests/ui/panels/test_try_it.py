"""The page "Try it" of the Inside tab, in the real window: draw, open, choose, see the answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_run
from tests.ui.window.test_training import PATIENCE, train
from ui.panels.data.pictures import Picture, PictureGrid
from ui.panels.inside.sketch import PIXELS, SIDE
from ui.panels.inside.try_it import TryPage
from ui.plots.figures.map_strip import GAP, TEXT, MapStrip
from ui.plots.figures.map_strip import SIDE as SIDE_OF_MAP
from ui.window.main_window import MainWindow
from workbench.evaluation.one_image import Answer, Maps, activation_maps


def page_of(window: MainWindow) -> TryPage:
    window.tabs.setCurrentWidget(window.pages["inside"])
    window.pages["inside"].show_page(window.pages["inside"].attempt)
    return window.pages["inside"].attempt


def stroke(page: TryPage) -> None:
    """A vertical line, as a person draws it."""
    left, middle = Qt.MouseButton.LeftButton, SIDE // 2
    QTest.mousePress(page.sketch, left, pos=QPoint(middle, 40))
    for y in range(50, 190, 10):
        QTest.mouseMove(page.sketch, QPoint(middle, y))
    QTest.mouseRelease(page.sketch, left, pos=QPoint(middle, 190))


def wait_for_answer(page: TryPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page._task is None and not page.area.isHidden(), timeout=PATIENCE)


def drop(page: TryPage, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, none))


def test_choose_draw_clear_open_and_try_another_run(
    quick: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(quick)
    assert page.empty.text().startswith("Select a run")
    assert not page.sketch.isEnabled()
    for _ in range(2):
        with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
            train(quick)
    page_of(quick)
    qtbot.waitUntil(page.test_button.isEnabled, timeout=PATIENCE)

    page.test_button.click()
    wait_for_answer(page, qtbot)
    assert page.number.maximum() == 360
    assert sum(share for _, _, share in page.view.shares.rows) == pytest.approx(1, abs=1e-4)
    assert page.words.text().startswith(("Right: it is ", "Wrong: it is "))
    shapes = [strip.maps.shape for strip in page.view.strips if strip.maps is not None]
    assert shapes == [(12, 12, 1), (3, 3, 1, 4), (5, 5, 4), (100,), (10,)]
    first = list(page.view.shares.rows)
    page.number.setValue(5)
    qtbot.waitUntil(lambda: page.view.shares.rows != first, timeout=PATIENCE)
    strips = list(page.view.strips)

    stroke(page)
    assert page._is_new, "one question at a time; what is drawn meanwhile is asked after it"
    wait_for_answer(page, qtbot)
    assert not page.words.text(), "nobody knows what it was to be"
    seen = page.view.strips[0].maps
    assert seen is not None
    assert seen.pixels[0, 6, 5:7].max() > 100
    assert not seen.pixels[0, :, 0].any()
    assert page.view.strips == strips, "strips are kept from answer to answer"

    assert page.centred.isChecked(), "the data are digits"
    page.centred.click()
    qtbot.waitUntil(lambda: page._task is None, timeout=PATIENCE)
    as_drawn = page.view.strips[0].maps
    assert as_drawn is not None
    assert seen.pixels[0, 0].any(), "over the whole height, as they are"
    assert not as_drawn.pixels[0, 0].any()

    page.clear_button.click()
    assert page.area.isHidden()
    stroke(page)
    page.test_button.click()
    assert page.sketch.is_blank, "it would be taken for what is answered"
    wait_for_answer(page, qtbot)
    assert page.sketch.is_blank
    file = tmp_path / "white.png"
    Image.fromarray(np.full((30, 40, 3), 255, np.uint8)).save(file)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    page.open_button.click()
    wait_for_answer(page, qtbot)
    assert page.view.strips[0].maps is not None
    assert page.view.strips[0].maps.pixels.min() == 255
    page.inverted.click()
    qtbot.waitUntil(
        lambda: page.view.strips[0].maps is not None and not page.view.strips[0].maps.pixels.any(),
        timeout=PATIENCE,
    )

    other = next(run for run in quick.store.runs() if run.run_id != quick.runs.current_id)
    quick.runs.select(other.run_id)
    assert page.area.isHidden(), "the answer was another network's"
    wait_for_answer(page, qtbot)

    (tmp_path / "broken.png").write_text("no image")
    drop(page, tmp_path / "broken.png")
    with qtbot.waitSignal(page.failed, timeout=PATIENCE):
        pass
    assert page.words.text() == (
        "Broken.png: is no image of a known format; open a PNG or JPEG file"
    )
    assert page.area.isHidden()
    drop(page, file)
    wait_for_answer(page, qtbot)


def test_cancel_forgets_the_image(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    page.show_run(add_run(window.store))
    page.test_button.click()
    assert page.words.text() == "starting its process…"
    page.cancel()
    assert page._task is None
    assert page.empty.isVisible()
    assert page._image is None


def test_a_stroke_is_white_and_joined(window: MainWindow) -> None:
    page = page_of(window)
    page.show_run(add_run(window.store))
    stroke(page)
    column = page.sketch.pixels()[:, PIXELS // 2]
    drawn = np.flatnonzero(column > 200)
    assert len(drawn) == drawn[-1] - drawn[0] + 1 > PIXELS // 2, "no gap between two moves"
    page.cancel()
    page.sketch.clear()
    assert not page.sketch.pixels().any()


def test_many_classes_show_the_likeliest_in_their_order(window: MainWindow) -> None:
    page = page_of(window)
    shares = np.linspace(0, 1, 100) / 50
    found = Answer(
        tuple(map(str, range(100))),
        tuple(map(float, shares)),
        3,
        0,
        activation_maps("", np.zeros((4, 4, 3))[:, :, :1]),
        (),
        None,
    )
    page.view.show_answer(found)
    assert [number for number, _, _ in page.view.shares.rows] == list(range(90, 100))
    assert "99: 2.00 %" in page.view.shares.accessibleDescription()
    assert page.view.heading.text() == "What the layers make of it"
    page.view.show_answer(replace(found, is_of_file=True))
    assert (
        page.view.heading.text() == "Answered by the quantized file, which doesn't show its layers"
    )


def test_a_feature_map_larger_than_its_place_loses_nothing(qtbot: QtBot) -> None:
    strip = MapStrip()
    qtbot.addWidget(strip)
    strip.resize(400, 100)
    pixels = np.zeros((2, 225, 225, 1), np.uint8)
    pixels[1, 101, 57] = 255
    strip.show_maps(Maps("conv", (225, 225, 2), 0.0, 1.0, pixels), "")
    brightest = [
        max(
            QColor(shown.pixel(x, y)).lightness()
            for x in range(left + 1, left + SIDE_OF_MAP - 1)
            for y in range(TEXT + 1, shown.height() - 1)
        )
        for shown in [strip.grab().toImage()]
        for left in (0, SIDE_OF_MAP + GAP)
    ]
    assert brightest == [0, 255]


def test_units_in_a_row_narrower_than_they_are_lose_nothing(qtbot: QtBot) -> None:
    strip = MapStrip()
    qtbot.addWidget(strip)
    strip.resize(300, 40)
    for place in (1, 1_234, 4_095):
        pixels = np.zeros((1, 1, 4_096, 1), np.uint8)
        pixels[0, 0, place] = 255
        strip.show_maps(Maps("dense", (4_096,), 0.0, 1.0, pixels), "")
        shown = strip.grab().toImage()
        bright = [x for x in range(300) if QColor(shown.pixel(x, TEXT + 2)).lightness() == 255]
        assert bright
        assert abs(bright[0] - 300 * place // 4_096) <= 1


def test_a_picture_larger_than_its_place_is_smoothed(qtbot: QtBot) -> None:
    image = QImage(512, 512, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.fillRect(101, 0, 3, 512, QColor("black"))  # narrower than a pixel of the grid
    painter.end()
    grid = PictureGrid("pictures")
    qtbot.addWidget(grid)
    grid.resize(100, 120)
    grid.show_pictures([Picture(image, "", "")])
    shown = grid.grab().toImage()
    assert min(QColor(shown.pixel(x, 20)).lightness() for x in range(60)) < 200
