"""Metrics of consecutive steps as one value of the database, not a row a step."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.runs.database import Database
from workbench.runs.record import StepMetrics


def add(database: Database, table: str, run_id: str, first_step: int, values: np.ndarray) -> None:
    """Adds the values of consecutive steps, from `first_step`, as one row of a table."""
    with database.change() as db:
        db.execute(
            f"INSERT OR REPLACE INTO {table} (run_id, first_step, count, data) VALUES (?, ?, ?, ?)",
            (run_id, first_step, len(values), values.tobytes()),
        )


def read(database: Database, table: str, run_id: str, dtype: np.dtype[Any]) -> StepMetrics:
    """The values of all steps of a run in a table."""
    rows = database.rows(
        f"SELECT first_step, count, data FROM {table} WHERE run_id = ? ORDER BY first_step",
        (run_id,),
    )
    if not rows:
        return StepMetrics(np.empty(0, np.int64), np.empty(0, dtype))
    numbers = [np.arange(r["first_step"], r["first_step"] + r["count"]) for r in rows]
    values = np.frombuffer(b"".join(r["data"] for r in rows), dtype)
    return StepMetrics(np.concatenate(numbers), values)
