"""The gallery of presets and the window with the Keras script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QTextCursor
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_runs
from ui.look import theme
from ui.look.side_dialog import SideDialog
from ui.panels.network import code as module
from ui.panels.network.code import CodeWindow
from ui.panels.network.presets import PresetGallery
from ui.window.main_window import MainWindow
from workbench import presets
from workbench.exchange.codegen import keras_script
from workbench.figures.settings import CurveFigure, FigureRun
from workbench.spec.base import setting
from workbench.spec.layers import Layer, SameShape

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def trigger(window: MainWindow, text: str) -> None:
    next(action for action in window.actions() if action.text() == text).trigger()


# --- all of them ---------------------------------------------------------------------------------


def opened(window: MainWindow, name: str) -> QWidget:
    """A window beside the main one, shown."""
    if name == "figure":
        (run,) = add_runs(window.store, 1)
        figure = CurveFigure(runs=(FigureRun(run_id=run.run_id),))
        window.beside.export_figure(figure, {run.run_id: run.name})
    elif name == "columns":
        window.runs.actions_["columns"].trigger()
        return next(d for d in window.findChildren(SideDialog) if d.windowTitle() == "Columns")
    else:
        trigger(window, {"code": "Show Keras code", "presets": "New from preset…"}[name])
    found = getattr(window.beside, name)
    assert isinstance(found, QWidget)
    return found


@pytest.mark.parametrize("name", ["code", "presets", "figure", "columns"])
@pytest.mark.parametrize("way", ["Escape", "Ctrl+W", "Close"])
def test_it_lies_above_the_window_and_goes_by_key_and_button(
    window: MainWindow, name: str, way: str, qtbot: QtBot
) -> None:
    beside = opened(window, name)
    assert beside.windowType() == Qt.WindowType.Dialog, "window managers keep it above its parent"
    assert beside.windowHandle().transientParent() is window.windowHandle()
    assert not beside.isModal()
    qtbot.waitUntil(beside.isActiveWindow)
    if way == "Close":
        assert isinstance(beside, SideDialog)
        qtbot.mouseClick(beside.close_button, Qt.MouseButton.LeftButton)
    else:
        qtbot.keySequence(beside, way)
    assert not beside.isVisible()
    assert window.isVisible()


def test_enter_in_a_field_presses_no_button(window: MainWindow, qtbot: QtBot) -> None:
    columns = opened(window, "columns")
    search = columns.findChild(QLineEdit)
    assert search is not None
    shown = list(window.runs.table.keys)
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert columns.isVisible()
    assert window.runs.table.keys == shown


# --- presets -------------------------------------------------------------------------------------


@pytest.fixture
def gallery(window: MainWindow) -> PresetGallery:
    trigger(window, "New from preset…")
    assert window.beside.presets is not None
    return window.beside.presets


def test_each_preset_says_what_it_is_for_and_costs(gallery: PresetGallery) -> None:
    assert not gallery.isModal()
    rows = {
        item.text(0): [item.text(column) for column in range(1, 5)]
        for item in map(gallery.list.topLevelItem, range(gallery.list.topLevelItemCount()))
        if item is not None
    }
    assert list(rows) == presets.names()
    assert rows["mnist-cnn"] == [presets.description("mnist-cnn"), "93,322", "2.79 M", "MNIST"]
    assert rows["resnet-20"][1:] == ["271,098", "40.6 M", "CIFAR-10"]


def test_enter_and_the_button_begin_a_new_experiment(
    window: MainWindow, gallery: PresetGallery, qtbot: QtBot
) -> None:
    gallery.choose("lenet-5")
    qtbot.keyClick(gallery.list, Qt.Key.Key_Return)
    assert window.editor.experiment == presets.load("lenet-5")
    assert window.editor.file is None
    assert not gallery.isVisible()
    trigger(window, "New from preset…")
    assert gallery.isVisible()
    gallery.choose("shared-cnn")
    gallery.open_button.click()
    assert window.editor.experiment.name == "shared-cnn"


def test_unsaved_changes_are_asked_about(
    window: MainWindow, gallery: PresetGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    button = QMessageBox.StandardButton
    answers = [button.Cancel, button.Discard]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    window.editor.set("training.epochs", 3)
    gallery.choose("vgg-small")
    gallery.open_button.click()
    assert window.editor.experiment.training.epochs == 3
    assert gallery.isVisible()
    gallery.open_button.click()
    assert window.editor.experiment.name == "vgg-small"


# --- code ----------------------------------------------------------------------------------------


@pytest.fixture
def code(window: MainWindow, qtbot: QtBot) -> CodeWindow:
    trigger(window, "Show Keras code")
    found = window.beside.code
    assert found is not None
    settled(found, qtbot)
    return found


def settled(code: CodeWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not code.follow.is_stale)


def test_the_script_follows_each_edit(window: MainWindow, code: CodeWindow, qtbot: QtBot) -> None:
    info = window.editor.info
    assert info is not None
    assert code.text.toPlainText() == keras_script(window.editor.experiment, info)
    window.editor.set("training.epochs", 17)
    settled(code, qtbot)
    assert "EPOCHS = 17\n" in code.text.toPlainText()
    window.editor.set("structure.layers[7].units", 9)
    settled(code, qtbot)
    assert "must give one value for each of the 10 classes" in code.words.text()
    assert not code.copy_button.isEnabled()
    assert not code.save_button.isEnabled()
    window.undo_stack.undo()
    settled(code, qtbot)
    assert code.copy_button.isEnabled()
    window.editor.set("data.kind", "npz")
    window.editor.set("data.path", "/some.npz")
    settled(code, qtbot)
    assert "have to be looked at first" in code.words.text()


@pytest.fixture
def noise() -> Iterator[type[Layer]]:
    class Noise(SameShape):
        """Adds noise while training."""

        label = "Noise"
        keras_class = "keras.layers.GaussianNoise"
        kind: Literal["noise"] = "noise"
        stddev: float = setting(0.1, "Deviation", "How much.", ge=0.0, le=1.0)

    yield Noise
    Layer.registry.pop("noise")


def test_a_made_up_layer_is_in_the_form_the_toml_and_the_code_with_nothing_else_changed(
    noise: type[Layer], window: MainWindow, code: CodeWindow, qtbot: QtBot
) -> None:
    window.layers.select([2])
    window.layers.add("noise")
    entry = window.experiment.structure.form.entry("stddev")
    entry.edited.emit(0.25)
    assert window.editor.experiment.structure.layers[3] == noise.parse(
        {"kind": "noise", "stddev": 0.25}
    )
    toml = window.editor.experiment.to_toml()
    assert 'kind = "noise"\nenabled = true\nstddev = 0.25\n' in toml
    settled(code, qtbot)
    assert "x = layers.GaussianNoise(stddev=0.25)(x)\n" in code.text.toPlainText()


def test_copy(code: CodeWindow) -> None:
    code.copy_button.click()
    assert QGuiApplication.clipboard().text() == code.text.toPlainText()


def test_save_is_done_in_a_thread_or_said_in_one_sentence(
    code: CodeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = [str(tmp_path / "mine"), str(tmp_path / "gone" / "x.py"), ""]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (chosen.pop(0), ""))
    threads: list[str] = []
    write = module.write_atomically

    def noted(path: Path, content: bytes) -> None:
        threads.append(threading.current_thread().name)
        write(path, content)

    monkeypatch.setattr(module, "write_atomically", noted)
    code.save_button.click()
    assert (tmp_path / "mine.py").read_text(encoding="utf-8") == code.text.toPlainText()
    assert "Saved as" in code.words.text()
    assert threading.main_thread().name not in threads
    code.save_button.click()
    assert code.words.text().endswith("x.py can't be written (No such file or directory)")
    assert code.words.property("role") == "problem"
    code.save_button.click()
    assert len(threads) == 2, "nothing is written where the dialog was cancelled"


SNIPPET = '''"""One
def two"""
def three(x):  # four "five"
    return "# six" + 7.5
'''


def colour_of(code: CodeWindow, word: str) -> str:
    cursor = code.text.document().find(word)
    assert not cursor.isNull()
    block, place = cursor.block(), cursor.selectionStart() - cursor.block().position()
    for found in block.layout().formats():
        if found.start <= place < found.start + found.length:
            return found.format.foreground().color().name()
    return ""


def test_keywords_texts_numbers_and_comments_have_their_colours(code: CodeWindow) -> None:
    code.text.setPlainText(SNIPPET)
    tones = theme.tones()
    expected = {
        "One": tones.good,
        "two": tones.good,
        "three": "",
        "four": tones.muted,
        "five": tones.muted,
        "return": tones.accent,
        "six": tones.good,
        "7.5": tones.warn,
    }
    assert {word: colour_of(code, word) for word in expected} == {
        word: QColor(tone).name() if tone else "" for word, tone in expected.items()
    }
    cursor = QTextCursor(code.text.document())
    cursor.insertText("x = 1\n")
    assert colour_of(code, "two") == QColor(tones.good).name()


def test_colours_follow_the_appearance(window: MainWindow, code: CodeWindow, qtbot: QtBot) -> None:
    try:
        window.appearance.choose(Qt.ColorScheme.Dark)
        code.text.setPlainText(SNIPPET)
        qtbot.waitUntil(lambda: colour_of(code, "return") == QColor(theme.DARK.accent).name())
    finally:
        window.appearance.choose(Qt.ColorScheme.Unknown)
    code.text.setPlainText(SNIPPET)
    light = QColor(theme.tones().accent).name()
    qtbot.waitUntil(lambda: colour_of(code, "return") == light)
