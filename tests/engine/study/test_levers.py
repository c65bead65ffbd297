"""The levers of a study: each gives an experiment that fits, or one sentence why not."""

from __future__ import annotations

import pytest

from workbench import presets
from workbench.experiment import Experiment
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.judging.design import batches
from workbench.study.levers import STUDY_LEVERS, LeverGroup, chosen, conflicts, pulled

BY_KEY = {lever.key: lever for lever in STUDY_LEVERS}
INFO = DataInfo((28, 28, 1), tuple("0123456789"), 1000, 100)


def with_lever(key: str, experiment: Experiment | None = None) -> dict[str, object]:
    """The settings that a lever changes, with their new values."""
    before = experiment or Experiment()
    after = BY_KEY[key].applied(before, INFO)
    return {
        path: after.at(path)
        for path in (
            "optimizer.kind", "optimizer.learning_rate", "training.epochs", "training.batch_size",
            "schedule.kind", "hardware.precision", "loss.label_smoothing", "augmentation.shift",
            "optimizer.use_ema", "optimizer.weight_decay",
        )
        if after.at(path) != before.at(path)
    }  # fmt: skip


def refusal(key: str, experiment: Experiment) -> str:
    with pytest.raises(SpecError) as caught:
        BY_KEY[key].applied(experiment, INFO)
    return caught.value.problems[0].message


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("bfloat16", {"hardware.precision": "mixed_bfloat16"}),
        (
            "one_cycle",
            {"schedule.kind": "one_cycle", "training.epochs": 3, "optimizer.learning_rate": 0.004},
        ),
        ("nesterov", {"optimizer.kind": "nesterov", "optimizer.learning_rate": 0.02}),
        ("batch", {"training.batch_size": 128, "optimizer.learning_rate": 0.00141}),
        ("ema", {"optimizer.use_ema": True}),
        ("smoothing", {"loss.label_smoothing": 0.1}),
        ("weight_decay", {"optimizer.weight_decay": 0.004}),
        ("shift", {"augmentation.shift": 0.1}),
    ],
)
def test_what_a_lever_sets(key: str, wanted: dict[str, object]) -> None:
    assert with_lever(key) == wanted


def test_the_rate_of_descent_grows_with_the_batch_itself() -> None:
    sgd = Experiment().with_settings({"optimizer.kind": "sgd", "optimizer.learning_rate": 0.1})
    found = with_lever("batch", sgd)
    assert found == {"training.batch_size": 128, "optimizer.learning_rate": 0.2}


def test_betas_of_a_short_training() -> None:
    found = BY_KEY["betas"].applied(Experiment(), INFO)
    assert (found.at("optimizer.beta_1"), found.at("optimizer.beta_2")) == (0.7, 0.9)


@pytest.mark.parametrize(
    ("key", "settings", "said"),
    [
        ("one_cycle", {"schedule.kind": "one_cycle"}, "One cycle is the schedule already"),
        ("cosine", {"schedule.kind": "one_cycle"}, "Cosine decay needs a constant rate in its pl"),
        ("adamw", {"optimizer.kind": "adamw"}, "AdamW is the optimizer already"),
        ("betas", {"optimizer.kind": "sgd"}, "Betas 0.7 and 0.9 need an optimizer with betas"),
        ("ema", {"optimizer.use_ema": True}, "Averaged weights changes nothing here"),
        ("smoothing", {"loss.kind": "mean_squared_error"}, "Label smoothing needs a cross-entropy"),
        ("batch", {"optimizer.kind": "gradient_descent"}, "Larger batch needs an optimizer that"),
        ("batch", {"training.batch_size": 512}, "Larger batch does not fit this experiment (train"),
        ("shared", {}, "Share block weights finds no equal layers in a row"),
    ],
)
def test_what_does_not_apply_says_why(key: str, settings: dict[str, object], said: str) -> None:
    found = refusal(key, Experiment().with_settings(settings))
    assert found.startswith(said)
    assert "\n" not in found


@pytest.mark.parametrize("name", presets.names())
@pytest.mark.parametrize("key", BY_KEY)
def test_every_lever_on_every_preset(key: str, name: str) -> None:
    experiment = presets.load(name)
    info = experiment.data.info()
    assert info is not None
    found = pulled([BY_KEY[key]], experiment, info)
    assert (found.experiment is None) == bool(found.refusal)
    if found.experiment is not None:
        assert found.experiment.problems(info) == []
        assert found.experiment != experiment


def test_levers_are_pulled_one_after_another() -> None:
    levers = [BY_KEY[key] for key in ("nesterov", "one_cycle", "batch")]
    found = pulled(levers, Experiment(), INFO)
    assert found.levers == ("nesterov", "one_cycle", "batch")
    assert found.experiment is not None
    assert found.experiment.optimizer.learning_rate == 0.16  # 0.02 x 4 x 2
    assert found.experiment.training.epochs == 3
    short = pulled([BY_KEY["nesterov"], BY_KEY["betas"]], Experiment(), INFO)
    assert short.experiment is None
    assert short.refusal.startswith("Betas 0.7 and 0.9 need an optimizer with betas")


def test_pairs_that_do_not_go_together_are_screened_apart() -> None:
    experiment = Experiment()
    there = [lever for lever in STUDY_LEVERS if pulled([lever], experiment, INFO).experiment]
    found = conflicts(there, experiment, INFO)
    assert found[frozenset(("nesterov", "adamw"))] == "AdamW undoes nesterov momentum"
    assert found[frozenset(("pooling", "head"))] == "Depthwise head undoes global pooling"
    assert found[frozenset(("one_cycle", "cosine"))].startswith("Cosine decay needs")
    assert (
        found[frozenset(("strided_stem", "kernel"))] == "Larger first kernel changes nothing here"
    )
    assert frozenset(("one_cycle", "width")) not in found
    for batch in batches([lever.key for lever in there], found.keys()):
        every = pulled([BY_KEY[key] for key in batch], experiment, INFO)
        assert every.experiment is not None, every.refusal


def test_groups() -> None:
    assert {lever.group for lever in STUDY_LEVERS} == set(LeverGroup)
    assert [lever.key for lever in chosen([LeverGroup.HARDWARE])] == ["bfloat16"]
    assert chosen() == STUDY_LEVERS
    assert len(BY_KEY) == len(STUDY_LEVERS) == 20
