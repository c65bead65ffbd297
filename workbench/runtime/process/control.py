"""What the parent asked of the run under way: pause, stop, interrupt.

Set from the thread that reads commands, honoured by the loop between two compiled calls.
"""

from __future__ import annotations

import threading

from workbench.execution.messages import Close, Continue, Interrupt, Message, Pause, Stop
from workbench.runs.status import RunStatus

_ENDS: dict[type[Message], RunStatus] = {
    Stop: RunStatus.STOPPED,
    Interrupt: RunStatus.INTERRUPTED,
    Close: RunStatus.INTERRUPTED,
}


class Control:
    """Requests for one run."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._end: RunStatus | None = None

    def request(self, message: Message) -> None:
        """Takes a command; an interruption outranks a stop."""
        with self._changed:
            self._paused = isinstance(message, Pause) or (
                self._paused and not isinstance(message, Continue)
            )
            end = _ENDS.get(type(message))
            if end is not None and self._end is not RunStatus.INTERRUPTED:
                self._end = end
            self._changed.notify_all()

    @property
    def end(self) -> RunStatus | None:
        """How the run is to end; None while it is to go on."""
        with self._changed:
            return self._end

    @property
    def is_paused(self) -> bool:
        """Whether the run shall hold."""
        with self._changed:
            return self._paused and self._end is None

    def wait_while_paused(self) -> None:
        """Returns when the run is to go on or end."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused or self._end is not None)
