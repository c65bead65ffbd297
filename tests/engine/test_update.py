"""A fused update does what Keras's own does, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from workbench.spec.optimizers import SGD, Adam, Optimizer

CHOICES: list[Optimizer] = [
    Adam(),
    Adam(beta_1=0.5, beta_2=0.9, epsilon=1e-3, learning_rate=0.1),
    SGD(),
    SGD(momentum=0.9),
    SGD(momentum=0.9, nesterov=True, learning_rate=0.3),
]


def weights_after(choice: Optimizer, *, fused: bool, steps: int = 20) -> list[np.ndarray]:
    """Weights of a small problem after some steps with a changing learning rate."""
    import keras
    import tensorflow as tf

    from workbench.runtime.build import build
    from workbench.runtime.update import _FUSED, update_of

    first = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    weights = [keras.Variable(first), keras.Variable(np.float32([0.5, -2.0]))]
    optimizer = build(choice)
    optimizer.build(weights)
    update: Any = update_of(optimizer, tf.distribute.get_strategy())
    assert update.__qualname__.startswith(_FUSED[type(optimizer)].__name__)

    @tf.function
    def step(rate: tf.Tensor) -> None:
        gradients = [w.value * w.value - 0.3 for w in weights]
        if fused:
            update(gradients, weights, rate)
        else:
            optimizer.learning_rate.assign(rate)
            optimizer.apply(gradients, weights)

    for number in range(steps):
        step(tf.constant(choice.learning_rate / (1 + number), tf.float32))
    assert int(optimizer.iterations.value) == steps
    return [w.numpy() for w in (*weights, *optimizer.variables)]


@pytest.mark.parametrize("choice", CHOICES, ids=repr)
def test_a_fused_update_is_keras_own(choice: Optimizer) -> None:
    ours, theirs = (weights_after(choice, fused=fused) for fused in (True, False))
    for one, other in zip(ours[:2], theirs[:2], strict=True):
        assert np.allclose(one, other, rtol=1e-5, atol=1e-6)
    for one, other in zip(ours[4:], theirs[4:], strict=True):  # past iterations and learning rate
        assert np.allclose(one, other, rtol=1e-5, atol=1e-6)


def test_what_stands_between_goes_through_keras() -> None:
    import keras
    import tensorflow as tf

    from workbench.runtime.update import update_of

    for extra in ({"clipnorm": 1.0}, {"weight_decay": 0.1}, {"use_ema": True}):
        optimizer = keras.optimizers.Adam(**extra)
        update: Any = update_of(optimizer, tf.distribute.get_strategy())
        assert "through_keras" in update.__qualname__
