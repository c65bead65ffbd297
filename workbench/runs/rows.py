"""Rows of the table of runs as values, and the one place where they are checked.

A store may have been made by anybody, or be damaged, and the id of a run names its folder. A row
that the workbench wouldn't write is left out wherever runs are read; the others are not held up by
it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

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
PART_BYTES = 4
"""Of the number of a piece of a spec, see `spec_pieces`."""

LAST_TIME = 253_370_764_800
"""The year 9999: a later time can't be written as a date."""

TIMES = ("created", "started", "finished", "deleted")
BEYOND = 2**63
"""A whole number of the store is smaller."""

_SQL_TYPES = {
    "str": "'text'",
    "bool": "'integer'",
    "int": "'integer'",
    "float": "'real', 'integer'",
}


def _checks() -> Iterator[tuple[str, str]]:
    """Every column with what SQL asks of it."""
    for field in fields(Run):
        name, (kind, _, optional) = field.name, str(field.type).partition(" | ")
        if name in AS_JSON:
            # Python writes what JSON lacks: an accuracy may be NaN.
            plain = f"replace(replace({name}, 'NaN', '0'), 'Infinity', '0')"
            are_objects = " ".join(
                f"WHEN json_valid({text}) THEN json_type({text}) = 'object'"
                for text in (name, plain)
            )
            yield name, f"typeof({name}) = 'text' AND CASE {are_objects} ELSE 0 END"
        elif name == "status":
            yield name, f"status IN ({', '.join(repr(status.value) for status in RunStatus)})"
        elif name in TIMES:
            yield name, f"{name} IS NULL OR {name} BETWEEN {-LAST_TIME} AND {LAST_TIME}"
        elif name != "run_id":
            null = ", 'null'" if optional else ""
            yield name, f"typeof({name}) IN ({_SQL_TYPES[kind]}{null})"
    for metric in ("loss", "accuracy", "val_loss", "val_accuracy"):
        yield f"best {metric}", f"typeof(best_{metric}) IN ('real', 'integer', 'null')"
    yield "spec", f"parts IS NULL OR typeof(parts) = 'blob' AND length(parts) % {PART_BYTES} = 0"


UNSOUND = " ".join(
    ["(CASE", *(f"WHEN NOT ({check}) THEN '{name}'" for name, check in _checks()), "ELSE '' END)"]
)
"""In SQL, the first column of a row that holds what no run can have; '' where all are right."""

ALL = f"SELECT *, {UNSOUND} AS unsound FROM runs"  # noqa: S608
"""The beginning of a query for whole rows."""


def sound(rows: Iterable[sqlite3.Row]) -> list[sqlite3.Row]:
    """Those whose `run_id` is one, and which are not `unsound`."""
    return [row for row in rows if is_run_id(row["run_id"]) and not row["unsound"]]


def unsound(rows: Iterable[sqlite3.Row]) -> list[sqlite3.Row]:
    """The others, which are left out."""
    return [row for row in rows if row["unsound"] or not is_run_id(row["run_id"])]


def run_of(row: sqlite3.Row) -> Run:
    """A row of all columns as a record."""
    values = {name: row[name] for name in COLUMNS}
    values["status"] = RunStatus(values["status"])
    for name in ("hidden", "starred", "archived"):
        values[name] = bool(values[name])
    values["environment"] = _parsed(values["environment"])
    values["figures"] = figures_of(values["figures"])
    return Run(**values)


def figures_of(text: str) -> dict[str, float]:
    """The quantities that have no column, from the JSON that holds them."""
    return {
        key: of
        for key, of in _parsed(text).items()
        if isinstance(of, float) or (isinstance(of, int) and abs(of) < BEYOND)
    }


def _parsed(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except (ValueError, RecursionError):  # what SQLite reads and Python doesn't; nested too deep
        return {}


def refusal(rows: Iterable[sqlite3.Row], store: Path) -> str:
    """A sentence on those among these rows that are left out; "" where none is.

    Args:
        rows: With `run_id` and `unsound`.
        store: Where they lie.
    """
    bad = unsound(rows)
    if not bad:
        return ""
    others = f" and {len(bad) - 1:,} more" if len(bad) > 1 else ""
    run_id, column = bad[0]["run_id"], bad[0]["unsound"]
    why = f"its {column} is damaged" if is_run_id(run_id) else "the workbench doesn't give such ids"
    return f"the store {store} holds the run {quoted(run_id)}{others}, which is left out: {why}"


def is_storable(name: str, value: object) -> bool:
    """Whether a column can hold a number: a time that has a date, or a whole one of 64 bits."""
    if name in TIMES and isinstance(value, (int, float)):
        return abs(value) <= LAST_TIME
    return not isinstance(value, int) or abs(value) < BEYOND


def quoted(run_id: object) -> str:
    """An id from a file, whatever it is, as part of a sentence."""
    return repr(run_id)[:LONGEST_SHOWN]
