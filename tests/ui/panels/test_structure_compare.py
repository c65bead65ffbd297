"""The Compare page: any run or preset against the structure being edited."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_run
from ui.look import theme
from ui.panels.network.structure_compare import ComparePage
from ui.window.main_window import MainWindow
from workbench import presets
from workbench.experiment import Experiment

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def shown(window: MainWindow, qtbot: QtBot) -> ComparePage:
    window.show_runs()
    window.tabs.setCurrentWidget(window.pages["network"])
    window.pages["network"].show_page(window.pages["network"].compare)
    settled(window.pages["network"].compare, qtbot)
    return window.pages["network"].compare


def settled(page: ComparePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.follow.is_stale)


def column(page: ComparePage, number: int) -> list[str]:
    model = page.diff.model
    return [model.index(row, number).data() for row in range(model.rowCount())]


def test_without_runs_it_teaches_and_offers_the_presets(window: MainWindow, qtbot: QtBot) -> None:
    page = shown(window, qtbot)
    assert "Choose a run or a preset above" in page.diff.sentence.text()
    assert not page.use.isEnabled()
    assert not page.diff.copy_action.isEnabled()
    assert [page.box.itemText(i) for i in range(page.box.count())] == [
        f"{name} (preset)" for name in presets.names()
    ]


def test_runs_come_newest_first_and_the_selected_one_is_the_default(
    window: MainWindow, qtbot: QtBot
) -> None:
    first, second = add_run(window.store, 0), add_run(window.store, 1)
    page = shown(window, qtbot)
    assert [page.box.itemText(i) for i in range(2)] == [second.name, first.name]
    assert page.box.currentText() == second.name
    window.runs.select(first.run_id)
    settled(page, qtbot)
    assert page.box.currentText() == first.name
    window.edits.delete([first.run_id])
    settled(page, qtbot)
    assert page.box.currentText() == second.name
    window.edits.set_column("name", {second.run_id: "another name"})
    settled(page, qtbot)
    assert page.box.currentText() == "another name"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # it shows a popup
def test_a_part_of_the_name_finds_it(window: MainWindow, qtbot: QtBot) -> None:
    for number in range(3):
        add_run(window.store, number)
    page = shown(window, qtbot)
    with qtbot.waitActive(window):
        window.activateWindow()
    page.box.setFocus()
    page.box.lineEdit().selectAll()
    qtbot.keyClicks(page.box.lineEdit(), "NET-20")
    completer = page.box.completer()
    assert completer.completionCount() == 1
    popup = completer.popup()
    popup.setCurrentIndex(completer.completionModel().index(0, 0))
    qtbot.keyClick(popup, Qt.Key.Key_Return)
    settled(page, qtbot)
    assert page.chosen == ("preset", "resnet-20")
    page.box.lineEdit().selectAll()
    qtbot.keyClicks(page.box.lineEdit(), "nothing of that name")
    qtbot.keyClick(page.box.lineEdit(), Qt.Key.Key_Return)
    assert page.box.currentText() == "resnet-20 (preset)"


def test_the_difference_in_words_figures_and_colours(window: MainWindow, qtbot: QtBot) -> None:
    add_run(window.store)
    page = shown(window, qtbot)
    layers = window.editor.experiment.values()["structure"]["layers"]
    layers[2]["filters"] = 32
    layers[6:7] = []
    layers.insert(1, {"kind": "batch_normalization"})
    assert window.editor.set("structure.layers", layers)
    settled(page, qtbot)
    assert [text[0] for text in column(page, 0)] == [*" + ~   − "]
    assert column(page, 3) == ["", "added", "", "filters 64 → 32", "", "", "", "removed", ""]
    assert column(page, 1)[:4] == ["0", "+128", "0", "−9,248"]
    assert column(page, 4)[3] == "11x11x64 → 11x11x32"
    model, tones = page.diff.model, theme.tones()
    foreground = [model.index(row, 0).data(Qt.ItemDataRole.ForegroundRole) for row in (0, 1, 3, 7)]
    assert foreground == [QColor(tone) for tone in (tones.muted, tones.good, tones.warn, tones.bad)]
    assert model.index(3, 1).data(Qt.ItemDataRole.ToolTipRole) == "18,496 → 9,248"
    cells = page.diff.totals.cells["parameters"]
    own = window.editor.analysis
    assert own is not None
    assert [cell.text() for cell in cells[:2]] == ["93,322", f"{own.parameters:,}"]
    assert cells[2].property("role") == "good"


def test_copy_gives_tab_separated_values(window: MainWindow, qtbot: QtBot) -> None:
    add_run(window.store)
    page = shown(window, qtbot)
    window.editor.set("structure.layers[0].filters", 16)
    settled(page, qtbot)
    page.diff.copy_action.trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[1].split("\t")[1:3] == ["Conv2D 16 · 3x3 · relu", "filters 32 → 16"]
    assert len(lines) == 10


def test_use_this_structure_can_be_undone(window: MainWindow, qtbot: QtBot) -> None:
    page = shown(window, qtbot)
    before = window.editor.experiment
    page.compare_with_preset("shared-cnn")
    settled(page, qtbot)
    page.use.click()
    after = window.editor.experiment
    assert after.structure == presets.load("shared-cnn").structure
    assert after.data == before.data
    assert window.undo_stack.undoText() == "use of the structure of shared-cnn (preset)"
    settled(page, qtbot)
    assert set(column(page, 3)) == {""}
    window.undo_stack.undo()
    assert window.editor.experiment == before


def test_each_is_compared_on_its_own_input(window: MainWindow, qtbot: QtBot) -> None:
    own = presets.load(presets.DEFAULT).with_settings({"data.kind": "npz", "data.path": "/gone"})
    older = add_run(window.store, 1, experiment_toml=own.to_toml())
    toml, known = own.to_toml(), {"image_shape": [32, 32, 3]}
    run = add_run(window.store, 0, experiment_toml=toml, environment=known)
    page = shown(window, qtbot)
    assert page.box.currentText() == run.name
    assert page.diff.note.isHidden()
    assert column(page, 1)[0] == "−576"  # two channels fewer
    window.runs.select(older.run_id)
    settled(page, qtbot)
    assert column(page, 1)[0] == "0"
    assert "is shown on those of this one" in page.diff.note.text()


def test_what_cannot_be_compared_is_one_sentence(window: MainWindow, qtbot: QtBot) -> None:
    broken = add_run(window.store, 0, experiment_toml="schema_version = 2\n")
    page = shown(window, qtbot)
    assert "update the workbench" in page.diff.sentence.text()
    assert not page.use.isEnabled()
    page.compare_with_preset("lenet-5")
    window.editor.set("structure.layers[4].kernel_size", 9)
    settled(page, qtbot)
    assert "Layer 5" in page.diff.sentence.text()
    window.editor.set("data.kind", "npz")
    settled(page, qtbot)
    assert "isn't known yet" in page.diff.sentence.text()
    assert broken.run_id


def test_hidden_it_reads_no_run(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = add_run(window.store)
    page = window.pages["network"].compare
    monkeypatch.setattr(page, "_compare", lambda: pytest.fail("it worked while hidden"))
    window.show_runs()
    window.runs.select(run.run_id)
    window.editor.set("training.epochs", 3)
    Experiment(name="x").write(tmp_path / "x.toml")
    window.files.may_discard = lambda: True  # type: ignore[method-assign]
    window.files.open(tmp_path / "x.toml")
    QCoreApplication.processEvents()  # what was put off to the next turn would run now
    assert page.follow.is_stale
