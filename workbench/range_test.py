"""The learning-rate range test (Smith 2017): which rates to try, when to stop, what to suggest.

Pure functions over a curve of losses; the training process measures it, the window and the command
line show it. No network and no TensorFlow here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FIRST_RATE = 1e-7
LAST_RATE = 10.0
STEPS = 100
MEMORY = 0.9
"""Share of the smoothed loss kept at each step. fastai keeps 0.98, which over 100 steps shifts the
curve by half a decade; 0.9 shifts it by a sixth and still calms batches of 64."""

EXPLOSION = 4.0
"""The test ends where the smoothed loss exceeds its best by this factor, as fastai's does."""

FEWEST = 20
"""Steps below which a curve says nothing: the loss exploded at once."""

LEAST_FALL = 0.05
"""The smoothed loss must fall by this share of where it began."""

NOISE_FACTOR = 3.0
"""And by this many standard deviations of what the smoothing takes away."""


@dataclass(frozen=True)
class Suggestion:
    """What a curve supports.

    Attributes:
        rate: To train with, in two digits; None where the curve supports none.
        words: One sentence: why this one, or why none.
        index: Of the point it was read from; None without a rate.
    """

    rate: float | None
    words: str
    index: int | None = None


def rates_to_try(first: float = FIRST_RATE, last: float = LAST_RATE, steps: int = STEPS) -> Floats:
    """Learning rates that grow by the same factor at each step, shape (steps,)."""
    return np.geomspace(first, last, steps)


def smoothed(losses: npt.NDArray[np.floating]) -> Floats:
    """Exponential moving average with bias correction (Kingma and Ba 2015), as in fastai."""
    mean, weight = 0.0, 0.0
    found = np.empty(len(losses))
    for index, loss in enumerate(losses.tolist()):
        mean = MEMORY * mean + (1 - MEMORY) * loss
        weight = MEMORY * weight + (1 - MEMORY)
        found[index] = mean / weight
    return found


def useful(losses: npt.NDArray[np.floating]) -> int:
    """How many steps come before the loss explodes; all where it doesn't."""
    finite = np.isfinite(losses)
    end = len(losses) if finite.all() else int(np.argmin(finite))
    curve = smoothed(losses[:end])
    best = np.minimum.accumulate(curve) if end else curve
    gone = np.flatnonzero(curve > EXPLOSION * best)
    return int(gone[0]) if len(gone) else end


def suggest(rates: Floats, losses: npt.NDArray[np.floating]) -> Suggestion:
    """The learning rate that a curve supports.

    It is the middle of the steepest descent: of the stretch in which the smoothed loss falls from
    a quarter to three quarters of its whole fall, the geometric mean.

    Args:
        rates: Rising, shape (n,).
        losses: Of each step, shape (n,); what comes after an explosion is left out here.
    """
    count = useful(losses)
    if count < FEWEST:
        return Suggestion(
            None,
            f"no suggestion: the loss explodes at {rates[max(0, count - 1)]:.1e} already; check "
            "the pixels, the labels and the network",
        )
    curve = smoothed(losses[:count])
    lowest = int(np.argmin(curve))
    fall = float(curve[0] - curve[lowest])
    if fall < LEAST_FALL * abs(float(curve[0])):
        return Suggestion(
            None,
            "no suggestion: the loss hardly falls at any learning rate "
            f"({curve[0]:.3g} to {curve[lowest]:.3g}); the network may not fit the task",
        )
    noise = float(np.std(losses[: lowest + 1] - curve[: lowest + 1]))
    if fall < NOISE_FACTOR * noise:
        return Suggestion(
            None,
            f"no suggestion: the loss falls by {fall:.2g}, but jumps by {noise:.2g} between "
            "batches; a larger batch size calms it",
        )
    index = _middle_of_descent(curve[: lowest + 1])
    rate = two_digits(float(rates[index]))
    return Suggestion(
        rate,
        f"{rate:g}: in the middle of the descent from {curve[0]:.3g} to {curve[lowest]:.3g}, "
        f"which ends at {rates[lowest]:.1e}",
        index,
    )


def _middle_of_descent(curve: Floats) -> int:
    """Where the curve has fallen by half, between the last times it crossed the quarters."""
    high, low = curve[0], curve[-1]
    quarter, rest = high - 0.25 * (high - low), high - 0.75 * (high - low)
    begin = int(np.flatnonzero(curve >= quarter)[-1])
    end = int(np.flatnonzero(curve >= rest)[-1])
    return round((begin + end) / 2)


def two_digits(value: float) -> float:
    """A positive number rounded to two significant digits."""
    return round(value, 1 - math.floor(math.log10(value)))
