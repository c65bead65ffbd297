"""Every schedule: its shape, Keras's own where there is one, warm-up, and what training takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.small import small, train
from workbench.experiment import Experiment
from workbench.runs.store import Store
from workbench.spec import SpecError
from workbench.spec.base import Facts
from workbench.spec.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    Fixed,
    InverseTimeDecay,
    OneCycle,
    PiecewiseConstantDecay,
    Plan,
    PolynomialDecay,
    ReduceLROnPlateau,
    Schedule,
    StepDecay,
)

PLAN = Plan(steps_per_epoch=13, total_steps=130)
STEPS = np.arange(PLAN.total_steps)

AS_KERAS: list[Schedule] = [
    ExponentialDecay(decay_steps=30, decay_rate=0.4),
    ExponentialDecay(decay_steps=30, decay_rate=0.4, staircase=True),
    InverseTimeDecay(decay_steps=20, decay_rate=0.7),
    InverseTimeDecay(decay_steps=20, decay_rate=0.7, staircase=True),
    PolynomialDecay(end_learning_rate=0.01, power=2.0),
    PolynomialDecay(decay_steps=40, end_learning_rate=0.01, power=0.5, cycle=True),
    PiecewiseConstantDecay(boundaries=(10, 50), learning_rates=(0.3, 0.2, 0.1)),
    CosineDecay(),
    CosineDecay(decay_steps=50, alpha=0.1),
    CosineDecayRestarts(),
    CosineDecayRestarts(first_decay_steps=17, t_mul=1.5, m_mul=0.7, alpha=0.05),
    CosineDecayRestarts(first_decay_steps=30, t_mul=1.0, m_mul=0.5),
]


@pytest.mark.parametrize("schedule", AS_KERAS, ids=repr)
def test_a_schedule_of_keras_gives_keras_rates(schedule: Schedule) -> None:
    from workbench.runtime.network.build import build

    theirs = build(schedule.resolved(PLAN), initial_learning_rate=0.2)
    expected = theirs(STEPS.astype(np.float32)).numpy()
    np.testing.assert_allclose(schedule.rates(0.2, STEPS, PLAN), expected, rtol=1e-4, atol=1e-7)


def test_fixed_stays() -> None:
    assert Fixed().rates(0.5, STEPS, PLAN).tolist() == [0.5] * 130


@pytest.mark.parametrize(("unit", "every", "between"), [("epochs", 2, 26), ("steps", 20, 20)])
def test_step_decay_falls_every_so_many_epochs_or_steps(
    unit: Any, every: int, between: int
) -> None:
    rates = StepDecay(every=every, unit=unit, factor=0.1).rates(0.5, STEPS, PLAN)
    np.testing.assert_allclose(rates, [0.5 * 0.1 ** (step // between) for step in STEPS])


@pytest.mark.parametrize(("unit", "every", "between"), [("epochs", 2, 26), ("steps", 20, 20)])
def test_a_warm_up_leaves_the_falls_of_step_decay_where_they_are(
    unit: Any, every: int, between: int
) -> None:
    decay = StepDecay(every=every, unit=unit, factor=0.1)
    warm = StepDecay(every=every, unit=unit, factor=0.1, warmup_steps=5, warmup_start=0.0)
    plain = decay.rates(0.5, STEPS, PLAN)
    rates = warm.rates(0.5, STEPS, PLAN)
    assert np.flatnonzero(np.diff(rates) < 0).tolist() == [
        step - 1 for step in STEPS if step and step % between == 0
    ]
    np.testing.assert_allclose(rates[5:], plain[5:])
    np.testing.assert_allclose(rates[:5], 0.5 * np.arange(5) / 5)
    facts = Facts(steps_per_epoch=13, epochs=10, learning_rate=0.5)
    assert f"in {129 // between} falls." in warm.in_force(facts)


def test_a_warm_up_over_a_fall_of_step_decay_leads_to_what_is_left() -> None:
    rates = StepDecay(every=1, factor=0.5, warmup_steps=20, warmup_start=0.0).rates(
        1.0, STEPS, PLAN
    )
    np.testing.assert_allclose(rates[:20], 0.5 * np.arange(20) / 20)
    assert rates[[20, 25, 26]].tolist() == [0.5, 0.5, 0.25]


def test_a_warm_up_leaves_the_boundaries_of_a_piecewise_constant_rate_where_they_are() -> None:
    chosen = {"boundaries": (10, 50), "learning_rates": (0.3, 0.2, 0.1)}
    warm = PiecewiseConstantDecay(**chosen, warmup_steps=5, warmup_start=0.0)
    plain = PiecewiseConstantDecay(**chosen).rates(9.9, STEPS, PLAN)
    np.testing.assert_allclose(warm.rates(9.9, STEPS, PLAN)[5:], plain[5:])


def torchs_one_cycle(
    peak: float, total: int, share: float, div: float, final: float
) -> list[float]:
    """`torch.optim.lr_scheduler.OneCycleLR` (2.x, cosine, two phases), step by step."""
    start = peak / div
    end = start / final
    phases = [(float(share * total) - 1, start, peak), (total - 1, peak, end)]
    rates = []
    for step in range(total):
        begun = 0.0
        for number, (ended, low, high) in enumerate(phases):
            if step <= ended or number == len(phases) - 1:
                done = (step - begun) / (ended - begun)
                rates.append(high + (low - high) / 2.0 * (1 + np.cos(np.pi * done)))
                break
            begun = ended
    return rates


@pytest.mark.parametrize(("total", "share"), [(10, 0.3), (100, 0.3), (410, 0.3), (128, 0.25)])
def test_one_cycle_is_pytorchs(total: int, share: float) -> None:
    cycle = OneCycle(pct_start=share, div_factor=10.0, final_div_factor=100.0)
    rates = cycle.rates(0.8, np.arange(total), Plan(13, total))
    wanted = torchs_one_cycle(0.8, total, share, 10.0, 100.0)
    np.testing.assert_allclose(rates, wanted, rtol=1e-9)
    assert rates[round(share * total) - 1] == 0.8


@pytest.mark.parametrize("total", [3, 4, 7, 11, 101, 129])
def test_one_cycle_reaches_the_learning_rate_and_ends_at_almost_nothing(total: int) -> None:
    cycle = OneCycle(pct_start=0.25, div_factor=10.0, final_div_factor=100.0)
    rates = cycle.rates(0.8, np.arange(total + 1), Plan(13, total))
    top = int(rates.argmax())
    assert rates[top] == 0.8, "exactly, at a whole step"
    assert abs(top - (0.25 * total - 1)) < 1.5
    assert rates[[0, total - 1]] == pytest.approx([0.08, 0.0008])
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:total]) < 0).all()
    assert rates[total] == pytest.approx(0.0008), "past the plan it stays"


def test_one_cycle_of_a_step_or_two_is_no_fault() -> None:
    for total in (1, 2):
        rates = OneCycle().rates(0.5, np.arange(total), Plan(13, total))
        assert rates.tolist() == [pytest.approx(0.02), 0.5][:total]


def test_what_is_left_off_spans_the_planned_training() -> None:
    last = np.array([PLAN.total_steps])
    assert CosineDecay(alpha=0.25).rates(1.0, last, PLAN) == pytest.approx([0.25])
    assert PolynomialDecay(end_learning_rate=0.5).rates(1.0, last, PLAN) == pytest.approx([0.5])
    plan = Plan(7, 700)
    third = CosineDecayRestarts().rates(1.0, np.array([99, 100, 299, 300, 699]), plan)
    assert third == pytest.approx([0, 1, 0, 1, 0], abs=1e-3)


LENGTHS: tuple[Schedule, ...] = (
    PolynomialDecay(decay_steps=50),
    CosineDecay(decay_steps=50),
    CosineDecayRestarts(first_decay_steps=50),
)


@pytest.mark.parametrize(
    "schedule", [*(cls() for cls in Schedule.choices().values()), *LENGTHS], ids=repr
)
def test_a_schedule_knows_whether_it_spans_the_training(schedule: Schedule) -> None:
    steps = np.arange(100)
    short, long = (schedule.rates(0.1, steps, Plan(13, total)) for total in (100, 900))
    assert schedule.spans_training is not np.array_equal(short, long)


@pytest.mark.parametrize("cls", Schedule.choices().values(), ids=lambda cls: cls.name())
def test_a_warm_up_leads_to_the_schedules_own_first_step(cls: type[Schedule]) -> None:
    plain, warm = cls(), cls(warmup_steps=30, warmup_start=0.2)
    rates = warm.rates(0.1, STEPS, PLAN)
    begin = plain.rates(0.1, np.array([0]), PLAN)[0]
    np.testing.assert_allclose(rates[:30], begin * (0.2 + 0.8 * np.arange(30) / 30))
    after = plain.rates(0.1, np.arange(100), Plan(13, 100))
    np.testing.assert_allclose(rates[30:], after)


def test_a_warm_up_longer_than_the_training_is_followed_all_the_same() -> None:
    rates = CosineDecay(warmup_steps=1000, warmup_start=0.0).rates(1.0, STEPS, PLAN)
    np.testing.assert_allclose(rates, STEPS / 1000)


# --- reduce on plateau ---------------------------------------------------------------------------


def keras_plateau(schedule: ReduceLROnPlateau, values: list[float]) -> list[float]:
    """The learning rate after each epoch, as Keras's callback sets it."""
    import keras

    from workbench.runtime.network.build import build

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", metrics=["accuracy"])
    model.fit(np.ones((1, 1)), np.ones((1, 1)), verbose=0)
    callback = build(schedule, mode="max" if "accuracy" in schedule.monitor else "min")
    callback.set_model(model)
    callback.on_train_begin()
    model.optimizer.learning_rate = 0.1
    rates = []
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {schedule.monitor: value})
        rates.append(float(model.optimizer.learning_rate))
    return rates


