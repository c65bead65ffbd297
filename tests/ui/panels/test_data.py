"""The Data tab: real helper processes look at the data, download, fail and are cancelled."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from ui.forms.entries import OptionalEntry
from ui.look import theme
from ui.panels.data import panel as module
from ui.panels.data import samples
from ui.panels.data.panel import DataPanel
from ui.panels.data.samples import in_turns
from ui.window.main_window import MainWindow
from workbench import presets

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
PATIENCE = 60_000


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLE_MILLISECONDS", 20)


def open_tab(window: MainWindow, qtbot: QtBot) -> DataPanel:
    """Shows the tab and waits until it has its answer."""
    with qtbot.waitSignal(window.pages["data"].settled, timeout=PATIENCE):
        window.tabs.setCurrentWidget(window.pages["data"])
    return window.pages["data"]


def write_npz(path: Path, size: int = 12) -> Path:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (60, size, size, 1), np.uint8)
    np.savez(path, images=images, labels=np.arange(60) % 3)
    return path


def helpers() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "workbench" in " ".join(child.cmdline())
    ]


def test_classes_take_turns() -> None:
    labels = np.array([0, 0, 0, 1, 1, 2], np.int32)
    assert labels[in_turns(labels)].tolist() == [0, 1, 2, 0, 1, 0]


def test_the_digits(window: MainWindow, qtbot: QtBot) -> None:
    data = open_tab(window, qtbot)
    assert data.heading.text() == "Digits (embedded)"
    assert data.facts.text() == (
        "28x28x1 px · 10 classes · 1,437 training and 360 test images · 1.41 MB in memory · "
        "pixels 0 to 255, mean 77.8"
    )
    assert data.grid.labels == 8 * list("0123456789")
    assert data.bars.names == tuple("0123456789")
    assert [sum(part) for part in data.bars.counts] == [1437, 360]
    assert data.grid.isVisible()
    assert data.bars.isVisible()
    assert not data.progress.isVisible()
    assert not data.cancel.isVisible()
    assert not data.message.isVisible()


def test_nothing_is_read_before_somebody_looks(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.set("data.resize", [14, 14])
    assert not window.pages["data"].is_busy
    assert not window.pages["data"]._timer.isActive()
    data = open_tab(window, qtbot)
    assert data.facts.text().startswith("14x14x1 px")


def test_an_archive_tells_its_shape_to_the_form(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.editor.set("data.kind", "npz")
    qtbot.waitUntil(lambda: "Choose an .npz file" in window.pages["data"].message.text())
    assert window.experiment.totals.figures["parameters"][0].text() == "–"
    path = write_npz(tmp_path / "some.npz")
    with qtbot.waitSignal(window.pages["data"].settled, timeout=PATIENCE):
        window.editor.set("data.path", str(path))
    info = window.editor.info
    assert info is not None
    assert (info.image_shape, info.classes, info.train_images) == ((12, 12, 1), 3, 48)
    assert (
        "1x1x64 that reaches it" in window.training["train"].toolTip()
    )  # too small for the preset
    window.editor.set_all(
        {
            "structure.layers": [
                {"kind": "flatten"},
                {"kind": "dense", "units": 3, "activation": "softmax"},
            ]
        },
        "structure.layers",
    )
    assert window.experiment.totals.figures["parameters"][0].text() == "435"
    assert window.training["train"].isEnabled()

    window.editor.set("data.kind", "digits")  # away, and back by undo
    window.undo_stack.undo()
    assert window.editor.info == info
    assert not window.pages["data"].is_busy


def test_the_form_says_which_shares_the_data_leave_without_effect(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    images, labels = np.zeros((60, 4, 4), np.uint8), np.arange(60) % 3
    images[0] = 255
    parts = {f"x_{name}": images[:n] for name, n in (("train", 60), ("val", 20), ("test", 10))}
    parts |= {f"y_{name[2:]}": labels[: len(part)] for name, part in parts.items()}
    np.savez(tmp_path / "own.npz", **parts)
    window.editor.set("data.kind", "npz")
    with qtbot.waitSignal(window.pages["data"].settled, timeout=PATIENCE):
        window.editor.set("data.path", str(tmp_path / "own.npz"))
    training, data = window.experiment.forms["training"], window.experiment.forms["data"]
    assert training.note("validation_split") == (
        "Not used: the data bring 20 images of their own to validate on."
    )
    assert data.note("test_split") == (
        "Not used: the data bring 10 images of their own to test on."
    )
    assert "60 training, 20 validation and 10 test images" in window.pages["data"].facts.text()
    window.editor.set("training.folds", 4)
    assert training.note("validation_split") == ""
    assert training.note("folds").startswith("Only the training part is dealt into folds; the 20")
    window.editor.set("data.kind", "digits")
    assert training.note("folds") == ""


def test_a_broken_archive(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(b"PK\x03\x04 this is no archive")
    window.editor.set("data.kind", "npz")
    with qtbot.waitSignal(window.pages["data"].settled, timeout=PATIENCE):
        window.editor.set("data.path", str(path))
    sentence = window.pages["data"].message.text()
    assert "broken.npz" in sentence
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert window.pages["data"].message.property("role") == "problem"
    assert not window.training["train"].isEnabled()
    assert "broken.npz" in window.training["train"].toolTip()
    assert window.experiment.forms["data"].problem("path")

    window.tabs.setCurrentWidget(window.pages["data"])
    write_npz(path)
    assert window.pages["data"].again.isVisible()
    with qtbot.waitSignal(window.pages["data"].settled, timeout=PATIENCE):
        window.pages["data"].again.click()
    assert window.editor.info is not None
    assert window.experiment.forms["data"].problem("path") == ""


def test_typing_a_path_looks_once_at_the_last(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(write_npz(tmp_path / "some.npz"))
    window.editor.set("data.kind", "npz")
    monkeypatch.setattr(module, "SETTLE_MILLISECONDS", 300)
    looked: list[str] = []
    start = DataPanel._start

    def noted(panel: DataPanel, *asked: Any) -> None:
        looked.append(panel._editor.experiment.at("data.path"))  # not `window`: kept too long
        start(panel, *asked)

    monkeypatch.setattr(DataPanel, "_start", noted)
    entry = window.experiment.forms["data"].entry("path")
    with qtbot.waitSignal(
        window.pages["data"].settled, timeout=PATIENCE, check_params_cb=lambda: bool(looked)
    ):
        qtbot.keyClicks(entry.field(), path)
    assert looked == [path]
    assert window.editor.info is not None


def test_a_new_look_gives_the_one_before_up(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    first, second = write_npz(tmp_path / "a.npz", 8), write_npz(tmp_path / "b.npz", 16)
    window.editor.set_all({"data.kind": "npz", "data.path": str(first)}, "data.path")
    window.pages["data"].look()
    window.editor.set("data.path", str(second))
    window.pages["data"].look()
    qtbot.waitUntil(lambda: not window.pages["data"].is_busy, timeout=PATIENCE)
    assert window.editor.info is not None
    assert window.editor.info.image_shape == (16, 16, 1)


# --- downloads -----------------------------------------------------------------------------------


@pytest.fixture
def offered(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """A window that shows MNIST, which is not on this machine."""
    window.editor.set("data.kind", "mnist")
    open_tab(window, qtbot)
    return window


def test_a_data_set_that_is_not_here_is_offered(offered: MainWindow) -> None:
    assert "MNIST is not on this machine yet" in offered.pages["data"].message.text()
    assert offered.pages["data"].download.isVisible()
    assert offered.pages["data"].download.text() == "Download 11.5 MB"
    assert offered.training["train"].isEnabled()  # training fetches it as well


def test_a_download_that_fails(
    offered: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with qtbot.waitSignal(offered.pages["data"].settled, timeout=PATIENCE):
        offered.pages["data"].download.click()
        assert offered.pages["data"].cancel.isVisible()
        assert offered.pages["data"].progress.isVisible()
    sentence = offered.pages["data"].message.text()
    assert sentence.startswith("MNIST could not be downloaded (")
    assert "\n" not in sentence
    assert offered.pages["data"].message.property("role") == "problem"
    assert offered.pages["data"].download.isVisible()
    assert not offered.pages["data"].cancel.isVisible()


@pytest.fixture
def silent_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        for name in ("https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{server.getsockname()[1]}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield server


def test_a_hanging_download_is_cancelled(
    offered: MainWindow, qtbot: QtBot, silent_proxy: socket.socket
) -> None:
    taken: list[socket.socket] = []

    def connected() -> bool:
        try:
            taken.append(silent_proxy.accept()[0])
        except BlockingIOError:
            return False
        return True

    offered.pages["data"].download.click()
    qtbot.waitUntil(connected, timeout=PATIENCE)
    assert len(helpers()) == 1
    offered.pages["data"].cancel.click()
    assert offered.pages["data"].message.text() == "Cancelled."
    assert offered.pages["data"].again.isVisible()
    qtbot.waitUntil(lambda: helpers() == [], timeout=PATIENCE)
    taken[0].close()
    kept = Path(os.environ["KERAS_HOME"], "datasets")
    assert [path for path in kept.rglob("*") if path.is_file()] == []


def test_closing_the_window_ends_what_runs(window: MainWindow, qtbot: QtBot) -> None:
    window.tabs.setCurrentWidget(window.pages["data"])
    window.pages["data"].look()
    assert window.pages["data"].is_busy
    window.close()
    assert helpers() == []


def test_the_output_layer_follows_with_a_way_back(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(window.editor.output_followed, timeout=PATIENCE):
        window.editor.set_all(
            {"data.kind": "npz", "data.path": str(write_npz(tmp_path / "a.npz", 28))}, "data"
        )
    assert window.banner.words.text() == "Output layer set to 3 classes (was 10)."
    assert window.editor.problems == []
    qtbot.mouseClick(window.banner.button, Qt.MouseButton.LeftButton)
    assert window.editor.experiment == presets.load(presets.DEFAULT)
    assert not window.banner.isVisible()


def test_the_way_back_goes_with_the_next_edit(window: MainWindow) -> None:
    window.editor.set("data.kind", "cifar100")
    assert window.banner.isVisible()
    window.editor.set("training.epochs", 3)
    assert not window.banner.isVisible()


@pytest.mark.parametrize("classes", [2, 26, 100, 1200])
def test_images_are_in_sight_whatever_the_number_of_classes(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, classes: int
) -> None:
    window.resize(1280, 720)
    labels = np.repeat(np.arange(classes), 5)
    labels = np.append(labels, np.zeros(20, labels.dtype))
    images = np.zeros((len(labels), 4, 4), np.uint8)
    images[:, 0] = 255
    np.savez(tmp_path / "many.npz", images=images, labels=labels)
    window.editor.set_all({"data.kind": "npz", "data.path": str(tmp_path / "many.npz")}, "data")
    data = open_tab(window, qtbot)
    qtbot.waitUntil(data.grid.isVisible)
    first_row = QRect(data.grid.mapTo(data, QPoint(0, 0)), QSize(data.grid.width(), 72))
    assert data.rect().contains(first_row)
    assert data.spread.isVisible() == (classes > 2)
    assert data.spread.words.text() == (
        f"{classes:,} classes: from 5 images ({classes - 1}) to 25 (0), median 5"
    )
    if data.spread.isVisible():
        # The peak is one column of many, thinner than a pixel: it is drawn all the same.
        picture = data.spread.grab().toImage()
        assert picture.pixelColor(0, 2) == QColor(theme.tones().muted)
        assert picture.pixelColor(0, 78) == QColor(theme.tones().accent)


def test_numbers_of_classes_are_not_cut_off(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    labels = np.repeat(np.arange(26), 6)
    images = np.arange(2496, dtype=np.int64).reshape(156, 4, 4) % 256
    np.savez(tmp_path / "a.npz", images=images, labels=labels)
    window.editor.set_all({"data.kind": "npz", "data.path": str(tmp_path / "a.npz")}, "data")
    data = open_tab(window, qtbot)
    qtbot.waitUntil(data.bars.isVisible)
    drawn: list[str] = []
    monkeypatch.setattr(
        samples,
        "_draw_bar",
        lambda painter, line, left, name, counts, scale: drawn.append(
            painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, left - samples.GAP)
        ),
    )
    data.bars.grab()
    assert drawn == [str(number) for number in range(26)]


def test_the_form_says_how_far_reading_is_from_the_start(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    note, said = window.experiment.data_note, []
    assert not note.isVisible()
    window.editor.reading_changed.connect(said.append)
    path = write_npz(tmp_path / "some.npz", 28)
    window.editor.set_all({"data.kind": "npz", "data.path": str(path)}, "data")
    window.pages["data"].look()
    assert note.text() == "Reading…"
    assert note.isVisible()
    qtbot.waitUntil(lambda: window.editor.info is not None, timeout=PATIENCE)
    assert note.text() == "28x28x1 px, 3 classes, 48 training and 12 test images"
    assert said[0] == "Reading…"
    assert said[-1] == ""
    window.editor.set("data.kind", "digits")
    assert not note.isVisible()


@pytest.mark.parametrize(
    ("sizes", "proposed"),
    [
        ([(24, 20), (24, 20), (24, 20), (9, 9)], (24, 20)),
        ([(600, 800), (300, 400), (900, 1200)], (96, 128)),
    ],
)
def test_resizing_images_that_differ_begins_with_a_size_that_suits_them(
    window: MainWindow,
    qtbot: QtBot,
    tmp_path: Path,
    sizes: list[tuple[int, int]],
    proposed: tuple[int, int],
) -> None:
    for label in ("cat", "dog"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for number, (height, width) in enumerate(sizes):
            image = Image.new("L", (width, height), 20 * number)
            image.save(tmp_path / "pets" / label / f"{number}.png")
    settings = {"data.kind": "image_folder", "data.path": str(tmp_path / "pets")}
    window.editor.set_all(settings, "data")
    open_tab(window, qtbot)
    assert "differ in size" in window.experiment.forms["data"].problem("resize")
    entry = window.experiment.forms["data"].entry("resize")
    assert isinstance(entry, OptionalEntry)
    entry.box.click()
    assert window.editor.experiment.data.resize == proposed


def test_resizing_what_is_not_known_yet_begins_with_a_size_that_can_be_trained_on(
    window: MainWindow,
) -> None:
    window.editor.set("data.kind", "image_folder")
    entry = window.experiment.forms["data"].entry("resize")
    assert isinstance(entry, OptionalEntry)
    entry.box.click()
    assert window.editor.experiment.data.resize == (32, 32)
