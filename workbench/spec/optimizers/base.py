"""What all optimizers have: the learning rate, and what can be done before and after their rule."""

from __future__ import annotations

from typing import Any, Self

from pydantic import model_validator

from workbench.base.text import tr
from workbench.base.units import listing
from workbench.spec.base import Choice, refuse, setting

CLIPPINGS = ("clipnorm", "clipvalue", "global_clipnorm")


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
    weight_decay: float | None = setting(
        None,
        "Weight decay",
        "Shrinks every weight by this share of the learning rate at each step, apart from the "
        "gradient (decoupled); 1e-4 to 0.1 is usual.",
        advanced=True,
        begin=0.004,
        ge=0.0,
        le=10.0,
    )
    clipnorm: float | None = setting(
        None,
        "Clip each norm",
        "Shortens the gradient of each weight tensor to at most this length.",
        advanced=True,
        begin=1.0,
        gt=0.0,
        le=1e6,
    )
    clipvalue: float | None = setting(
        None,
        "Clip values",
        "Limits every number of the gradient to at most this size.",
        advanced=True,
        begin=0.5,
        gt=0.0,
        le=1e6,
    )
    global_clipnorm: float | None = setting(
        None,
        "Clip whole norm",
        "Shortens the whole gradient to at most this length and keeps its direction: the usual "
        "remedy for a loss that leaps.",
        advanced=True,
        begin=1.0,
        gt=0.0,
        le=1e6,
    )
    use_ema: bool = setting(
        False,
        "Average weights",
        "Keeps a moving average of the weights, which validation, test and the final weights use; "
        "training itself goes on with the weights as they are. Often a few tenths of a percent.",
        advanced=True,
    )
    ema_momentum: float = setting(
        0.99,
        "Average memory",
        "The average spans about 1 / (1 - this) steps; 0.99 to 0.999 is usual.",
        advanced=True,
        ge=0.0,
        lt=1.0,
    )

    @model_validator(mode="after")
    def _one_clipping(self) -> Self:
        used = [name for name in CLIPPINGS if getattr(self, name) is not None]
        if len(used) > 1:
            others = listing(used[:-1])
            raise refuse(
                {used[-1]: tr("can't be set together with {others}; choose one", others=others)}
            )
        return self

    @property
    def full_batch(self) -> bool:
        """Whether it takes one step an epoch, along the gradient of the whole training set."""
        return False

    def batches_to_step(self, steps_per_epoch: int) -> int:
        """Batches whose gradients add up to one step.

        Args:
            steps_per_epoch: Batches to an epoch.
        """
        return steps_per_epoch if self.full_batch else 1

    def faults(self, batches: int) -> dict[str, str]:
        """What keeps it from stepping: a sentence by field name.

        Args:
            batches: Of the whole training; 0 where that isn't known.
        """
        return {}

    def slots(self) -> int:
        """Values that are kept for each weight, to estimate the memory of training."""
        return self.rule_slots() + int(self.use_ema)

    def rule_slots(self) -> int:
        """Values that the rule itself keeps for each weight."""
        return 1


class StepOptimizer(Optimizer):
    """An update rule that steps after a batch, or after several."""

    gradient_accumulation_steps: int | None = setting(
        None,
        "Accumulate",
        "Averages the gradients of this many batches before each step, each image counting alike: "
        "as a batch that many times as large, in the memory of one. A step may take batches of two "
        "epochs; those left over at the end of training take none. Schedules go on counting "
        "batches.",
        unit="batches",
        advanced=True,
        begin=4,
        ge=2,
        le=100_000,
    )

    def batches_to_step(self, steps_per_epoch: int) -> int:
        return self.gradient_accumulation_steps or 1

    def faults(self, batches: int) -> dict[str, str]:
        wanted = self.gradient_accumulation_steps or 1
        if wanted <= batches or not batches:
            return {}
        fault = tr(
            "must be at most the {batches} batches of the whole training, got {wanted}: no step "
            "would be taken",
            batches=f"{batches:,}",
            wanted=f"{wanted:,}",
        )
        return {"gradient_accumulation_steps": fault}

    def slots(self) -> int:
        return super().slots() + int(self.gradient_accumulation_steps is not None)


def rate(default: float, usual: str) -> Any:
    """The field `learning_rate` of a rule with its own default."""
    return setting(
        default,
        "Learning rate",
        tr("Length of the step along the gradient. {usual}", usual=usual),
        gt=0.0,
        le=1000.0,
    )


def kept(default: float, title: str, description: str, **more: Any) -> Any:
    """A field for the share of an average that is kept at each step."""
    return setting(default, title, description, **{"ge": 0.0, "lt": 1.0, **more})


def tiny(default: float = 1e-7, title: str = "Epsilon", more: str = "") -> Any:
    """A field for what keeps a division finite.

    Args:
        default: Its value.
        title: Its label.
        more: What else there is to know, as where PyTorch differs.
    """
    return setting(
        default,
        title,
        tr("Keeps the division finite; raise it if training is unstable. {more}", more=more)
        if more
        else tr("Keeps the division finite; raise it if training is unstable."),
        gt=0.0,
        le=1.0,
    )


def span(share: float) -> str:
    """About how many steps an average remembers that keeps this share at each: `10`."""
    return f"{1 / (1 - share):,.0f}"
