"""The states of a run and how it ended, as codes: predicates live here, so that nobody compares
lists of states, and no logic reads the sentences that a person reads.
"""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run stands; the value is what the store and the command line say."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"
    PRUNED = "pruned"
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
        """It ended before its last epoch and can go on from its checkpoint.

        Not one that its search pruned: the search counts on where it ended.
        """
        return self in (RunStatus.STOPPED, RunStatus.INTERRUPTED, RunStatus.FAILED)


class Outcome(StrEnum):
    """Why a run stands where it does: what the store keeps beside its status, filters find, and
    logic asks, while the sentence in `Run.message` is for a person alone.
    """

    NONE = ""
    """It has not ended."""
    COMPLETED = "completed"
    STOPPED = "stopped"
    """A person stopped it; its weights were evaluated."""
    PRUNED = "pruned"
    """Its search stopped it at a rung, as others had done better by then."""
    INTERRUPTED = "interrupted"
    """A person or the end of the window interrupted it; it can be resumed."""
    DIVERGED = "diverged"
    """The loss became NaN or infinite."""
    OUT_OF_MEMORY = "out_of_memory"
    DISK_FULL = "disk_full"
    BAD_SETTINGS = "bad_settings"
    """The experiment and its data or the machine don't go together."""
    BAD_DATA = "bad_data"
    """The data can't be read or downloaded."""
    BAD_CHECKPOINT = "bad_checkpoint"
    """The checkpoint is damaged or of another network."""
    STORE = "store"
    """The store can't be used, or gave the run to another process."""
    CRASHED = "crashed"
    """The training process ended unexpectedly."""
    NEVER_BEGAN = "never_began"
    """Whoever was to train it ended before it began."""
    FAILED = "failed"
    """Anything else that went wrong."""

    @classmethod
    def of(cls, status: RunStatus) -> Outcome:
        """How a run ended of which nothing but its status is known."""
        return cls(status.value) if status.is_finished else cls.NONE
