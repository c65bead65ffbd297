"""What can be taken away of an experiment, one technique at a time, and what the runs then say."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.engine.small import small
from workbench import presets
from workbench.experiment import Experiment, Structure
from workbench.runs.groups import GroupKind
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.spec.base import Problem, SpecError
from workbench.spec.layers import Conv2D, Dense, Flatten, Repeat, SpatialDropout2D
from workbench.study.ablation.plan import ABLATION, ablated, ablation
from workbench.study.ablation.result import result, result_of_group
from workbench.study.ablation.techniques import TECHNIQUES
from workbench.study.judging.verdicts import VerdictCode

NUMBERS = itertools.count()
BY_KEY = {technique.key: technique for technique in TECHNIQUES}

SWITCHED_ON: dict[str, dict[str, Any]] = {
    "shift": {"augmentation.shift": 0.1},
    "rotation": {"augmentation.rotation": 10.0},
    "zoom": {"augmentation.zoom": 0.1},
    "horizontal_flip": {"augmentation.horizontal_flip": True},
    "vertical_flip": {"augmentation.vertical_flip": True},
    "contrast": {"augmentation.contrast": 0.2},
    "cutout": {"augmentation.cutout": 0.25},
    "mixup": {"augmentation.mixup": 0.2},
    "label_smoothing": {"loss.label_smoothing": 0.1},
    "focal_loss": {"loss.kind": "categorical_focal_crossentropy"},
    "schedule": {"schedule.kind": "one_cycle"},
    "warmup": {"schedule.warmup_steps": 10},
    "momentum": {"optimizer.momentum": 0.9, "optimizer.nesterov": True},
    "weight_decay": {"optimizer.weight_decay": 0.01},
    "clipping": {"optimizer.global_clipnorm": 1.0},
    "averaged_weights": {"optimizer.use_ema": True},
    "early_stopping": {"stopping.kind": "early_stopping"},
    "teacher": {"training.teacher": "20260101-120000-1"},
    "initial_weights": {"training.initial_weights": "20260101-120000-1"},
    "penalty": {"regularization.kind": "l2"},
    "max_norm": {"constraint.kind": "max_norm"},
    "mixed_precision": {"hardware.precision": "mixed_bfloat16"},
}
"""What switches each technique on that is a setting; `plain` uses none of them."""

IN_LAYERS: dict[str, Mapping[str, Any]] = {
    "dropout": {"kind": "dropout"},
    "normalization": {"kind": "batch_normalization"},
    "squeeze_excitation": {"kind": "squeeze_excitation"},
    "shared_weights": {
        "kind": "repeat",
        "layers": [{"kind": "conv2d", "filters": 4, "padding": "same"}],
    },
    "hashed_weights": {"kind": "conv2d", "hash_compression": 4},
}


def plain(settings: Mapping[str, Any] | None = None) -> Experiment:
    """A network that uses none of the techniques, with some settings replaced."""
    layers = [
        {"kind": "conv2d", "filters": 4, "padding": "same"},
        {"kind": "flatten"},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ]
    return small().with_settings({"structure.layers": layers, **(settings or {})})


def keys(experiment: Experiment) -> list[str]:
    return [variant.technique.key for variant in ablated(experiment, experiment.data.info())]


def without_one(experiment: Experiment, key: str) -> Experiment:
    """The only variant that there is, which must be the one without this technique."""
    (variant,) = ablated(experiment, experiment.data.info())
    assert variant.technique is BY_KEY[key]
    assert variant.experiment is not None, variant.refusal
    return variant.experiment


def test_a_plain_experiment_has_nothing_to_take_away() -> None:
    assert keys(plain()) == []
    with pytest.raises(SpecError, match="uses no technique that could be taken away"):
        ablation(plain(), None, 3)


def test_every_technique_is_tested_here() -> None:
    assert sorted({*SWITCHED_ON, *IN_LAYERS}) == sorted(BY_KEY)


@pytest.mark.parametrize("key", SWITCHED_ON)
def test_what_a_setting_switched_on_is_taken_away_alone(key: str) -> None:
    base = plain({"optimizer.kind": "sgd", "optimizer.learning_rate": 0.02})
    changed = without_one(base.with_settings(SWITCHED_ON[key]), key)
    assert changed.name == f"small without {key.replace('_', ' ')}"
    assert changed.to_toml() == (
        base.with_settings({"name": changed.name}).to_toml()
        if key != "weight_decay"
        else base.with_settings({"name": changed.name, "optimizer.weight_decay": 0.0}).to_toml()
    )


@pytest.mark.parametrize("key", IN_LAYERS)
def test_what_a_layer_does_is_taken_away_alone(key: str) -> None:
    layers = [layer.values() for layer in plain().structure.layers]
    experiment = plain({"structure.layers": [layers[0], dict(IN_LAYERS[key]), *layers[1:]]})
    changed = without_one(experiment, key)
    assert keys(changed) == [], "nothing of it is left"
    added = len(changed.structure.layers) - len(layers)
    assert added == (key in ("shared_weights", "hashed_weights"))


def test_the_learning_rate_stays_where_momentum_goes() -> None:
    experiment = plain({"optimizer.kind": "nesterov", "optimizer.learning_rate": 0.05})
    found = without_one(experiment, "momentum").optimizer.values()
    assert (found["kind"], found["momentum"], found["learning_rate"]) == ("sgd", 0.0, 0.05)


def test_a_schedule_goes_and_its_warmup_stays() -> None:
    experiment = plain({"schedule.kind": "cosine_decay", "schedule.warmup_steps": 7})
    variants = {one.technique.key: one.experiment for one in ablated(experiment, None)}
    assert list(variants) == ["schedule", "warmup"]
    constant, sudden = variants["schedule"], variants["warmup"]
    assert constant is not None
    assert sudden is not None
    assert (constant.schedule.kind, constant.schedule.warmup_steps) == ("fixed", 7)
    assert (sudden.schedule.kind, sudden.schedule.warmup_steps) == ("cosine_decay", 0)


def test_rates_of_ones_own_become_the_first_of_them() -> None:
    experiment = plain(
        {"schedule.kind": "piecewise_constant_decay", "optimizer.learning_rate": 0.5}
    )
    assert without_one(experiment, "schedule").optimizer.learning_rate == 0.001


def test_a_convolution_gets_its_offset_back_where_normalization_goes() -> None:
    layers = [
        {"kind": "conv2d", "padding": "same", "use_bias": False, "activation": "linear"},
        {"kind": "batch_normalization"},
        {"kind": "activation"},
        {"kind": "flatten"},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ]
    changed = without_one(plain({"structure.layers": layers}), "normalization")
    first, *rest = changed.structure.layers
    assert isinstance(first, Conv2D)
    assert first.use_bias
    assert [layer.kind for layer in rest] == ["activation", "flatten", "dense"]


def test_a_repeat_that_held_nothing_else_goes_too() -> None:
    layers = (
        Conv2D(padding="same"),
        Repeat(layers=(SpatialDropout2D(),), times=2, share_weights=False),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
    experiment = plain().model_copy(update={"structure": Structure(layers=layers)})
    assert without_one(experiment, "dropout").structure.layers == (layers[0], *layers[2:])


def test_normalization_inside_blocks_is_refused_with_its_reason() -> None:
    found = {one.technique.key: one for one in ablated(presets.load("resnet-20"), None)}
    variant = found["normalization"]
    assert variant.experiment is None
    assert variant.refusal == "the normalization inside ResidualBlock can't be taken away"


@pytest.mark.parametrize("name", presets.names())
def test_every_variant_of_every_preset_fits_or_says_why_not(name: str) -> None:
    experiment = presets.load(name)
    info = experiment.data.info()
    for variant in ablated(experiment, info):
        assert (variant.experiment is None) == bool(variant.refusal)
        if variant.experiment is not None:
            assert variant.experiment.problems(info) == []


def test_runs_are_made_in_turns() -> None:
    plan = ablation(small(optimizer__use_ema=True), None, 2)
    assert plan.repeats.kind == ABLATION == GroupKind.ABLATION
    assert plan.repeats.tag == "small ablation"
    made = [(each.name, each.training.seed) for each in plan.repeats.experiments]
    without = ("averaged weights", "dropout", "normalization")
    names = ["small", *(f"small without {name}" for name in without)]
    assert made == [(name, seed) for seed in (0, 1) for name in names]


def test_only_some_of_them() -> None:
    plan = ablation(small(), None, 1, ["dropout"])
    assert [variant.technique.key for variant in plan.variants] == ["dropout"]
    with pytest.raises(
        SpecError, match=r"there is no technique 'droput'; did you mean 'dropout'\?"
    ):
        ablation(small(), None, 1, ["droput"])
    with pytest.raises(SpecError, match="the experiment uses none of mixup, shift"):
        ablation(small(), None, 1, ["mixup", "shift"])
    with pytest.raises(SpecError, match="number of seeds must be from 1 to 100, got 0"):
        ablation(small(), None, 0)


def test_runs_that_are_used_must_suit_each_variant() -> None:
    """Without normalization other shapes need other initial weights; without them all is well."""
    weights = Problem("training.initial_weights", "are of another network")
    base = small(training__initial_weights="20260101-120000-1")

    def other_shapes(experiment: Experiment) -> list[Problem]:
        layers = experiment.structure.layers
        is_used = bool(experiment.training.initial_weights)
        return [weights] if is_used and len(layers) == 5 else []

    plan = ablation(base, None, 1, ["initial_weights", "normalization"], other_shapes)
    assert [(each.technique.key, each.refusal) for each in plan.variants] == [
        ("initial_weights", ""),
        ("normalization", str(weights)),
    ]
    with pytest.raises(SpecError, match="are of another network"):
        ablation(base, None, 1, (), lambda experiment: [weights])


def test_what_cannot_train_is_not_ablated() -> None:
    with pytest.raises(SpecError, match=r"training\.fold"):
        ablation(small(training__folds=2, training__fold=3), None, 1)


# --- what the runs say ---------------------------------------------------------------------------


def ended(
    experiments: Sequence[Experiment], values: Mapping[str, Sequence[float | None]]
) -> list[Run]:
    """Runs as the store gives them, that ended with these accuracies by name and seed."""
    return [
        Run(
            f"{next(NUMBERS)}",
            each.name,
            RunStatus.COMPLETED,
            each.to_toml(),
            0.0,
            test_accuracy=values[each.name][each.training.seed],
        )
        for each in experiments
    ]


BASELINE = [0.980, 0.982, 0.979, 0.981, 0.983]
REACHED: dict[str, Sequence[float | None]] = {
    "small": BASELINE,
    "small without dropout": [value - 0.010 + 0.0002 * i for i, value in enumerate(BASELINE)],
    "small without normalization": [
        value + step
        for value, step in zip(BASELINE, (0.001, -0.001, 0.002, -0.002, 0.0), strict=True)
    ],
}


def test_what_helps_is_told_from_what_shows_nothing() -> None:
    plan = ablation(small(), None, 5)
    runs = ended(plan.repeats.experiments, REACHED)
    found = result(plan.baseline, plan.variants, runs, "test_accuracy")
    assert [(row.key, row.finding.verdict) for row in found.rows] == [
        ("dropout", VerdictCode.WORSE),
        ("normalization", VerdictCode.NOT_SHOWN),
    ]
    dropout, normalization = (row.finding for row in found.rows)
    assert dropout.sentence.startswith("Without dropout: worse, −0.96 points (95 % interval ")
    assert dropout.difference is not None
    assert dropout.p_adjusted == pytest.approx(2 * (dropout.difference.p or 0))
    assert normalization.sentence.startswith("Without normalization: nothing shown, ")
    assert found.rows[0].run_ids == tuple(run.run_id for run in runs if "dropout" in run.name)
    assert found.baseline is not None
    assert found.baseline.mean == pytest.approx(0.981)
    assert len(found.notes) == 1
    assert found.notes[0].startswith("Seeds differ by 0.1")
    assert found.plain()["techniques"][0]["verdict"] == "worse"


def test_a_group_tells_by_itself_what_is_missing_in_which_run() -> None:
    plan = ablation(small(), None, 5)
    runs = ended(plan.repeats.experiments, REACHED)
    wanted = result(plan.baseline, plan.variants, runs, "test_accuracy").plain()
    assert result_of_group(runs, "test_accuracy").plain() == wanted
    turned = result_of_group(runs[::-1], "test_accuracy").plain()
    assert [one["verdict"] for one in turned["techniques"]] == ["worse", "nothing shown"]


def test_what_did_not_end_is_left_out_and_said() -> None:
    plan = ablation(small(), None, 3)
    values = {**REACHED, "small without dropout": [None, None, None]}
    runs = ended(plan.repeats.experiments, values)
    found = result(plan.baseline, plan.variants, runs, "test_accuracy")
    assert found.rows[0].finding.verdict is VerdictCode.NOT_TRIED
    assert found.rows[0].finding.sentence == (
        "Without dropout: not tried, no run of it has ended with a figure"
    )
    assert found.notes[-1] == (
        "Left out, as they did not train to the end or lack the figure: small without dropout, "
        "small without dropout and small without dropout."
    )


def test_what_can_be_done_without_is_more_than_nothing_shown() -> None:
    plan = ablation(small(), None, 5)
    near = [value + (0.0003, -0.0002)[seed % 2] for seed, value in enumerate(BASELINE)]
    values = {**REACHED, "small without dropout": near}
    runs = ended(plan.repeats.experiments, values)
    found = result(plan.baseline, plan.variants, runs, "test_accuracy")
    assert [row.finding.verdict for row in found.rows] == [VerdictCode.NOT_SHOWN] * 2
    assert [row.is_spare for row in found.rows] == [True, False]
    assert found.notes[1] == "As good without it, to within 0.10 points (95 % interval): dropout."
    by_loss = result(plan.baseline, plan.variants, runs, "test_loss")
    assert [row.is_spare for row in by_loss.rows] == [None, None]


def test_times_are_compared_by_their_ratio() -> None:
    plan = ablation(small(), None, 3)
    runs = [
        replace(run, seconds=(5.0 if "dropout" in run.name else 10.0) * (1 + 0.01 * seed))
        for seed, run in enumerate(ended(plan.repeats.experiments, REACHED))
    ]
    found = result(plan.baseline, plan.variants, runs, "seconds")
    dropout, normalization = (row.finding for row in found.rows)
    assert dropout.verdict is VerdictCode.BETTER
    assert dropout.sentence.startswith("Without dropout: better, 0.505 times (95 % interval ")
    assert normalization.is_ratio
    assert found.noise is None
    assert found.notes == ()


def test_one_seed_shows_nothing() -> None:
    plan = ablation(small(), None, 1)
    runs = ended(plan.repeats.experiments, REACHED)
    found = result(plan.baseline, plan.variants, runs, "test_accuracy")
    assert {row.finding.verdict for row in found.rows} == {VerdictCode.NOT_SHOWN}
    assert found.noise is None
    assert found.rows[0].finding.sentence == (
        "Without dropout: nothing shown, as one run on a side says nothing of chance"
    )
