"""Activations in 8 bits while training: which ones, on which places, with which gradients."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from workbench.runtime.compression.activations import MOMENTUM, RoundedActivations
from workbench.spec.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D


@pytest.fixture
def model() -> keras.Model:
    """Two convolutions, the second with normalization behind it, and two dense layers."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    images = keras.Input((8, 8, 1))
    found = layers.Conv2D(3, 3, activation="relu", name="first")(images)
    found = layers.MaxPooling2D(name="pool")(found)
    found = layers.Conv2D(4, 3, padding="same", name="second")(found)
    found = layers.BatchNormalization(name="normal")(found)
    found = layers.Activation("relu", name="relu")(found)
    found = layers.Flatten(name="flat")(found)
    found = layers.Dense(5, activation="relu", name="dense")(found)
    return keras.Model(images, layers.Dense(10, activation="softmax", name="last")(found))


def test_what_the_file_stores_is_rounded_and_nothing_is_left_in_the_model(
    model: keras.Model,
) -> None:
    number = len(model.variables)
    rounded = RoundedActivations(model)
    names = [layer.name for layer in rounded._ranges]
    assert names == ["first", "relu", "dense"], "not what is fused, moved or the last"
    assert len(model.variables) == number
    images = np.random.default_rng(0).random((32, 8, 8, 1), np.float32)
    first = model.get_layer("first")
    found = first(images).numpy()
    step = found.max() / 255
    np.testing.assert_allclose(found / step, np.rint(found / step), atol=1e-3)
    assert 100 < len(np.unique(found)) <= 256


def test_a_range_is_that_of_the_first_batch_and_follows_the_next(model: keras.Model) -> None:
    rounded = RoundedActivations(model)
    (found, *_) = rounded._ranges.values()
    found.rounded(tf.constant([-1.0, 2.0]))
    assert found.ends == (-1.0, 2.0)
    found.rounded(tf.constant([-3.0, 1.0]))
    assert found.ends == pytest.approx((-1 * MOMENTUM - 3 * 0.01, 2 * MOMENTUM + 1 * 0.01))


def test_gradients_pass_within_the_range_alone(model: keras.Model) -> None:
    rounded = RoundedActivations(model)
    (found, *_) = rounded._ranges.values()
    for _ in range(2):
        found.rounded(tf.constant([0.0, 1.0]))
    values = tf.constant([0.3, 5.0])
    with tf.GradientTape() as tape:
        tape.watch(values)
        total = tf.reduce_sum(found.rounded(values))
    gradient = tape.gradient(total, values).numpy()
    assert gradient.tolist() == [1.0, 0.0]


def test_a_layer_that_gives_nothing_has_a_range_all_the_same(model: keras.Model) -> None:
    rounded = RoundedActivations(model)
    (found, *_) = rounded._ranges.values()
    assert found.rounded(tf.zeros(3)).numpy().tolist() == [0.0] * 3
    assert found.ends == (0.0, pytest.approx(0.001))


def test_ranges_are_given_by_the_numbers_of_layers_in_a_plain_chain() -> None:
    layers = (
        Conv2D(filters=3, activation="relu"),
        MaxPooling2D(),
        Conv2D(filters=4, padding="same", activation="linear"),
        BatchNormalization(enabled=False),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
    from tests.engine.compression.test_narrowing import network_of

    network, info = network_of(layers, (8, 8, 1))
    model = network.assembled(info).model
    rounded = RoundedActivations(model)
    model(np.random.default_rng(0).random((4, 8, 8, 1), np.float32))
    ranges = rounded.ranges(model, layers)
    assert list(ranges) == ["layer1", "layer3"]
    assert ranges["layer1"][0] == 0.0 < ranges["layer1"][1]
    assert ranges["layer3"][0] < 0.0, "without ReLU"
