"""Shapes, weights and operations: by hand, and against the real Keras model."""

from __future__ import annotations

from workbench.analysis import analyze
from workbench.experiment import REFERENCE_CNN
from workbench.spec.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
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
