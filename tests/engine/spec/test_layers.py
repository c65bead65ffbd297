"""The layers' own arithmetic: published figures, blocks, tied and hashed weights, refusals."""

from __future__ import annotations

import re
from typing import Any

import pytest

from workbench.experiment import Experiment
from workbench.network.analysis import Analysis, analyze
from workbench.spec import SpecError
from workbench.spec.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    FireModule,
    Flatten,
    InceptionBlock,
    InvertedResidualBlock,
    Layer,
    MaxPooling2D,
    Repeat,
    ResidualBlock,
    SeparableConv2D,
    Shape,
    SqueezeExcitation,
    UpSampling2D,
    hashed_size,
)


def cost(*layers: Layer, shape: Shape = (8, 8, 4)) -> Analysis:
    found = analyze(layers, shape)
    assert not found.problems, found.problems
    return found


def told(layer: Layer, shape: Shape) -> str:
    (problem,) = analyze([layer], shape).problems
    return str(problem)


# --- published figures ---------------------------------------------------------------------------


@pytest.mark.parametrize(("height", "width", "given", "filters"), [(14, 12, 8, 24), (7, 7, 16, 4)])
@pytest.mark.parametrize(("expansion", "kernel"), [(6, 3), (2, 5)])
def test_macs_of_an_inverted_residual_are_mobilenets_formula(
    height: int, width: int, given: int, filters: int, expansion: int, kernel: int
) -> None:
    """Sandler et al. 2018, section 3.3: h * w * d' * t * (d' + k^2 + d'')."""
    block = InvertedResidualBlock(
        filters=filters, expansion=expansion, kernel_size=(kernel, kernel)
    )
    published = height * width * given * expansion * (given + kernel**2 + filters)
    assert cost(block, shape=(height, width, given)).macs == published


def test_a_separable_convolution_costs_chollets_share() -> None:
    """1 / filters + 1 / k^2 of a full one (Howard et al. 2017)."""
    full = cost(Conv2D(filters=16, padding="same")).macs
    separable = cost(SeparableConv2D(filters=16, padding="same")).macs
    assert separable / full == pytest.approx(1 / 16 + 1 / 9)


def test_a_fire_module_of_squeezenet() -> None:
    """Iandola et al. 2016, table 1: fire2 on 55x55x96 holds 11,920 weights."""
    assert cost(FireModule(), shape=(55, 55, 96)).parameters == 11_920


def test_inception_3a_of_googlenet() -> None:
    """Szegedy et al. 2015, table 1: inception (3a) gives 28x28x256 and holds about 159K weights."""
    block = InceptionBlock(
        filters_1x1=64,
        reduce_3x3=96,
        filters_3x3=128,
        reduce_5x5=16,
        filters_5x5=32,
        filters_pool=32,
    )
    found = cost(block, shape=(28, 28, 192))
    assert found.output_shape == (28, 28, 256)
    assert found.parameters == 163_696  # 163,328 and the biases' 368
    assert found.macs == pytest.approx(128e6, rel=0.01)


def test_squeeze_and_excitation_adds_two_c_squared_over_r() -> None:
    """Hu et al. 2018, section 4: 2 / r * C^2, here with biases."""
    found = cost(SqueezeExcitation(ratio=4), shape=(5, 5, 32))
    assert found.parameters == 2 * 32**2 // 4 + 8 + 32
    assert found.output_shape == (5, 5, 32)
    assert cost(SqueezeExcitation(), shape=(5, 5, 3)).parameters == 3 + 1 + 3 + 3


def test_groups_divide_weights_and_macs() -> None:
    one, four = (cost(Conv2D(filters=8, groups=g, use_bias=False)) for g in (1, 4))
    assert (four.parameters, four.macs) == (one.parameters / 4, one.macs / 4)
    depthwise = cost(DepthwiseConv2D(use_bias=False))
    grouped = cost(Conv2D(filters=4, groups=4, use_bias=False))
    assert (depthwise.parameters, depthwise.macs) == (grouped.parameters, grouped.macs)


# --- what one output sees ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "sees"),
    [
        ([Conv2D(), Conv2D()], (5, 5)),
        ([Conv2D(strides=(2, 1)), Conv2D()], (7, 5)),
        ([Conv2D(dilation_rate=(3, 1))], (7, 3)),
        ([Conv2D(), MaxPooling2D(), Conv2D(kernel_size=(1, 3))], (4, 8)),
        ([Conv2D(), UpSampling2D(), Conv2D()], (4, 4)),
        ([UpSampling2D(interpolation="bilinear")], (2, 2)),
        ([UpSampling2D(size=(3, 1), interpolation="bilinear")], (2, 1)),
        ([UpSampling2D(interpolation="bilinear")] * 2, (3, 3)),
        ([Conv2DTranspose(strides=(2, 2), kernel_size=(2, 4))], (1, 2)),
        ([Conv2DTranspose(strides=(3, 2), kernel_size=(1, 3), padding="same")], (1, 2)),
        ([ResidualBlock(filters=4)], (5, 5)),
        ([InceptionBlock()], (5, 5)),
        ([SqueezeExcitation()], (20, 24)),
        ([Conv2D(), Flatten(), Dense()], (20, 24)),
        ([Repeat(layers=(Conv2D(filters=4),), times=4)], (9, 9)),
    ],
)
def test_receptive_field(layers: list[Layer], sees: tuple[int, int]) -> None:
    assert cost(*layers, shape=(20, 24, 4)).receptive_field == sees


