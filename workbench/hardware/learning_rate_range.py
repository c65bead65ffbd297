"""The learning-rate range test (Smith 2017): which rates to try, when to stop, what to suggest.

Pure functions over a curve of losses; the training process measures it, the window and the command
line show it. No network and no TensorFlow here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.base.plain_values import Said
from workbench.base.text import tr

Floats = npt.NDArray[np.float64]

FIRST_RATE = 1e-7
LAST_RATE = 10.0
STEPS = 200
"""With fastai's 100, a network that starts from random weights has no time to learn at the rates
that suit it before those come that don't: the reference CNN's curve with momentum stayed flat."""

MEMORY = 0.9
"""Share of the smoothed loss kept at each step; fastai's 0.98 lags behind by half a decade."""

BELOW_LOWEST = 10.0
"""The suggestion lies this factor below the learning rate of the lowest loss (Howard and Gugger
2020). On the reference CNN this is steadier from seed to seed than the steepest slope, and nearer
to the best of a grid than fastai's "valley", which is five times lower."""

EXPLOSION = 4.0
"""The test ends where the smoothed loss exceeds its best by this factor, as fastai's does."""

FEWEST = 20
"""Steps below which a curve says nothing: the loss exploded at once."""

LEAST_FALL = 0.02
"""The smoothed loss must fall by this share of where it began."""

NOISE_FACTOR = 2.0
"""And by this many standard deviations of what the smoothing takes away: the lowest point of a
curve of nothing but noise lies 0.6 of them below its beginning."""


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


@dataclass(frozen=True)
class RangePoints:
    """What the test has measured since it last said so.

    Attributes:
        rates, losses: Of each step whose loss is finite.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]

    @classmethod
    def of(cls, rates: Floats, losses: npt.NDArray[np.floating]) -> RangePoints:
        """Of steps, shape (n,) each, those whose loss is finite: JSON has no NaN."""
        finite = np.isfinite(losses)
        return cls(tuple(rates[finite].tolist()), tuple(losses[finite].tolist()))


@dataclass(frozen=True)
class RangeTest:
    """What the test found.

    Attributes:
        rates, losses: Of every step before the loss exploded.
        smoothed: Moving average of the losses, where there are any.
        suggestion: Learning rate to train with; None where the curve supports none.
        index: Of the point that it was read from; None without a suggestion.
        words: One sentence: why this one, or why none.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    suggestion: float | None
    index: int | None
    words: Said

    @classmethod
    def of(cls, rates: Floats, losses: npt.NDArray[np.floating]) -> RangeTest:
        """From the rates and the losses of steps, shape (n,) each."""
        suggestion, count = suggest(rates, losses), useful(losses)
        return cls(
            tuple(rates[:count].tolist()),
            tuple(losses[:count].tolist()),
            tuple(smoothed(losses[:count]).tolist()),
            suggestion.rate,
            suggestion.index,
            suggestion.words,
        )


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
    """The learning rate that a curve supports: a tenth of that where the loss is lowest.

    Args:
        rates: Rising, shape (n,).
        losses: Of each step, shape (n,); what comes after an explosion is left out here.
    """
    count = useful(losses)
    if count < FEWEST:
        return Suggestion(
            None,
            tr(
                "no suggestion: the loss explodes at {rate} already; check "
                "the pixels, the labels and the network",
                rate=f"{rates[max(0, count - 1)]:.1e}",
            ),
        )
    curve = smoothed(losses[:count])
    lowest = FEWEST - 1 + int(np.argmin(curve[FEWEST - 1 :]))  # before, few losses are averaged
    start = float(np.median(curve[: max(1, count // 10)]))
    fall = start - float(curve[lowest])
    noise = float(np.std((losses[:count] - curve)[FEWEST // 2 : max(lowest + 1, 2 * FEWEST)]))
    if fall < max(LEAST_FALL * abs(start), NOISE_FACTOR * noise):
        return Suggestion(
            None,
            tr(
                "no suggestion: the loss falls from {start} to {lowest} at best, and "
                "jumps by {noise} between batches; try a larger batch size, or look whether the "
                "network and its regularization suit the task",
                start=f"{start:.3g}",
                lowest=f"{curve[lowest]:.3g}",
                noise=f"{noise:.2g}",
            ),
        )
    if lowest == len(rates) - 1:
        return Suggestion(
            None,
            tr(
                "no suggestion: the loss still falls at {rate}, the highest rate tried",
                rate=f"{rates[-1]:g}",
            ),
        )
    rate = two_digits(float(rates[lowest]) / BELOW_LOWEST)
    return Suggestion(
        rate,
        tr(
            "{rate} is a tenth of {highest}, where the loss is lowest ({lowest}, from {start})",
            rate=f"{rate:g}",
            highest=f"{rates[lowest]:.2g}",
            lowest=f"{curve[lowest]:.3g}",
            start=f"{start:.3g}",
        ),
        int(np.argmin(np.abs(np.log(rates[:count] / rate)))),
    )


def two_digits(value: float) -> float:
    """A positive number rounded to two significant digits."""
    return round(value, 1 - math.floor(math.log10(value)))
