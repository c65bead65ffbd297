"""Rungs, brackets, and who goes on: arithmetic alone.

The same rules as Optuna's `SuccessiveHalvingPruner` and `HyperbandPruner`, which the tests compare
them with; a training process asks them at a rung, where importing Optuna would cost more than most
epochs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from zlib import crc32

FACTOR = 3
"""Of the trials at a rung the best in so many go on; each rung is so many times as long."""

DEPTH = 2
"""Rungs before the whole training, at most: after a ninth and a third of its epochs."""


def rungs(epochs: int) -> tuple[int, ...]:
    """The numbers of epochs after which trials are compared, and last the whole training.

    As in (1, 3, 10) for 10 epochs; (2,) for 2, which leave no room for a rung.
    """
    found, rung = [], max(1, epochs // FACTOR**DEPTH)
    while rung * FACTOR <= epochs:
        found.append(rung)
        rung *= FACTOR
    return (*found, epochs)


def goes_on(value: float, rivals: Iterable[float], direction: int) -> bool:
    """Whether a trial is among the best third of those that reached a rung.

    Of fewer than three, the best one goes on.

    Args:
        value: What it reached there.
        rivals: What the others did; those without a number don't count.
        direction: 1 where more is better, -1 where less is.
    """
    if math.isnan(value):
        return False
    known = [rival for rival in rivals if not math.isnan(rival)]
    better = sum(direction * rival > direction * value for rival in known)
    return better < max(1, (len(known) + 1) // FACTOR)


def best_of(values: Sequence[tuple[int, float]], direction: int, *, at_least: int) -> list[int]:
    """The numbers of the best third, best first; of equals the earlier.

    Args:
        values: Number and value of each; those without a number lose.
        direction: As in `goes_on`.
        at_least: So many where a third is less.
    """
    known = [(number, value) for number, value in values if not math.isnan(value)]
    ranked = sorted(known, key=lambda of: (-direction * of[1], of[0]))
    return [number for number, _ in ranked[: max(at_least, len(values) // FACTOR)]]


def bracket(seed: int, number: int, count: int) -> int:
    """The first rung at which a trial is judged, in Hyperband.

    Chance, with the share of each bracket as in the paper: the earlier it judges, the more trials.

    Args:
        seed: Of the search.
        number: Of the trial, from 1.
        count: How many brackets there are: as many as rungs, the whole training among them.
    """
    shares = [math.ceil(count * FACTOR ** (count - 1 - s) / (count - s)) for s in range(count)]
    left = crc32(f"{seed}_{number - 1}".encode()) % sum(shares)
    for place, share in enumerate(shares):
        left -= share
        if left < 0:
            return place
    raise AssertionError("the shares add up")


def mean(values: Sequence[float | None]) -> float:
    """Of the repeats of a training; NaN where one of them has none."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else math.nan
