"""Shapes and weights of random networks, layer by layer, against the real Keras model."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engine.conftest import Oracle
from workbench import presets
from workbench.experiment import REFERENCE_CNN, Experiment, Structure
from workbench.network.analysis import Analysis, analyze
from workbench.spec.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Block,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    FireModule,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    GroupNormalization,
    InceptionBlock,
    InvertedResidualBlock,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    Repeat,
    ResidualBlock,
    SeparableConv2D,
    Shape,
    SpatialDropout2D,
    SqueezeExcitation,
    UpSampling2D,
    ZeroPadding2D,
)

LENGTHS = st.tuples(st.integers(1, 4), st.integers(1, 4))
STRIDES = st.tuples(st.integers(1, 3), st.integers(1, 3))
EQUAL = st.integers(1, 3).map(lambda step: (step, step))
"""Strides of depthwise filters; whether TensorFlow has others depends on the device."""

ONES = st.just((1, 1))
PADDING = st.sampled_from(["valid", "same"])
FILTERS = st.integers(1, 6)
HASHING = st.sampled_from([1, 1, 1, 2, 7, 1000])
POOLING = {"pool_size": LENGTHS, "strides": st.one_of(st.none(), STRIDES), "padding": PADDING}
SLIDING = {"kernel_size": LENGTHS, "padding": PADDING, "use_bias": st.booleans()}


def sliding(cls: type[Layer], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Layer]:
    """A layer whose filter slides over the image, in steps or with gaps."""
    strides = STRIDES if cls is Conv2D else EQUAL
    steps_or_gaps = st.one_of(
        st.fixed_dictionaries({"strides": strides, "dilation_rate": ONES}),
        st.fixed_dictionaries({"strides": ONES, "dilation_rate": STRIDES}),
    )
    drawn = st.fixed_dictionaries({**SLIDING, **fields})
    return st.builds(lambda own, steps: cls(**own, **steps), drawn, steps_or_gaps)


def grouped(groups: int, multiple: int, **fields: Any) -> Layer:
    return Conv2D(groups=groups, filters=groups * multiple, **fields)


SIMPLE: list[st.SearchStrategy[Layer]] = [
    sliding(Conv2D, filters=FILTERS, hash_compression=HASHING),
    st.builds(grouped, st.integers(1, 3), st.integers(1, 2), kernel_size=LENGTHS, padding=PADDING),
    sliding(DepthwiseConv2D, depth_multiplier=st.integers(1, 2)),
    sliding(SeparableConv2D, filters=FILTERS, depth_multiplier=st.integers(1, 2)),
    st.builds(Conv2DTranspose, filters=FILTERS, strides=STRIDES, **SLIDING),
    st.builds(MaxPooling2D, **POOLING),
    st.builds(AveragePooling2D, **POOLING),
    st.builds(Dense, units=FILTERS, use_bias=st.booleans(), hash_compression=HASHING),
    st.builds(ZeroPadding2D, padding=st.tuples(st.integers(0, 2), st.integers(0, 2))),
    st.builds(UpSampling2D, size=st.tuples(st.integers(1, 2), st.integers(1, 2))),
    st.builds(GlobalAveragePooling2D, keepdims=st.booleans()),
    st.builds(GlobalMaxPooling2D, keepdims=st.booleans()),
    st.builds(GroupNormalization, groups=st.integers(1, 3)),
    st.sampled_from(
        [
            BatchNormalization(), LayerNormalization(), Dropout(), SpatialDropout2D(), Flatten(),
            Activation(activation="tanh"), Conv2D(enabled=False), Flatten(enabled=False),
        ]
    ),
]  # fmt: skip
BLOCKS: list[st.SearchStrategy[Layer]] = [
    st.builds(
        ResidualBlock,
        filters=FILTERS,
        strides=STRIDES,
        shortcut=st.sampled_from(["projection", "padding"]),
    ),
    st.builds(InvertedResidualBlock, filters=FILTERS, expansion=st.integers(1, 2), strides=EQUAL),
    st.builds(
        InceptionBlock,
        filters_1x1=FILTERS,
        reduce_3x3=FILTERS,
        filters_3x3=FILTERS,
        reduce_5x5=FILTERS,
        filters_5x5=FILTERS,
        filters_pool=FILTERS,
    ),
    st.builds(SqueezeExcitation, ratio=st.integers(1, 3)),
    st.builds(FireModule, squeeze=FILTERS, expand_1x1=FILTERS, expand_3x3=FILTERS),
]
SAME_SHAPE: list[st.SearchStrategy[Layer]] = [
    st.builds(Conv2D, filters=st.just(3), padding=st.just("same")),
    st.builds(ResidualBlock, filters=st.just(3)),
    st.just(SqueezeExcitation(ratio=1)),
    st.just(BatchNormalization()),
]
REPEATS = st.builds(
    Repeat,
    times=st.integers(1, 3),
    share_weights=st.booleans(),
    layers=st.lists(st.one_of([*SIMPLE, *BLOCKS, *SAME_SHAPE]), min_size=1, max_size=2).map(tuple),
)
TIED = st.builds(
    Repeat,
    times=st.integers(2, 3),
    layers=st.lists(st.one_of(SAME_SHAPE), min_size=1, max_size=2).map(tuple),
)
STRUCTURES = st.lists(st.one_of([*SIMPLE, *BLOCKS, REPEATS, TIED]), min_size=1, max_size=5)
SHAPES = st.tuples(st.integers(1, 14), st.integers(1, 14), st.sampled_from([1, 3]))


def of_keras(oracle: Oracle, layers: list[Layer], shape: Shape) -> dict[str, Any]:
    toml = Experiment(structure=Structure(layers=tuple(layers))).to_toml()
    answer: dict[str, Any] = oracle.ask("model", toml=toml, shape=shape)
    return answer


def as_keras_says(found: Analysis) -> dict[str, Any]:
    calls = [call for cost in found.layers for call in cost.calls]
    return {
        "shapes": [list(call.output_shape) for call in calls],
        "parameters": found.parameters,
        "trainable": found.trainable,
        "by_call": [call.parameters for call in calls],
    }


@settings(max_examples=400)
@given(layers=STRUCTURES, shape=SHAPES)
@example(layers=list(REFERENCE_CNN), shape=(28, 28, 1))
@example(layers=[Conv2D(strides=(3, 3), padding="same"), MaxPooling2D()], shape=(11, 5, 3))
@example(layers=[Repeat(layers=(Repeat(layers=(Conv2D(filters=3),)),))], shape=(11, 12, 3))
@example(layers=[Repeat(layers=(BatchNormalization(), Flatten()))], shape=(1, 1, 3))
def test_it_agrees_with_keras(layers: list[Layer], shape: Shape, oracle: Oracle) -> None:
    found = analyze(layers, shape)
    fitting = layers[: len(found.layers)]
    if any(cost.calls for cost in found.layers):
        assert of_keras(oracle, fitting, shape) == as_keras_says(found)
    if found.problems:
        refused = layers[len(found.layers)]
        if not isinstance(refused, Block):  # the body of a block is refused before Keras sees it
            asked = {"layer": refused.values(), "shape": found.output_shape}
            assert oracle.ask("refuses", **asked), found.problems


@pytest.mark.parametrize("name", presets.names())
def test_presets_agree_with_keras(name: str, oracle: Oracle) -> None:
    experiment = presets.load(name)
    info = experiment.data.info()
    assert info is not None
    found = experiment.analysis(info)
    layers = list(experiment.structure.layers)
    assert of_keras(oracle, layers, info.image_shape) == as_keras_says(found)


@pytest.mark.parametrize("pool", [MaxPooling2D, AveragePooling2D, Conv2D, Conv2DTranspose])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_every_small_window_agrees_with_keras(
    pool: type[Layer], padding: str, oracle: Oracle
) -> None:
    field = "pool_size" if "pool_size" in pool.model_fields else "kernel_size"
    for window in range(1, 5):
        layer = pool.parse({field: [window, 2], "strides": [3, window], "padding": padding})
        found = analyze([layer], (4, 7, 1))
        assert of_keras(oracle, [layer], (4, 7, 1)) == as_keras_says(found)


# --- what one output sees ------------------------------------------------------------------------

PLAIN: dict[str, Any] = {"filters": 1, "activation": "linear"}
BILINEAR = UpSampling2D(interpolation="bilinear")
POOLED = AveragePooling2D(pool_size=(3, 3), strides=(2, 2))


@pytest.mark.parametrize(
    "layers",
    [
        (Conv2D(**PLAIN), BILINEAR, Conv2D(**PLAIN)),
        (Conv2D(**PLAIN), BILINEAR, BILINEAR),
        (UpSampling2D(size=(3, 2)), Conv2D(kernel_size=(2, 4), **PLAIN)),
        (UpSampling2D(size=(3, 5), interpolation="bilinear"), POOLED),
        (Conv2D(strides=(2, 2), **PLAIN), POOLED, UpSampling2D(),
         Conv2DTranspose(kernel_size=(4, 4), strides=(2, 2), **PLAIN)),
        (Conv2DTranspose(kernel_size=(2, 3), strides=(3, 2), padding="same", **PLAIN),
         Conv2D(kernel_size=(3, 2), **PLAIN)),
        (Conv2DTranspose(kernel_size=(5, 4), strides=(3, 1), **PLAIN), ZeroPadding2D(),
         Conv2D(dilation_rate=(2, 1), padding="same", **PLAIN)),
        (Conv2D(strides=(2, 2), padding="same", **PLAIN), POOLED, Conv2D(**PLAIN)),
    ],
    ids=lambda layers: " ".join(layer.name() for layer in layers),
)  # fmt: skip
def test_an_output_sees_what_its_gradient_reaches(
    layers: tuple[Layer, ...], oracle: Oracle
) -> None:
    experiment = Experiment(structure=Structure(layers=layers))
    found = analyze(layers, (40, 44, 1))
    assert not found.problems
    real = oracle.ask("support", toml=experiment.to_toml(), shape=[40, 44, 1])
    assert found.receptive_field == tuple(real)
