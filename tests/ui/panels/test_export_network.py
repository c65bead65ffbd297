"""The export of a network in the real window: from the menus to a file that was compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.made_up import add_evaluation, add_run, add_variants
from tests.ui.window.test_training import PATIENCE, train
from ui.panels.compress.panel import CompressPanel
from ui.panels.export.network_window import NetworkExport
from ui.window.main_window import MainWindow
from workbench.compression.model_file import OwnForm
from workbench.compression.progress import PROGRESS, CompressionProgress
from workbench.data import load
from workbench.deployment import formats
from workbench.deployment.formats import FORMATS
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.quantization import Quantization
from workbench.execution.messages import TaskEnd
from workbench.runs.record import Run
from workbench.runs.status import RunStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def opened(window: MainWindow, run: Run, qtbot: QtBot) -> NetworkExport:
    """The dialog on a run, from its menu."""
    window.show_runs()
    qtbot.waitUntil(lambda: window.feed.read(run.run_id) is not None)
    window.runs.select(run.run_id)
    menu = window.runs.menus.of_runs(run.run_id, "name")
    next(entry for entry in menu.actions() if entry.text() == "Export network…").trigger()
    dialog = window.beside.network
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog._reads.is_busy)
    return dialog


def with_weights(window: MainWindow) -> Run:
    run = add_run(window.store)
    add_evaluation(window.store, run)
    return run


def test_a_format_offers_what_it_can_do_and_says_why_not(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = formats.find_spec
    monkeypatch.setattr(formats, "find_spec", lambda name: None if name == "onnx" else real(name))
    dialog = opened(window, with_weights(window), qtbot)
    choices = dialog.choices
    choices.folder.setText(str(tmp_path))
    assert list(choices.formats) == list(FORMATS)
    onnx = choices.formats["onnx"]
    assert not onnx.isEnabled()
    assert "pip install 'dlopt-workbench[onnx]'" in onnx.toolTip()
    assert choices.formats["litert"].hasFocus()
    assert choices.batch.isEnabled()
    assert choices.output == tmp_path / "digits-cnn.tflite"

    def possible() -> list[str]:
        model = choices.scheme.model()
        flag = Qt.ItemFlag.ItemIsEnabled
        return [
            choices.scheme.itemData(row)
            for row in range(choices.scheme.count())
            if model.flags(model.index(row, 0)) & flag
        ]

    choices.begin_with(OwnForm(Quantization("int4", per_tensor=True)))
    assert len(possible()) == 7
    choices.formats["c-array"].click()
    assert possible() == ["int8"]
    assert choices.scheme.currentData() == "int8"
    assert "quantize as int8" in choices.scheme.toolTip()
    assert not choices.batch.isEnabled()
    assert dialog.choices.problem == ""
    choices.formats["savedmodel"].click()
    assert possible() == ["float32"]
    assert not choices.per_tensor.isEnabled()
    choices.formats["litert"].click()
    assert choices.quantization == Quantization("int4", per_tensor=True)  # it comes back

    choices.name.setText("")
    assert "give the file a name" in dialog.words.text().lower()
    assert not dialog.button.isEnabled()
    choices.name.setText("x")
    choices.folder.setText(str(tmp_path / "nowhere"))
    assert "there is no such folder" in dialog.words.text()
    (tmp_path / "x.tflite").write_bytes(b"before")
    choices.folder.setText(str(tmp_path))
    assert dialog.button.text() == "Replace"
    assert "is there already" in dialog.words.text()


def test_it_begins_as_the_variant_was_quantized_and_from_the_tab(
    window: MainWindow, qtbot: QtBot
) -> None:
    original, int8, int4 = add_variants(window.store)
    for run in (original, int8, int4):
        add_evaluation(window.store, run)
    facts = {"quantize": "int4", "per_tensor": "yes", "layers": "1=float32", "bare": "yes"}
    facts["ranges"] = '{"layer1": [0.0, 6.0]}'
    wanted = Quantization("int4", True, {1: "float32"}, {"layer1": (0.0, 6.0)})
    kept = CompressionProgress(int4.recipe or "", (), facts=facts)
    (window.store.artifacts(int4.run_id) / PROGRESS.name).write_bytes(kept.packed())
    window.show_runs()
    qtbot.waitUntil(lambda: window.feed.read(original.run_id) is not None)
    window.runs.select(original.run_id)
    page = window.pages["compress"]
    assert isinstance(page, CompressPanel)
    window.tabs.setCurrentWidget(page)
    qtbot.waitUntil(lambda: page.edited is not None and page.table.rowCount() == 3)
    assert page.table.current is not None
    assert page.table.current.run.run_id == original.run_id
    cell = page.table.visualItemRect(page.table.item(2, 0)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    page.export_button.click()
    dialog = window.beside.network
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.choices.quantization == wanted)
    request = dialog.choices.request(int4)
    assert (request.batch, request.is_stripped) == (1, True)
    dialog.choices.formats["c-array"].click()
    assert dialog.choices.quantization == Quantization("int8", per_tensor=True)
    dialog.choices.formats["litert"].click()
    assert dialog.heading.text() == int4.name
    page.table.select_run(original.run_id)
    page.export_button.click()
    qtbot.waitUntil(lambda: dialog.choices.quantization is None)


@pytest.mark.parametrize("status", [RunStatus.COMPLETED, RunStatus.RUNNING])
def test_a_run_without_weights_or_end_cant_be_exported(
    window: MainWindow, qtbot: QtBot, status: RunStatus
) -> None:
    run = add_run(window.store)
    if status is RunStatus.RUNNING:
        window.store.update(run.run_id, status=status)
        window.show_runs()
        qtbot.waitUntil(lambda: window.feed.read(run.run_id) is not None)
        window.runs.select(run.run_id)
        action = window.runs.actions_["network"]
        assert not action.isEnabled()
        assert "has not ended" in action.toolTip()
    else:
        dialog = opened(window, run, qtbot)
        qtbot.waitUntil(lambda: "has no weights" in dialog.words.text())
        assert not dialog.button.isEnabled()
        dialog.export()
        assert not dialog.bar.is_busy


def test_esc_closes_and_what_ends_then_is_said_in_the_window(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(window, with_weights(window), qtbot)
    dialog.choices.folder.setText(str(tmp_path))
    dialog.button.click()
    assert dialog.bar.is_busy
    assert not dialog.choices.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    task = window.task_runner._waiting[0]
    window.task_runner._waiting.clear()
    task.hear(TaskEnd(0, error="the disk is full"))
    assert window.banner.words.text() == "The disk is full"
    dialog.show_run(window.store.runs()[0])
    assert dialog.words.text() == "The disk is full"
    assert dialog.button.isEnabled()


def test_a_trained_network_is_written_compared_and_given_up(
    quick: MainWindow,
    open_window: OpenWindow,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        run_id = train(quick)
    dialog = opened(quick, quick.store.run(run_id), qtbot)
    choices = dialog.choices
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    choices.choose_button.click()
    choices.name.setText("net")
    choices.batch.setValue(1)
    choices.scheme.setCurrentIndex(choices.scheme.findData("int8"))
    choices.scheme.activated.emit(choices.scheme.currentIndex())
    dialog.button.click()
    qtbot.waitUntil(lambda: not dialog.bar.is_busy, timeout=PATIENCE)
    assert dialog.words.text() == ""
    written = dialog.written
    assert written.isVisible()
    test = len(load(quick.editor.experiment.data).test.labels)
    assert re.match(rf"Agrees on \d+ of {test} test images; ", written.check.text())
    assert written.beside.text() == "net_example.py"
    file = tmp_path / "net.tflite"
    assert str(file) == written.path.text()
    network = LiteRTAnswerer(file.read_bytes())
    assert network.image_shape == (12, 12, 1)
    opened_at: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: not opened_at.append(url.path()))
    written.open_button.click()
    assert opened_at == [str(tmp_path)]
    written.copy_button.click()
    snippet = (tmp_path / "net_example.py").read_text()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == snippet)

    # Given up, nothing is left but what was there; the file before stays.
    before = file.read_bytes()
    dialog.button.click()
    qtbot.waitUntil(lambda: "file" in dialog.bar.words.text(), timeout=PATIENCE)
    dialog.bar.button.click()
    assert not dialog.bar.is_busy
    assert "Cancelled" in dialog.words.text()
    qtbot.waitUntil(lambda: quick.task_runner.current is None, timeout=PATIENCE)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "net.tflite", "net_example.py",
    ]  # fmt: skip
    assert file.read_bytes() == before
    leftovers = [path.name for path in tmp_path.iterdir() if path.name.startswith(".net")]
    assert leftovers == []
    run = quick.store.run(run_id)
    choices.formats["weights"].click()
    quick.files.may_discard = lambda: True
    quick.close()
    again = opened(open_window(), run, qtbot)
    assert again.choices.folder.text() == str(tmp_path)
    assert again.choices.format.name == "litert"  # as was exported last
