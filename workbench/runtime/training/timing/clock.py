"""The two times of a run: the one place that says what counts as training.

Training time is what taking steps takes: compiled calls, with the bookkeeping of their figures. No
part of it are calls that trace or compile, validation, checkpoints and pauses. The steps of a call
that compiles count as long as those of the next call that doesn't.
Elapsed time runs from the first step to the last, and leaves out pauses alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.float64]


class Times(NamedTuple):
    """The two times at the end of each step of a call, shape (n,); `seconds` NaN where unknown."""

    elapsed: Seconds
    seconds: Seconds


class RunClock:
    """Adds up both times of a run, over all processes that train it.

    Args:
        elapsed: Of the run so far.
        seconds: Training time so far; None where it isn't known, and then it stays unknown.
        now: Seconds of a clock that never goes back.

    Attributes:
        began: When the last call began, on the clock of `now`.
        seconds: Training time of the run.
        measured: Training time of this process, without what only counts like other steps.
        step_seconds: Of a step of the last call that didn't compile; 0 before the first.
    """

    def __init__(
        self,
        elapsed: float = 0.0,
        seconds: float | None = 0.0,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._now = now
        self._zero = now() - elapsed
        self._held: float | None = None
        self.began = self._read = 0.0
        self._owed = 0
        self._counts = False
        self.seconds = seconds
        self.measured = self.step_seconds = 0.0

    @property
    def elapsed(self) -> float:
        """Of the run so far."""
        return self._now() - self._zero

    def hold(self) -> None:
        """A pause begins."""
        self._held = self._now()

    def go_on(self) -> None:
        """It ends."""
        if self._held is not None:
            self._zero += self._now() - self._held
            self._held = None

    def begin(self) -> None:
        """A compiled call begins."""
        self.began = self._now()

    @property
    def took(self) -> float:
        """Seconds of the call whose figures were read last."""
        return self._read - self.began

    def read(self, steps: int, *, compiled: bool) -> Times:
        """The figures of a call are there.

        Args:
            steps: That it took.
            compiled: Whether it was traced or compiled first.
        """
        self._read, self._counts = self._now(), not compiled
        parts = np.arange(1, steps + 1) / steps
        elapsed = self._read - self._zero - self.took * (1 - parts)
        if compiled:
            self._owed += steps
            return Times(elapsed, np.full(steps, self._known))
        self.step_seconds = self.took / steps
        self._add(self._owed * self.step_seconds)
        seconds = self._known + self.took * parts
        self._owed = 0
        self._add(self.took)
        self.measured += self.took
        return Times(elapsed, seconds)

    def end(self) -> None:
        """The bookkeeping of that call is done."""
        if self._counts:
            took = self._now() - self._read
            self._add(took)
            self.measured += took

    @property
    def _known(self) -> float:
        return np.nan if self.seconds is None else self.seconds

    def _add(self, seconds: float) -> None:
        if self.seconds is not None:
            self.seconds += seconds
