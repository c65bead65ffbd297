"""Rules that scale each weight's step by the gradients it has seen: from Adagrad to Nadam."""

from __future__ import annotations

from typing import Any, Literal

from workbench.base.text import joined, tr
from workbench.spec.base import Facts, setting
from workbench.spec.optimizers.base import StepOptimizer, kept, rate, span, tiny

PYTORCHS_EPSILON = tr("PyTorch has 1e-8.")
MEAN = tr("Memory of the gradient's mean; 0.9 suits almost all.")
KERAS_MOMENTUM_DECAY = 1.0
SQUARE = tr("Memory of the squared gradient; lower adapts faster.")


class Adagrad(StepOptimizer):
    """Divides by all past gradients: rare features learn fast, but its steps only ever shrink.

    In Keras's form, with epsilon inside the root and a first sum; PyTorch has it outside, 1e-10,
    and begins at 0.
    """

    label = tr("Adagrad")
    formula = r"$s \leftarrow s + g^2, \quad w \leftarrow w - \frac{\eta\, g}{\sqrt{s + \epsilon}}$"
    source = "Duchi et al. 2011"
    keras_class = "keras.optimizers.Adagrad"

    kind: Literal["adagrad"] = "adagrad"
    learning_rate: float = rate(
        0.01, tr("0.01 to 0.1 is usual, as its steps shrink by themselves.")
    )
    initial_accumulator_value: float = setting(
        0.1, "First sum", "Where the sum of squares starts; higher is gentler.", ge=0.0, le=1e6
    )
    epsilon: float = tiny()


class RMSprop(StepOptimizer):
    """Divides by a moving average of the gradients' size: Adagrad that can forget.

    In Keras's form, with epsilon inside the root and rho 0.9; PyTorch has it outside and 0.99.
    """

    label = tr("RMSprop")
    formula = (
        r"$s \leftarrow \rho s + (1 - \rho)\, g^2, \quad "
        r"w \leftarrow w - \frac{\eta\, g}{\sqrt{s + \epsilon}}$"
    )
    source = "Hinton 2012, lecture 6e"
    keras_class = "keras.optimizers.RMSprop"

    kind: Literal["rmsprop"] = "rmsprop"
    rho: float = kept(0.9, tr("Rho"), SQUARE)
    momentum: float = kept(0.0, tr("Momentum"), tr("Share of the last step that is kept."))
    epsilon: float = tiny()
    centered: bool = setting(
        False, "Centered", "Divide by the gradient's spread instead of its size; a slot more."
    )

    def rule_slots(self) -> int:
        return 1 + int(self.momentum > 0) + int(self.centered)

    def in_force(self, facts: Facts) -> str:
        return tr("Each weight is scaled by about the last {rho} gradients.", rho=span(self.rho))


class Adadelta(StepOptimizer):
    """Steps as long as its own past steps were: works with a learning rate of 1, if slowly.

    PyTorch's defaults are rho 0.9 and epsilon 1e-6.
    """

    label = tr("Adadelta")
    formula = (
        r"$\Delta = \frac{\sqrt{d + \epsilon}}{\sqrt{s + \epsilon}}\, g, \quad "
        r"w \leftarrow w - \eta\, \Delta$"
    )
    source = "Zeiler 2012"
    keras_class = "keras.optimizers.Adadelta"

    kind: Literal["adadelta"] = "adadelta"
    learning_rate: float = rate(1.0, tr("1 is the method as published."))
    rho: float = kept(0.95, tr("Rho"), tr("Memory of the squared gradients and steps."))
    epsilon: float = tiny()

    def rule_slots(self) -> int:
        return 2


class Moments(StepOptimizer):
    """What Adam and its kin share: moving averages of the gradient and of its square."""

    beta_1: float = kept(0.9, tr("Beta 1"), MEAN)
    beta_2: float = kept(0.999, tr("Beta 2"), SQUARE)
    epsilon: float = tiny(more=PYTORCHS_EPSILON)

    def rule_slots(self) -> int:
        return 2

    def in_force(self, facts: Facts) -> str:
        return tr(
            "Averages about the last {beta_1} gradients and {beta_2} squared ones.",
            beta_1=span(self.beta_1),
            beta_2=span(self.beta_2),
        )


class AdamMoments(Moments):
    """What Adam and AdamW share besides."""

    amsgrad: bool = setting(
        False,
        "AMSGrad",
        "Never lets the scale of a weight fall (Reddi et al. 2018, with Adam's correction of bias "
        "as in Keras and PyTorch); for training that won't settle down.",
        advanced=True,
    )

    def rule_slots(self) -> int:
        return 2 + int(self.amsgrad)


