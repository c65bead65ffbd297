"""Rows of the table of runs as values, and the one place where their ids are checked.

A store may have been made by anybody, and the id of a run names its folder. A row whose id the
workbench wouldn't give is left out wherever runs are read; the others are not held up by it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from workbench.runs.artifacts import is_run_id
from workbench.runs.quantities import QUANTITIES
from workbench.runs.record import Run
from workbench.runs.status import RunStatus

COLUMNS = tuple(f.name for f in fields(Run))
FIGURES = tuple(q.key for q in QUANTITIES if not hasattr(Run, q.key))
"""Quantities that have no column: they are kept together in `figures`."""

AS_JSON = ("environment", "figures")
"""Columns that hold JSON."""

LONGEST_SHOWN = 80


def sound(rows: Iterable[sqlite3.Row]) -> list[sqlite3.Row]:
    """Those whose `run_id` is one."""
    return [row for row in rows if is_run_id(row["run_id"])]


def run_of(row: sqlite3.Row) -> Run:
    """A row of all columns as a record."""
    values = {name: row[name] for name in COLUMNS}
    values["status"] = RunStatus(values["status"])
    for name in ("hidden", "starred", "archived"):
        values[name] = bool(values[name])
    for name in AS_JSON:
        values[name] = json.loads(values[name])
    values["figures"] = {k: v for k, v in values["figures"].items() if v is not None}
    return Run(**values)


def refusal(run_ids: Iterable[object], store: Path) -> str:
    """A sentence on the ids among these that are none; "" where all are."""
    bad = [run_id for run_id in run_ids if not is_run_id(run_id)]
    if not bad:
        return ""
    others = f" and {len(bad) - 1:,} more" if len(bad) > 1 else ""
    return (
        f"the store {store} holds the run {quoted(bad[0])}{others}, which is left out: the "
        "workbench doesn't give such ids"
    )


def quoted(run_id: object) -> str:
    """An id from a file, whatever it is, as part of a sentence."""
    return repr(run_id)[:LONGEST_SHOWN]
