"""A spec as fields by their paths in the TOML, kept in pieces that runs share.

A run's spec is cut at its top-level groups (data, structure, optimizer, ...); each piece lies once
in the store, however many runs have it. So the settings of 75,000 runs are a few numbers a run and
as many pieces as there are different ones, and a column of a setting is looked up, not parsed.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from workbench.runs.database import Database

PART_DTYPE = np.dtype("<i4")
NOT_SHARED = ("schema_version", "name")
"""Says nothing about the run, or has a column of its own."""

Field = str | float | bool
"""A setting's value in a column; lists are their JSON."""


def flat(values: Mapping[str, Any]) -> dict[str, Field]:
    """Every setting by its path: `{"optimizer.kind": "adam", "structure.layers[0].units": 10}`."""
    return dict(_walk("", values))


def _walk(path: str, value: Any) -> Iterator[tuple[str, Field]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(f"{path}.{key}" if path else key, inner)
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, inner in enumerate(value):
            yield from _walk(f"{path}[{number}]", inner)
    elif isinstance(value, (str, bool, int, float)):
        yield path, value
    else:
        yield path, json.dumps(value, default=str)


def section_of(path: str) -> str:
    """The top-level group of a path; the path itself where it lies in none."""
    return path.partition(".")[0]


def split(toml: str) -> dict[str, str]:
    """A spec's pieces as JSON by section; empty where the text is no TOML.

    The TOML is taken as it is: a spec of a later version has columns as well.
    """
    try:
        values = tomllib.loads(toml)
    except (ValueError, RecursionError):
        return {}
    shared = {name: value for name, value in values.items() if name not in NOT_SHARED}
    return {
        name: json.dumps(flat({name: value}), separators=(",", ":"))
        for name, value in shared.items()
    }


def keep(db: Database, toml: str) -> bytes:
    """Puts a spec's pieces into the store; their numbers, as the run's row holds them."""
    numbers = []
    with db.change() as connection:
        for piece in split(toml).items():
            connection.execute(
                "INSERT OR IGNORE INTO spec_parts (section, content) VALUES (?, ?)", piece
            )
            row = connection.execute(
                "SELECT part_id FROM spec_parts WHERE section = ? AND content = ?", piece
            ).fetchone()
            numbers.append(row[0])
    return np.array(numbers, PART_DTYPE).tobytes()


def keep_missing(db: Database, limit: int) -> int:
    """Does so for at most this many runs of before schema 2; how many it found.

    In small transactions, each with few runs: a training process may wait to write.
    """
    rows = db.rows("SELECT rowid, experiment_toml FROM runs WHERE parts IS NULL LIMIT ?", (limit,))
    with db.change() as connection:
        for row in rows:
            parts = keep(db, row["experiment_toml"])
            connection.execute("UPDATE runs SET parts = ? WHERE rowid = ?", (parts, row["rowid"]))
    return len(rows)
