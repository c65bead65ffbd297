"""Where the time of a run goes, told each second: waiting for images, Python, compiled calls."""

from __future__ import annotations

from collections.abc import Callable

from workbench.runs.messages import Message, TimeShares

TELL_SECONDS = 1.0


class ShareClock:
    """Adds up the times of compiled calls; costs a few additions a call.

    Args:
        run_id: Of the run.
        say: Sends a message.
    """

    def __init__(self, run_id: str, say: Callable[[Message], None]) -> None:
        self._run_id, self._say = run_id, say
        self._last: float | None = None
        self._total = self._called = self._waited = 0.0

    def restart(self) -> None:
        """What passes until the next call is no part of training: validation, a pause."""
        self._last = None

    def call(self, began: float, ended: float, waited: float) -> None:
        """Takes in a compiled call, and what passed since the one before.

        Args:
            began: Seconds.
            ended: On the same clock.
            waited: Seconds in which the call waited for images.
        """
        self._total += ended - (began if self._last is None else self._last)
        self._called += ended - began
        self._waited += min(waited, ended - began)
        self._last = ended
        if self._total >= TELL_SECONDS:
            python = 1 - self._called / self._total
            self._say(TimeShares(self._run_id, self._waited / self._total, python))
            self._total = self._called = self._waited = 0.0
