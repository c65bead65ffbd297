"""Metrics of consecutive steps as one value of the database, not a row a step."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.runs.database import Database
from workbench.runs.record import FIRST_STEP_DTYPE, STEP_DTYPE, StepMetrics


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
    values = np.concatenate([_values(r["data"], r["count"], dtype) for r in rows])
    return StepMetrics(np.concatenate(numbers), values)


def _values(data: bytes, count: int, dtype: np.dtype[Any]) -> np.ndarray:
    """The values of one row, as they are kept today."""
    if dtype != STEP_DTYPE or len(data) == count * dtype.itemsize:
        return np.frombuffer(data, dtype)
    return completed(np.frombuffer(data, FIRST_STEP_DTYPE))


def completed(values: np.ndarray) -> np.ndarray:
    """Steps of before training time and penalty were kept: both are unknown, NaN."""
    whole = np.full(len(values), np.nan, STEP_DTYPE)
    for name in FIRST_STEP_DTYPE.names or ():
        whole[name] = values[name]
    return whole
