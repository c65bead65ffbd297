"""What an executor promises: the place where runs are trained, on this computer or another.

A scheduler decides which run is next; an executor has it trained, and tells what the training
process says. Whoever writes one keeps these promises:

- Every run that is submitted ends with one `StatusChanged` of a finished status, also where its
  process died or could not be started. What the store then holds of the run was written before.
- A place is free again before that message is told, so the next run may be submitted on hearing it.
- Messages are told from any thread, those of one run in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from workbench.execution.messages import Continue, Interrupt, Message, Pause, Stop

Command = Pause | Continue | Stop | Interrupt
"""What a run under way can be asked for."""

Tell = Callable[[Message], None]
"""Takes what a training process says; called from any thread."""


class Executor(Protocol):
    """Trains runs of a store, as many at once as it has places."""

    @property
    def capacity(self) -> int:
        """How many runs it trains at once, at least 1."""

    def submit(self, run_id: str, maker: str = "") -> None:
        """Have a waiting run trained (or gone on with), at once. It needs a free place.

        Args:
            run_id: The run.
            maker: The token of the store that reserved it; "" where it waits in the queue.
        """

    def control(self, run_id: str, command: Command) -> None:
        """Ask something of a run under way; one that has ended meanwhile hears nothing of it."""

    def warm_up(self) -> None:
        """Prepare for a first run, so that it begins without delay."""

    def close(self) -> None:
        """Interrupt what runs, so that it can be resumed, and end; take nothing more."""

    def terminate(self) -> None:
        """End without waiting for checkpoints."""

    def kill(self) -> None:
        """End at once."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end of what was closed, terminated or killed.

        Args:
            timeout: At most so long, in seconds; None to wait as long as it takes.

        Returns:
            Whether all is over, and no message comes any more.
        """


def end(executor: Executor, patience: float) -> None:
    """End an executor in steps: closed, terminated, killed.

    Args:
        executor: Which.
        patience: How long each step may take, in seconds.
    """
    for push in (executor.close, executor.terminate, executor.kill):
        push()
        if executor.wait(patience):
            return
    executor.wait()