# --- blocks --------------------------------------------------------------------------------------


def test_a_residual_block_projects_only_where_the_shape_changes() -> None:
    def kinds(block: ResidualBlock) -> list[str]:
        return [part.layer.label for part in cost(block).layers[0].parts]

    plain = ["Conv2D", "BatchNormalization", "Activation", "Conv2D", "BatchNormalization"]
    assert kinds(ResidualBlock(filters=4)) == [*plain, "Add", "Activation"]
    projected = [*plain, "Conv2D", "BatchNormalization", "Add", "Activation"]
    assert kinds(ResidualBlock(filters=6)) == projected
    padded = [*plain, "MaxPooling2D", "Pad channels", "Add", "Activation"]
    assert kinds(ResidualBlock(filters=6, strides=(2, 2), shortcut="padding")) == padded
    assert told(ResidualBlock(filters=2, shortcut="padding"), (8, 8, 4)) == (
        "structure.layers[0].shortcut: 'padding' can't take 4 channels down to 2; use 'projection' "
        "(reached by 8x8x4)"
    )


def test_an_inverted_residual_skips_only_where_it_can() -> None:
    def merges(block: InvertedResidualBlock) -> bool:
        return any(part.layer.label == "Add" for part in cost(block).layers[0].parts)

    assert merges(InvertedResidualBlock(filters=4))
    assert not merges(InvertedResidualBlock(filters=8))
    assert not merges(InvertedResidualBlock(filters=4, strides=(2, 2)))


def test_the_cost_of_a_block_is_that_of_its_parts() -> None:
    for block in (ResidualBlock(), InvertedResidualBlock(), InceptionBlock(), FireModule()):
        (whole,) = cost(block).layers
        assert whole.parts
        for name in ("parameters", "trainable", "macs", "activation_bytes"):
            assert getattr(whole, name) == sum(getattr(part, name) for part in whole.parts)
        assert sum(block.parameters((8, 8, 4))) == whole.parameters
        assert block.macs((8, 8, 4)) == whole.macs
        assert block.output_shape((8, 8, 4)) == whole.output_shape


# --- tied weights --------------------------------------------------------------------------------

SAME = (Conv2D(filters=4, padding="same"), BatchNormalization())


def test_shared_weights_are_counted_once_and_computed_every_time() -> None:
    once = cost(*SAME)
    tied = cost(Repeat(layers=SAME, times=5))
    fresh = cost(Repeat(layers=SAME, times=5, share_weights=False))
    assert (tied.parameters, tied.trainable) == (once.parameters, once.trainable)
    assert fresh.parameters == 5 * once.parameters
    assert tied.macs == fresh.macs == 5 * once.macs


def test_repeats_inside_repeats_share_too() -> None:
    inner = Repeat(layers=(*SAME, SqueezeExcitation(ratio=2)), times=2)
    found = cost(Repeat(layers=(inner,), times=3))
    once = cost(*inner.layers)
    assert found.parameters == once.parameters
    assert found.macs == 6 * once.macs
    fresh = Repeat(layers=(inner,), times=3, share_weights=False)
    assert cost(fresh).parameters == 3 * once.parameters


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        (
            (Conv2D(filters=8),),
            "structure.layers[0].layers[0]: can't share weights, as in pass 2 6x6x8 reaches Conv2D "
            "but in pass 1 8x8x4; the last layers must give as many channels as the first ones get",
        ),
        (
            (ResidualBlock(filters=4), FireModule(expand_1x1=2, expand_3x3=2), MaxPooling2D(),
             InvertedResidualBlock(filters=5)),
            "structure.layers[0].layers[0]: can't share weights, as in pass 2 4x4x5 reaches Conv2D "
            "but in pass 1 8x8x4;",
        ),
        ((Flatten(), Dense(units=8)), "structure.layers[0].layers[1]: can't share weights, as in"),
        ((InvertedResidualBlock(filters=8),), "structure.layers[0].layers[0]: can't share weights"),
        (
            (MaxPooling2D(pool_size=(5, 5)),),
            "structure.layers[0].layers[0].pool_size: can't share weights, as in pass 2 5x5 is ",
        ),
    ],
)  # fmt: skip
def test_weights_that_cannot_be_shared(layers: tuple[Layer, ...], sentence: str) -> None:
    assert told(Repeat(layers=layers), (8, 8, 4)).startswith(sentence)


