"""Rules of the years of large models: by sign, by layer, factored, orthogonal, schedule-free."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from workbench.base.text import tr
from workbench.spec.base import Facts, refuse, setting
from workbench.spec.optimizers.base import StepOptimizer, kept, rate, tiny
from workbench.spec.optimizers.scaled import MEAN, SQUARE, Moments


class Lion(StepOptimizer):
    """Steps by the sign of its momentum: half of Adam's memory, and a lower learning rate."""

    label = tr("Lion")
    formula = (
        r"$w \leftarrow w - \eta\, \mathrm{sign}(\beta_1 m + (1 - \beta_1)\, g), \quad "
        r"m \leftarrow \beta_2 m + (1 - \beta_2)\, g$"
    )
    source = "Chen et al. 2023"
    keras_class = "keras.optimizers.Lion"

    kind: Literal["lion"] = "lion"
    learning_rate: float = rate(0.0003, tr("A third to a tenth of what suits Adam."))
    beta_1: float = kept(0.9, tr("Beta 1"), tr("Weight of the memory in each step."), gt=0.0)
    beta_2: float = kept(0.99, tr("Beta 2"), tr("Memory of the gradient's mean."))

    def in_force(self, facts: Facts) -> str:
        if not facts.learning_rate:
            return ""
        return tr(
            "Every weight moves by {learning_rate} at each step, up or down.",
            learning_rate=f"{facts.learning_rate:.3g}",
        )


class Lamb(Moments):
    """Adam with each layer's step in proportion to its weights: for very large batches."""

    label = tr("LAMB")
    formula = (
        r"$u = \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}, \quad "
        r"w \leftarrow w - \eta\, \frac{\|w\|}{\|u\|}\, u$"
    )
    source = "You et al. 2020"
    keras_class = "keras.optimizers.Lamb"

    kind: Literal["lamb"] = "lamb"
    learning_rate: float = rate(0.002, tr("A share of each layer's own length; 0.001 to 0.01."))


class Adafactor(StepOptimizer):
    """Scales steps by row and column averages of the gradient: for weights that fill the memory.

    Keras keeps the product of the two averages as well, so it saves less here than it could.
    """

    label = tr("Adafactor")
    formula = (
        r"$\hat{v} = \frac{r\, c}{\bar{r}}, \quad w \leftarrow w - \max(\epsilon_2, "
        r"\mathrm{rms}(w))\, \rho_t\, \frac{g / \sqrt{\hat{v}}}{\max(1, "
        r"\mathrm{rms}(g / \sqrt{\hat{v}}) / d)}, \quad \rho_t = \min(\eta, 1 / \sqrt{t})$"
    )
    source = "Shazeer and Stern 2018"
    keras_class = "keras.optimizers.Adafactor"

    kind: Literal["adafactor"] = "adafactor"
    learning_rate: float = rate(0.02, tr("A share of each weight's own size; 0.01 to 0.1."))
    beta_2_decay: float = setting(
        -0.8, "Beta 2 decay", "How the memory of squares grows; -0.8 suits.", ge=-1.0, lt=0.0
    )
    epsilon_1: float = tiny(1e-30, tr("Epsilon 1"))
    epsilon_2: float = setting(
        1e-3, "Epsilon 2", "Weights are taken to be at least this large.", gt=0.0, le=1.0
    )
    clip_threshold: float = setting(
        1.0, "Clip threshold", "The longest step, in the scale of its own size.", gt=0.0, le=1e6
    )


class Muon(StepOptimizer):
    """Makes each step of a dense kernel orthogonal, so that all its directions learn alike.

    Of a CNN that concerns the hidden Dense kernels; convolutions, biases and the last layer are
    trained by AdamW inside it, as Keras does.
    """

    label = tr("Muon")
    formula = (
        r"$m \leftarrow \mu m + g, \quad w \leftarrow w - 0.2\, \eta \sqrt{\max(n, k)}\, U V^T, "
        r"\quad U S V^T = g + \mu m$"
    )
    source = "Jordan et al. 2024, in the form of Liu et al. 2025"
    keras_class = "keras.optimizers.Muon"

    kind: Literal["muon"] = "muon"
    weight_decay: float = setting(
        0.004, "Weight decay", "Shrinks the dense kernels at each step.", ge=0.0, le=10.0
    )
    momentum: float = kept(0.95, tr("Momentum"), tr("Share of the last steps that is kept."))
    nesterov: bool = setting(True, "Nesterov", "Look ahead along the momentum.")
    ns_steps: int = setting(
        5, "Newton steps", "Iterations that make a step orthogonal; 5 suffice.", ge=1, le=20
    )
    rms_rate: float = setting(
        0.2, "Step size", "Matches its steps to those of AdamW; 0.2 suits.", gt=0.0, le=10.0
    )
    adam_lr_ratio: float = setting(
        1.0, "Adam's share", "Learning rate of the AdamW inside, as a share.", gt=0.0, le=1000.0
    )
    adam_beta_1: float = kept(0.9, tr("Beta 1"), MEAN, advanced=True)
    adam_beta_2: float = kept(0.999, tr("Beta 2"), SQUARE, advanced=True)
    adam_weight_decay: float = setting(
        0.004, "Adam's decay", "Weight decay of the AdamW inside.", advanced=True, ge=0.0, le=10.0
    )
    epsilon: float = tiny()

    def rule_slots(self) -> int:
        return 2  # one for the dense kernels that it makes orthogonal


class ScheduleFreeAdamW(Moments):
    """AdamW that averages its weights instead of lowering its rate: no need to plan the epochs.

    The gradient is taken between the fast weights and their average; validation, test and the final
    weights use the average. Leave the schedule fixed, with a warm-up. The running statistics of
    BatchNormalization belong to the weights in between, so prefer another normalization.
    """

    label = tr("Schedule-free AdamW")
    formula = (
        r"$y = (1 - \beta_1) z + \beta_1 x, \quad "
        r"z \leftarrow z - \eta \sqrt{1 - \beta_2^t}\, "
        r"(\frac{g}{\sqrt{v} + \epsilon} + \lambda\, y), \quad "
        r"x \leftarrow (1 - c) x + c\, z$"
    )
    source = "Defazio et al. 2024"

    kind: Literal["schedule_free_adamw"] = "schedule_free_adamw"
    learning_rate: float = rate(0.0025, tr("One to ten times what suits AdamW."))
    weight_decay: float = setting(
        0.0, "Weight decay", "Shrinks the fast weights at each step; 0 to 0.1.", ge=0.0, le=10.0
    )
    beta_1: float = kept(
        0.9, tr("Beta 1"), tr("How near to the average the gradient is taken; 0.9 to 0.98."), gt=0.0
    )

    @model_validator(mode="after")
    def _averages_by_itself(self) -> Self:
        if self.use_ema:
            raise refuse({"use_ema": tr("must be off, as schedule-free averages by itself")})
        return self

    @property
    def implementation(self) -> str:
        return "schedule_free.ScheduleFreeAdamW"

    def rule_slots(self) -> int:
        return 3
