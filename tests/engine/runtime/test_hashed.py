"""Hashed layers against an explicit NumPy computation, and their hash."""

from __future__ import annotations

import numpy as np
import pytest

hashed = pytest.importorskip("workbench.runtime.network.hashed")


def kernel_by_hand(values: np.ndarray, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Entry by entry, as the paper writes it: V[i] = sign(i) * w[place(i)]."""
    places, signs = hashed.hashed_places(int(np.prod(shape)), len(values), seed)
    entries = [signs[i] * values[places[i]] for i in range(int(np.prod(shape)))]
    return np.array(entries, np.float32).reshape(shape)


@pytest.mark.parametrize(("compression", "kept"), [(2, 21), (8, 5), (1000, 1)])
def test_dense_equals_numpy(compression: int, kept: int) -> None:
    layer = hashed.HashedDense(7, hash_compression=compression, hash_seed=3)
    inputs = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
    outputs = np.asarray(layer(inputs))
    values, bias = (np.asarray(w) for w in layer.get_weights())
    assert (values.shape, bias.shape) == ((kept,), (7,))
    assert np.allclose(outputs, inputs @ kernel_by_hand(values, (6, 7), 3) + bias, atol=1e-6)


def test_conv2d_equals_numpy() -> None:
    layer = hashed.HashedConv2D(4, (3, 2), hash_compression=5, hash_seed=1, activation="relu")
    inputs = np.random.default_rng(0).normal(size=(2, 6, 5, 3)).astype(np.float32)
    outputs = np.asarray(layer(inputs))
    kernel = kernel_by_hand(layer.get_weights()[0], (3, 2, 3, 4), 1)
    for y in range(4):
        for x in range(4):
            window = inputs[:, y : y + 3, x : x + 2, :]
            by_hand = np.maximum(np.tensordot(window, kernel, axes=3), 0)
            assert np.allclose(outputs[:, y, x], by_hand, atol=1e-5)


def test_gradients_of_shared_entries_add_up() -> None:
    import tensorflow as tf

    layer = hashed.HashedDense(9, hash_compression=6, hash_seed=2, use_bias=False)
    inputs = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(inputs))
    (gradient,) = tape.gradient(total, layer.trainable_variables)
    places, signs = hashed.hashed_places(72, 12, 2)
    whole = np.repeat(inputs.sum(axis=0)[:, None], 9, axis=1).reshape(-1)
    by_hand = np.bincount(places, whole * signs, minlength=12)
    assert np.allclose(tf.convert_to_tensor(gradient), by_hand, atol=1e-4)


def test_the_hash_spreads_evenly_and_never_changes() -> None:
    places, signs = hashed.hashed_places(100_000, 1000, 0)
    counts = np.bincount(places, minlength=1000)
    assert counts.min() > 60  # binomial: 100 with a deviation of 10
    assert counts.max() < 145
    assert counts.std() == pytest.approx(10, abs=1)
    assert abs(signs.mean()) < 0.01
    assert abs(np.corrcoef(places, signs)[0, 1]) < 0.01
    assert hashed.hashed_places(8, 100, 0)[0].tolist() == FIRST_PLACES
    other = hashed.hashed_places(100_000, 1000, 1)[0]
    assert (places == other).mean() < 0.01


FIRST_PLACES = [30, 67, 13, 22, 56, 28, 9, 28]


def test_fresh_weights_have_the_scale_of_the_whole_kernel() -> None:
    layer = hashed.HashedDense(200, hash_compression=20, kernel_initializer="he_normal")
    layer.build((None, 300))
    assert np.std(layer.get_weights()[0]) == pytest.approx(np.sqrt(2 / 300), rel=0.1)
