"""How the learning rate changes while training.

Each schedule is a pure function of the step, so the form can draw it, the loop can follow it and a
resumed run continues it exactly.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal

import numpy as np
import numpy.typing as npt

from workbench.spec.base import Choice, setting

Rates = npt.NDArray[np.float64]


class Schedule(Choice):
    """A learning-rate schedule. The optimizer's `learning_rate` is where it starts from."""

    kind: str

    @abstractmethod
    def rates(self, initial: float, steps: npt.NDArray[np.int64]) -> Rates:
        """The learning rate at each step.

        Args:
            initial: The optimizer's `learning_rate`.
            steps: Step numbers from 0, shape (n,).

        Returns:
            Shape (n,).
        """


class Fixed(Schedule):
    """The same learning rate at every step."""

    label = "Fixed"

    kind: Literal["fixed"] = "fixed"

    def rates(self, initial: float, steps: npt.NDArray[np.int64]) -> Rates:
        return np.full(len(steps), initial)


class ExponentialDecay(Schedule):
    """`learning_rate * decay_rate ** (step / decay_steps)`."""

    label = "Exponential decay"
    keras_class = "keras.optimizers.schedules.ExponentialDecay"

    kind: Literal["exponential_decay"] = "exponential_decay"
    decay_steps: int = setting(
        1000,
        "Decay steps",
        "After this many steps the learning rate has been multiplied once by the decay rate.",
        unit="steps",
        ge=1,
        le=1_000_000_000,
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

    def rates(self, initial: float, steps: npt.NDArray[np.int64]) -> Rates:
        exponent = steps / self.decay_steps
        if self.staircase:
            exponent = np.floor(exponent)
        return initial * self.decay_rate**exponent
