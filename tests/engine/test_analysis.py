"""Shapes, weights and operations: by hand, and against the real Keras model."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engine.conftest import Oracle
from workbench.analysis import Analysis, analyze
from workbench.experiment import REFERENCE_CNN, Experiment, Structure
from workbench.spec.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Shape,
)


def test_the_reference_cnn() -> None:
    found = analyze(REFERENCE_CNN, (28, 28, 1))
    assert not found.problems
    assert [cost.output_shape for cost in found.layers] == [
        (26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (3, 3, 64), (576,), (64,), (10,),
    ]  # fmt: skip
    weights = [
        3 * 3 * 1 * 32 + 32, 0, 3 * 3 * 32 * 64 + 64, 0, 3 * 3 * 64 * 64 + 64, 0,
        576 * 64 + 64, 64 * 10 + 10,
    ]  # fmt: skip
    assert [cost.parameters for cost in found.layers] == weights
    assert found.parameters == found.trainable == 93_322
    convolutions = 26 * 26 * 32 * 9 + 11 * 11 * 64 * 9 * 32 + 3 * 3 * 64 * 9 * 64
    assert found.macs == convolutions + 576 * 64 + 64 * 10 == 2_794_240
    assert found.weight_bytes == 4 * 93_322
    values = 784 + 21632 + 5408 + 7744 + 1600 + 576 + 576 + 64 + 10
    assert found.activation_bytes == 4 * values


def test_each_layer_gets_what_the_one_before_gives() -> None:
    found = analyze(REFERENCE_CNN, (28, 28, 1))
    shapes = [found.input_shape, *(cost.output_shape for cost in found.layers)]
    assert [cost.input_shape for cost in found.layers] == shapes[:-1]
    assert found.output_shape == (10,)
    assert [cost.index for cost in found.layers] == list(range(8))


def test_moving_averages_are_weights_that_gradients_do_not_train() -> None:
    found = analyze([BatchNormalization(), GlobalAveragePooling2D()], (4, 5, 3))
    assert (found.parameters, found.trainable, found.macs) == (12, 6, 0)


def test_a_network_of_a_hundred_layers() -> None:
    block = (Conv2D(filters=8, padding="same", use_bias=False), BatchNormalization())
    found = analyze([*block * 49, GlobalAveragePooling2D(), Dense(units=10)], (32, 32, 3))
    assert not found.problems
    assert len(found.layers) == 100
    first, others, norms = 9 * 3 * 8, 48 * 9 * 8 * 8, 49 * 16
    assert found.trainable == first + others + norms + 90
    assert found.parameters == found.trainable + norms
    assert found.macs == 32 * 32 * (first + others) + 80


def test_it_stops_at_the_layer_that_does_not_fit() -> None:
    found = analyze([Conv2D(), Flatten(), Conv2D(), Dense()], (8, 8, 1))
    assert len(found.layers) == 2
    assert found.output_shape == (6 * 6 * 32,)
    (problem,) = found.problems
    assert problem.path == "structure.layers[2]"
    assert problem.message.startswith("Conv2D: needs an image (height, width, channels), got 1152;")
    assert analyze([MaxPooling2D()], (1, 1, 1)).output_shape == (1, 1, 1)


# --- against Keras -------------------------------------------------------------------------------

LENGTHS = st.tuples(st.integers(1, 4), st.integers(1, 4))
STRIDES = st.tuples(st.integers(1, 3), st.integers(1, 3))
PADDING = st.sampled_from(["valid", "same"])
POOLING = {
    "pool_size": LENGTHS,
    "strides": st.one_of(st.none(), STRIDES),
    "padding": PADDING,
}
FILTERS = st.integers(1, 6)
LAYERS: list[st.SearchStrategy[Layer]] = [
    st.builds(
        Conv2D, filters=FILTERS, kernel_size=LENGTHS, strides=STRIDES, padding=PADDING,
        use_bias=st.booleans(),
    ),
    st.builds(MaxPooling2D, **POOLING),
    st.builds(AveragePooling2D, **POOLING),
    st.builds(Dense, units=FILTERS, use_bias=st.booleans()),
    st.just(BatchNormalization()),
    st.just(Dropout()),
    st.just(Activation(activation="tanh")),
    st.just(GlobalAveragePooling2D()),
    st.just(Flatten()),
]  # fmt: skip
STRUCTURES = st.lists(st.one_of(LAYERS), min_size=1, max_size=7)
SHAPES = st.tuples(st.integers(1, 14), st.integers(1, 14), st.sampled_from([1, 3]))


def of_keras(oracle: Oracle, layers: list[Layer], shape: Shape) -> dict[str, object]:
    toml = Experiment(structure=Structure(layers=tuple(layers))).to_toml()
    answer: dict[str, object] = oracle.ask("model", toml=toml, shape=shape)
    return answer


def as_keras_says(found: Analysis) -> dict[str, object]:
    return {
        "shapes": [list(cost.output_shape) for cost in found.layers],
        "parameters": found.parameters,
        "trainable": found.trainable,
        "by_layer": [cost.parameters for cost in found.layers],
    }


@settings(max_examples=150)
@given(layers=STRUCTURES, shape=SHAPES)
@example(layers=list(REFERENCE_CNN), shape=(28, 28, 1))
@example(layers=[Conv2D(strides=(3, 3), padding="same"), MaxPooling2D()], shape=(11, 5, 3))
def test_it_agrees_with_keras(layers: list[Layer], shape: Shape, oracle: Oracle) -> None:
    found = analyze(layers, shape)
    fitting = layers[: len(found.layers)]
    if fitting:
        assert of_keras(oracle, fitting, shape) == as_keras_says(found)
    if found.problems:
        refused = layers[: len(found.layers) + 1]
        assert "refused" in of_keras(oracle, refused, shape), found.problems


@pytest.mark.parametrize("pool", [MaxPooling2D, AveragePooling2D, Conv2D])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_every_small_window_agrees_with_keras(
    pool: type[Layer], padding: str, oracle: Oracle
) -> None:
    field = "kernel_size" if pool is Conv2D else "pool_size"
    for window in range(1, 5):
        layer = pool.parse({field: [window, 2], "strides": [3, window], "padding": padding})
        found = analyze([layer], (4, 7, 1))
        assert of_keras(oracle, [layer], (4, 7, 1)) == as_keras_says(found)
