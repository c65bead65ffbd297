"""A part of a run that trains by itself: what is different from a whole run of training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.runtime.training.borrowed.networks import NOTHING, Borrowed
from workbench.runtime.training.checkpoint import Position
from workbench.runtime.training.loop import Loop


def as_it_is(loop: Loop) -> None:
    """Leave the loop with its fresh weights."""


def goes_on(epochs: int) -> str:
    """Nobody judges it before its end."""
    return ""


@dataclass(frozen=True)
class Stage:
    """One of several trainings of a run, whose curves go on through all of them.

    Attributes:
        set_up: Gives the loop its weights, a teacher, or what holds the weights.
        borrowed: What it takes from other runs.
        first_epoch: Epochs that the run has trained before it.
        run_epochs: Epochs of the whole run; 0 for those of this stage.
        position: Where the run stands; None for a run that is trained in one piece, which keeps
            checkpoints and goes on from them.
        why_cut: Why the run ends after so many epochs, in one sentence; "" where it goes on. Asked
            before the first epoch and after each, when what it reached is recorded.
    """

    set_up: Callable[[Loop], None] = as_it_is
    borrowed: Borrowed = NOTHING
    first_epoch: int = 0
    run_epochs: int = 0
    position: Position | None = None
    why_cut: Callable[[int], str] = goes_on


WHOLE = Stage()
