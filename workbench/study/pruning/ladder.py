"""Which trial goes on to a longer training, where each rung is a training of its own.

Successive halving without a barrier (ASHA): as soon as a trial is among the best third of its rung
it may go on, and meanwhile new ones begin. Once no new one does, what is left is decided for good,
and at least the best of a rung goes on, so that one reaches the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.study.pruning.halving import best_of
from workbench.study.pruning.rules import Rungs


@dataclass(frozen=True)
class Climber:
    """A trial that has begun.

    Attributes:
        number: Of the trial.
        reached: What it reached, by the epochs of the trainings that have ended; NaN where one
            failed.
        last: Epochs of its last training, ended or not.
        is_baseline: It goes on whatever it reached, to be compared with what is chosen.
    """

    number: int
    reached: Mapping[int, float] = field(default_factory=dict)
    last: int = 0
    is_baseline: bool = False


@dataclass(frozen=True)
class Ascent:
    """A trial goes on.

    Attributes:
        number: Of the trial.
        epochs: Of its next training.
    """

    number: int
    epochs: int


def next_ascent(
    climbers: Sequence[Climber], rungs: Rungs, direction: int, *, is_last: bool
) -> Ascent | None:
    """The trial that goes on now; None where none does.

    The one that is furthest goes first.

    Args:
        climbers: All that have begun.
        rungs: Of the plan.
        direction: 1 where more is better, -1 where less is.
        is_last: No further trial begins, and none is under way.
    """
    steps = list(zip(rungs.epochs, rungs.epochs[1:], strict=False))
    for here, above in reversed(steps):
        found = _ascent(climbers, rungs, direction, here, above, at_least=0)
        if found is not None:
            return found
    if not is_last:
        return None
    for here, above in steps:  # from below: the best of a rung may still come to it
        found = _ascent(climbers, rungs, direction, here, above, at_least=1)
        if found is not None:
            return found
    return None


def _ascent(
    climbers: Sequence[Climber],
    rungs: Rungs,
    direction: int,
    here: int,
    above: int,
    *,
    at_least: int,
) -> Ascent | None:
    """The first of one rung that goes on from it."""
    for climber in climbers:
        if climber.is_baseline and climber.last == here and here in climber.reached:
            return Ascent(climber.number, above)
    by_bracket: dict[int, list[Climber]] = {}
    for climber in climbers:
        if here in climber.reached:
            by_bracket.setdefault(rungs.first(climber.number), []).append(climber)
    for _, rivals in sorted(by_bracket.items()):
        known = [(rival.number, rival.reached[here]) for rival in rivals]
        stays = {rival.number for rival in rivals if rival.last == here}
        for number in best_of(known, direction, at_least=at_least):
            if number in stays:
                return Ascent(number, above)
    return None
