"""How gradients reach the weights: TensorFlow's fused kernels where they compute what Keras does.

Keras writes an update as a dozen small operations a weight; on a small network their overhead is
several percent of a step. A kernel that does the same in one pass takes the place of the rule
itself where there is one; what Keras does before and after the rule (clipping, weight decay,
averages, accumulation) is done around it as Keras does. Several replicas go through Keras whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

Update = Callable[[Sequence[tf.Tensor], Sequence[keras.Variable], tf.Tensor], None]
"""Takes gradients, the weights they belong to, and the learning rate of the step."""


@dataclass(frozen=True)
class Gathering:
    """Batches whose gradients add up to one step, of which the last of an epoch is smaller.

    Each counts by its images, as in one batch of them all. The batches of a step may belong to two
    epochs, as Keras has it.

    Attributes:
        batches: So many to a step.
        batch_size: Images of each but an epoch's last one.
        images: Of an epoch.
    """

    batches: int
    batch_size: int
    images: int

    def mean_batch(self, number: tf.Tensor) -> tf.Tensor:
        """Images of the average batch of the step that a batch belongs to.

        Args:
            number: Of the batch, from 0 and through all epochs.
        """
        to_an_epoch = -(-self.images // self.batch_size)
        missing = to_an_epoch * self.batch_size - self.images
        first = number // self.batches * self.batches
        epochs_ended = (first + self.batches) // to_an_epoch - first // to_an_epoch
        share = tf.cast(epochs_ended, tf.float32) / self.batches
        return self.batch_size - share * missing


def update_of(optimizer: keras.optimizers.Optimizer, strategy: tf.distribute.Strategy) -> Update:
    """The quickest way to take a step as `optimizer` does."""
    kernel = _FUSED.get(type(optimizer))
    rule = kernel(optimizer) if kernel is not None else None
    is_scaled = optimizer.loss_scale_factor is not None
    if rule is not None and strategy.num_replicas_in_sync == 1 and not is_scaled:
        return _around(optimizer, rule)

    def through_keras(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        optimizer.learning_rate.assign(rate)
        optimizer.apply(gradients, weights)

    return through_keras


def _around(optimizer: Any, rule: Update) -> Update:
    """A rule with all that `optimizer.apply` does before and after it."""
    every = optimizer.gradient_accumulation_steps

    def whole(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        gradients = optimizer._clip_gradients(gradients)
        if optimizer.weight_decay:
            optimizer.learning_rate.assign(rate)
            optimizer._apply_weight_decay(weights)
        rule(gradients, weights, rate)

    def accumulated(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        sums = [total.value for total in optimizer._accumulated_gradients]

        def step() -> None:
            whole([(g + s) / every for g, s in zip(gradients, sums, strict=True)], weights, rate)
            for total in sums:
                total.assign(tf.zeros_like(total))

        def wait() -> None:
            for gradient, total in zip(gradients, sums, strict=True):
                total.assign_add(gradient)

        tf.cond((optimizer._iterations.value + 1) % every == 0, step, wait)

    take = accumulated if every else whole

    def fused(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        take(gradients, weights, rate)
        optimizer._update_model_variables_moving_average(weights)
        for weight in weights:
            if weight.constraint is not None:
                weight.assign(weight.constraint(weight))
        optimizer._iterations.value.assign_add(1)

    return fused


def _steps(optimizer: Any) -> tf.Tensor:
    """The number of the step that is being taken, from 1."""
    every = optimizer.gradient_accumulation_steps or 1
    return tf.cast(optimizer._iterations.value // every + 1, tf.float32)


def _adam(optimizer: keras.optimizers.Adam) -> Update | None:
    """Kingma and Ba 2015, in the form of its section 2 that Keras uses too."""
    if optimizer.amsgrad:
        return None

    def update(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        step = _steps(optimizer)
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

    return update


def _rmsprop(optimizer: keras.optimizers.RMSprop) -> Update | None:
    """Hinton 2012; the kernel always keeps momentum, which Keras does only where it is set."""
    if not optimizer.momentum:
        return None

    def update(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        means = optimizer._average_gradients or [None] * len(weights)
        for gradient, weight, mean, square, velocity in zip(
            gradients, weights, means, optimizer._velocities, optimizer._momentums, strict=True
        ):
            given = {
                "var": weight.value.handle,
                "ms": square.value.handle,
                "mom": velocity.value.handle,
                "lr": rate,
                "rho": optimizer.rho,
                "momentum": optimizer.momentum,
                "epsilon": optimizer.epsilon,
                "grad": gradient,
            }
            if mean is None:
                tf.raw_ops.ResourceApplyRMSProp(**given)
            else:
                tf.raw_ops.ResourceApplyCenteredRMSProp(mg=mean.value.handle, **given)

    return update


def _adamax(optimizer: keras.optimizers.Adamax) -> Update:
    """Kingma and Ba 2015, section 7.1."""

    def update(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        for gradient, weight, mean, norm in zip(
            gradients, weights, optimizer._m, optimizer._u, strict=True
        ):
            tf.raw_ops.ResourceApplyAdaMax(
                var=weight.value.handle,
                m=mean.value.handle,
                v=norm.value.handle,
                beta1_power=tf.pow(optimizer.beta_1, _steps(optimizer)),
                lr=rate,
                beta1=optimizer.beta_1,
                beta2=optimizer.beta_2,
                epsilon=optimizer.epsilon,
                grad=gradient,
            )

    return update


def _adadelta(optimizer: keras.optimizers.Adadelta) -> Update:
    """Zeiler 2012."""

    def update(
        gradients: Sequence[tf.Tensor], weights: Sequence[keras.Variable], rate: tf.Tensor
    ) -> None:
        for gradient, weight, square, moved in zip(
            gradients,
            weights,
            optimizer._accumulated_grads,
            optimizer._accumulated_delta_vars,
            strict=True,
        ):
            tf.raw_ops.ResourceApplyAdadelta(
                var=weight.value.handle,
                accum=square.value.handle,
                accum_update=moved.value.handle,
                lr=rate,
                rho=optimizer.rho,
                epsilon=optimizer.epsilon,
                grad=gradient,
            )

    return update


_FUSED: dict[type[keras.optimizers.Optimizer], Callable[[Any], Update | None]] = {
    keras.optimizers.Adam: _adam,
    keras.optimizers.AdamW: _adam,
    keras.optimizers.SGD: _sgd,
    keras.optimizers.RMSprop: _rmsprop,
    keras.optimizers.Adamax: _adamax,
    keras.optimizers.Adadelta: _adadelta,
}
"""Kernels that compute what Keras does. Adagrad's and Nesterov-Adam's differ from Keras's: the one
puts epsilon elsewhere, the other has a fixed momentum."""