VALUES = [1.0, 0.9, 0.95, 0.91, 0.9, 0.89, 0.8901, 0.9, 0.9, 0.9, 0.8, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in Keras
@pytest.mark.parametrize(
    "schedule",
    [
        ReduceLROnPlateau(patience=2, factor=0.5),
        ReduceLROnPlateau(patience=2, factor=0.5, cooldown=2),
        ReduceLROnPlateau(patience=1, factor=0.3, min_lr=0.005, cooldown=1),
        ReduceLROnPlateau(patience=3, factor=0.5, min_delta=0.05),
        ReduceLROnPlateau(patience=2, factor=0.5, monitor="accuracy"),
    ],
    ids=repr,
)
def test_reduce_on_plateau_falls_where_keras_callback_does(schedule: ReduceLROnPlateau) -> None:
    state, rates = {}, []
    for value in VALUES:
        metrics = {"loss": None, "val_loss": None, schedule.monitor: value}
        state = dict(schedule.after_epoch(state, metrics, 0.1))
        rates.append(schedule.rates(0.1, np.array([0]), PLAN, state)[0])
    assert rates == pytest.approx(keras_plateau(schedule, VALUES), rel=1e-5)
    assert rates[-1] < rates[0], "the case must fall somewhere"


def test_a_warm_up_also_precedes_the_plateau() -> None:
    schedule = ReduceLROnPlateau(warmup_steps=10, warmup_start=0.0, factor=0.5)
    rates = schedule.rates(1.0, np.array([0, 5, 10, 20]), PLAN, {"falls": 1, "best": 0.3})
    assert rates.tolist() == [0.0, 0.25, 0.5, 0.5]


def test_a_plateau_of_a_validation_that_there_is_not_is_refused() -> None:
    experiment = small(training__validation_split=0.0, schedule__kind="reduce_lr_on_plateau")
    problems = experiment.problems(experiment.data.info())
    assert [str(p) for p in problems] == [
        "schedule.monitor: val_loss needs a validation share above 0"
    ]
    changed = experiment.with_settings({"schedule.monitor": "loss"})
    assert not changed.problems(changed.data.info())


# --- in training ---------------------------------------------------------------------------------

FAST: dict[str, dict[str, Any]] = {
    "exponential_decay": {"decay_steps": 10},
    "step_decay": {"every": 1},
    "inverse_time_decay": {"decay_steps": 5},
    "piecewise_constant_decay": {"boundaries": [5, 20], "learning_rates": [0.02, 0.01, 0.001]},
    "reduce_lr_on_plateau": {"patience": 1, "min_delta": 0.3, "warmup_steps": 3},
    "cosine_decay": {"warmup_steps": 7},
}
"""What makes a schedule move within a few epochs."""


@pytest.mark.parametrize("kind", Schedule.choices())
def test_the_rate_that_is_recorded_is_the_schedules_and_training_learns(
    kind: str, tmp_path: Path
) -> None:
    settings = {f"schedule.{name}": value for name, value in FAST.get(kind, {}).items()}
    experiment = small(training__epochs=5, optimizer__learning_rate=0.01).with_settings(
        {"schedule.kind": kind, **settings}
    )
    info = experiment.data.info()
    assert info is not None
    plan = experiment.plan(info)
    with Store(tmp_path / "store") as store:
        run_id, _ = train(store, experiment)
        recorded = store.steps(run_id).values["learning_rate"]
        epochs = store.epochs(run_id)
    assert len(recorded) == plan.total_steps
    schedule, state, expected = experiment.schedule, {}, []
    for number, epoch in enumerate(epochs):
        steps = (number * plan.steps_per_epoch) + np.arange(plan.steps_per_epoch)
        expected.append(schedule.rates(0.01, steps, plan, state))
        assert epoch.learning_rate == pytest.approx(expected[-1][-1])
        state = dict(schedule.after_epoch(state, vars_of(epoch), 0.01))
    np.testing.assert_allclose(recorded, np.concatenate(expected), rtol=1e-6, atol=1e-12)
    assert recorded[-1] < 0.01 or kind == "fixed"
    assert (epochs[-1].loss or 9) < 0.8 * epochs[0].loss


def vars_of(epoch: Any) -> dict[str, float | None]:
    return {name: getattr(epoch, name) for name in ("loss", "accuracy", "val_loss", "val_accuracy")}


# --- as a person meets them ----------------------------------------------------------------------


def test_what_is_in_force_is_told_in_figures() -> None:
    facts = Facts(steps_per_epoch=41, epochs=30, learning_rate=0.001)
    assert Fixed().in_force(facts) == "0.001 at every step."
    assert OneCycle().in_force(facts) == (
        "From 4e-05, up to 0.001, to 4e-09 at the last of 1,230 steps."
    )
    assert StepDecay().in_force(facts) == (
        "From 0.001, to 0.00025 at the last of 1,230 steps, in 2 falls."
    )
    assert "until 5 epochs without a better val_loss" in ReduceLROnPlateau().in_force(facts)
    assert CosineDecay().in_force(Facts()) == ""


def test_boundaries_and_rates_have_to_match() -> None:
    with pytest.raises(SpecError, match=r"^learning_rates: must be 3, one more than .* got 2$"):
        PiecewiseConstantDecay.parse({"learning_rates": [0.1, 0.2]})
    with pytest.raises(SpecError, match=r"^boundaries: must rise, got \[5, 5\]$"):
        PiecewiseConstantDecay.parse({"boundaries": [5, 5]})


def test_a_warm_up_is_set_for_any_kind() -> None:
    read = Experiment().with_settings(
        {"schedule.kind": "cosine_decay", "schedule.warmup_steps": 100}
    )
    assert read.schedule == CosineDecay(warmup_steps=100)
    kept = read.with_settings({"schedule.kind": "one_cycle"})
    assert kept.schedule == OneCycle(warmup_steps=100)
