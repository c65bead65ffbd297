"""What every schedule is: learning rates by step, with a warm-up in front."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.spec.base import Choice, Facts, setting

Rates = npt.NDArray[np.float64]
Steps = npt.NDArray[np.int64]

State = Mapping[str, float]
"""What a schedule that listens remembers, by its own names; plain, so that it is saved as JSON."""

UNTOUCHED: State = {}
"""The state before the first epoch has ended."""

WARMUP = frozenset({"warmup_steps", "warmup_start"})

SHOWN_STEPS = 1000
"""As many steps are looked at to say where the rates go."""


class Plan(NamedTuple):
    """The training that is planned, which a schedule spans.

    Attributes:
        steps_per_epoch: Steps to an epoch.
        total_steps: Steps of the whole training.
    """

    steps_per_epoch: int
    total_steps: int

    def sample(self, count: int) -> Steps:
        """Steps to look at: all, or `count` (2 or more) spread evenly, the first and last included.

        Returns:
            Shape (n,), ascending, none twice; step 0 alone where nothing is planned.
        """
        if self.total_steps <= count:
            return np.arange(max(1, self.total_steps))
        # More than a step apart, so that no two of them become the same number.
        return np.linspace(0, self.total_steps - 1, count).astype(np.int64)


class Schedule(Choice):
    """A learning-rate schedule. The optimizer's `learning_rate` is where it starts from.

    Any of them can be preceded by a warm-up, after which it begins with its own step 0. Steps are
    batches, also where gradients are accumulated over several.

    Attributes:
        counts_warmup: Whether its own steps are those of the training, as where it falls at the end
            of epochs: then it begins with the step that follows the warm-up.
    """

    own_settings: ClassVar[frozenset[str]] = WARMUP
    counts_warmup: ClassVar[bool] = False

    kind: str
    warmup_steps: int = setting(
        0,
        "Warm-up",
        "Steps in which the learning rate rises in a line before the schedule begins; helps large "
        "batches and high learning rates over the first, wildest steps. A step is a batch, here "
        "and in every schedule, also where gradients are accumulated. 0 for none.",
        unit="steps",
        advanced=True,
        ge=0,
        le=1_000_000_000,
    )
    warmup_start: float = setting(
        0.1,
        "Warm-up start",
        "The warm-up's first step takes this share of the learning rate.",
        advanced=True,
        ge=0.0,
        le=1.0,
    )

    def rates(self, initial: float, steps: Steps, plan: Plan, state: State = UNTOUCHED) -> Rates:
        """The learning rate at each step.

        Args:
            initial: The optimizer's `learning_rate`.
            steps: Step numbers from 0, shape (n,).
            plan: The training that is planned.
            state: What `after_epoch` gave at the end of the epoch before these steps.

        Returns:
            Shape (n,).
        """
        own = np.maximum(steps - self.warmup_steps, 0) + self.first_step
        rates = self.decayed(initial, own, self.rest(plan))
        if not self.warmup_steps:
            return rates
        done = np.minimum(steps / self.warmup_steps, 1.0)
        return rates * (self.warmup_start + (1 - self.warmup_start) * done)

    @property
    def spans_training(self) -> bool:
        """Whether its learning rates depend on how long the whole training is.

        Such a training says little before its end: compared with others early, it would be one
        whose learning rate is still high.
        """
        return False

    @property
    def first_step(self) -> int:
        """The number, as it counts, of its step after the warm-up."""
        return self.warmup_steps if self.counts_warmup else 0

    def rest(self, plan: Plan) -> Plan:
        """What the warm-up leaves of a plan."""
        return plan._replace(total_steps=max(1, plan.total_steps - self.warmup_steps))

    def resolved(self, plan: Plan) -> Self:
        """The same with lengths written out that follow the plan.

        Args:
            plan: Without the warm-up, as `rest` gives it.
        """
        return self

    @abstractmethod
    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        """The learning rate at each step after the warm-up; arguments as those of `rates`."""

    def after_epoch(
        self, state: State, metrics: Mapping[str, float | None], initial: float
    ) -> State:
        """What it remembers once an epoch has ended; the same state where it doesn't listen.

        Args:
            state: What it remembered before.
            metrics: Of the epoch: `loss`, `accuracy`, `val_loss`, `val_accuracy`; None where there
                is no validation part.
            initial: The optimizer's `learning_rate`.
        """
        return state

    def faults(self, has_validation: bool) -> dict[str, str]:
        """What keeps it from being followed: a sentence by field name.

        Args:
            has_validation: Whether a part of the images is kept aside to judge each epoch.
        """
        return {}

    def in_force(self, facts: Facts) -> str:
        course = self.course(facts)
        return tr("{course}.", course=course) if course else ""

    def course(self, facts: Facts) -> str:
        """Where the learning rate starts, its highest value, and where it ends, as a clause."""
        plan = Plan(facts.steps_per_epoch, facts.steps_per_epoch * facts.epochs)
        if not plan.total_steps or not facts.learning_rate:
            return ""
        steps = plan.sample(SHOWN_STEPS)
        rates = self.rates(facts.learning_rate, steps, plan)
        first, highest, last = (f"{rate:.3g}" for rate in (rates[0], rates.max(), rates[-1]))
        if rates.min() == rates.max():
            return tr("{first} at every step", first=first)
        total = f"{plan.total_steps:,}"
        if highest in (first, last):
            return tr(
                "From {first}, to {last} at the last of {total} steps",
                first=first,
                last=last,
                total=total,
            )
        return tr(
            "From {first}, up to {highest}, to {last} at the last of {total} steps",
            first=first,
            highest=highest,
            last=last,
            total=total,
        )


def length(default: int | None, description: str, **more: Any) -> Any:
    """A field that counts the steps of a decay."""
    return setting(
        default, "Decay steps", description, unit="steps", ge=1, le=1_000_000_000, **more
    )
