"""Where the time of a run goes, told each second: waiting for images, Python, compiled calls."""

from __future__ import annotations

from collections.abc import Callable

from workbench.execution.messages import Message, TimeShares

TELL_SECONDS = 1.0


class ShareClock:
    """Adds up the times of compiled calls; costs a few additions a call.

    Args:
        run_id: Of the run.
        say: Sends a message.
        waited: Gives the seconds in which calls have waited for images so far. Reading it takes
            tens of microseconds, so it is read when there is something to say.
    """

    def __init__(
        self, run_id: str, say: Callable[[Message], None], waited: Callable[[], float]
    ) -> None:
        self._run_id, self._say, self._waited = run_id, say, waited
        self._last: float | None = None
        self._told: float | None = None
        self._total = self._called = 0.0

    def restart(self) -> None:
        """What passes until the next call is no part of training: validation, a pause."""
        self._last = None

    def call(self, began: float, ended: float) -> None:
        """Takes in a compiled call, and what passed since the one before.

        Args:
            began: Seconds.
            ended: On the same clock.
        """
        if self._told is None:
            self._told = self._waited()  # before: while the run was compiled
        self._total += ended - (began if self._last is None else self._last)
        self._called += ended - began
        self._last = ended
        if self._total >= TELL_SECONDS:
            self._tell(self._told)

    def _tell(self, told: float) -> None:
        self._told = self._waited()
        waited = min(self._told - told, self._called)
        python = 1 - self._called / self._total
        self._say(TimeShares(self._run_id, waited / self._total, python))
        self._total = self._called = 0.0