def test_an_error_inside_a_repeat_names_the_layer_and_its_setting() -> None:
    repeat = Repeat(layers=(Activation(), MaxPooling2D()), times=4, share_weights=False)
    assert told(repeat, (8, 8, 4)).startswith(
        "structure.layers[0].layers[1].pool_size: 2x2 is larger than the 1x1x4 that reaches it"
    )


def test_repeats_of_repeats_do_not_take_all_memory() -> None:
    many = Repeat(layers=(Conv2D(filters=4, padding="same"),), times=100)
    many = Repeat(layers=(Repeat(layers=(many,), times=100),), times=100)
    assert "makes more than 10,000 layers; repeat less often" in told(many, (8, 8, 4))


def test_a_file_that_nests_without_end_is_refused_in_one_sentence() -> None:
    deep = "{kind='repeat',layers=[" * 150 + "{kind='flatten'}" + "]}" * 150
    with pytest.raises(SpecError, match=r"layers: must be nested 8 deep at most$"):
        Experiment.from_toml(f"[structure]\nlayers = [{deep}]")


def test_a_repeat_survives_toml_and_is_reached_by_set() -> None:
    repeat = Repeat(layers=(*SAME, Repeat(layers=(Dropout(),))), times=3)
    experiment = Experiment().with_settings({"structure.layers": [repeat.values()]})
    assert Experiment.from_toml(experiment.to_toml()) == experiment
    changed = experiment.with_settings(
        {
            "structure.layers[0].layers[0].filters": 9,
            "structure.layers[0].layers[1].kind": "dropout",
        }
    )
    inner = changed.at("structure.layers[0].layers")
    assert (inner[0].filters, inner[1]) == (9, Dropout())
    with pytest.raises(SpecError, match=r"^structure\.layers\[0\]\.layers\[0\]\.filters: must be"):
        experiment.with_settings({"structure.layers[0].layers[0].filters": 0})


# --- switched off, and hashed --------------------------------------------------------------------


def test_a_layer_that_is_switched_off_costs_nothing() -> None:
    layers = [
        Conv2D(filters=4),
        Flatten(enabled=False),
        MaxPooling2D(),
        ResidualBlock(enabled=False),
    ]
    found, without = cost(*layers), cost(layers[0], layers[2])
    assert len(found.layers) == 4
    off = found.layers[1]
    assert (off.input_shape, off.output_shape) == ((6, 6, 4), (6, 6, 4))
    assert (off.parameters, off.macs, off.activation_bytes, off.calls) == (0, 0, 0, ())
    for name in ("parameters", "macs", "activation_bytes", "output_shape", "receptive_field"):
        assert getattr(found, name) == getattr(without, name)
    inside = cost(Repeat(layers=(*SAME, Conv2D(enabled=False))))
    assert inside.parameters == cost(*SAME).parameters


@pytest.mark.parametrize(
    ("entries", "compression", "kept"),
    [(100, 1, 100), (100, 8, 13), (100, 7, 14), (100, 200, 1), (3, 1000, 1), (5, 2, 3)],
)
def test_hashing_keeps_a_share_of_the_kernel(entries: int, compression: int, kept: int) -> None:
    assert hashed_size(entries, compression) == kept
    dense = Dense(units=entries, hash_compression=compression)
    found = cost(dense, shape=(1,))
    assert found.parameters == kept + entries
    assert found.macs == entries


# --- impossible settings -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        (Conv2D, {"strides": 2, "dilation_rate": 3},
         "dilation_rate: 3x3 doesn't go with strides 2x2; one of them must be 1"),
        (SeparableConv2D, {"strides": 2, "dilation_rate": 3}, "dilation_rate: 3x3 doesn't go"),
        (Conv2D, {"filters": 10, "groups": 4}, "groups: must divide the 10 filters, got 4"),
        (Repeat, {"layers": []}, "layers: must have at least 1 entry, got 0"),
        (Repeat, {"layers": [{"kind": "conv2d", "filters": 0}]},
         "layers[0].filters: must be at least 1, got 0"),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together(
    kind: type[Layer], settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SpecError, match=f"^{re.escape(sentence)}"):
        kind.parse(settings)


@pytest.mark.parametrize("kind", [DepthwiseConv2D, SeparableConv2D, InvertedResidualBlock])
def test_unequal_strides_that_tensorflow_refuses_on_most_devices(kind: type[Layer]) -> None:
    layer = kind.parse({"strides": [2, 1]})
    assert told(layer, (8, 8, 4)) == (
        "structure.layers[0].strides: must be the same down and across for depthwise filters, "
        "got 2x1; TensorFlow has others on some CPUs alone (reached by 8x8x4)"
    )
    # One pixel wide, it is cut out of the image beforehand.
    assert analyze([kind.parse({"strides": [2, 1], "kernel_size": 1})], (8, 8, 4)).problems == ()


def test_channels_that_cannot_be_divided() -> None:
    assert told(Conv2D(filters=6, groups=3), (8, 8, 4)) == (
        "structure.layers[0].groups: the 4 channels that reach it can't be divided into 3 groups; "
        "use a divisor of 4 (reached by 8x8x4)"
    )
