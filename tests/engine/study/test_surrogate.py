"""What is expected of combinations that weren't trained: of accuracy, and of training time."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import pytest

from tests.engine.study.made_up_study import (
    BESIDE,
    INFO,
    MNIST,
    TASK_SECONDS,
    MadeUp,
    training_seconds,
)
from workbench.runs.store import Store
from workbench.study.lever_study.arm import ArmBuilder, LeverSet
from workbench.study.lever_study.ledger import Ledger
from workbench.study.lever_study.plan import StudyPlan
from workbench.study.lever_study.surrogate import SPREAD, Surrogate, distance
from workbench.study.lever_study.times import TrainingTimes

KEYS = ("betas", "head", "shift")
BASELINE = LeverSet()
WORTH = {"betas": -0.3, "head": 0.2, "shift": 0.0}


def of(*keys: str) -> LeverSet:
    return LeverSet.of(dict.fromkeys(keys))


def test_what_levers_add_is_learned_and_what_is_unknown_is_doubted() -> None:
    arms = [of(*(k for k, on in zip(KEYS, ons, strict=True) if on))
            for ons in product((False, True), repeat=3)][:-1]  # fmt: skip
    told = [1.0 + sum(WORTH[key] for key in arm.levers) for arm in arms]
    guide = Surrogate(arms, told, 0.03, BASELINE)
    every = guide.predict(of(*KEYS))
    assert every.mean == pytest.approx(1.0 - 0.3 + 0.2, abs=0.05)
    assert every.deviation < 0.1
    unknown = guide.predict(of("smoothing"))
    assert unknown.mean == pytest.approx(1.0, abs=0.05)
    assert unknown.deviation > SPREAD
    assert every.below(1.0) > 0.8
    assert guide.predict(of("head")).below(1.0) < 0.1


def test_levels_have_an_expectation_until_runs_tell() -> None:
    at = {level: LeverSet.of({"one_cycle": level}) for level in (0.3, 0.2, 0.1)}
    expected = Surrogate([at[0.3]] * 3, [0.0] * 3, 0.05, at[0.3], {"one_cycle": -0.5})
    rise = expected.predict(at[0.1]).mean - expected.predict(at[0.3]).mean
    assert rise == pytest.approx(0.5 * math.log(3), rel=0.3)
    told = Surrogate([at[0.3], at[0.2]] * 4, [0.0, 0.0] * 4, 0.05, at[0.3], {"one_cycle": -0.5})
    assert told.predict(at[0.1]).mean - told.predict(at[0.3]).mean < rise


def test_distance_counts_levers_and_half_for_levels() -> None:
    one, other = of("betas", "head"), of("betas", "shift")
    assert distance(one, one) == 0
    assert distance(one, other) == 2
    assert distance(LeverSet.of({"width": 0.5}), LeverSet.of({"width": 0.25})) == 0.5


def test_training_times_follow_epochs_and_multiplications(tmp_path: Path) -> None:
    assert INFO is not None
    plan = StudyPlan(MNIST.to_toml(), "mnist-cnn", 200.0, 80.0, levers=("one_cycle",))
    builder = ArmBuilder(plan, INFO)
    cycle = LeverSet.of({"one_cycle": 0.3})
    before = TrainingTimes(Ledger([]), builder, plan.run_seconds)
    assert before.seconds(BASELINE) == pytest.approx(80.0)
    assert before.seconds(cycle) == pytest.approx(24.0)
    made = MadeUp(tmp_path, plan)
    made.work()
    assert made.now < 200.0 + TASK_SECONDS
    with Store(tmp_path) as store:
        ledger = Ledger.of(store, store.studies()[0].study_id)
    times = TrainingTimes(ledger, builder, plan.run_seconds)
    assert times.seconds(BASELINE) == pytest.approx(training_seconds(MNIST), rel=0.01)
    assert times.of_budget(BASELINE) == pytest.approx(training_seconds(MNIST) + BESIDE, rel=0.01)
    narrow = cycle.including("width", 0.5)
    known = training_seconds(builder.experiment(narrow))
    assert times.seconds(narrow) == pytest.approx(known, rel=0.4)
