"""Metrics of consecutive steps as one value of the database, not a row a step."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.base.text import tr
from workbench.runs.database import FILE, Database, StoreError
from workbench.runs.record import FIRST_STEP_DTYPE, STEP_DTYPE, StepMetrics


def add(database: Database, table: str, run_id: str, first_step: int, values: np.ndarray) -> None:
    """Adds the values of consecutive steps, from `first_step`, as one row of a table."""
    with database.change() as db:
        db.execute(
            f"INSERT OR REPLACE INTO {table} (run_id, first_step, count, data) VALUES (?, ?, ?, ?)",
            (run_id, first_step, len(values), values.tobytes()),
        )


def read(database: Database, table: str, run_id: str, dtype: np.dtype[Any]) -> StepMetrics:
    """The values of all steps of a run in a table.

    Raises:
        StoreError: where they are damaged.
    """
    rows = database.rows(
        f"SELECT first_step, count, data FROM {table} WHERE run_id = ? ORDER BY first_step",
        (run_id,),
    )
    if not rows:
        return StepMetrics(np.empty(0, np.int64), np.empty(0, dtype))
    kept = [_values(row["data"], row["count"], dtype) for row in rows]
    firsts = [row["first_step"] for row in rows]
    if any(values is None for values in kept) or not all(isinstance(n, int) for n in firsts):
        raise StoreError(
            tr(
                "the {table} of run {run_id} are damaged in {file}; restore the store from a "
                "backup, or delete the run",
                table=table,
                run_id=run_id,
                file=database.folder / FILE,
            )
        )
    found = [values for values in kept if values is not None]
    numbers = [np.arange(first, first + len(v)) for first, v in zip(firsts, found, strict=True)]
    return StepMetrics(np.concatenate(numbers), np.concatenate(found))


def _values(data: object, count: object, dtype: np.dtype[Any]) -> np.ndarray | None:
    """The values of one row, as they are kept today; None where they aren't as many as it says."""
    if not isinstance(data, bytes) or not isinstance(count, int):
        return None
    if len(data) == count * dtype.itemsize:
        return np.frombuffer(data, dtype)
    if dtype == STEP_DTYPE and len(data) == count * FIRST_STEP_DTYPE.itemsize:
        return completed(np.frombuffer(data, FIRST_STEP_DTYPE))
    return None


def completed(values: np.ndarray) -> np.ndarray:
    """Steps of before training time and penalty were kept: both are unknown, NaN."""
    whole = np.full(len(values), np.nan, STEP_DTYPE)
    for name in FIRST_STEP_DTYPE.names or ():
        whole[name] = values[name]
    return whole
