"""How far a run is, and the remaining time."""

from __future__ import annotations

from workbench.execution.messages import Started, Steps


class Pace:
    """Predicts the remaining time from the steps so far, the latest counting most."""

    def __init__(self) -> None:
        self.step = 0
        self.total_steps = 0
        self._rate = 0.0
        self._seconds = 0.0

    def started(self, message: Started) -> None:
        """Training begins, or goes on."""
        self.step = message.step
        self.total_steps = message.total_steps
        self._rate = self._seconds = 0.0

    def steps(self, message: Steps) -> None:
        """Steps were taken."""
        last = message.first_step + len(message.loss) - 1
        seconds = message.elapsed[-1]
        if self._seconds and seconds > self._seconds:
            rate = (last - self.step) / (seconds - self._seconds)
            self._rate = rate if not self._rate else 0.9 * self._rate + 0.1 * rate
        self.step, self._seconds = last, seconds

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self.step / self.total_steps if self.total_steps else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds to go; None while unknown."""
        return (self.total_steps - self.step) / self._rate if self._rate else None
