"""Takes a run into the store that was made elsewhere, all of it or nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from workbench.runs import free_names
from workbench.runs import groups as run_groups
from workbench.runs.artifacts import folder_of
from workbench.runs.groups import GroupRecord
from workbench.runs.record import EpochMetrics, Run, StepMetrics
from workbench.runs.store import Store

OWN = (
    "run_id",
    "name",
    "position",
    "owner",
    "maker",
    "colour",
    "hidden",
    "deleted",
    "experiment_toml",
)
"""Columns that the store gives it itself, or that never change."""


@dataclass(frozen=True)
class Metrics:
    """All that was recorded of a run.

    Attributes:
        probes: Of the first steps; no steps where there were none.
    """

    steps: StepMetrics
    probes: StepMetrics
    epochs: Sequence[EpochMetrics]


def adopt(
    store: Store, run: Run, groups: Sequence[GroupRecord], metrics: Metrics, artifacts: Path
) -> Run:
    """Takes in a finished run.

    Args:
        store: Takes it.
        run: Its record; it gets another id where that is taken, and a colour of its own.
        groups: That it is in; one that the store doesn't have comes with it.
        metrics: Its metrics.
        artifacts: A folder on the disk of the store, which becomes the run's.

    Raises:
        StoreError, OSError: where the store can't be written.
    """
    columns = {f.name: getattr(run, f.name) for f in fields(Run) if f.name not in OWN}
    target: Path | None = None
    try:
        with store.change() as db:
            taken = db.execute("SELECT 1 FROM runs WHERE run_id = ?", (run.run_id,)).fetchone()
            run_id = run.run_id
            if taken is not None or os.path.lexists(folder_of(store.folder, run_id)):
                run_id = free_names.run_id(db, run_id.rpartition("-")[0])
            db.execute(
                "INSERT INTO runs (run_id, name, status, experiment_toml, created, parts, colour)"
                " VALUES (?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(colour) + 1, 0) FROM runs))",
                (
                    run_id,
                    free_names.name(db, run.name),
                    run.status,
                    run.experiment_toml,
                    run.created,
                    store.keep_spec(run.experiment_toml),
                ),
            )
            for group in groups:
                run_groups.adopt(db, group)
            _add_metrics(store, run_id, metrics)
            store.update(run_id, **columns)
            target = folder_of(store.folder, run_id)
            os.replace(artifacts, target)
    except BaseException:
        if target is not None:
            shutil.rmtree(target, ignore_errors=True)
        raise
    return store.run(run_id)


def _add_metrics(store: Store, run_id: str, metrics: Metrics) -> None:
    """Each unbroken row of steps at once, with what the probes found of them."""
    steps, probes = metrics.steps, metrics.probes
    rows = np.split(np.arange(len(steps.steps)), np.flatnonzero(np.diff(steps.steps) != 1) + 1)
    for row in rows:
        if not len(row):
            continue
        numbers = steps.steps[row]
        found = np.isin(probes.steps, numbers)
        whole = int(found.sum()) == len(numbers)
        store.add_steps(
            run_id, int(numbers[0]), steps.values[row], probes.values[found] if whole else None
        )
    for epoch in metrics.epochs:
        store.add_epoch(run_id, epoch)
