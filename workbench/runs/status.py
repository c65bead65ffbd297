"""The states of a run. Predicates live here, so that nobody compares lists of states."""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run stands; the value is what the store and the command line say."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    FAILED = "failed"

    @property
    def is_active(self) -> bool:
        """A training process works on it or holds it."""
        return self in (RunStatus.RUNNING, RunStatus.PAUSED)

    @property
    def is_finished(self) -> bool:
        """No process works on it and it doesn't wait for one."""
        return not self.is_active and self is not RunStatus.QUEUED

    @property
    def can_resume(self) -> bool:
        """It ended before its last epoch and can go on from its checkpoint."""
        return self in (RunStatus.STOPPED, RunStatus.INTERRUPTED, RunStatus.FAILED)