class Adam(AdamMoments):
    """Momentum, with each weight's step scaled by its past gradients: the one to begin with.

    With epsilon as in section 2 of the paper and in Keras, beside the root before its bias is
    corrected; PyTorch adds it afterwards. It matters for tiny gradients alone.
    """

    label = tr("Adam")
    formula = (
        r"$w \leftarrow w - \eta\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}\, "
        r"\frac{m}{\sqrt{v} + \epsilon}, \quad "
        r"m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \quad "
        r"v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2$"
    )
    source = "Kingma and Ba 2015"
    keras_class = "keras.optimizers.Adam"

    kind: Literal["adam"] = "adam"


class AdamW(AdamMoments):
    """Adam that shrinks the weights apart from the gradient: generalises better than with L2.

    The learning rate multiplies the decay too, as in Keras and PyTorch; epsilon stands as in Adam.
    """

    label = tr("AdamW")
    formula = (
        r"$w \leftarrow w - \eta\, \lambda\, w - "
        r"\eta\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}\, \frac{m}{\sqrt{v} + \epsilon}$"
    )
    source = "Loshchilov and Hutter 2019"
    keras_class = "keras.optimizers.AdamW"

    kind: Literal["adamw"] = "adamw"
    weight_decay: float = setting(
        0.004,
        "Weight decay",
        "Shrinks every weight by this share of the learning rate at each step; 1e-3 to 0.1. "
        "PyTorch's default is 0.01.",
        ge=0.0,
        le=10.0,
    )

    def in_force(self, facts: Facts) -> str:
        if not facts.learning_rate:
            return super().in_force(facts)
        share = self.weight_decay * facts.learning_rate
        words = tr("Each step shrinks the weights by {share} of their size.", share=f"{share:.2g}")
        return joined(" ", [super().in_force(facts), words])


class Nadam(Moments):
    """Adam with Nesterov's look ahead: often a little faster at the start.

    Its momentum rises from half of beta 1 to beta 1: with Keras's schedule within about a hundred
    steps, with that of the paper and PyTorch (momentum decay 0.004) within some ten thousand. The
    gradient's mean forgets by beta 1 throughout, as in both; in the paper by the momentum.
    """

    label = tr("Nadam")
    formula = (
        r"$w \leftarrow w - \frac{\eta}{\sqrt{\hat{v}} + \epsilon} "
        r"(\frac{\mu_{t+1}\, m}{1 - \prod^{t+1} \mu} + \frac{1 - \mu_t}{1 - \prod^t \mu}\, g), "
        r"\quad \mu_t = \beta_1 (1 - \frac{1}{2}\, 0.96^{t d})$"
    )
    source = "Dozat 2016, with the momentum of Keras unless its decay is set"
    keras_class = "keras.optimizers.Nadam"
    own_settings = frozenset({"momentum_decay"})

    kind: Literal["nadam"] = "nadam"
    momentum_decay: float = setting(
        KERAS_MOMENTUM_DECAY,
        "Momentum decay",
        "How fast the momentum rises to beta 1: it is beta 1 times 1 - 0.5 * 0.96^(t * this) at "
        "step t. 1 is Keras's, 0.004 (1 / 250) the paper's and PyTorch's.",
        gt=0.0,
        le=1.0,
    )

    @property
    def implementation(self) -> str | None:
        is_keras = self.momentum_decay == KERAS_MOMENTUM_DECAY
        return self.keras_class if is_keras else "nadam.Nadam"

    def settings(self) -> dict[str, Any]:
        is_keras = self.momentum_decay == KERAS_MOMENTUM_DECAY
        own = {} if is_keras else {"momentum_decay": self.momentum_decay}
        return {**super().settings(), **own}


class Adamax(Moments):
    """Adam that divides by the largest recent gradient: calm where gradients are rare and large.

    With an epsilon, which the paper lacks.
    """

    label = tr("Adamax")
    formula = (
        r"$u \leftarrow \max(\beta_2 u, |g|), \quad "
        r"w \leftarrow w - \frac{\eta}{1 - \beta_1^t} \frac{m}{u + \epsilon}$"
    )
    source = "Kingma and Ba 2015"
    keras_class = "keras.optimizers.Adamax"

    kind: Literal["adamax"] = "adamax"
    learning_rate: float = rate(0.002, tr("0.002 is the method as published."))
