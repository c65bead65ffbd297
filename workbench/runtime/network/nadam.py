"""Nadam (Dozat 2016) whose momentum follows the schedule of the paper, as a Keras optimizer.

Keras's own has another schedule built in. Uses Keras alone and nothing of ours, because the
generated scripts contain this text.
"""

from __future__ import annotations

from typing import Any

import keras


class Nadam(keras.optimizers.Nadam):
    """Keras's, with the speed at which its momentum rises as an argument.

    Args:
        momentum_decay: The momentum of step t is beta_1 * (1 - 0.5 * 0.96^(t * momentum_decay)): 1
            is Keras's, 1 / 250 the paper's and PyTorch's.
        kwargs: Keras's arguments.
    """

    def __init__(self, momentum_decay: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.momentum_decay = momentum_decay

    def _momentum(self, step: Any, dtype: Any) -> Any:
        """That of a step, counted from 1."""
        exponent = keras.ops.cast(step, dtype) * self.momentum_decay
        risen = 1 - 0.5 * keras.ops.power(keras.ops.cast(0.96, dtype), exponent)
        return self.beta_1 * risen

    def _backend_update_step(self, grads: Any, trainable_variables: Any, rate: Any) -> None:
        """As Keras's, with our momentum in the product of those of all steps."""
        product = self._u_product
        self.assign(product, product * self._momentum(self.iterations + 1, product.dtype))
        above: Any = super(keras.optimizers.Nadam, self)
        above._backend_update_step(grads, trainable_variables, rate)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one weight."""
        dtype, place = variable.dtype, self._get_variable_index(variable)
        m, v = self._momentums[place], self._velocities[place]
        gradient = keras.ops.cast(gradient, dtype)
        now = self._momentum(self.iterations + 1, dtype)
        after = self._momentum(self.iterations + 2, dtype)
        product = keras.ops.cast(self._u_product, dtype)
        self.assign_add(m, (gradient - m) * (1 - self.beta_1))
        self.assign_add(v, (keras.ops.square(gradient) - v) * (1 - self.beta_2))
        ahead = after * m / (1 - product * after) + (1 - now) * gradient / (1 - product)
        step = keras.ops.cast(self.iterations + 1, dtype)
        scale = keras.ops.sqrt(v / (1 - keras.ops.power(keras.ops.cast(self.beta_2, dtype), step)))
        rate = keras.ops.cast(learning_rate, dtype)
        self.assign_sub(variable, rate * ahead / (scale + self.epsilon))

    def get_config(self) -> dict[str, Any]:
        """As Keras's."""
        return {**super().get_config(), "momentum_decay": self.momentum_decay}
