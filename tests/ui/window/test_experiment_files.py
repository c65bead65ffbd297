"""Opening, saving and not losing an experiment; the window's layout."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from ui.window import experiment_files as module
from ui.window.main_window import MainWindow
from workbench import presets
from workbench.experiment import Experiment

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
Button = QMessageBox.StandardButton


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Button]:
    """What a person answers to the questions to come; empty when all were asked."""
    to_come: list[Button] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *_: to_come.pop(0))
    return to_come


@pytest.fixture
def chooses(monkeypatch: pytest.MonkeyPatch) -> list[Path | str]:
    """Which file a person chooses in the next dialog; "" cancels."""
    to_come: list[Path | str] = []
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_: (str(to_come.pop(0)), ""))
    return to_come


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.toml"
    Experiment(name="other").write(path)
    return path


def test_new(window: MainWindow) -> None:
    window.files.new(presets.names()[-1])
    assert window.editor.experiment == presets.load(presets.names()[-1])
    window.files.new()
    assert window.editor.experiment == presets.load(presets.DEFAULT)
    assert not window.isWindowModified()


def test_open_and_the_recent_list(
    window: MainWindow, other: Path, chooses: list[Path | str], open_window: OpenWindow
) -> None:
    chooses.append(other)
    window.files.choose_and_open()
    assert window.editor.experiment.name == "other"
    assert window.windowTitle().startswith("other.toml")
    chooses.append("")
    window.files.choose_and_open()
    assert window.editor.file == other
    window.close()
    again = open_window()
    assert again.files.recent == [str(other)]
    recent = again.areas["file"].menu("recent")
    recent.aboutToShow.emit()
    recent.actions()[0].trigger()
    assert again.editor.file == other
    other.unlink()
    recent.aboutToShow.emit()
    assert not recent.actions()[0].isEnabled()


def test_the_newest_is_first_and_ten_are_kept(window: MainWindow, tmp_path: Path) -> None:
    for number in range(12):
        Experiment(name=f"e{number}").write(tmp_path / f"{number}.toml")
        window.files.open(tmp_path / f"{number}.toml")
    window.files.open(tmp_path / "5.toml")
    names = [Path(path).stem for path in window.files.recent]
    assert names == ["5", "11", "10", "9", "8", "7", "6", "4", "3", "2"]


def test_save_and_save_as(window: MainWindow, tmp_path: Path, chooses: list[Path | str]) -> None:
    window.editor.set("training.epochs", 3)
    chooses.append("")
    assert not window.files.save()
    assert window.isWindowModified()
    chooses.append(tmp_path / "mine")
    assert window.files.save()
    path = tmp_path / "mine.toml"
    assert Experiment.read(path) == window.editor.experiment
    assert not window.isWindowModified()
    window.editor.set("training.epochs", 4)
    assert window.files.save()  # no dialog: it has a file
    assert Experiment.read(path).training.epochs == 4
    chooses.append(tmp_path / "copy.toml")
    assert window.files.save_as()
    assert window.editor.file == tmp_path / "copy.toml"


def test_the_question_names_the_file_or_says_that_there_is_none(
    window: MainWindow, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def cancel(_parent: object, title: str, text: str, *_: object) -> Button:
        asked.append((title, text))
        return Button.Cancel

    monkeypatch.setattr(QMessageBox, "question", cancel)
    window.editor.set("name", "mine")
    assert not window.files.may_discard()
    window.editor.open(Experiment.read(other), other)
    window.editor.set("name", "renamed")
    assert not window.files.may_discard()
    assert asked == [
        ("Not saved yet", "“mine” is not saved in a file yet. Save it?"),
        ("Unsaved changes", "Save the changes to other.toml?"),
    ]


def test_a_file_that_cannot_be_written(
    window: MainWindow, tmp_path: Path, chooses: list[Path | str]
) -> None:
    window.editor.set("training.epochs", 3)
    chooses.append(tmp_path / "no such folder" / "a.toml")
    assert not window.files.save()
    assert "a.toml can't be written (No such file or directory)" in window.banner.words.text()
    assert window.isWindowModified()


def test_the_disk_is_not_waited_for_in_the_windows_thread(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers: list[str] = []
    for place in (
        "workbench.experiment.write_atomically",
        "ui.window.experiment_files.write_inside",
    ):
        monkeypatch.setattr(place, lambda *_: writers.append(threading.current_thread().name))
    window.editor.saved(window.editor.experiment, tmp_path / "a.toml")
    window.files.save()
    window.editor.set("training.epochs", 3)
    window.files._keep_draft()
    qtbot.waitUntil(lambda: not window.files._writes.is_busy)
    assert len(writers) == 2
    assert threading.main_thread().name not in writers


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("name = ", "broken.toml: not valid TOML"),
        ('name = "x"\n[training]\nepochs = 0\n', "training.epochs: must be at least 1, got 0"),
        ('nmae = "x"\n', "did you mean 'name'?"),
    ],
)
def test_a_broken_file_is_said_in_one_sentence(
    window: MainWindow, tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(content)
    before = window.editor.experiment
    assert not window.files.open(path)
    words = window.banner.words.text()
    assert sentence in words
    assert str(path) in words
    assert "\n" not in words
    assert window.banner.isVisible()
    assert window.banner.property("bad") is True
    assert window.editor.experiment == before
    assert "broken.toml" in window.log.text.toPlainText()
    assert window.bottom.tabText(2) == "Log (1)"
    window.banner.dismiss.click()
    assert not window.banner.isVisible()


def drop(window: MainWindow, path: Path) -> tuple[bool, bool]:
    """Drags a file over the window and drops it; whether each was accepted."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    rest = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(window.rect().center(), Qt.DropAction.CopyAction, data, *rest)
    enter.ignore()
    window.dragEnterEvent(enter)
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, *rest)
    event.ignore()
    window.dropEvent(event)
    return enter.isAccepted(), event.isAccepted()


