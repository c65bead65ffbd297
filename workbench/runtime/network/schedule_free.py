"""Schedule-free AdamW (Defazio et al. 2024, Algorithm 1), as a Keras optimizer.

Keras's own class of that name evaluates at the weights that are trained instead of their average,
and decays those instead of the fast ones. Uses Keras alone and nothing of ours, because the
generated scripts contain this text.
"""

from __future__ import annotations

from typing import Any

import keras


class ScheduleFreeAdamW(keras.optimizers.Optimizer):
    """AdamW whose weights are averaged instead of its learning rate lowered.

    The model's weights are `y`, where the gradient is taken; `z` are the fast weights that take
    the steps, and `x` their average, which `finalize_variable_values` puts into the model.

    Args:
        learning_rate: After a warm-up it may stay as it is.
        beta_1: How near `y` lies to `x`.
        beta_2: Memory of the squared gradient.
        epsilon: Keeps the division finite.
        weight_decay: Shrinks `z` by this share of the step and of `y`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        weight_decay: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, weight_decay=weight_decay, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables: Any) -> None:
        """As Keras's; all weights begin as those of the model, so call it before `fit` does.

        `fit` calls it inside a graph, where the first weights are no longer at hand.
        """
        if self.built:
            return
        super().build(variables)
        names = ["fast", "average", "velocity"]
        self._fast, self._average, self._velocities = self.add_optimizer_variables(variables, names)
        self._sum = self.add_variable((), name="sum_of_squared_steps")
        for variable, z, x in zip(variables, self._fast, self._average, strict=True):
            z.assign(variable)
            x.assign(variable)

    def _length(self, learning_rate: Any) -> Any:
        """The paper's gamma: the learning rate with the bias of the squares taken off."""
        step = keras.ops.cast(self.iterations + 1, "float32")
        bias = 1 - keras.ops.power(keras.ops.cast(self.beta_2, "float32"), step)
        return keras.ops.cast(learning_rate, "float32") * keras.ops.sqrt(bias)

    def _apply_weight_decay(self, variables: Any) -> None:
        """Left to `update_step`, which knows the fast weights."""

    def _backend_update_step(self, grads: Any, trainable_variables: Any, rate: Any) -> None:
        self.assign_add(self._sum, keras.ops.square(self._length(rate)))
        super()._backend_update_step(grads, trainable_variables, rate)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one weight."""
        place = self._get_variable_index(variable)
        z, x, v = self._fast[place], self._average[place], self._velocities[place]
        length = keras.ops.cast(self._length(learning_rate), variable.dtype)
        total = keras.ops.cast(self._sum, variable.dtype)
        share = keras.ops.divide_no_nan(keras.ops.square(length), total)
        gradient = keras.ops.cast(gradient, variable.dtype)
        self.assign_add(v, (keras.ops.square(gradient) - v) * (1 - self.beta_2))
        step = gradient / (keras.ops.sqrt(v) + self.epsilon) + self.weight_decay * variable
        self.assign_sub(z, length * step)
        self.assign_add(x, share * (z - x))
        self.assign(variable, (1 - self.beta_1) * z + self.beta_1 * x)

    def finalize_variable_values(self, var_list: Any) -> None:
        """Puts the average into the model; training can't go on from there."""
        super().finalize_variable_values(var_list)
        for variable, x in zip(self._trainable_variables, self._average, strict=True):
            variable.assign(x)

    def get_config(self) -> dict[str, Any]:
        """As Keras's."""
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}
