"""Axes as a person types them, and what is refused in one sentence."""

from __future__ import annotations

import math

import pytest

from workbench import presets
from workbench.spec.base import SpecError
from workbench.study.sweeps.axes import SweepAxis, axes_of
from workbench.study.sweeps.space import Space

DIGITS = presets.load("digits-cnn")
INFO = DIGITS.data.info()
assert INFO is not None


def axes(*texts: str) -> tuple[SweepAxis, ...]:
    return axes_of(texts, DIGITS)


def space(*texts: str) -> Space:
    assert INFO is not None
    return Space(DIGITS, INFO, axes(*texts))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("training.batch_size=64,128", (64, 128)),
        ("optimizer.kind=adam, sgd", ("adam", "sgd")),
        ("optimizer.learning_rate=1e-3,0.01,0.01", (0.001, 0.01)),
        ("structure.layers[0].kernel_size=[3, 3],[5, 5]", ([3, 3], [5, 5])),
        ("hardware.jit_compile=true,false", (True, False)),
        ("lever.width_multiplier=0.25,0.5,1", (0.25, 0.5, 1)),
        ("lever.global_pooling=true,false", (True, False)),
    ],
)
def test_values(text: str, values: tuple[object, ...]) -> None:
    assert axes(text)[0].values == values


def test_a_range_keeps_whole_numbers_whole_and_its_ends() -> None:
    (epochs,) = axes("training.epochs=1..5")
    assert (epochs.whole, epochs.count) == (True, 5)
    found = [epochs.at(share / 50) for share in range(50)]
    assert {found.count(value) for value in range(1, 6)} == {10}, "each is as likely"
    assert all(type(value) is int for value in found)
    (rate,) = axes("optimizer.learning_rate=0.0003..0.03:log")
    assert (rate.whole, rate.count, rate.log) == (False, None, True)
    assert (rate.at(0.0), rate.at(1.0)) == (0.0003, 0.03)
    assert math.isclose(rate.at(0.5), 0.003, rel_tol=1e-4), "the middle of a logarithm"
    (batch,) = axes("training.batch_size=16..256:log")
    assert [batch.at(0.0), batch.at(0.5), batch.at(1 - 1e-9)] == [16, 63, 256]
    (linear,) = axes("optimizer.learning_rate=0.1..0.3:linear")
    assert linear.at(0.5) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["optimizer.learnig_rate=1,2"],
         "optimizer.learnig_rate is no setting; did you mean 'optimizer.learning_rate'?"),
        (["training.epochs=5..1"], "--vary training.epochs=5..1: the lower end must be below"),
        (["training.epochs=5..5"], "the lower end must be below the upper"),
        (["optimizer.learning_rate=0..0.1:log"],
         "optimizer.learning_rate runs from 0 on a logarithmic axis; start above 0"),
        (["optimizer.kind=adm"], "--vary optimizer.kind=adm: 'adm' is no optimizer; one of "),
        (["schedule.kind=fixed,cosin"], "'cosin' is no schedule; one of "),
        (["optimizer.kind=1..2"], "is a choice; list its kinds"),
        (["optimizer.momentum=0.8,0.9"],
         "optimizer.momentum belongs to sgd"),
        (["optimizer.momentum=0.8,0.9"], "only; vary optimizer.kind or leave it out"),
        (["optimizer.kind=adam,nadam", "optimizer.momentum=0.8,0.9"], "belongs to sgd"),
        (["training.seed=1,2"], "training.seed can't be varied; ask for several seeds instead"),
        (["training.validation_split=0.1,0.2"], "compared on the same images"),
        (["data.resize=8,16"], "compared on the same images"),
        (["name=a,b"], "name changes nothing of training"),
        (["training.epochs"], "--vary training.epochs: must be PATH=VALUE"),
        (["training.epochs="], "must be PATH=VALUE"),
        (["training.epochs=0,1"], "training.epochs: must be at least 1, got 0"),
        (["training.epochs=0..3"], "training.epochs: must be at least 1, got 0"),
        (["training.epochs=1.5..3"], "takes whole numbers"),
        (["training.epochs=1,2", "training.epochs=3"], "--vary training.epochs is given twice"),
        (["lever.width_factor=0.5"], "there is no lever width_factor; "),
        (["lever.width_multiplier=9"], "lever.width_multiplier: must be at most 4, got 9"),
        (["lever.global_pooling=3"], "has no setting, got 3; vary it as true,false"),
    ],
)  # fmt: skip
def test_bad_axes_are_refused_in_one_sentence(texts: list[str], said: str) -> None:
    with pytest.raises(SpecError) as refused:
        axes(*texts)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_axis_survives_json() -> None:
    for axis in axes(
        "training.epochs=1..5",
        "optimizer.learning_rate=0.0003..0.03:log",
        "structure.layers[0].kernel_size=[3, 3],[5, 5]",
    ):
        assert SweepAxis.of_plain(axis.plain()) == axis
        assert axes(str(axis)) == (axis,)


# --- combinations --------------------------------------------------------------------------------


def test_a_setting_of_one_kind_is_left_out_of_the_others() -> None:
    found = space("optimizer.kind=adam,sgd", "optimizer.momentum=0.5,0.9")
    assert found.count == 4
    made = [found.combination(each) for each in found.all_settings()]
    assert [each.settings for each in made] == [
        {"optimizer.kind": "adam"},
        {"optimizer.kind": "adam"},
        {"optimizer.kind": "sgd", "optimizer.momentum": 0.5},
        {"optimizer.kind": "sgd", "optimizer.momentum": 0.9},
    ]
    assert len({each.key for each in made}) == 3, "two are the same"
    assert made[3].experiment.at("optimizer.momentum") == 0.9


def test_levers_are_pulled_and_a_factor_of_one_is_none() -> None:
    found = space("lever.width_multiplier=0.5,1", "training.epochs=2")
    half, whole = (found.combination(each) for each in found.all_settings())
    assert half.experiment.analysis(half.info).parameters < 0.5 * DIGITS.analysis(INFO).parameters
    assert whole.key == found.combination({"training.epochs": 2}).key
    assert not half.fault
    smaller = space("lever.resolution=0.8,false").combination({"lever.resolution": 0.8})
    assert (smaller.info.image_shape, smaller.fault) == ((22, 22, 1), "")
    tiny = space("lever.resolution=0.1,false").combination({"lever.resolution": 0.1})
    assert "Resolution does not fit this network" in tiny.fault
