"""How gradients reach the weights: TensorFlow's fused kernels where they compute what Keras does.

Keras writes an update as a dozen small operations a weight; on a small network their overhead is
several percent of a step. A kernel that does the same in one pass is used where there is one and
nothing (clipping, averaging, constraints, several replicas) stands between; the rest goes through
Keras.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

Update = Callable[[Sequence[tf.Tensor], Sequence[keras.Variable], tf.Tensor], None]
"""Takes gradients, the weights they belong to, and the learning rate of the step."""


def update_of(optimizer: keras.optimizers.Optimizer, strategy: tf.distribute.Strategy) -> Update:
    """The quickest way to take a step as `optimizer` does."""
    fused = _FUSED.get(type(optimizer))
    if fused is not None and strategy.num_replicas_in_sync == 1 and _is_plain(optimizer):
        return fused(optimizer)

    def through_keras(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        optimizer.learning_rate.assign(rate)
        optimizer.apply(gradients, weights)

    return through_keras


def _is_plain(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether an update is the rule alone, with nothing before or after it."""
    if any(weight.constraint is not None for weight in optimizer._trainable_variables):
        return False
    extras = (
        "clipnorm", "clipvalue", "global_clipnorm", "weight_decay", "use_ema",
        "gradient_accumulation_steps", "loss_scale_factor", "amsgrad",
    )  # fmt: skip
    return not any(getattr(optimizer, name, None) for name in extras)


def _adam(optimizer: keras.optimizers.Adam) -> Update:
    """Kingma and Ba 2015, in the form of its section 2 that Keras uses too."""

    def update(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        step = tf.cast(optimizer.iterations.value + 1, tf.float32)
        for gradient, weight, mean, square in zip(
            gradients, weights, optimizer._momentums, optimizer._velocities, strict=True
        ):
            tf.raw_ops.ResourceApplyAdam(
                var=weight.value.handle,
                m=mean.value.handle,
                v=square.value.handle,
                beta1_power=tf.pow(optimizer.beta_1, step),
                beta2_power=tf.pow(optimizer.beta_2, step),
                lr=rate,
                beta1=optimizer.beta_1,
                beta2=optimizer.beta_2,
                epsilon=optimizer.epsilon,
                grad=gradient,
            )
        optimizer.iterations.value.assign_add(1)

    return update


def _sgd(optimizer: keras.optimizers.SGD) -> Update:
    """Gradient descent; with momentum as in Sutskever et al. 2013, the form that Keras uses too."""

    def update(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        velocities: Sequence[Any] = getattr(optimizer, "momentums", None) or [None] * len(weights)
        for gradient, weight, velocity in zip(gradients, weights, velocities, strict=True):
            if velocity is None:
                tf.raw_ops.ResourceApplyGradientDescent(
                    var=weight.value.handle, alpha=rate, delta=gradient
                )
            else:
                tf.raw_ops.ResourceApplyKerasMomentum(
                    var=weight.value.handle,
                    accum=velocity.value.handle,
                    lr=rate,
                    grad=gradient,
                    momentum=optimizer.momentum,
                    use_nesterov=optimizer.nesterov,
                )
        optimizer.iterations.value.assign_add(1)

    return update


_FUSED: dict[type[keras.optimizers.Optimizer], Callable[[Any], Update]] = {
    keras.optimizers.Adam: _adam,
    keras.optimizers.SGD: _sgd,
}
