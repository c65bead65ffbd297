"""Descent along the gradient itself: of all images or of a batch, with and without momentum."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import model_validator

from workbench.base.text import tr
from workbench.spec.base import Facts, refuse, setting
from workbench.spec.optimizers.base import Optimizer, StepOptimizer, kept, rate

MOMENTUM = tr("Share of the last step that is kept; 0.9 is usual and speeds up long valleys.")


class GradientDescent(Optimizer):
    """One step an epoch along the gradient of the whole training set: steady, exact, and slow.

    The gradient is accumulated over the batches, weighted by their images, so the batch size only
    decides how much memory that takes.
    """

    label = tr("Gradient descent")
    formula = r"$w \leftarrow w - \eta\, \frac{1}{m} \sum_{i=1}^{m} \nabla L_i(w)$"
    source = "Cauchy 1847"
    keras_class = "keras.optimizers.SGD"

    kind: Literal["gradient_descent"] = "gradient_descent"
    learning_rate: float = rate(0.1, tr("With a step an epoch, 0.1 to 1 is usual."))

    @property
    def full_batch(self) -> bool:
        return True

    def rule_slots(self) -> int:
        return 1  # the sum of the gradients

    def in_force(self, facts: Facts) -> str:
        if not facts.epochs:
            return ""
        return tr(
            "{epochs} steps in all, one an epoch, each of {steps_per_epoch} batches.",
            epochs=f"{facts.epochs:,}",
            steps_per_epoch=f"{facts.steps_per_epoch:,}",
        )


class SGD(StepOptimizer):
    """A step along the gradient of each batch: the plain baseline, best with a falling rate.

    With momentum (Polyak 1964) or Nesterov's (1983) where set.
    """

    label = tr("SGD")
    formula = r"$w \leftarrow w - \eta\, g$"
    source = "Robbins and Monro 1951"
    keras_class = "keras.optimizers.SGD"

    kind: Literal["sgd"] = "sgd"
    learning_rate: float = rate(0.01, tr("0.01 to 0.1 is usual for SGD."))
    momentum: float = kept(0.0, tr("Momentum"), MOMENTUM)
    nesterov: bool = setting(
        False, "Nesterov", "Look ahead along the momentum before taking the gradient."
    )

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.nesterov and self.momentum == 0:
            raise refuse({"nesterov": tr("needs a momentum above 0, got momentum 0")})
        return self

    def rule_slots(self) -> int:
        return int(self.momentum > 0)

    def in_force(self, facts: Facts) -> str:
        return _reach(self.momentum, facts)


class Rolling(StepOptimizer):
    """What rolls on in the direction of its last steps."""

    learning_rate: float = rate(0.01, tr("0.01 to 0.1 is usual."))
    momentum: float = kept(0.9, tr("Momentum"), MOMENTUM, gt=0.0)

    def in_force(self, facts: Facts) -> str:
        return _reach(self.momentum, facts)


class Momentum(Rolling):
    """SGD that rolls on in the direction of its last steps: faster through long valleys."""

    label = tr("Momentum")
    formula = r"$v \leftarrow \mu v - \eta\, g, \quad w \leftarrow w + v$"
    source = "Polyak 1964"
    keras_class = "keras.optimizers.SGD"

    kind: Literal["momentum"] = "momentum"


class Nesterov(Rolling):
    """Momentum that looks ahead before it takes the gradient: brakes before it overshoots.

    The weights that the network has are those looked ahead at, as in Keras and PyTorch.
    """

    label = tr("Nesterov")
    formula = r"$v \leftarrow \mu v - \eta\, g, \quad w \leftarrow w + \mu v - \eta\, g$"
    source = "Nesterov 1983, in the form of Bengio et al. 2013"
    keras_class = "keras.optimizers.SGD"

    kind: Literal["nesterov"] = "nesterov"

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "nesterov": True}


def _reach(momentum: float, facts: Facts) -> str:
    """What momentum adds up to along a steady slope."""
    if not momentum or not facts.learning_rate:
        return ""
    times = 1 / (1 - momentum)
    return tr(
        "Along a steady slope the steps grow to {times} times their length: as with a "
        "learning rate of {learning_rate}.",
        times=f"{times:.3g}",
        learning_rate=f"{facts.learning_rate * times:.3g}",
    )
