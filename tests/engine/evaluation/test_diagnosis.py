"""The diagnosis of made-up curves, each with its evidence and remedies that can be taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.engine.made_up_curves import FALLING, HEALTHY, MORE_SICK, SICK, Curves, curves
from workbench import presets
from workbench.evaluation.diagnosis import calm, diagnose, diagnose_run
from workbench.experiment import Experiment
from workbench.levers.remedies import Remedy
from workbench.runs.record import Run
from workbench.runs.status import Outcome, RunStatus

DIGITS = presets.load("digits-cnn")
ALL_SICK = {**{kind: (kind, found) for kind, found in SICK.items()}, **MORE_SICK}


def kinds(found: Curves, **named: bool) -> list[str]:
    return [finding.kind for finding in diagnose(DIGITS, *found, **named)]


def test_a_healthy_run_has_no_finding() -> None:
    assert kinds(HEALTHY) == []


@pytest.mark.parametrize("name", ALL_SICK)
def test_each_fault_is_found_alone_with_its_numbers_and_remedies(name: str) -> None:
    kind, found = ALL_SICK[name]
    (finding,) = diagnose(DIGITS, *found)
    assert finding.kind == kind
    assert any(sign.isdigit() for sign in finding.evidence)
    assert finding.evidence[0].islower()
    assert finding.remedies


@pytest.mark.parametrize("kind", SICK)
def test_every_remedy_gives_another_experiment_that_can_train(kind: str) -> None:
    (finding,) = diagnose(DIGITS, *SICK[kind])
    for remedy in finding.remedies:
        changed = remedy.applied(DIGITS)
        assert changed.problems(DIGITS.data.info()) == []
        assert (changed != DIGITS) is not bool(remedy.finds)


def test_too_few_epochs_say_nothing() -> None:
    epochs, steps = SICK["rate_too_high"]
    assert diagnose(DIGITS, epochs[:2], steps) == []
    assert diagnose(DIGITS, [], curves([])[1]) == []


def test_a_run_under_way_is_not_called_slow_or_short() -> None:
    assert kinds(SICK["rate_too_low"], is_finished=False) == []
    assert kinds(SICK["too_short"], is_finished=False) == []
    assert kinds(SICK["overfitting"], is_finished=False) == ["overfitting"]


def test_without_a_validation_part_nothing_is_said_of_it() -> None:
    assert kinds(curves(FALLING, 0.99)) == []


def test_a_doubling_near_zero_is_no_over_fitting() -> None:
    tiny = [0.5, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001]
    validation = [0.5, 0.2, 0.1, 0.06, 0.05, 0.055, 0.06, 0.07, 0.08, 0.09]
    assert kinds(curves(tiny, 0.99, validation, 0.98)) == []


def run(outcome: str = "", **values: object) -> Run:
    made = {"step": 200, "total_steps": 200, **values}
    return Run("id", "name", RunStatus.COMPLETED, DIGITS.to_toml(), 0.0, outcome=outcome, **made)


def test_a_run_whose_loss_became_no_number_diverged() -> None:
    """Whatever its message says, and in whatever language."""
    (finding,) = diagnose_run(run(Outcome.DIVERGED, message="损失变为 NaN"), *curves([]))
    assert finding.title == "Diverged"
    assert finding.remedies[0].settings == {"optimizer.learning_rate": 0.0001}


def test_a_run_that_was_stopped_is_not_called_short() -> None:
    assert diagnose_run(run(total_steps=2000), *SICK["too_short"]) == []
    assert [f.kind for f in diagnose_run(run(), *SICK["too_short"])] == ["too_short"]


def test_of_a_loss_that_contains_the_penalty_no_rate_is_judged() -> None:
    """As a run of before the two were kept apart, which has no penalty of its own."""
    penalized = DIGITS.with_settings({"regularization": {"kind": "l2", "l2": 0.02}}).to_toml()
    old = replace(run(), experiment_toml=penalized)
    assert old.loss_holds_penalty
    assert not run().loss_holds_penalty, "without a penalty the loss is what it is today"
    assert not replace(old, penalty=0.25).loss_holds_penalty
    for kind in ("rate_too_low", "underfitting"):
        assert [f.kind for f in diagnose_run(run(), *SICK[kind])] == [kind]
        assert diagnose_run(old, *SICK[kind]) == []
    assert [f.kind for f in diagnose_run(old, *SICK["overfitting"])] == ["overfitting"]
    assert "contains the penalty" in calm(old, "a")
    assert "contains" not in calm(run(), "a")


def remedies(experiment: Experiment, kind: str) -> list[Remedy]:
    return list(diagnose(experiment, *SICK[kind])[0].remedies)


def test_remedies_go_on_from_what_is_there() -> None:
    augment, first, second = remedies(DIGITS, "overfitting")
    assert augment.applied(DIGITS).augmentation.is_on
    both = second.applied(first.applied(augment.applied(DIGITS)))
    assert both.regularization.values() == {"kind": "l2", "l2": 1e-4}
    more, stronger = remedies(both, "overfitting")
    assert more.words == "Dropout 0.5"
    assert stronger.applied(both).regularization.values() == {"kind": "l2", "l2": 1e-3}
    layers = len(DIGITS.structure.layers)
    assert len(more.applied(both).structure.layers) == layers + 1
    assert remedies(both, "underfitting")[0].words == "No penalty"
