"""Levers: each gives a network that fits and costs less, or one sentence why not."""

from __future__ import annotations

from typing import Any

import pytest

from workbench import presets
from workbench.experiment import Experiment, Structure
from workbench.levers.structure import (
    LEVERS,
    GlobalPooling,
    Lever,
    ReduceDepth,
    Resolution,
    Separable,
    ShareBlocks,
    WidthMultiplier,
)
from workbench.spec import SpecError
from workbench.spec.data import DataInfo
from workbench.spec.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Repeat,
    ResidualBlock,
    SeparableConv2D,
)

INFO = DataInfo((28, 28, 1), tuple("0123456789"), 1000, 100)
LAST = Dense(units=10, activation="softmax")
SAME = Conv2D(filters=16, padding="same")


def pulled(lever: Lever, *layers: Layer) -> tuple[Layer, ...]:
    experiment = Experiment(structure=Structure(layers=layers))
    return lever.apply(experiment, INFO).structure.layers


def refusal(lever: Lever, *layers: Layer) -> str:
    with pytest.raises(SpecError) as caught:
        pulled(lever, *layers)
    assert "\n" not in str(caught.value)
    return caught.value.problems[0].message


def tried(lever: type[Lever], experiment: Experiment, info: DataInfo) -> Experiment | str:
    """What the lever gives, or its sentence."""
    try:
        return lever().apply(experiment, info)
    except SpecError as error:
        return str(error)


@pytest.mark.parametrize("name", presets.names())
@pytest.mark.parametrize("lever", LEVERS.values(), ids=list(LEVERS))
def test_every_lever_on_every_preset(lever: type[Lever], name: str) -> None:
    experiment = presets.load(name)
    info = experiment.data.info()
    assert info is not None
    before = experiment.analysis(info)
    changed = tried(lever, experiment, info)
    if isinstance(changed, str):
        assert changed.startswith(f"structure.layers: {lever.label}")
        return
    known = changed.data.info()
    assert known is not None
    assert changed.problems(known) == []
    after = changed.analysis(known)
    assert after.macs < before.macs or after.parameters < before.parameters
    assert after.output_shape == before.output_shape
    assert Experiment.from_toml(changed.to_toml()) == changed
    preview = lever().preview(experiment, info)
    assert (preview.left.experiment, preview.right.experiment) == (experiment, changed)
    assert preview.right.analysis == after


def test_most_levers_do_something_for_most_presets() -> None:
    works = dict.fromkeys(LEVERS, 0)
    for preset in presets.names():
        experiment = presets.load(preset)
        info = experiment.data.info()
        assert info is not None
        for name, lever in LEVERS.items():
            works[name] += isinstance(tried(lever, experiment, info), Experiment)
    assert works == WORKS


WORKS = {
    "reduce_depth": 6,
    "global_pooling": 6,
    "separable": 5,
    "width_multiplier": 10,
    "share_blocks": 3,
    "resolution": 6,
}


def test_levers_describe_themselves() -> None:
    for lever in LEVERS.values():
        assert lever.label
        assert lever.__doc__
        assert all(f.title and f.description for f in lever.model_fields.values())
    with pytest.raises(SpecError, match="factor: must be above 0"):
        WidthMultiplier.parse({"factor": 0})


def test_reduce_depth_takes_out_what_belongs_to_a_layer() -> None:
    block: tuple[Layer, ...] = (SAME, BatchNormalization(), Activation())
    kept = pulled(ReduceDepth(), *block, *block, *block, MaxPooling2D(), Flatten(), LAST)
    assert kept == (*block, *block, MaxPooling2D(), Flatten(), LAST)
    assert pulled(
        ReduceDepth(), Repeat(layers=(SAME,), times=5, share_weights=False), Flatten(), LAST
    )[0] == Repeat(layers=(SAME,), times=3, share_weights=False)
    assert "no two layers in a row" in refusal(ReduceDepth(), SAME, Flatten(), LAST)


