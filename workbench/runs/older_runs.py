"""What older versions said of a run in sentences and tags, as the codes of today.

Used where an older store or bundle is read, and nowhere else. What older versions wrote doesn't
change any more, so neither do these.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time

from workbench.runs.status import Outcome, RunStatus

_OUTCOMES = {
    "the loss became ": Outcome.DIVERGED,
    "the device ran out of memory": Outcome.OUT_OF_MEMORY,
    "the disk that holds the store": Outcome.DISK_FULL,
    "the training process ": Outcome.CRASHED,
    "the command that was to train it ended": Outcome.NEVER_BEGAN,
}
"""By how the sentence began."""

_GROUP_TAG = re.compile(r".+ \d+ (seeds|folds)( \d+)?")


def outcome_of(status: str, message: str) -> str:
    """The code of how a run ended, see `Outcome`."""
    if status in (RunStatus.FAILED, RunStatus.INTERRUPTED):
        for start, outcome in _OUTCOMES.items():
            if message.startswith(start):
                return outcome
    return Outcome.of(RunStatus(status)) if status in set(RunStatus) else Outcome.NONE


def group_tag(tags: str) -> str | None:
    """The tag by which a run was one of several seeds or folds; None where there is none."""
    return next((tag for tag in tags.split(", ") if _GROUP_TAG.fullmatch(tag)), None)


def group_kind(tag: str) -> str | None:
    """What the runs of a group differ in, from its tag: "seeds" or "folds"."""
    found = _GROUP_TAG.fullmatch(tag)
    return found[1] if found is not None else None


def group_id(tag: str, created: float) -> str:
    """The id of a group that was known by its tag."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(created))
    return f"{stamp}-{hashlib.sha256(tag.encode()).hexdigest()[:8]}"


def add_functions(db: sqlite3.Connection) -> None:
    """Lets the migrations of an open database use them."""
    for name, arguments, function in (
        ("older_outcome", 2, outcome_of),
        ("older_group", 1, group_tag),
        ("older_group_kind", 1, group_kind),
        ("older_group_id", 2, group_id),
    ):
        db.create_function(name, arguments, function)
