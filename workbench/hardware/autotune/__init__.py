"""Autotune without the measuring: which settings make sense to try, and what the figures say.

Pure functions and values; the trials are the task `workbench.runtime.jobs.tune`'s.
"""

from workbench.hardware.autotune.candidates import (
    MOST_COMBINATIONS,
    TOLD_APART,
    WORTH,
    Candidate,
    Tried,
    best_of,
    combinations,
    gain,
    leave_behind,
    rivals,
)
from workbench.hardware.autotune.levers import AS_IT_COMES, Settings, SpeedLever, levers
from workbench.hardware.autotune.task import SECONDS, Race, Tuned, TuneRequest, key, request
from workbench.hardware.autotune.verdict import (
    ALLOWED_DIFFERENCE,
    MORE,
    MOST_RIVALS,
    Check,
    compare_losses,
    difference,
    is_certain,
    verdict,
)

__all__ = [
    "ALLOWED_DIFFERENCE",
    "AS_IT_COMES",
    "MORE",
    "MOST_COMBINATIONS",
    "MOST_RIVALS",
    "SECONDS",
    "TOLD_APART",
    "WORTH",
    "Candidate",
    "Check",
    "Race",
    "Settings",
    "SpeedLever",
    "Tried",
    "TuneRequest",
    "Tuned",
    "best_of",
    "combinations",
    "compare_losses",
    "difference",
    "gain",
    "is_certain",
    "key",
    "leave_behind",
    "levers",
    "request",
    "rivals",
    "verdict",
]
