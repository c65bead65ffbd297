"""Schedules that stay or fall: fixed, by a power, by time, in jumps."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from workbench.base.text import plural, tr
from workbench.spec.base import AsTuple, Facts, refuse, setting
from workbench.spec.errors import shown
from workbench.spec.schedules.base import WARMUP, Plan, Rates, Schedule, Steps, length


class Fixed(Schedule):
    """The same learning rate at every step: the simplest, and the one to beat."""

    label = tr("Fixed")
    formula = r"$\eta_t = \eta_0$"

    kind: Literal["fixed"] = "fixed"

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        return np.full(len(steps), initial)


class ExponentialDecay(Schedule):
    """Shrinks by the same factor over every stretch of steps: fast at first, ever more slowly."""

    label = tr("Exponential decay")
    formula = r"$\eta_t = \eta_0\, r^{\,t / T}$"
    keras_class = "keras.optimizers.schedules.ExponentialDecay"

    kind: Literal["exponential_decay"] = "exponential_decay"
    decay_steps: int = length(
        1000,
        tr("After this many steps the learning rate has been multiplied once by the decay rate."),
    )
    decay_rate: float = setting(
        0.9,
        "Decay rate",
        "Factor by which the learning rate shrinks every 'decay steps'; nearer to 1 is slower.",
        gt=0.0,
        le=1.0,
    )
    staircase: bool = setting(
        False, "Staircase", "Shrink in jumps, once every 'decay steps', instead of smoothly."
    )

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        exponent = steps / self.decay_steps
        if self.staircase:
            exponent = np.floor(exponent)
        return initial * self.decay_rate**exponent


class StepDecay(Schedule):
    """Falls by a factor every few epochs or steps, and stays in between: the classic of ResNets."""

    label = tr("Step decay")
    formula = r"$\eta_t = \eta_0\, r^{\lfloor t / T \rfloor}$"
    source = "He et al. 2016"
    own_settings = WARMUP | {"every", "unit", "factor"}
    counts_warmup = True

    kind: Literal["step_decay"] = "step_decay"
    every: int = setting(
        10, "Every", "So many epochs or steps lie between two falls.", ge=1, le=1_000_000_000
    )
    unit: Literal["epochs", "steps"] = setting(
        "epochs",
        "Counted in",
        "What lies between two falls: whole epochs, or single steps; both are counted from the "
        "start of training, a warm-up included.",
    )
    factor: float = setting(
        0.5,
        "Factor",
        "The learning rate is multiplied by this at each fall; 0.1 and 0.5 are usual.",
        gt=0.0,
        le=1.0,
    )

    def steps_between(self, plan: Plan) -> int:
        """Steps from one fall to the next."""
        return self.every * (plan.steps_per_epoch if self.unit == "epochs" else 1)

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        falls = steps // self.steps_between(plan)
        return initial * self.factor ** falls.astype(np.float64)

    def in_force(self, facts: Facts) -> str:
        plan = Plan(facts.steps_per_epoch, facts.steps_per_epoch * facts.epochs)
        course = self.course(facts)
        if not course:
            return ""
        falls = max(0, plan.total_steps - 1) // self.steps_between(plan)
        return plural(
            "{course}, in {count} fall.", "{course}, in {count} falls.", falls, course=course
        )


class InverseTimeDecay(Schedule):
    """Shrinks as one over the time: what the theory of stochastic gradient descent asks for."""

    label = tr("Inverse time decay")
    formula = r"$\eta_t = \frac{\eta_0}{1 + r\, t / T}$"
    source = "Robbins and Monro 1951"
    keras_class = "keras.optimizers.schedules.InverseTimeDecay"

    kind: Literal["inverse_time_decay"] = "inverse_time_decay"
    decay_steps: int = length(
        1000,
        tr("The unit of time: with decay rate 1 the learning rate is halved after so many steps."),
    )
    decay_rate: float = setting(
        1.0, "Decay rate", "How fast it shrinks; 0 keeps it as it is.", ge=0.0, le=1e6
    )
    staircase: bool = setting(
        False, "Staircase", "Shrink in jumps, once every 'decay steps', instead of smoothly."
    )

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        time = steps / self.decay_steps
        if self.staircase:
            time = np.floor(time)
        return initial / (1 + self.decay_rate * time)


class PolynomialDecay(Schedule):
    """Falls to an end along a power of the time left: a straight line with power 1."""

    label = tr("Polynomial decay")
    formula = r"$\eta_t = (\eta_0 - \eta_{end})\, (1 - t / T)^p + \eta_{end}$"
    keras_class = "keras.optimizers.schedules.PolynomialDecay"

    kind: Literal["polynomial_decay"] = "polynomial_decay"
    decay_steps: int | None = length(
        None,
        tr("Steps until the end rate is reached; off, all planned steps that the warm-up leaves."),
        begin=1000,
    )
    end_learning_rate: float = setting(
        0.0, "End rate", "The learning rate that is reached in the end.", ge=0.0, le=1000.0
    )
    power: float = setting(
        1.0, "Power", "1 falls in a line; 2 fast at first and gently at the end.", gt=0.0, le=10.0
    )
    cycle: bool = setting(
        False, "Cycle", "Begin again, over a longer time, whenever the end is reached."
    )

    @property
    def spans_training(self) -> bool:
        return self.decay_steps is None

    def resolved(self, plan: Plan) -> Self:
        return self.model_copy(update={"decay_steps": self.decay_steps or plan.total_steps})

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        span = np.full(len(steps), float(self.decay_steps or plan.total_steps))
        if self.cycle:
            span *= np.maximum(1.0, np.ceil(steps / span))
        left = 1 - np.minimum(steps, span) / span
        end = self.end_learning_rate
        return np.asarray((initial - end) * left**self.power + end)


class PiecewiseConstantDecay(Schedule):
    """A learning rate of your own for each stretch of steps, as papers list them.

    The optimizer's learning rate isn't used: the values are the learning rates themselves.
    """

    label = tr("Piecewise constant")
    formula = r"$\eta_t = v_i,\ \ b_{i-1} < t \leq b_i$"
    keras_class = "keras.optimizers.schedules.PiecewiseConstantDecay"
    own_settings = WARMUP | {"learning_rates"}
    counts_warmup = True

    kind: Literal["piecewise_constant_decay"] = "piecewise_constant_decay"
    boundaries: Annotated[tuple[Annotated[int, Field(ge=0, le=1_000_000_000)], ...], AsTuple] = (
        setting(
            (500, 1000),
            "Boundaries",
            "The last step of each stretch but the last one, rising; the first step of training is "
            "step 0, as in Keras, and a warm-up counts.",
            unit="steps",
            min_length=1,
            max_length=100,
        )
    )
    learning_rates: Annotated[tuple[Annotated[float, Field(ge=0.0, le=1000.0)], ...], AsTuple] = (
        setting(
            (0.001, 0.0003, 0.0001),
            "Learning rates",
            "One for each stretch: one more than there are boundaries.",
            min_length=2,
            max_length=101,
        )
    )

    @model_validator(mode="after")
    def _one_rate_a_stretch(self) -> Self:
        if any(after <= before for before, after in pairwise(self.boundaries)):
            raise refuse(
                {"boundaries": tr("must rise, got {boundaries}", boundaries=shown(self.boundaries))}
            )
        wanted, got = len(self.boundaries) + 1, len(self.learning_rates)
        if got != wanted:
            fault = tr(
                "must be {wanted}, one more than there are boundaries, got {got}",
                wanted=wanted,
                got=got,
            )
            raise refuse({"learning_rates": fault})
        return self

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "values": self.learning_rates}

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        stretch = np.searchsorted(self.boundaries, steps, side="left")
        return np.asarray(self.learning_rates, np.float64)[stretch]
