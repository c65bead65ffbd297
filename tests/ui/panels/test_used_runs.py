"""The fields of the form that name a run: what they offer, show and refuse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.engine.small import small
from tests.ui.made_up import add_runs
from ui.forms.run_choice import RunEntry
from ui.panels.compress.edited_recipe import EditedRecipe
from ui.panels.compress.recipe_editor import RecipeEditor
from ui.window.main_window import MainWindow
from workbench.compression.recipe import CompressionRecipe
from workbench.runs import checkpoint_file
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.used_runs import TEACHER, WEIGHTS, OfferedRun

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # popups

RUN_ID = "20260101-000000-0a1b"


def entry(window: MainWindow, path: str) -> RunEntry:
    found = window.experiment.forms["training"].entry(path.rpartition(".")[2])
    assert isinstance(found, RunEntry)
    return found


def texts(found: RunEntry) -> list[str]:
    return [found.box.itemText(row) for row in range(found.box.count())]


def opened(found: RunEntry, qtbot: QtBot) -> list[str]:
    """What the list offers once it is open."""
    found.box.showPopup()
    qtbot.waitUntil(found.box.view().isVisible)
    shown = texts(found)
    found.box.hidePopup()
    return shown


@pytest.fixture
def runs(window: MainWindow) -> list[Run]:
    """Two runs of the form's own network, with weights that can be read."""
    made = add_runs(window.store, 2)
    for run in made:
        path = window.store.artifacts(run.run_id) / checkpoint_file.FILE
        np.savez(path, **{"model.0": np.zeros((3, 3), np.float32)})
    window.controller.runs_changed.emit()
    return made


def test_suitable_runs_are_offered_by_name_and_accuracy(
    window: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    teacher, weights = entry(window, TEACHER), entry(window, WEIGHTS)
    assert (texts(teacher), texts(weights)) == (["None"], ["Fresh"])
    names = [f"{run.name} · {100 * (run.test_accuracy or 0):.2f} %" for run in reversed(runs)]
    assert opened(teacher, qtbot) == ["None", *names]
    assert opened(weights, qtbot) == ["Fresh", *names]
    assert window.editor.set("structure.layers[0].filters", 7)
    assert opened(weights, qtbot) == ["Fresh"], "its shapes are others now"
    assert opened(teacher, qtbot) == ["None", *names]
    teacher.box.setCurrentIndex(1)
    teacher.box.activated.emit(1)
    assert window.editor.experiment.training.teacher == runs[1].run_id
    window.editor.undo()
    assert window.editor.experiment.training.teacher == ""
    assert teacher.box.currentText() == "None"


def test_a_run_of_the_table_becomes_teacher_or_start(
    window: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    window.runs.select(runs[0].run_id)
    actions = window.runs.actions_
    actions["teacher"].trigger()
    assert window.editor.experiment.training.teacher == runs[0].run_id
    assert entry(window, TEACHER).box.currentText() == runs[0].name
    actions["weights"].trigger()
    assert window.editor.experiment.training.initial_weights == runs[0].run_id
    qtbot.waitUntil(lambda: not window.experiment.used_runs.is_looking)
    assert window.editor.problems == []


def test_what_doesnt_suit_is_said_under_the_field(
    window: MainWindow, runs: list[Run], qtbot: QtBot
) -> None:
    form = window.experiment.forms["training"]
    window.experiment.use_run(WEIGHTS, runs[0].run_id)
    assert window.editor.set("structure.layers[0].filters", 7)
    qtbot.waitUntil(lambda: "choose a run with an equal network" in form.problem("initial_weights"))
    assert "layer 1 (Conv2D) has 70 weights" in form.problem("initial_weights")
    assert "layer 1 (Conv2D)" in window.experiment.problem.accessibleName()
    window.editor.undo()
    qtbot.waitUntil(lambda: form.problem("initial_weights") == "")
    window.changes.delete([runs[0].run_id])
    qtbot.waitUntil(lambda: "is deleted; restore it" in form.problem("initial_weights"))
    assert entry(window, WEIGHTS).box.currentText() == runs[0].run_id
    window.editor.set(WEIGHTS, "")
    qtbot.waitUntil(lambda: form.problem("initial_weights") == "")


class Offer:
    """A store with one run."""

    def name_of(self, run_id: str) -> str:
        return "wide" if run_id == RUN_ID else ""

    def ask(self, path: str, done: Callable[[Sequence[OfferedRun]], object]) -> None:
        done([OfferedRun(RUN_ID, f"wide for {path}", 0.991)])


def test_a_step_of_a_recipe_names_who_teaches_and_whose_structure(qtbot: QtBot) -> None:
    edited = EditedRecipe(CompressionRecipe.of_text("student:0.2"))
    editor = RecipeEditor(edited, Offer())
    qtbot.addWidget(editor)
    teacher, like = (editor.form.entry(name) for name in ("teacher", "like"))
    assert isinstance(teacher, RunEntry)
    assert isinstance(like, RunEntry)
    assert (texts(teacher), teacher.box.currentText()) == (["Original", "None"], "Original")
    assert (texts(like), like.box.currentText()) == (["None"], "None")
    teacher.box.showPopup()
    assert texts(teacher) == ["Original", "None", "wide for teacher · 99.10 %"]
    teacher.box.hidePopup()
    teacher.box.setCurrentIndex(2)
    teacher.box.activated.emit(2)
    assert edited.recipe.short == f"student:0.2:teacher={RUN_ID}"
    assert teacher.box.currentText() == "wide"
    teacher.box.setCurrentIndex(1)
    teacher.box.activated.emit(1)
    assert edited.recipe.short == "student:0.2:teacher=none"


def test_folds_that_a_teacher_has_seen_are_noted(window: MainWindow, runs: list[Run]) -> None:
    form = window.experiment.forms["training"]
    window.experiment.use_run(TEACHER, runs[0].run_id)
    assert form.note("teacher") == ""
    assert window.editor.set("training.folds", 5)
    assert form.note("teacher").startswith("Teaches every fold, and may have been trained on")


def test_the_table_names_the_runs_that_a_run_used(window: MainWindow, runs: list[Run]) -> None:
    student = window.store.create(
        small(name="student", training__teacher=runs[0].run_id, training__initial_weights="gone")
    )
    window.store.finish(student.run_id, RunStatus.COMPLETED)
    window.controller.runs_changed.emit()
    window.runs.table.set_columns(["name", TEACHER, WEIGHTS])
    model = window.model
    row = model.row_of(student.run_id)
    assert row is not None
    assert [model.index(row, number).data() for number in range(3)] == [
        "student",
        runs[0].name,
        "gone",
    ]
    tip = model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert f"Teacher: {runs[0].name}\nInitial weights: gone" in tip
