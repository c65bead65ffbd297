"""Trials that end before their time: the rules against Optuna's, and sweeps that nobody trains."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pytest

from tests.engine.study.test_sweep import BATCH, DIGITS, INFO, RATE, Bench
from tests.engine.study.test_sweep import plan as any_plan
from workbench.experiment import Experiment
from workbench.runs.record import EpochMetrics
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.base import SpecError
from workbench.study.pruning.climb import for_epochs
from workbench.study.pruning.gate import gate_of
from workbench.study.pruning.halving import bracket, goes_on, rungs
from workbench.study.pruning.rules import PRUNING, rungs_of, why_whole
from workbench.study.sweeps.choice import chosen
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.strategies import checked, inexact

TEN = DIGITS.with_settings({"training.epochs": 10})
ONE_CYCLE = TEN.with_settings({"schedule.kind": "one_cycle"})
STEPS = 10
"""An epoch."""


def plan(*vary: str, experiment: Experiment = TEN, **others: Any) -> SweepPlan:
    """A search among ten epochs."""
    return any_plan(*vary, experiment=experiment.to_toml(), **others)


def cycle(*vary: str, **others: Any) -> SweepPlan:
    """The same where the schedule spans the training."""
    return plan(*vary, experiment=ONE_CYCLE, **others)


# --- the rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("epochs", "wanted"),
    [(2, (2,)), (3, (1, 3)), (5, (1, 5)), (9, (1, 3, 9)), (10, (1, 3, 10)), (30, (3, 9, 30))],
)
def test_rungs_lie_at_a_ninth_and_a_third(epochs: int, wanted: tuple[int, ...]) -> None:
    assert rungs(epochs) == wanted


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("name", ["asha", "hyperband"])
def test_who_goes_on_is_who_goes_on_in_optuna(name: str, direction: int) -> None:
    epochs, seed = 27, 3
    places = rungs(epochs)
    pruner: optuna.pruners.BasePruner = optuna.pruners.SuccessiveHalvingPruner(places[0], 3)
    if name == "hyperband":
        pruner = optuna.pruners.HyperbandPruner(places[0], epochs, 3)
    study = optuna.create_study(
        study_name=str(seed),
        direction="maximize" if direction > 0 else "minimize",
        pruner=pruner,
    )
    chance = np.random.default_rng(direction + 1)
    at: dict[int, dict[int, list[float]]] = {}  # of each bracket, at each rung
    pruned = 0
    for number in range(1, 61):
        trial, first = study.ask(), 0
        if PRUNING[name].has_brackets:
            first = bracket(seed, number, len(places))
        for rung in places[first:-1]:
            value = float(np.round(chance.random(), 1))  # with equals among them
            trial.report(value, rung)
            rivals = at.setdefault(first, {}).setdefault(rung, [])
            is_kept = goes_on(value, rivals, direction)
            assert trial.should_prune() is not is_kept, (number, rung)
            rivals.append(value)
            if not is_kept:
                pruned += 1
                break
    assert 20 < pruned < 60


def test_what_is_no_number_goes_nowhere() -> None:
    assert not goes_on(math.nan, [], 1)
    assert goes_on(0.1, [math.nan, math.nan, math.nan], 1), "they don't count"


# --- running trials are cut ----------------------------------------------------------------------


def quality(experiment: Experiment) -> float:
    """Best at a rate of 0.01, and a little better with each seed."""
    rate = experiment.optimizer.learning_rate
    return 0.9 - 0.1 * abs(math.log10(rate) + 2) + 0.001 * experiment.training.seed


def trained(store: Store, run_id: str) -> None:
    """A run as a training process has it: epoch by epoch, with a look at the gate."""
    assert store.claim(run_id, store.token)
    run = store.run(run_id)
    experiment, study = run.experiment, store.studies()[0]
    gate = gate_of(run, study)
    reached, epochs = quality(experiment), experiment.training.epochs
    cut = gate.why_cut(store, 0) if gate is not None else ""
    epoch = 0
    while epoch < epochs and not cut:
        epoch += 1
        value = reached * (1 - 0.5 / epoch)
        metrics = EpochMetrics(
            epoch, epoch * STEPS, 1.0, 1.0, value, 100.0, 0.01, 1.0, value, float(epoch)
        )
        store.add_epoch(run_id, metrics, val_accuracy=value, step=epoch * STEPS)
        cut = gate.why_cut(store, epoch) if gate is not None else ""
    store.update(run_id, steps_per_epoch=STEPS, elapsed=float(epoch), parameters=100)
    store.finish(run_id, RunStatus.PRUNED if cut else RunStatus.COMPLETED, cut)


class Cutting(Bench):
    """A sweep whose runs have epochs; at most so many runs are trained, in any order."""

    def run(self, until: int = 10_000) -> None:
        for _ in range(until):
            while len(self.waiting) < self.plan.workers and (runs := self.more()):
                self.waiting += [run.run_id for run in runs]
            if not self.waiting:
                return
            self._chance.shuffle(self.waiting)
            trained(self.store, self.waiting.pop())

    def found(self) -> list[Found]:
        return [
            (t.number, dict(t.settings), t.state.value, t.pruned_at, [r.step for r in t.judged])
            for t in self.trials()
        ]


Found = tuple[int, Mapping[str, object], str, int | None, list[int]]


def searched(folder: Path, wanted: SweepPlan, seed: int = 0) -> list[Found]:
    bench = Cutting(folder, wanted, seed)
    bench.run()
    found = bench.found()
    bench.close()
    return found


def test_running_trials_are_cut_at_rungs_and_the_good_ones_are_not(tmp_path: Path) -> None:
    bench = Cutting(tmp_path, plan(RATE, strategy="random", prune="asha", runs=27))
    bench.run()
    trials = bench.trials()
    assert {t.state.value for t in trials} == {"finished", "pruned"}
    pruned = [t for t in trials if t.state.value == "pruned"]
    assert len(pruned) >= 14
    assert {t.pruned_at for t in pruned} == {1, 3}
    for trial in pruned:
        (run,) = trial.runs
        assert run.status is RunStatus.PRUNED
        assert run.step == STEPS * (trial.pruned_at or 0), "not a step more"
        assert run.message.startswith(f"pruned after {trial.pruned_at} of 10 epoch")
        assert trial.means(bench.plan.goals) is None, "it is in no ranking"
    choice = chosen(trials, bench.plan.goals, bench.sweep.baseline(trials))
    assert choice is not None
    best = max(quality(run.experiment) for trial in trials[1:] for run in trial.runs)
    assert quality(choice.best.runs[0].experiment) == best
    assert trials[0].state.value == "finished", "the baseline is never cut"
    assert sum(run.step for t in trials for run in t.runs) < 0.6 * 28 * 10 * STEPS
    bench.close()


@pytest.mark.parametrize("prune", ["asha", "hyperband"])
@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("made", [plan, cycle])
def test_the_same_trials_are_pruned_whatever_ends_first_and_whenever_it_broke_off(
    tmp_path: Path, prune: str, workers: int, made: object
) -> None:
    assert callable(made)
    wanted = made(RATE, BATCH, prune=prune, workers=workers, runs=14)
    assert not inexact(wanted)
    whole = searched(tmp_path / "whole", wanted, seed=1)
    assert len(whole) == 15
    assert sum(state == "pruned" for _, _, state, _, _ in whole) >= 5
    assert searched(tmp_path / "other order", wanted, seed=2) == whole
    for stop in (3, 6):
        bench = Cutting(tmp_path / "broken", wanted, seed=stop)
        bench.run(stop)
        bench.close()
        with Store(tmp_path / "broken") as store:
            store.mark_interrupted()  # as every command begins
    assert searched(tmp_path / "broken", wanted) == whole


def test_the_seeds_of_a_trial_are_cut_together(tmp_path: Path) -> None:
    wanted = plan("optimizer.learning_rate=0.01,0.5,0.9,0.02", strategy="grid", prune="asha")
    bench = Cutting(tmp_path, replace(wanted, seeds=2))
    while runs := bench.more():
        for run in runs:
            trained(bench.store, run.run_id)
    by_settings = {
        t.settings.get("optimizer.learning_rate"): [run.step // STEPS for run in t.runs]
        for t in bench.trials()
    }
    assert by_settings == {None: [10, 10], 0.01: [10, 10], 0.5: [1, 0], 0.9: [1, 0], 0.02: [1, 0]}
    messages = [run.message for run in bench.trials()[2].runs]
    assert messages[1] == "pruned with another run of its trial"
    bench.close()


# --- rungs that are whole trainings --------------------------------------------------------------


def test_where_the_schedule_spans_the_training_rungs_are_whole_short_trainings(
    tmp_path: Path,
) -> None:
    wanted = cycle(RATE, strategy="random", prune="asha", runs=27)
    assert why_whole(wanted) == (
        "One cycle spans the whole training, so a trial that is cut says nothing: rungs are whole "
        "trainings of 1, 3, 10 epochs"
    )
    bench = Cutting(tmp_path, wanted)
    bench.run()
    trials = bench.trials()
    lengths = [[training.epochs for training in t.trainings] for t in trials]
    assert lengths[0] == [], "the baseline is trained in full, once"
    assert all(of in ([1], [1, 3], [1, 3, 10]) for of in lengths[1:])
    begun, third, whole = (sum(len(of) >= n for of in lengths) for n in (1, 2, 3))
    assert begun == 27
    assert 9 <= third <= 14, "nobody waits, so a few go on that later ones displace"
    assert 3 <= whole <= 7
    assert {run.status for t in trials for run in t.runs} == {RunStatus.COMPLETED}
    finished = [t.number for t in trials if t.state.value == "finished"]
    assert finished == [0, *(t.number for t in trials if t.number and len(t.trainings) == 3)]
    best = max(trials[1:], key=lambda t: quality(t.runs[0].experiment))
    choice = chosen(trials, wanted.goals, trials[0])
    assert choice is not None
    assert choice.best == best
    assert [run.step for run in choice.best.judged] == [10 * STEPS]
    assert len(choice.read) == 3, "of each the longest training alone"
    bench.close()


def test_a_short_sweep_still_ends_with_one_whole_training(tmp_path: Path) -> None:
    found = searched(tmp_path, cycle(RATE, strategy="random", prune="asha", runs=2))
    assert [state for _, _, state, _, _ in found[1:]].count("finished") == 1


def test_a_grid_s_baseline_reaches_the_last_rung(tmp_path: Path) -> None:
    rates = "optimizer.learning_rate=0.001,0.01,0.02,0.03,0.005,0.004"
    found = searched(tmp_path, cycle(rates, strategy="grid", prune="asha"))
    assert len(found) == 6
    assert found[0][1:4] == ({"optimizer.learning_rate": 0.001}, "finished", None)


def test_a_shorter_training_is_the_schedule_as_a_whole() -> None:
    warm = ONE_CYCLE.with_settings({"schedule.warmup_steps": 100})
    short = for_epochs(warm, 3)
    assert (short.training.epochs, short.schedule.warmup_steps) == (3, 30)


@pytest.mark.parametrize(
    ("settings", "vary", "is_whole"),
    [
        ({}, RATE, False),
        ({"schedule.kind": "step_decay"}, RATE, False),
        ({"schedule.kind": "cosine_decay"}, RATE, True),
        ({"schedule.kind": "cosine_decay", "schedule.decay_steps": 50}, RATE, False),
        ({}, "schedule.kind=fixed,one_cycle", True),
        ({}, "schedule.kind=fixed,step_decay", False),
    ],
)
def test_the_schedule_says_which_rungs_there_are(
    settings: dict[str, object], vary: str, is_whole: bool
) -> None:
    baseline = TEN.with_settings(settings)
    found = rungs_of(plan(vary, experiment=baseline, prune="asha"))
    assert found is not None
    assert found.is_whole is is_whole


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"goals": ("max:val_accuracy", "min:parameters")}, "compares trials by one goal"),
        ({"goals": ("min:parameters",)}, "when there is no parameters; choose by val_accuracy"),
        ({"vary": "training.epochs=1..9"}, "training.epochs can't be varied with pruning by asha"),
        ({"epochs": 2}, "pruning by asha needs training.epochs of 3 or more, got 2"),
    ],
)
def test_what_can_t_be_pruned(changes: dict[str, object], said: str) -> None:
    assert INFO is not None
    baseline = DIGITS.with_settings({"training.epochs": changes.pop("epochs", 10)})
    vary = str(changes.pop("vary", RATE))
    wanted = plan(vary, experiment=baseline, prune="asha", runs=5, **changes)
    with pytest.raises(SpecError) as refused:
        checked(wanted, INFO)
    assert said in str(refused.value)


def test_plans_of_before_had_no_pruning() -> None:
    plain = plan(RATE, prune="asha").plain()
    assert (plain["version"], SweepPlan.of_plain(plain).prune) == (2, "asha")
    plain = plan(RATE).plain()
    assert (plain["version"], "prune" in plain, "folds" in plain) == (1, False, False)
    assert SweepPlan.of_plain(plain).prune == "none"
