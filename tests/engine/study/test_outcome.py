"""What is said of a sweep: counts, refusals, where it stands, its trials as numbers, a command."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.ui.made_up import add_sweep, add_trial
from workbench import presets
from workbench.cli.main import main
from workbench.experiment import Experiment
from workbench.runs import record
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord, TrialRecord
from workbench.study.results.commands import sweep_command
from workbench.study.results.outcome import SweepOutcome, reached_words
from workbench.study.results.standing import SweepState, planned_trials, seconds_left, sweeps
from workbench.study.results.trial_numbers import numbers_of
from workbench.study.sweeps.axes import axes_of
from workbench.study.sweeps.goals import goals_of
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.trials import TrialState

DIGITS = presets.load("digits-cnn")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def state_of(store: Store, study: StudyRecord) -> SweepState:
    return next(each.state for each in sweeps(store) if each.study.study_id == study.study_id)


def plan_of(store: Store, study: StudyRecord) -> SweepPlan:
    return SweepOutcome.read(store, study).plan


# --- what came of it -----------------------------------------------------------------------------


def test_counts_and_refusals_by_bound(store: Store) -> None:
    study = add_sweep(store, trials=20)
    found = SweepOutcome.read(store, study, "all of it is done")
    assert found.counts() == [
        "20 trials finished",
        "2 refused before training (the first: parameters < 100000 does not hold: it has 120,330)",
        "all of it is done",
    ]
    assert found.refusals() == {"parameters < 100000": 2}


def test_the_answer_names_the_best_and_how_often_images_were_used(store: Store) -> None:
    study = add_sweep(store, trials=5, seeds=3)
    found = SweepOutcome.read(store, study)
    assert found.choice is not None
    best = found.choice.best
    assert found.answer()[0].startswith(f"Best: trial {best.number} (optimizer.learning_rate=0.0")
    assert "validation accuracy 9" in found.answer()[0]
    assert "test accuracy 9" in found.answer()[0]
    assert found.readings() == (
        "Chosen by the validation images, on which 15 runs were judged; test images were read for "
        "1 choice, after it was written down"
    )


def test_the_baseline_is_the_trial_that_trains_the_experiment_itself(store: Store) -> None:
    study = add_sweep(store, trials=2)
    assert SweepOutcome.read(store, study).baseline is None
    plan = plan_of(store, study)
    add_trial(store, study, plan, 4, {"training.batch_size": DIGITS.training.batch_size})
    baseline = SweepOutcome.read(store, study).baseline
    assert baseline is not None
    assert baseline.number == 4


def test_what_a_trial_reached_in_words(store: Store) -> None:
    one = SweepOutcome.read(store, add_sweep(store, "one", trials=1))
    several = SweepOutcome.read(store, add_sweep(store, "several", trials=1, seeds=3))
    goal = one.plan.goals[0]
    assert reached_words(one.trials[0], goal).endswith(" %")
    assert " % ± 0." in reached_words(several.trials[0], goal)


def test_what_trials_reached_is_told_without_parsing_their_experiments(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = add_sweep(store, trials=4, seeds=2)
    parsed: list[str] = []
    real = Experiment.from_toml

    def counted(toml: str) -> Experiment:
        parsed.append(toml)
        return real(toml)

    monkeypatch.setattr(Experiment, "from_toml", counted)
    record._parsed.cache_clear()
    found = SweepOutcome.read(store, study)
    assert found.choice is not None
    assert len(numbers_of(found).names) == 4
    assert all(reached_words(trial, found.plan.goals[0]) for trial in found.asked)
    assert len(parsed) <= 1, "each takes a millisecond, and there may be a thousand runs"


# --- where it stands -----------------------------------------------------------------------------


def test_a_sweep_that_has_its_choice_has_ended(store: Store) -> None:
    assert state_of(store, add_sweep(store, trials=3)) is SweepState.ENDED


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.INTERRUPTED])
def test_a_sweep_with_something_left_is_not_finished(store: Store, status: RunStatus) -> None:
    study = add_sweep(store, trials=3, planned=4)
    assert state_of(store, study) is SweepState.BROKEN_OFF, "one trial is to be asked for"
    settings = {"optimizer.learning_rate": 0.1}
    made = store.create_trial(
        study.study_id, TrialRecord(4, settings), [DIGITS.with_settings(settings)]
    )
    if status is RunStatus.INTERRUPTED:
        store.finish(made[0].run_id, status)
    assert state_of(store, study) is SweepState.BROKEN_OFF
    store.finish(made[0].run_id, RunStatus.COMPLETED)
    assert state_of(store, study) is SweepState.ENDED


def test_a_sweep_that_a_process_works_on_is_under_way(store: Store) -> None:
    study = add_sweep(store, trials=3)
    with Store(store.folder) as other:
        other.take_study(study)
        assert state_of(store, study) is SweepState.RUNNING
    assert state_of(store, study) is SweepState.ENDED, "its process is gone"


def test_only_sweeps_are_listed_the_newest_first(store: Store) -> None:
    add_sweep(store, "a", trials=1)
    store.add_study("of levers", {"kind": "levers", "version": 1})
    add_sweep(store, "b", trials=1)
    store.add_study("newer", {"version": 99})
    found = sweeps(store)
    assert [each.study.name for each in found] == ["newer", "b", "a"]
    assert found[0].plan is None
    assert "newer version" in found[0].fault


def test_how_long_is_left(store: Store) -> None:
    study = add_sweep(store, trials=4, planned=10, seeds=2, workers=2, is_chosen=False)
    found = SweepOutcome.read(store, study)
    assert planned_trials(found.plan) == 10
    # 6 trials of 2 runs of 6.5 s on average, two at once
    assert seconds_left(found) == pytest.approx(6 * 2 * 6.5 / 2)
    fresh = SweepOutcome.read(
        store, add_sweep(store, "fresh", trials=0, planned=5, is_chosen=False)
    )
    assert seconds_left(fresh) is None


# --- as numbers ----------------------------------------------------------------------------------


def test_finished_trials_as_numbers_are_means_over_their_seeds(store: Store) -> None:
    study = add_sweep(store, trials=3, seeds=2, planned=4, is_chosen=False)
    plan = plan_of(store, study)
    add_trial(store, study, plan, 4, {"training.batch_size": 64}, RunStatus.FAILED)
    found = SweepOutcome.read(store, study)
    numbers = numbers_of(found)
    assert numbers.columns["trial"].tolist() == [1.0, 2.0, 3.0]
    assert numbers.names[0] == "trial 1"
    first = found.trials[0]
    assert numbers.members_of(0) == tuple(run.run_id for run in first.runs)
    means = first.means(plan.goals)
    assert means is not None
    assert numbers.columns["val_accuracy"][0] == pytest.approx(means[0])
    assert numbers.columns["training.batch_size"].tolist() == [
        float(trial.settings["training.batch_size"]) for trial in found.trials[:3]
    ]
    assert "test_accuracy" not in numbers.columns, "no trial has it"


def test_the_baseline_has_what_the_experiment_has(store: Store) -> None:
    axes = axes_of(["optimizer.kind=adam,sgd", "lever.width_multiplier=0.5,1"], DIGITS)
    study = add_sweep(store, trials=0, planned=1, axes=axes, is_chosen=False)
    plan = plan_of(store, study)
    add_trial(store, study, plan, 0, {})
    add_trial(store, study, plan, 1, {"lever.width_multiplier": 0.5})
    numbers = numbers_of(SweepOutcome.read(store, study))
    assert numbers.names == ["baseline", "trial 1"]
    assert numbers.columns["optimizer.kind"].tolist() == ["adam", None]
    width = numbers.columns["lever.width_multiplier"]
    assert math.isnan(width[0])
    assert width[1] == 0.5
    assert numbers.about["lever.width_multiplier"].title == "Lever: Width multiplier"


# --- as a command --------------------------------------------------------------------------------


def test_the_command_makes_the_same_sweep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = DIGITS.with_settings({"training.epochs": 3, "optimizer.kind": "sgd"})
    axes = axes_of(["optimizer.learning_rate=0.001..0.1:log", "augmentation.shift=0.0,0.1"], base)
    goals = goals_of(["max:val_accuracy", "min:parameters"])
    plan = SweepPlan(base.to_toml(), axes, "random", goals, (), 7, None, 2, 5)
    program, *arguments = shlex.split(sweep_command(plan))
    assert program == "dlopt-workbench"
    assert main([*arguments, "--dry-run", "--json", "--store", str(tmp_path / "none")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["planned"] == 7
    assert (found["strategy"], found["seeds"], found["seed"]) == ("random", 2, 5)
    assert found["space"] == [axis.plain() for axis in axes]
    assert [goal["column"] for goal in found["goals"]] == ["val_accuracy", "parameters"]
    assert "--set training.epochs=3" in sweep_command(plan)


def test_every_state_of_a_trial_has_words() -> None:
    assert all(state.words for state in TrialState)
    assert np.unique([str(state.words) for state in TrialState]).size == len(TrialState)
