"""Levers: each gives a network that fits and costs less, or one sentence why not."""

from __future__ import annotations

from typing import Any

import pytest

from workbench import presets
from workbench.experiment import Experiment, Structure
from workbench.levers.catalog import LEVERS
from workbench.levers.convolutions import (
    DepthwiseHead,
    LargerFirstKernel,
    Normalize,
    StridedStem,
)
from workbench.levers.lever import Lever
from workbench.levers.structure import (
    GlobalPooling,
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
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
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
    fewer = after.macs < before.macs or after.parameters < before.parameters
    assert fewer or not lever.saves
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
    "depthwise_head": 8,
    "separable": 5,
    "width_multiplier": 10,
    "share_blocks": 3,
    "resolution": 6,
    "strided_stem": 9,
    "larger_first_kernel": 8,
    "batch_normalization": 8,
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


def test_a_strided_stem_takes_the_place_of_the_pooling_behind() -> None:
    first, second = Conv2D(filters=32, use_bias=False), Conv2D(filters=48)
    between = (BatchNormalization(), Activation())
    pools = (MaxPooling2D(), second, MaxPooling2D(), Flatten(), LAST)
    stem = first.changed(kernel_size=(5, 5), strides=(2, 2))
    assert pulled(StridedStem(), first, *between, *pools) == (stem, *between, *pools[1:])
    assert pulled(StridedStem(kernel=7), first, *pools[1:]) == (
        first.changed(kernel_size=(7, 7), strides=(2, 2)),
        *pools[1:],
    )
    assert "without strides" in refusal(StridedStem(), stem, *pools)
    assert "begins with a Conv2D" in refusal(StridedStem(), Flatten(), Dense(units=9), LAST)


def test_the_first_kernel_grows_and_never_shrinks() -> None:
    layers = (SAME, SAME, Flatten(), LAST)
    assert pulled(LargerFirstKernel(), *layers) == (
        SAME.changed(kernel_size=(5, 5)),
        *layers[1:],
    )
    assert "changes nothing" in refusal(LargerFirstKernel(kernel=3), *layers)


def test_a_depthwise_head_weighs_the_pixels_that_are_left() -> None:
    head = DepthwiseConv2D(kernel_size=(28, 28), activation="linear")
    behind = (Dropout(), Dense(units=64), LAST)
    for before in (Flatten(), GlobalAveragePooling2D()):
        assert pulled(DepthwiseHead(), SAME, before, *behind) == (SAME, head, Flatten(), LAST)
    again = refusal(DepthwiseHead(), SAME, head, Flatten(), LAST)
    assert "one pixel" in again
    assert "needs a Flatten or GlobalAveragePooling2D" in refusal(
        DepthwiseHead(), SAME, GlobalMaxPooling2D(), LAST
    )


def test_normalization_stands_before_the_activation() -> None:
    linear = SAME.changed(activation="linear")
    bare = linear.changed(use_bias=False)
    layers = (SAME, MaxPooling2D(), linear, Activation(), Flatten(), Dense(units=32), LAST)
    dense = Dense(units=32, activation="linear", use_bias=False)
    normal = BatchNormalization()
    found = (
        *(bare, normal, Activation()),
        MaxPooling2D(),
        *(bare, normal, Activation()),
        Flatten(),
        *(dense, normal, Activation()),
        LAST,
    )
    assert pulled(Normalize(), *layers) == found
    assert "isn't normalized yet" in refusal(Normalize(), *found)


def test_the_levers_give_the_small_network_of_the_survey_of_structures() -> None:
    """8, 12 and 16 filters, normalized, with a depthwise head: 3,138 parameters."""
    small = tuple(
        layer.changed(filters=filters) if (filters := {0: 8, 2: 12, 4: 16}.get(index)) else layer
        for index, layer in enumerate(presets.load("mnist-cnn").structure.layers)
    )
    experiment = Experiment(structure=Structure(layers=small))
    for lever in (DepthwiseHead(), Normalize()):
        experiment = lever.apply(experiment, INFO)
    analysis = experiment.analysis(INFO)
    assert analysis.parameters == 3_138 + 4 * 16 - 16, "the head is normalized too"


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
