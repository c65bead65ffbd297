"""What a run records: its columns, and its metrics of steps and epochs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Sized
from dataclasses import fields
from typing import Any

import numpy as np

from workbench.base.text import english
from workbench.runs import rows
from workbench.runs.lookups import Lookups
from workbench.runs.packing import metrics as packed_metrics
from workbench.runs.packing import spec_pieces
from workbench.runs.quantities import QUANTITIES
from workbench.runs.record import PROBE_DTYPE, STEP_DTYPE, EpochMetrics, StepMetrics

_EPOCH_COLUMNS = tuple(f.name for f in fields(EpochMetrics))
BEST = {"loss": "MIN", "accuracy": "MAX", "val_loss": "MIN", "val_accuracy": "MAX"}
"""The metrics of an epoch of which a run keeps the best, and which is."""
NOTED = {
    "name",
    "tags",
    "notes",
    "hidden",
    "starred",
    "archived",
    "colour",
    "deleted",
    *(quantity.key for quantity in QUANTITIES if quantity.is_noted),
}
"""Columns that say nothing of what came of training."""


def marks(values: Sized) -> str:
    """A question mark for each value of a statement."""
    return ", ".join("?" * len(values))


class Recording(Lookups):
    """The part of a store that writes what becomes of a run, and reads its metrics."""

    def update(self, run_id: str, **values: Any) -> None:
        """Sets columns of a run, named as in `Run`, and its quantities, by their keys.

        Raises:
            Dispossessed: where another process owns it and these say what came of training; what a
                person notes of it can be set by anybody.
        """
        figures = {name: values.pop(name) for name in rows.FIGURES if name in values}
        unknown = set(values) - set(rows.COLUMNS)
        if unknown:
            raise TypeError(f"a run has no {', '.join(sorted(unknown))}")
        for name in set(rows.AS_JSON) & set(values):
            values[name] = json.dumps(values[name])
        is_noted = {*values, *figures} <= NOTED
        whose = self._db.change() if is_noted else self.owned(run_id)
        with whose as db:
            if "experiment_toml" in values:
                values["parts"] = spec_pieces.keep(self._db, values["experiment_toml"])
            changes = [f"{name} = ?" for name in values]
            if figures:
                pairs = "".join(f", '$.{name}', ?" for name in figures)
                changes.append(f"figures = json_set(figures{pairs})")
            db.execute(
                f"UPDATE runs SET {', '.join(changes)} WHERE run_id = ?",
                (*map(english, values.values()), *figures.values(), run_id),
            )

    def update_each(self, column: str, values: Mapping[str, Any]) -> None:
        """Sets a column of several runs, by their ids, in one transaction."""
        with self._db.change():
            for run_id, value in values.items():
                self.update(run_id, **{column: value})

    # --- metrics -------------------------------------------------------------------------------

    def add_steps(
        self,
        run_id: str,
        first_step: int,
        values: np.ndarray,
        probes: np.ndarray | None = None,
        **run: Any,
    ) -> None:
        """Adds the metrics of consecutive steps, and sets columns of the run with them.

        Args:
            run_id: The run.
            first_step: Number of the first of them, from 1.
            values: `STEP_DTYPE`, shape (n,).
            probes: `PROBE_DTYPE`, shape (n,), of the same steps where they are recorded.
            run: Columns of the run, set in the same transaction.
        """
        with self.owned(run_id):
            packed_metrics.add(self._db, "steps", run_id, first_step, values.astype(STEP_DTYPE))
            if probes is not None:
                packed = probes.astype(PROBE_DTYPE)
                packed_metrics.add(self._db, "probes", run_id, first_step, packed)
            if run:
                self.update(run_id, **run)

    def steps(self, run_id: str) -> StepMetrics:
        """Metrics of every step of a run."""
        return packed_metrics.read(self._db, "steps", run_id, STEP_DTYPE)

    def probes(self, run_id: str) -> StepMetrics:
        """What a run recorded of its steps besides, `PROBE_DTYPE`; no steps where it didn't."""
        return packed_metrics.read(self._db, "probes", run_id, PROBE_DTYPE)

    def add_epoch(self, run_id: str, epoch: EpochMetrics, **run: Any) -> None:
        """Adds the metrics of an epoch, and sets columns of the run with them."""
        values = (run_id, *(getattr(epoch, name) for name in _EPOCH_COLUMNS))
        best = {m: getattr(epoch, m) for m in BEST if getattr(epoch, m) is not None}
        better = ", ".join(f"best_{m} = {BEST[m]}(COALESCE(best_{m}, ?), ?)" for m in best)
        with self.owned(run_id) as db:
            db.execute(
                f"INSERT OR REPLACE INTO epochs (run_id, {', '.join(_EPOCH_COLUMNS)})"
                f" VALUES ({marks(values)})",
                values,
            )
            db.execute(
                f"UPDATE runs SET {better} WHERE run_id = ?",
                (*(value for value in best.values() for _ in range(2)), run_id),
            )
            if run:
                self.update(run_id, **run)

    def epochs(self, run_id: str) -> list[EpochMetrics]:
        """Metrics of every finished epoch of a run."""
        return self.all_epochs([run_id]).get(run_id, [])

    def all_epochs(self, run_ids: Sequence[str]) -> Mapping[str, list[EpochMetrics]]:
        """Metrics of every finished epoch of several runs, by run id."""
        query = f"SELECT {', '.join(_EPOCH_COLUMNS)} FROM epochs WHERE run_id = ? ORDER BY epoch"
        return {
            run_id: [EpochMetrics(*row) for row in self._db.rows(query, (run_id,))]
            for run_id in run_ids
        }

    def truncate(self, run_id: str, step: int) -> None:
        """Forgets the metrics after a step: a resumed run goes on from its checkpoint."""
        known = {"steps": self.steps(run_id), "probes": self.probes(run_id)}
        with self.owned(run_id) as db:
            db.execute("DELETE FROM epochs WHERE run_id = ? AND step > ?", (run_id, step))
            for table, metrics in known.items():
                db.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))
                values = metrics.values[metrics.steps <= step]
                if len(values):
                    packed_metrics.add(self._db, table, run_id, int(metrics.steps[0]), values)
            best = ", ".join(f"{BEST[m]}({m})" for m in BEST)
            db.execute(
                f"UPDATE runs SET ({', '.join(f'best_{m}' for m in BEST)}) ="
                f" (SELECT {best} FROM epochs WHERE epochs.run_id = runs.run_id) WHERE run_id = ?",
                (run_id,),
            )
            self.update(run_id, step=step)
