"""What a run took, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Took:
    """What training took, of a run that one process trained from its beginning.

    Attributes:
        steps: That were trained.
        seconds, elapsed: Both times of the run, see `clock`.
        validations: Seconds of each validation; the first one traces.
        steps_per_epoch: Training steps.
        validation_images: That each epoch was judged on.
    """

    steps: int
    seconds: float
    elapsed: float
    validations: Sequence[float]
    steps_per_epoch: int
    validation_images: int
