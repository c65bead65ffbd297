"""Narrower networks: which channels belong together, which stay, and the weights of those."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from workbench import presets
from workbench.compression.channels import CannotNarrow, cells, followed, plan_of, staying
from workbench.compression.narrowing import (
    all_widths,
    narrowed,
    scaled_widths,
    scored_steps,
    shrunk,
    width_of,
)
from workbench.experiment import Experiment
from workbench.network.analysis import analyze
from workbench.spec.data import DataInfo
from workbench.spec.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    FireModule,
    Flatten,
    GlobalAveragePooling2D,
    GroupNormalization,
    InceptionBlock,
    InvertedResidualBlock,
    Layer,
    Repeat,
    ResidualBlock,
    SeparableConv2D,
    SqueezeExcitation,
)

SHAPE = (8, 8, 3)
HEAD = (GlobalAveragePooling2D(), Dense(units=10, activation="softmax"))
SAME = {"padding": "same"}

NETWORKS: dict[str, tuple[Layer, ...]] = {
    "plain": (Conv2D(filters=8), Flatten(), Dense(units=12), Dense(units=10)),
    "depthwise": (Conv2D(filters=8), DepthwiseConv2D(depth_multiplier=2), *HEAD),
    "separable": (Conv2D(filters=8), SeparableConv2D(filters=6, depth_multiplier=2), *HEAD),
    "grouped": (Conv2D(filters=8), Conv2D(filters=12, groups=4), *HEAD),
    "transposed": (Conv2D(filters=8), Conv2DTranspose(filters=6, strides=(2, 2)), *HEAD),
    "residual": (
        Conv2D(filters=8, **SAME),
        ResidualBlock(filters=8),
        ResidualBlock(filters=12, strides=(2, 2)),
        ResidualBlock(filters=12),
        *HEAD,
    ),
    "padded": (
        Conv2D(filters=8, **SAME),
        BatchNormalization(),
        Activation(),
        ResidualBlock(filters=8, shortcut="padding"),
        ResidualBlock(filters=16, strides=(2, 2), shortcut="padding"),
        ResidualBlock(filters=16, shortcut="padding"),
        *HEAD,
    ),
    "inverted": (
        Conv2D(filters=8, **SAME),
        InvertedResidualBlock(filters=8, expansion=3),
        InvertedResidualBlock(filters=12, strides=(2, 2)),
        *HEAD,
    ),
    "inception": (InceptionBlock(), FireModule(squeeze=6, expand_1x1=8, expand_3x3=8), *HEAD),
    "normalized": (
        Conv2D(filters=8, use_bias=False),
        BatchNormalization(),
        DepthwiseConv2D(use_bias=False),
        BatchNormalization(),
        Activation(),
        *HEAD,
    ),
    "in groups": (
        Conv2D(filters=24, **SAME),
        GroupNormalization(groups=4),
        Conv2D(filters=12, groups=2, **SAME),
        *HEAD,
    ),
    "excited": (Conv2D(filters=32, **SAME), SqueezeExcitation(ratio=4), *HEAD),
    "tied": (Conv2D(filters=8, **SAME), Repeat(layers=(Conv2D(filters=8, **SAME),)), *HEAD),
    "repeated": (
        Conv2D(filters=8, **SAME),
        Repeat(times=2, share_weights=False, layers=(Conv2D(filters=6, **SAME),)),
        *HEAD,
    ),
}


def scores(layers: tuple[Layer, ...], shape: tuple[int, ...] = SHAPE) -> dict[int, np.ndarray]:
    """Made up, none equal to another."""
    steps = plan_of(layers, shape)
    generator = np.random.default_rng(0)
    return {n: generator.random(steps[n - 1].output_shape[-1]) for n in scored_steps(steps)}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_narrower_network_computes_as_little_as_was_asked(name: str) -> None:
    layers = NETWORKS[name]
    found = narrowed(layers, SHAPE, scores(layers), 0.4)
    analysis = analyze(found.layers, SHAPE)
    assert analysis.problems == ()
    assert analysis.output_shape == (10,)
    assert found.macs == analysis.macs <= 0.4 * analyze(layers, SHAPE).macs
    assert [type(layer) for layer in found.layers] == [type(layer) for layer in layers]


def test_what_is_added_up_shrinks_together() -> None:
    layers = NETWORKS["residual"]
    found = [[w.layer for w in widths.settings] for widths in all_widths(layers, SHAPE)]
    assert found == [[0, 1], [2, 3]]
    padded = NETWORKS["padded"]
    found = [[w.layer for w in widths.settings] for widths in all_widths(padded, SHAPE)]
    assert found == [[0, 3, 4, 5], [4, 5]], "the padded shortcut keeps its zeros"


def test_resnet_20_has_three_widths() -> None:
    layers = presets.load("resnet-20").structure.layers
    found = [sorted(w.layer for w in each.settings) for each in all_widths(layers, (32, 32, 3))]
    assert [len(each) for each in found] == [10, 6, 3]


def test_scaled_widths_are_in_proportion_and_fall_with_the_scale() -> None:
    """Also where widths draw others along, and where blocks of one width would be confused."""
    experiment = presets.load("resnet-20")
    layers, shape = experiment.structure.layers, (32, 32, 3)
    choices = all_widths(layers, shape)

    def widths(scale: float) -> list[int]:
        narrower = scaled_widths(layers, shape, scale, choices)
        return sorted(min(width_of(narrower, w) for w in each.settings) for each in choices)

    assert widths(0.5) == [8, 16, 32]
    assert widths(0.35) == [6, 11, 22]
    assert widths(0.05) == [2, 3, 4], "equal ones would be another network"
    found = [widths(scale) for scale in (1.0, 0.9, 0.7, 0.55, 0.45, 0.3, 0.15, 0.05)]
    assert found == sorted(found, reverse=True)
    for wider, narrower in pairwise(found):
        assert all(a >= b for a, b in zip(wider, narrower, strict=True))


def test_channels_that_are_normalized_together_stay_together() -> None:
    layers = NETWORKS["in groups"]
    found = [(widths.settings[0].layer, widths.by) for widths in all_widths(layers, SHAPE)]
    assert found == [(0, 4), (2, 2)], "groups of the normalization, and of the convolution"
    narrower = shrunk(layers, all_widths(layers, SHAPE)[0], 12)
    stay = staying(followed(layers, narrower, SHAPE), scores(layers))[2]
    assert np.bincount(stay // 6).tolist() == [3, 3, 3, 3]


def test_the_output_keeps_its_classes() -> None:
    layers = NETWORKS["plain"]
    assert all(w.layer != 3 for widths in all_widths(layers, SHAPE) for w in widths.settings)


def test_hashed_weights_are_left_alone() -> None:
    layers = (Conv2D(filters=8, hash_compression=4), *HEAD)
    with pytest.raises(CannotNarrow, match="no layer of the network can lose channels"):
        narrowed(layers, SHAPE, {}, 0.5)


def test_the_channels_that_matter_most_stay() -> None:
    layers = NETWORKS["plain"]
    (conv, dense) = all_widths(layers, SHAPE)
    narrower = shrunk(shrunk(layers, conv, 6), dense, 11)
    assert (width_of(narrower, conv.settings[0]), width_of(narrower, dense.settings[0])) == (2, 1)
    matter = {1: np.array([1.0, 9, 2, 3, 8, 4, 5, 6]), 3: np.arange(12.0)}
    channels = followed(layers, narrower, SHAPE)
    stay = staying(channels, matter)
    assert stay[1].tolist() == [1, 4]
    assert stay[2].tolist() == [p * 8 + c for p in range(36) for c in (1, 4)], "flattened"
    assert stay[3].tolist() == [11]
    assert sorted(cells(channels).values()) == [1, 2, 3, 10]


def network_of(layers: tuple[Layer, ...], shape: tuple[int, ...]) -> tuple[Any, DataInfo]:
    """With random weights, no statistic of a normalization at its start."""
    from workbench.runtime.compression.network import Network
    from workbench.runtime.network.build import assemble
    from workbench.runtime.network.variables import taken

    info = DataInfo(
        image_shape=shape, class_names=tuple("0123456789"), train_images=100, test_images=10
    )
    experiment = Experiment().model_copy(
        update={"structure": Experiment().structure.model_copy(update={"layers": layers})}
    )
    model = assemble(experiment, info).model
    generator = np.random.default_rng(1)
    for variable in model.variables:
        if variable.dtype == "float32":
            values = generator.normal(0, 0.3, variable.shape)
            variable.assign(np.abs(values) + 0.1 if "variance" in variable.name else values)
    return Network(experiment, taken(model)), info


def silenced(network: Any, info: DataInfo, stay: list[np.ndarray]) -> Any:
    """With zeros for all that the channels make that will go."""
    from workbench.runtime.compression.network import Network
    from workbench.runtime.network.variables import taken

    assembled = network.assembled(info)
    for step, layer in zip(assembled.steps, assembled.layers, strict=True):
        keeps = np.zeros(step.output_shape[-1])
        keeps[stay[step.output]] = 1
        for variable in layer.variables:
            if variable.dtype != "float32" or "moving" in variable.name:
                continue
            name, shape = variable.name, tuple(variable.shape)
            if len(shape) == 1:
                variable.assign(variable.numpy() * keeps)
            elif type(step.layer).__name__ == "Conv2DTranspose":
                variable.assign(variable.numpy() * keeps[:, None])
            elif shape[-1] == len(keeps) and not name.startswith("depthwise"):
                variable.assign(variable.numpy() * keeps)
    return Network(network.experiment, taken(assembled.model))


@pytest.mark.parametrize("name", [*NETWORKS, "resnet-20"])
def test_the_narrower_network_answers_alike_where_the_removed_channels_were_silent(
    name: str,
) -> None:
    from workbench.runtime.compression.structured import narrower

    layers, shape = NETWORKS.get(name, ()), SHAPE
    if name == "resnet-20":
        layers, shape = presets.load(name).structure.layers, (16, 16, 3)
    matter = scores(layers, shape)
    found = narrowed(layers, shape, matter, 0.5)
    network, info = network_of(layers, shape)
    stay = staying(followed(layers, found.layers, shape), matter)
    network = silenced(network, info, stay)
    small = narrower(network, found.layers, info, matter)
    images = np.random.default_rng(2).random((3, *shape), np.float32)
    wide_answers = network.assembled(info).model(images).numpy()
    answers = small.assembled(info).model(images).numpy()
    assert small.parameters < network.parameters
    assert np.ptp(wide_answers) > 1e-3
    if name == "in groups":  # silent channels count in the means of their groups
        assert answers.shape == wide_answers.shape
        return
    np.testing.assert_allclose(answers, wide_answers, rtol=1e-4, atol=1e-5)


def test_taylors_score_against_finite_differences() -> None:
    """The gradient of a gate is the change of the loss as one channel of one image is scaled."""
    from workbench.runtime.compression.structured import taylor_scores

    layers = (
        Conv2D(filters=4, activation="tanh"),
        Conv2D(filters=3, activation="tanh"),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
    network, info = network_of(layers, (6, 6, 1))
    assembled = network.assembled(info)
    images = np.random.default_rng(3).random((5, 6, 6, 1), np.float32)
    labels = np.arange(5, dtype=np.int32)
    found = taylor_scores(assembled, network.experiment, images, labels, logits=False)
    assert sorted(found) == [1, 2]

    def losses(scale: float, channel: int) -> np.ndarray:
        values = images
        for number, layer in enumerate(assembled.layers, 1):
            values = np.array(layer(values))
            if number == 1:
                values[..., channel] *= scale
        return -np.log(values[np.arange(5), labels].astype(np.float64))

    for channel in range(4):
        slope = (losses(1.01, channel) - losses(0.99, channel)) / 0.02
        expected = np.abs(slope).mean() / 16  # places of the feature map
        assert found[1][channel] == pytest.approx(expected, rel=1e-2)


def test_hidden_dense_layers_are_left_out_where_something_else_sees() -> None:
    from workbench import presets
    from workbench.compression.narrowing import without_hidden

    layers = presets.load("mnist-cnn").structure.layers
    assert without_hidden(layers) == (*layers[:6], layers[7])
    alone = presets.load("dense-only").structure.layers
    assert without_hidden(alone) == alone, "or nothing would be left to learn with"
    blocks = presets.load("resnet-20").structure.layers
    assert without_hidden(blocks) == blocks
