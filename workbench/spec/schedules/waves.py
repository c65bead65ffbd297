"""Schedules along half waves of the cosine: one, several with restarts, and up and down."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.spec.base import setting
from workbench.spec.schedules.base import WARMUP, Plan, Rates, Schedule, Steps, length

PERIODS = 3
"""So many waves fill the planned training where the length of the first is left off."""


def _half_wave(done: npt.NDArray[np.float64]) -> Rates:
    """From 1 to 0 as `done` goes from 0 to 1: flat at both ends."""
    return 0.5 * (1 + np.cos(np.pi * done))


class CosineDecay(Schedule):
    """Half a wave from the learning rate down to its end: rarely beaten when epochs are planned."""

    label = tr("Cosine decay")
    formula = r"$\eta_t = \eta_0 (\alpha + \frac{1 - \alpha}{2} (1 + \cos\, \pi t / T))$"
    source = "Loshchilov and Hutter 2017"
    keras_class = "keras.optimizers.schedules.CosineDecay"

    kind: Literal["cosine_decay"] = "cosine_decay"
    decay_steps: int | None = length(
        None,
        tr("Steps until the end is reached; off, all planned steps that the warm-up leaves."),
        begin=1000,
    )
    alpha: float = setting(
        0.0, "Alpha", "The end, as a share of the learning rate; 0 to 0.1.", ge=0.0, le=1.0
    )

    @property
    def spans_training(self) -> bool:
        return self.decay_steps is None

    def resolved(self, plan: Plan) -> Self:
        return self.model_copy(update={"decay_steps": self.decay_steps or plan.total_steps})

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        done = np.minimum(steps / (self.decay_steps or plan.total_steps), 1.0)
        return initial * ((1 - self.alpha) * _half_wave(done) + self.alpha)


class CosineDecayRestarts(Schedule):
    """Cosine waves that restart, each longer than the one before: good weights at every end."""

    label = tr("Cosine with restarts")
    formula = r"$\eta_t = \eta_0 (\alpha + \frac{1 - \alpha}{2} m^i (1 + \cos\, \pi t_i / T_i))$"
    source = "Loshchilov and Hutter 2017"
    keras_class = "keras.optimizers.schedules.CosineDecayRestarts"

    kind: Literal["cosine_decay_restarts"] = "cosine_decay_restarts"
    first_decay_steps: int | None = setting(
        None,
        "First wave",
        "Length of the first wave; off, such that the third wave ends with the planned training.",
        unit="steps",
        begin=500,
        ge=1,
        le=1_000_000_000,
    )
    t_mul: float = setting(
        2.0, "Longer by", "Each wave lasts this many times as long as before.", ge=1.0, le=100.0
    )
    m_mul: float = setting(
        1.0, "Lower by", "Each wave starts at this share of the one before.", gt=0.0, le=1.0
    )
    alpha: float = setting(
        0.0, "Alpha", "The end of each wave, as a share of the learning rate.", ge=0.0, le=1.0
    )

    @property
    def spans_training(self) -> bool:
        return self.first_decay_steps is None

    def resolved(self, plan: Plan) -> Self:
        waves = sum(self.t_mul**wave for wave in range(PERIODS))
        first = self.first_decay_steps or max(1, -int(-plan.total_steps // waves))
        return self.model_copy(update={"first_decay_steps": first})

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        passed = steps / (self.resolved(plan).first_decay_steps or 1)
        wave = self._wave(passed)
        done = np.clip((passed - self._before(wave)) / self.t_mul**wave, 0.0, 1.0)
        shape = (1 - self.alpha) * self.m_mul**wave * _half_wave(done) + self.alpha
        return np.asarray(initial * shape)

    def _before(self, wave: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Lengths of the first wave that lie before wave number `wave`."""
        if self.t_mul == 1:
            return wave
        return (self.t_mul**wave - 1) / (self.t_mul - 1)

    def _wave(self, passed: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The number of the wave, from 0, after a time in lengths of the first one."""
        if self.t_mul == 1:
            return np.asarray(np.floor(passed))
        wave = np.floor(np.log1p(passed * (self.t_mul - 1)) / np.log(self.t_mul))
        # The logarithm may err by one where a wave begins.
        wave = np.where(self._before(wave) > passed, wave - 1, wave)
        return np.asarray(np.where(self._before(wave + 1) <= passed, wave + 1, wave))


class OneCycle(Schedule):
    """Up to the learning rate, then down to almost nothing, once: fast training of high rates.

    The optimizer's learning rate is the peak; choose it several times as high as for a fixed one.
    Its steps are those of PyTorch's OneCycleLR.
    """

    label = tr("One cycle")
    formula = r"$\frac{\eta}{d}\ \rightarrow\ \eta\ \rightarrow\ \frac{\eta}{d\, f}$"
    source = "Smith and Topin 2018"
    own_settings = WARMUP | {"pct_start", "div_factor", "final_div_factor"}

    kind: Literal["one_cycle"] = "one_cycle"
    pct_start: float = setting(
        0.3, "Rising share", "Share of the steps in which it rises.", gt=0.0, lt=1.0
    )
    div_factor: float = setting(
        25.0, "Start divisor", "It begins at the peak divided by this.", ge=1.0, le=1e6
    )
    final_div_factor: float = setting(
        1e4, "End divisor", "It ends at its start divided by this.", ge=1.0, le=1e9
    )

    @property
    def spans_training(self) -> bool:
        return True

    def decayed(self, initial: float, steps: Steps, plan: Plan) -> Rates:
        start = initial / self.div_factor
        end = start / self.final_div_factor
        top, last = self.turns(plan)
        up = initial + (start - initial) * _half_wave(np.clip(steps / top, 0.0, 1.0))
        down = end + (initial - end) * _half_wave(np.clip((steps - top) / (last - top), 0.0, 1.0))
        return np.asarray(np.where(steps <= top, up, down))

    def turns(self, plan: Plan) -> tuple[int, int]:
        """The step of the peak, and the one from which on it stays at its end.

        As PyTorch's OneCycleLR, but that the peak is a whole step, so that it is reached.
        """
        top = max(1, round(self.pct_start * plan.total_steps) - 1)
        return top, max(top + 1, plan.total_steps - 1)
