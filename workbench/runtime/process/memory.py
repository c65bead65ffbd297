"""How much memory this process has taken at most, and whether it still is as it was started.

What a process has freed it mostly keeps, and what it has loaded stays: only in a fresh process does
its growth say what a training takes.
"""

from __future__ import annotations

import gc
from contextlib import suppress
from pathlib import Path

import psutil

CLEAR, STATUS = Path("/proc/self/clear_refs"), Path("/proc/self/status")
RESET_PEAK = b"5"

_used = False


def is_fresh() -> bool:
    """Whether nothing was trained, measured or read in this process yet."""
    return not _used


def use() -> None:
    """Something is about to be."""
    global _used
    _used = True


class ProcessPeak:
    """The most memory that this process takes from now on, above what it has now.

    Attributes:
        free_bytes: Of the computer, now.
    """

    def __init__(self) -> None:
        gc.collect()
        self.free_bytes: int = psutil.virtual_memory().available
        _begin_anew()
        self._before = psutil.Process().memory_info().rss

    @property
    def most_bytes(self) -> int:
        """The peak so far; the earlier one where the system can't reset its high-water mark."""
        return max(0, _highest() - self._before)


def _begin_anew() -> None:
    """Lets the highest mark of this process begin where it is, on Linux."""
    with suppress(OSError):
        CLEAR.write_bytes(RESET_PEAK)


def _highest() -> int:
    """The highest mark of this process in bytes."""
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    found = psutil.Process().memory_info()
    return int(getattr(found, "peak_wset", found.rss))
