"""The experiment being edited: undo, merging, what is modified, what is wrong, in which order."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.editing import editor as module
from ui.editing.editor import Editor, split_sentence
from workbench import presets
from workbench.experiment import Experiment
from workbench.spec.base import Problem
from workbench.spec.data import DataInfo

START = presets.load(presets.DEFAULT)


@pytest.fixture
def stack() -> Iterator[QUndoStack]:
    """Its steps go before the editor does: they hold each other, and Qt deletes them."""
    made = QUndoStack()
    yield made
    made.clear()


@pytest.fixture
def editor(qapp: QApplication, stack: QUndoStack) -> Editor:
    return Editor(START, stack)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_undo_and_redo(editor: Editor, stack: QUndoStack) -> None:
    editor.set("training.epochs", 3)
    editor.set("training.batch_size", 8)
    stack.undo()
    assert editor.experiment == START.with_settings({"training.epochs": 3})
    stack.undo()
    assert editor.experiment == START
    stack.redo()
    stack.redo()
    assert editor.experiment.training.batch_size == 8
    assert not stack.canRedo()


def test_merged_edits_do_not_keep_their_experiments(
    editor: Editor, stack: QUndoStack, clock: list[float]
) -> None:
    def living() -> int:
        gc.collect()
        return sum(isinstance(found, Experiment) for found in gc.get_objects())

    before = living()
    for number in range(50):
        editor.set("training.epochs", 1 + number)
    assert stack.count() == 1
    assert living() - before <= 2


def test_quick_edits_of_one_field_are_one_step(
    editor: Editor, stack: QUndoStack, clock: list[float]
) -> None:
    for epochs in (1, 10, 100):
        editor.set("training.epochs", epochs)
        clock[0] += 0.5
    assert stack.count() == 1
    clock[0] += 2
    editor.set("training.epochs", 7)
    assert stack.count() == 2
    editor.set("training.batch_size", 8)
    assert stack.count() == 3
    stack.undo()
    stack.undo()
    assert editor.experiment.training.epochs == 100
    stack.undo()
    assert editor.experiment == START


def test_a_value_that_changes_nothing_is_no_step(editor: Editor, stack: QUndoStack) -> None:
    assert editor.set("training.epochs", START.training.epochs)
    assert stack.count() == 0


def test_modified_until_it_is_undone_or_saved(editor: Editor, stack: QUndoStack) -> None:
    assert not editor.is_modified
    editor.set("training.epochs", 3)
    assert editor.is_modified
    stack.undo()
    assert not editor.is_modified
    stack.redo()
    editor.saved(editor.experiment, Path("a.toml"))
    assert not editor.is_modified
    assert editor.file == Path("a.toml")
    stack.undo()
    assert editor.is_modified


def test_open_forgets_what_came_before(editor: Editor, stack: QUndoStack, qtbot: QtBot) -> None:
    editor.set("training.epochs", 3)
    editor.refuse("optimizer.learning_rate", "must be a number, got x")
    other = Experiment(name="other")
    with qtbot.waitSignals([editor.changed, editor.file_changed]):
        editor.open(other, Path("b.toml"))
    assert editor.experiment == other
    assert not editor.is_modified
    assert not stack.canUndo()
    assert editor.problems == []


def test_replace_can_be_undone(editor: Editor, stack: QUndoStack) -> None:
    editor.replace(Experiment(name="other"), "use of the settings of other")
    assert stack.undoText() == "use of the settings of other"
    stack.undo()
    assert editor.experiment == START


def test_problems_what_was_typed_comes_before_the_data_and_the_network(editor: Editor) -> None:
    editor.set("structure.layers[7].units", 3)
    editor.set_data_info(editor.info, "data.path: there is no file /x")
    editor.set("optimizer.learning_rate", 0.0)
    assert [p.path for p in editor.problems] == [
        "optimizer.learning_rate",
        "data.path",
        "structure.layers[7].units",
    ]


def test_the_data_decide_what_fits(editor: Editor) -> None:
    editor.set("data.kind", "npz")
    assert editor.info is None
    assert editor.analysis is None
    assert [p.path for p in editor.problems] == ["data.path"]
    editor.set("data.path", "/tmp/x.npz")
    assert editor.problems == []
    editor.set_data_info(DataInfo((6, 6, 3), ("a", "b"), 100, 20))
    assert editor.analysis is not None
    assert [p.path for p in editor.problems] == ["structure.layers[2].kernel_size"]
    editor.set("data.path", "/tmp/y.npz")
    assert editor.info is None


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (Problem("optimizer.learning_rate", "must be above 0"), "Learning rate must be above 0"),
        (Problem("structure.layers[2].filters", "must be at least 1"),
         "Layer 3: Filters must be at least 1"),
        (Problem("structure.layers[2]", "Conv2D: needs an image"),
         "Layer 3: Conv2D: needs an image"),
        (Problem("name", "must not be empty"), "Name: must not be empty"),
        (Problem("nowhere.at_all", "is wrong"), "nowhere.at_all: is wrong"),
    ],
)  # fmt: skip
def test_a_problem_is_a_sentence(editor: Editor, problem: Problem, sentence: str) -> None:
    assert editor.sentence(problem) == sentence


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("data.path: there is no file", ("data.path", "there is no file")),
        ("the helper process: gone", ("", "the helper process: gone")),
        ("/tmp/a: no", ("", "/tmp/a: no")),
        ("", ("", "")),
    ],
)
def test_split_sentence(text: str, parts: tuple[str, str]) -> None:
    assert split_sentence(text) == parts


def classes_of(editor: Editor) -> int:
    return int(editor.at("structure.layers[-1].units"))


def info_of(classes: int) -> DataInfo:
    return DataInfo((28, 28, 1), tuple(map(str, range(classes))), 1000, 100)


def test_the_output_layer_follows_the_data_in_the_same_step(
    editor: Editor, stack: QUndoStack, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(editor.output_followed) as said:
        editor.set("data.kind", "cifar100")
    assert said.args == ["Output layer set to 100 classes (was 10)."]
    assert classes_of(editor) == 100
    stack.undo()
    assert editor.experiment == START
    stack.redo()
    assert classes_of(editor) == 100
    assert not [p for p in editor.problems if p.path.endswith("units")]


def test_it_follows_files_once_they_are_looked_at(
    editor: Editor, stack: QUndoStack, qtbot: QtBot
) -> None:
    editor.set_all({"data.kind": "npz", "data.path": "/a.npz"}, "data")
    assert classes_of(editor) == 10
    with qtbot.waitSignal(editor.output_followed):
        editor.set_data_info(info_of(5))
    assert classes_of(editor) == 5
    assert stack.count() == 1, "the step that chose the data"
    stack.undo()
    assert editor.experiment == START
    stack.redo()
    assert classes_of(editor) == 5
    editor.set_data_info(info_of(5))
    with qtbot.assertNotEmitted(editor.output_followed):
        editor.set("structure.layers[7].units", 6)
        editor.set_data_info(info_of(5))
    assert classes_of(editor) == 6, "what a person types is left to stand, with its problem"
    assert [p.path for p in editor.problems] == ["structure.layers[7].units"]


def test_it_follows_in_a_step_of_its_own_after_another_edit(
    editor: Editor, stack: QUndoStack
) -> None:
    editor.set_all({"data.kind": "npz", "data.path": "/a.npz"}, "data")
    editor.set("training.epochs", 3)
    editor.set_data_info(info_of(5))
    assert (classes_of(editor), stack.count()) == (5, 3)
    stack.undo()
    assert (classes_of(editor), editor.experiment.training.epochs) == (10, 3)


def test_it_takes_nothing_away_that_could_be_done_again(editor: Editor, stack: QUndoStack) -> None:
    editor.set_all({"data.kind": "npz", "data.path": "/a.npz"}, "data")
    editor.set("training.epochs", 3)
    stack.undo()
    editor.set_data_info(info_of(5))
    assert classes_of(editor) == 10
    stack.redo()
    assert editor.experiment.training.epochs == 3


def test_an_opened_file_follows_its_data(editor: Editor, stack: QUndoStack) -> None:
    wrong = START.with_settings({"structure.layers[-1].units": 7})
    editor.open(wrong, Path("a.toml"))
    assert (classes_of(editor), editor.is_modified) == (10, True)
    stack.undo()
    assert editor.experiment == wrong


def test_other_data_with_as_many_classes_leave_the_network_alone(editor: Editor) -> None:
    editor.set("structure.layers[7].units", 7)
    editor.set("data.kind", "mnist")
    assert classes_of(editor) == 7