def test_global_pooling_keeps_the_last_dense_and_what_follows() -> None:
    layers = (
        SAME,
        Flatten(),
        Dropout(),
        Dense(units=99),
        Dense(units=10, activation="linear"),
        Activation(activation="softmax"),
    )
    wanted = (SAME, GlobalAveragePooling2D(), layers[4], layers[5])
    assert pulled(GlobalPooling(), *layers) == wanted
    assert "there is none" in refusal(GlobalPooling(), SAME, GlobalAveragePooling2D(), LAST)
    assert "there is none" in refusal(GlobalPooling(), *wanted)


def test_separable_leaves_the_first_and_carries_settings_over() -> None:
    second = Conv2D(
        filters=8, strides=2, use_bias=False, activation="elu", kernel_initializer="he_normal"
    )
    inside = Repeat(layers=(SAME,))
    found = pulled(Separable(), SAME, second, SAME, inside, Flatten(), LAST)
    assert found[0] == SAME
    assert found[1] == SeparableConv2D(
        filters=8,
        strides=2,
        use_bias=False,
        activation="elu",
        depthwise_initializer="he_normal",
        pointwise_initializer="he_normal",
    )
    assert isinstance(found[3], Repeat)
    assert isinstance(found[3].layers[0], SeparableConv2D)
    assert "needs a second plain Conv2D" in refusal(Separable(), SAME, Flatten(), LAST)
    uneven = Conv2D(filters=8, strides=(1, 2))
    assert "needs a second plain Conv2D" in refusal(Separable(), SAME, uneven, Flatten(), LAST)


@pytest.mark.parametrize(
    ("factor", "divisor", "before", "after"),
    [(0.5, 8, 64, 32), (0.5, 8, 24, 16), (0.35, 8, 32, 16), (0.5, 8, 6, 3), (2, 8, 20, 40),
     (0.5, 1, 5, 3), (0.01, 8, 16, 1)],
)  # fmt: skip
def test_channels_are_rounded_as_mobilenet_rounds(
    factor: float, divisor: int, before: int, after: int
) -> None:
    assert WidthMultiplier(factor=factor, divisor=divisor).channels(before) == after


def test_width_leaves_the_classes_and_keeps_groups() -> None:
    grouped = Conv2D(filters=12, groups=4)
    first, second, _, last = pulled(WidthMultiplier(), Conv2D(filters=32), grouped, Flatten(), LAST)
    assert isinstance(first, Conv2D)
    assert isinstance(second, Conv2D)
    assert (first.filters, second.filters, second.groups, last) == (16, 8, 4, LAST)


def test_blocks_are_shared_where_channels_allow() -> None:
    rest = (GlobalAveragePooling2D(), LAST)
    assert pulled(ShareBlocks(), SAME, SAME, SAME, *rest) == (
        SAME,
        Repeat(layers=(SAME,), times=2),
        *rest,
    )
    block = (ResidualBlock(filters=16), Dropout(rate=0.25))
    assert pulled(ShareBlocks(), SAME, *block, *block, *block, *rest) == (
        SAME,
        Repeat(layers=block, times=3),
        *rest,
    )
    assert "no equal layers" in refusal(ShareBlocks(), SAME, SAME, *rest)


def test_resolution_changes_the_data() -> None:
    experiment = presets.load("shared-cnn")
    info = experiment.data.info()
    assert info is not None
    halved = Resolution().apply(experiment, info)
    assert halved.data.resize == (14, 14)
    assert halved.structure == experiment.structure
    with pytest.raises(SpecError, match=r"Resolution does not fit this network .* is larger than"):
        Resolution(factor=0.3).apply(Experiment(), INFO)


@pytest.mark.parametrize("lever", LEVERS.values(), ids=list(LEVERS))
def test_a_network_that_does_not_fit_is_mended_first(lever: type[Lever]) -> None:
    settings: dict[str, Any] = {"structure.layers[7].units": 9}
    with pytest.raises(SpecError, match="needs a network that fits; mend it first"):
        lever().apply(Experiment().with_settings(settings), INFO)
