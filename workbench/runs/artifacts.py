"""Where the files of a run lie in its store.

A run's id names its folder, and comes out of a file that anybody may have made: here alone it
becomes a path, and only one that is a direct child of the folder of runs.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = "runs"
PARTS = ("runs.sqlite3", FOLDER, "measured", "processes", "draft.toml", "window.ini")
"""What lies in a store's folder. Each is written there, so none may be a link to somewhere else."""

_RUN_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{4,8}")


def is_run_id(value: object) -> bool:
    """Whether it is an id as the workbench gives them: 20260131-235959-0a1b."""
    return isinstance(value, str) and _RUN_ID.fullmatch(value) is not None


def folder_of(store: Path, run_id: str) -> Path:
    """The folder of a run, whether it exists or not.

    Raises:
        ValueError: where the id isn't one.
    """
    if not is_run_id(run_id):
        raise ValueError(f"{run_id!r} is not the id of a run")
    return store / FOLDER / run_id