def test_a_file_is_dropped(window: MainWindow, other: Path, qtbot: QtBot) -> None:
    assert drop(window, other.with_suffix(".txt")) == (False, False)
    assert drop(window, other) == (True, True)
    qtbot.waitUntil(lambda: window.editor.file == other)


# --- unsaved changes -----------------------------------------------------------------------------


def test_discard(window: MainWindow, other: Path, answers: list[Button]) -> None:
    window.editor.set("training.epochs", 3)
    answers.append(Button.Discard)
    assert window.files.open(other)
    assert window.editor.file == other
    assert not answers


def test_cancel(window: MainWindow, other: Path, answers: list[Button]) -> None:
    window.editor.set("training.epochs", 3)
    answers += [Button.Cancel, Button.Cancel, Button.Cancel]
    assert not window.files.open(other)
    window.files.new()
    window.close()
    assert window.isVisible()
    assert window.editor.experiment.training.epochs == 3
    assert not answers


def test_save_then_go_on(
    window: MainWindow,
    other: Path,
    tmp_path: Path,
    answers: list[Button],
    chooses: list[Path | str],
) -> None:
    window.editor.set("training.epochs", 3)
    answers += [Button.Save, Button.Save]
    chooses += ["", tmp_path / "kept.toml"]
    assert not window.files.open(other)  # the dialog was cancelled
    assert window.files.open(other)
    assert Experiment.read(tmp_path / "kept.toml").training.epochs == 3


def test_nothing_is_asked_without_changes(window: MainWindow, other: Path) -> None:
    assert window.files.open(other)
    window.close()
    assert not window.isVisible()


# --- the draft -----------------------------------------------------------------------------------


def keep_draft(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "DRAFT_MILLISECONDS", 1)
    window.editor.set("training.epochs", 3)
    draft = window.store.folder / module.DRAFT
    qtbot.waitUntil(draft.is_file)
    qtbot.waitUntil(lambda: not window.files._writes.is_busy)
    return draft


def test_a_crash_loses_nothing(
    window: MainWindow, open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_draft(window, qtbot, monkeypatch)
    again = open_window()  # while the first one never closed
    assert again.files.restore_draft()
    assert again.editor.experiment.training.epochs == 3
    assert again.isWindowModified()
    again.undo_stack.undo()
    assert again.editor.experiment == presets.load(presets.DEFAULT)


def test_a_file_on_the_command_line_does_not_lose_the_draft(
    window: MainWindow,
    open_window: OpenWindow,
    qtbot: QtBot,
    other: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep_draft(window, qtbot, monkeypatch)
    again = open_window()
    monkeypatch.setattr(again.controller, "warm_up", lambda: None)
    again.start(other)
    assert again.editor.experiment.name == "other"
    assert again.banner.button.text() == "Restore them"
    again.banner.button.click()
    assert again.editor.experiment.training.epochs == 3


def test_the_draft_goes_with_a_clean_close(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, answers: list[Button]
) -> None:
    draft = keep_draft(window, qtbot, monkeypatch)
    answers.append(Button.Discard)
    window.close()
    assert not draft.exists()


def test_the_draft_goes_when_it_is_undone_or_saved(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    draft = keep_draft(window, qtbot, monkeypatch)
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: not window.files._writes.is_busy)
    assert not draft.exists()
    keep_draft(window, qtbot, monkeypatch)
    window.editor.saved(window.editor.experiment, tmp_path / "a.toml")
    assert window.files.save()
    qtbot.waitUntil(lambda: not window.files._writes.is_busy)
    assert not draft.exists()


def test_a_draft_that_cannot_be_read(window: MainWindow) -> None:
    draft = window.store.folder / module.DRAFT
    draft.write_text("name = [")
    assert not window.files.restore_draft()
    assert "draft.toml: not valid TOML" in window.banner.words.text()
    window.close()
    assert not draft.exists()


# --- layout --------------------------------------------------------------------------------------


def test_the_layout_is_restored(
    window: MainWindow, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.across.setSizes([450, 500])
    window.down.setSizes([400, 300])
    window.runs.table.setColumnWidth(2, 133)
    window.pages["live"].plots.set_axis("seconds")
    window.pages["live"].plots.set_smoothing(0.9)
    kept = (window.across.sizes(), window.down.sizes(), bytes(window.saveGeometry().data()))
    window.close()
    restored: list[bytes] = []  # the off-screen platform's screen is smaller than our window
    monkeypatch.setattr(
        MainWindow, "restoreGeometry", lambda _, value: restored.append(bytes(value.data()))
    )
    again = open_window()
    assert (again.across.sizes(), again.down.sizes(), *restored) == kept
    assert again.runs.table.columnWidth(2) == 133
    assert again.pages["live"].plots.state()["axis"] == "seconds"
    assert again.pages["live"].plots.state()["smoothing"] == 0.9


def test_the_bottom_leaves_the_plots_most_of_a_small_window(window: MainWindow) -> None:
    window.resize(1280, 720)
    assert window.size().toTuple() == (1280, 720)  # all fits
    assert window.tabs.height() > 2 * window.bottom.height()
    assert window.pages["live"].height() > 400
