"""Several seeds and folds from the real menus: queued as one group, trained, compared at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from ui.window.main_window import MainWindow
from workbench.runs.status import RunStatus

PATIENCE = 120_000


def entry(menu: QMenu, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text() == text)


def submenu(window: MainWindow, title: str) -> QMenu:
    """A menu inside the Run menu."""
    run = entry(window.menuBar(), "&Run").menu()  # type: ignore[arg-type]
    assert isinstance(run, QMenu)
    found = entry(run, title).menu()
    assert isinstance(found, QMenu)
    return found


def test_seeds_train_one_after_another_as_one_group(quick: MainWindow, qtbot: QtBot) -> None:
    quick.editor.set("training.epochs", 1)
    with qtbot.waitSignal(quick.controller.queued, timeout=PATIENCE) as made:
        entry(submenu(quick, "Train with several seeds"), "3 seeds").trigger()
    ids = made.args[0]

    def all_trained() -> bool:
        return all(quick.store.run(run_id).status.is_finished for run_id in ids)

    qtbot.waitUntil(all_trained, timeout=PATIENCE)
    runs = [quick.store.run(run_id) for run_id in ids]
    assert [run.experiment.training.seed for run in runs] == [0, 1, 2]
    assert {run.tags for run in runs} == {"digits-cnn 3 seeds"}
    assert len({run.test_accuracy for run in runs} - {None}) > 1
    assert "“digits-cnn 3 seeds”" in quick.banner.words.text()
    quick.banner.button.click()
    assert quick.model.group == "group"


def test_folds_are_queued_and_grouped(idle: MainWindow, qtbot: QtBot) -> None:
    window = idle
    with qtbot.waitSignal(window.controller.queued, timeout=PATIENCE) as made:
        entry(submenu(window, "Cross-validate"), "5 folds").trigger()
    runs = [window.store.run(run_id) for run_id in made.args[0]]
    assert [run.experiment.training.fold for run in runs] == [1, 2, 3, 4, 5]
    assert {run.experiment.training.folds for run in runs} == {5}
    assert [run.run_id for run in window.store.queue()] == made.args[0]
    assert not window.store.queue_held
    assert window.editor.experiment.training.folds == 0


def test_another_number_is_asked_for(
    idle: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = idle
    monkeypatch.setattr(QInputDialog, "getInt", lambda *given: (7, True))
    with qtbot.waitSignal(window.controller.queued, timeout=PATIENCE) as made:
        entry(submenu(window, "Train with several seeds"), "Another number…").trigger()
    assert len(made.args[0]) == 7


def test_what_cannot_train_cannot_be_repeated(window: MainWindow) -> None:
    button = window.findChild(QToolButton, "train")
    assert button is not None
    titles = [action.text() for action in button.menu().actions()]
    assert titles == ["Train with several seeds", "Cross-validate"]
    window.editor.set("training.batch_size", 100_000)
    assert not window.training.menu("seeds").isEnabled()
    assert not window.training.menu("folds").isEnabled()
    assert "at most" in window.training.menu("folds").menuAction().toolTip()
    window.undo_stack.undo()
    assert window.training.menu("seeds").isEnabled()
    assert "spread is chance" in window.training.menu("seeds").menuAction().toolTip()


def test_a_seed_beyond_the_last_is_one_sentence(window: MainWindow) -> None:
    window.editor.set("training.seed", 2**31 - 1)
    entry(submenu(window, "Train with several seeds"), "3 seeds").trigger()
    assert "training.seed" in window.banner.words.text().lower()
    assert window.store.runs() == []


def test_more_folds_than_a_class_has_images_make_no_run(window: MainWindow) -> None:
    info = window.editor.info
    assert info is not None
    counts = (4, *info.class_counts[1:])
    window.editor.set_data_info(replace(info, class_counts=counts))
    assert window.editor.problems == []
    entry(submenu(window, "Cross-validate"), "5 folds").trigger()
    assert window.banner.words.text() == "Folds must be at most the 4 images of class '0', got 5"
    assert window.store.runs() == []


def test_a_class_of_one_image_is_said_under_the_field(window: MainWindow) -> None:
    info = window.editor.info
    assert info is not None
    window.editor.set_data_info(replace(info, class_counts=(1, *info.class_counts[1:])))
    assert not window.training["train"].isEnabled()
    form = window.experiment.forms["training"]
    assert form.problem("validation_split").startswith("can't be taken of class '0', which has 1")
    window.editor.set("training.validation_split", 0.0)
    assert window.training["train"].isEnabled()
    window.editor.set("training.folds", 3)
    assert form.problem("folds") == "must be 0 (off) with the 1 image of class '0', got 3"


def test_a_run_is_ablated_from_its_menu(
    idle: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = idle
    asked: list[str] = []

    def two_seeds(parent: object, title: str, label: str, *given: object) -> tuple[int, bool]:
        asked.extend((title, label))
        return 2, True

    monkeypatch.setattr(QInputDialog, "getInt", two_seeds)
    run_id = add_run(window, {"optimizer.use_ema": True, "augmentation.shift": 0.1})
    with qtbot.waitSignal(window.controller.queued, timeout=PATIENCE) as made:
        window.runs.actions_["ablate"].trigger()
    runs = [window.store.run(each) for each in made.args[0]]
    assert [(run.experiment.name, run.experiment.training.seed) for run in runs] == [
        (name, seed)
        for seed in (0, 1)
        for name in ("kept", "kept without shift", "kept without averaged weights")
    ]
    group = window.store.group(runs[0].group_id)
    assert group is not None
    assert (group.kind, group.name) == ("ablation", "kept ablation")
    assert asked == [
        "Ablate kept",
        "Trains it as it is, and without each of: shift and averaged weights.\n"
        "How many seeds of each?",
    ]
    assert run_id not in made.args[0]
    assert "“kept ablation”" in window.banner.words.text()


def test_a_run_without_techniques_has_nothing_to_ablate(
    idle: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QInputDialog, "getInt", lambda *given: pytest.fail("nothing to ask"))
    add_run(idle, {})
    idle.runs.actions_["ablate"].trigger()
    assert "uses no technique that could be taken away" in idle.banner.words.text()
    assert len(idle.store.runs()) == 1


def add_run(window: MainWindow, settings: dict[str, object]) -> str:
    """A finished run in the table, which is selected."""
    experiment = window.editor.experiment.with_settings({"name": "kept", **settings})
    run_id = window.store.create(experiment).run_id
    assert window.store.claim(run_id)
    window.store.finish(run_id, RunStatus.COMPLETED)
    window.controller.runs_changed.emit()
    window.runs.select(run_id)
    return run_id
