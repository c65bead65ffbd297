"""Explanations beside the choices, the schedule's curve, and the diagnosis under the plots."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.engine.made_up_curves import HEALTHY, SICK, Curves
from tests.ui.conftest import OpenWindow
from ui.background.jobs import Jobs
from ui.forms.formula import FormulaView, outline_of
from ui.forms.help import ChoiceHelp
from ui.window.main_window import MainWindow
from workbench import presets
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.spec.base import Choice, Facts
from workbench.spec.optimizers import Adam

PATIENCE = 60_000


def test_help_unfolds_follows_each_edit_and_is_there_again(
    window: MainWindow, open_window: OpenWindow
) -> None:
    form = window.experiment.forms["optimizer"]
    assert form.help is not None
    assert not form.help.isVisibleTo(form)
    assert form.help_button is not None
    form.help_button.click()
    assert form.help.isVisibleTo(form)
    adam = form.help.words.text()
    assert adam
    window.editor.set("optimizer.kind", "sgd")
    assert form.help.isVisibleTo(form)  # of a form that was built anew
    assert form.help.words.text() not in ("", adam)
    window.undo_stack.undo()
    assert form.help.words.text() == adam
    window.files.may_discard = lambda: True
    window.close()
    again = open_window()
    assert again.experiment.explained_paths() == ["optimizer"]


def test_an_explanation_says_what_the_class_says_with_the_numbers_in_force(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Adam, "__doc__", "Does `nothing`, in\n    two lines.\n\n    More.")
    monkeypatch.setattr(Adam, "formula", r"$w \leftarrow w - \frac{m}{\sqrt{v} + \epsilon}$")
    monkeypatch.setattr(Adam, "source", "Somebody 1999")
    monkeypatch.setattr(Adam, "in_force", lambda choice, facts: f"{facts.epochs} epochs")
    help_ = ChoiceHelp()
    jobs = Jobs(help_)
    qtbot.addWidget(help_)
    help_.resize(300, 200)
    help_.show_choice(Adam(), Facts(epochs=7))
    help_.show()
    texts = [help_.words.text(), help_.in_force.text(), help_.source.text()]
    assert texts == ["Does nothing, in two lines.", "7 epochs", "Somebody 1999"]
    qtbot.waitUntil(lambda: help_.formula.is_drawn, timeout=PATIENCE)
    jobs.close()
    picture = help_.formula.grab().toImage()
    ground = picture.pixelColor(picture.width() - 1, 0)
    colours = {picture.pixelColor(x, y).name() for x in range(100) for y in range(picture.height())}
    assert len(colours - {ground.name()}) > 5  # antialiased glyphs, not TeX on one line


def test_a_formula_is_an_outline_and_a_wrong_one_is_refused() -> None:
    wide = outline_of(r"$\eta_t = \eta_0\, r^{\,t / T}$ after $p$ steps").boundingRect()
    narrow = outline_of(r"$\eta$").boundingRect()
    assert wide.width() > 3 * narrow.width() > 0
    with pytest.raises(ValueError, match="frac"):
        outline_of(r"$\frac{1}$")


def test_formulas_set_at_once_in_several_threads_are_all_right() -> None:
    formulas = [
        rf"$w_{{{n}}} \leftarrow w - \eta\, \frac{{\hat{{m}}}}{{\sqrt{{v}}}}$" for n in range(40)
    ]
    with ThreadPoolExecutor(8) as pool:
        assert not any(path.isEmpty() for path in pool.map(outline_of, formulas))


def test_a_view_without_a_formula_takes_no_room(qtbot: QtBot) -> None:
    view = FormulaView()
    qtbot.addWidget(view)
    view.show_formula("")
    assert view.isHidden()
    assert not view.is_drawn


def test_every_formula_of_the_spec_can_be_set() -> None:
    formulas = [
        choice.formula
        for family in Choice.__subclasses__()
        for choice in family.choices().values()
        if choice.formula
    ]
    assert [f for f in formulas if outline_of(f).isEmpty()] == []


def test_the_curve_is_the_schedule_s_over_the_planned_steps(window: MainWindow) -> None:
    curve, editor = window.experiment.curve, window.editor
    editor.set_all({"schedule.kind": "exponential_decay", "training.epochs": 4}, "training")
    info = editor.info
    assert info is not None
    total = 4 * editor.experiment.steps_per_epoch(info)
    steps, rates = curve.points
    assert (steps[0], steps[-1]) == (0, total - 1)
    assert rates[0] == pytest.approx(0.001)
    assert (np.diff(rates) < 0).all()
    editor.set("optimizer.learning_rate", 0.1)
    assert curve.points[1][0] == pytest.approx(0.1)
    editor.set("training.epochs", 8)
    assert curve.points[0][-1] == 2 * total - 1
    editor.set("training.epochs", 100_000)
    assert len(curve.points[0]) < 1000
    assert "0.1 " in curve.accessibleName()
    curve.grab()


def add_run(window: MainWindow, name: str, found: Curves, message: str = "") -> Run:
    experiment = presets.load("digits-cnn").with_settings({"name": name})
    run = window.store.create(experiment)
    epochs, steps = found
    count = len(steps.values)
    window.store.add_steps(
        run.run_id, 1, steps.values, step=count, total_steps=count, steps_per_epoch=20
    )
    for epoch in epochs:
        window.store.add_epoch(run.run_id, epoch)
    window.store.finish(run.run_id, RunStatus.COMPLETED, message)
    window.show_runs()
    return window.store.run(run.run_id)


def test_the_selected_run_is_diagnosed_and_a_remedy_goes_into_the_form(
    window: MainWindow, qtbot: QtBot
) -> None:
    strip = window.pages["live"].diagnosis
    assert not strip.isVisible()
    sick = add_run(window, "sick", SICK["overfitting"])
    healthy = add_run(window, "healthy", HEALTHY)
    window.runs.select(sick.run_id)
    qtbot.waitUntil(lambda: bool(strip.findings), timeout=PATIENCE)
    assert strip.isVisible()
    before = window.editor.experiment
    buttons = strip.findChildren(QPushButton)
    next(button for button in buttons if button.text().startswith("Dropout")).click()
    after = window.editor.experiment
    assert after.name == "sick"
    assert len(after.structure.layers) == len(sick.experiment.structure.layers) + 1
    window.undo_stack.undo()
    assert window.editor.experiment == before

    window.runs.select(healthy.run_id)
    qtbot.waitUntil(lambda: strip.findings == [], timeout=PATIENCE)
    assert strip.isVisible()
    assert not any(button.isVisible() for button in strip.findChildren(QPushButton))


def test_a_remedy_that_measures_leads_to_the_finder(window: MainWindow, qtbot: QtBot) -> None:
    run = add_run(window, "fast", SICK["rate_too_high"])
    window.runs.select(run.run_id)
    qtbot.waitUntil(lambda: bool(window.pages["live"].diagnosis.findings), timeout=PATIENCE)
    buttons = window.pages["live"].diagnosis.findChildren(QPushButton)
    next(b for b in buttons if b.text().startswith("Find")).click()
    assert window.tabs.currentWidget() is window.pages["tune"]
    assert window.pages["tune"].rate.bar.is_busy
    window.pages["tune"].rate.bar.cancel()
    assert window.editor.experiment.name == "fast"
