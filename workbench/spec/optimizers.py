"""How the gradient becomes a step."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from workbench.spec.base import Choice, refuse, setting


class Optimizer(Choice):
    """An update rule; its `learning_rate` is where the schedule starts."""

    kind: str
    learning_rate: float = setting(
        0.001,
        "Learning rate",
        "Length of the step along the gradient. Too high diverges, too low crawls.",
        gt=0.0,
        le=1000.0,
    )

    def slots(self) -> int:
        """Values that it keeps for each weight, to estimate the memory of training."""
        return 1


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's (1983) where set."""

    label = "SGD"
    keras_class = "keras.optimizers.SGD"

    kind: Literal["sgd"] = "sgd"
    learning_rate: float = setting(
        0.01,
        "Learning rate",
        "Length of the step along the gradient. 0.01 to 0.1 is usual for SGD.",
        gt=0.0,
        le=1000.0,
    )
    momentum: float = setting(
        0.0,
        "Momentum",
        "Share of the last step that is kept; 0.9 is usual and speeds up long valleys.",
        ge=0.0,
        lt=1.0,
    )
    nesterov: bool = setting(
        False, "Nesterov", "Look ahead along the momentum before taking the gradient."
    )

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.nesterov and self.momentum == 0:
            raise refuse({"nesterov": "needs a momentum above 0, got momentum 0"})
        return self

    def slots(self) -> int:
        return int(self.momentum > 0)


class Adam(Optimizer):
    """Adaptive moments (Kingma and Ba 2015): each weight's step is scaled by its past gradients."""

    label = "Adam"
    keras_class = "keras.optimizers.Adam"

    kind: Literal["adam"] = "adam"
    beta_1: float = setting(
        0.9, "Beta 1", "Memory of the gradient's mean; 0.9 suits almost all.", ge=0.0, lt=1.0
    )
    beta_2: float = setting(
        0.999, "Beta 2", "Memory of the squared gradient; lower adapts faster.", ge=0.0, lt=1.0
    )
    epsilon: float = setting(
        1e-7,
        "Epsilon",
        "Keeps the division finite; raise it if training is unstable.",
        gt=0.0,
        le=1.0,
    )

    def slots(self) -> int:
        return 2
