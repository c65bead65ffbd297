"""Rules that scale each weight's step by the gradients it has seen: from Adagrad to Nadam."""

from __future__ import annotations

from typing import Literal

from workbench.spec.base import Facts, setting
from workbench.spec.optimizers.base import StepOptimizer, kept, rate, span, tiny

MEAN = "Memory of the gradient's mean; 0.9 suits almost all."
SQUARE = "Memory of the squared gradient; lower adapts faster."


class Adagrad(StepOptimizer):
    """Divides by all past gradients: rare features learn fast, but its steps only ever shrink."""

    label = "Adagrad"
    formula = r"$s \leftarrow s + g^2, \quad w \leftarrow w - \frac{\eta\, g}{\sqrt{s + \epsilon}}$"
    source = "Duchi et al. 2011"
    keras_class = "keras.optimizers.Adagrad"

    kind: Literal["adagrad"] = "adagrad"
    learning_rate: float = rate(0.01, "0.01 to 0.1 is usual, as its steps shrink by themselves.")
    initial_accumulator_value: float = setting(
        0.1, "First sum", "Where the sum of squares starts; higher is gentler.", ge=0.0, le=1e6
    )
    epsilon: float = tiny()


class RMSprop(StepOptimizer):
    """Divides by a moving average of the gradients' size: Adagrad that can forget."""

    label = "RMSprop"
    formula = (
        r"$s \leftarrow \rho s + (1 - \rho)\, g^2, \quad "
        r"w \leftarrow w - \frac{\eta\, g}{\sqrt{s + \epsilon}}$"
    )
    source = "Hinton 2012, lecture 6e"
    keras_class = "keras.optimizers.RMSprop"

    kind: Literal["rmsprop"] = "rmsprop"
    rho: float = kept(0.9, "Rho", SQUARE)
    momentum: float = kept(0.0, "Momentum", "Share of the last step that is kept.")
    epsilon: float = tiny()
    centered: bool = setting(
        False, "Centered", "Divide by the gradient's spread instead of its size; a slot more."
    )

    def rule_slots(self) -> int:
        return 1 + int(self.momentum > 0) + int(self.centered)

    def in_force(self, facts: Facts) -> str:
        return f"Each weight is scaled by about the last {span(self.rho)} gradients."


class Adadelta(StepOptimizer):
    """Steps as long as its own past steps were: works with a learning rate of 1, if slowly."""

    label = "Adadelta"
    formula = (
        r"$\Delta = \frac{\sqrt{d + \epsilon}}{\sqrt{s + \epsilon}}\, g, \quad "
        r"w \leftarrow w - \eta\, \Delta$"
    )
    source = "Zeiler 2012"
    keras_class = "keras.optimizers.Adadelta"

    kind: Literal["adadelta"] = "adadelta"
    learning_rate: float = rate(1.0, "1 is the method as published.")
    rho: float = kept(0.95, "Rho", "Memory of the squared gradients and steps.")
    epsilon: float = tiny()

    def rule_slots(self) -> int:
        return 2


class Moments(StepOptimizer):
    """What Adam and its kin share: moving averages of the gradient and of its square."""

    beta_1: float = kept(0.9, "Beta 1", MEAN)
    beta_2: float = kept(0.999, "Beta 2", SQUARE)
    epsilon: float = tiny()

    def rule_slots(self) -> int:
        return 2

    def in_force(self, facts: Facts) -> str:
        return (
            f"Averages about the last {span(self.beta_1)} gradients and {span(self.beta_2)} "
            "squared ones."
        )


class AdamMoments(Moments):
    """What Adam and AdamW share besides."""

    amsgrad: bool = setting(
        False,
        "AMSGrad",
        "Never lets the scale of a weight fall (Reddi et al. 2018); for training that won't settle "
        "down.",
        advanced=True,
    )

    def rule_slots(self) -> int:
        return 2 + int(self.amsgrad)


class Adam(AdamMoments):
    """Momentum, with each weight's step scaled by its past gradients: the one to begin with."""

    label = "Adam"
    formula = (
        r"$w \leftarrow w - \eta\, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}, \quad "
        r"m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \quad "
        r"v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2$"
    )
    source = "Kingma and Ba 2015"
    keras_class = "keras.optimizers.Adam"

    kind: Literal["adam"] = "adam"


class AdamW(AdamMoments):
    """Adam that shrinks the weights apart from the gradient: generalises better than with L2."""

    label = "AdamW"
    formula = (
        r"$w \leftarrow w - \eta\, \lambda\, w - \eta\, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}$"
    )
    source = "Loshchilov and Hutter 2019"
    keras_class = "keras.optimizers.AdamW"

    kind: Literal["adamw"] = "adamw"
    weight_decay: float = setting(
        0.004,
        "Weight decay",
        "Shrinks every weight by this share of the learning rate at each step; 1e-3 to 0.1.",
        ge=0.0,
        le=10.0,
    )

    def in_force(self, facts: Facts) -> str:
        if not facts.learning_rate:
            return super().in_force(facts)
        share = self.weight_decay * facts.learning_rate
        words = f"Each step shrinks the weights by {share:.2g} of their size."
        return f"{super().in_force(facts)} {words}"


class Nadam(Moments):
    """Adam with Nesterov's look ahead: often a little faster at the start."""

    label = "Nadam"
    formula = (
        r"$w \leftarrow w - \frac{\eta}{\sqrt{\hat{v}} + \epsilon} "
        r"(\mu_{t+1} \hat{m} + \frac{1 - \mu_t}{1 - \prod \mu}\, g)$"
    )
    source = "Dozat 2016"
    keras_class = "keras.optimizers.Nadam"

    kind: Literal["nadam"] = "nadam"


class Adamax(Moments):
    """Adam that divides by the largest recent gradient: calm where gradients are rare and large."""

    label = "Adamax"
    formula = (
        r"$u \leftarrow \max(\beta_2 u, |g|), \quad "
        r"w \leftarrow w - \frac{\eta}{1 - \beta_1^t} \frac{m}{u + \epsilon}$"
    )
    source = "Kingma and Ba 2015"
    keras_class = "keras.optimizers.Adamax"

    kind: Literal["adamax"] = "adamax"
    learning_rate: float = rate(0.002, "0.002 is the method as published.")
