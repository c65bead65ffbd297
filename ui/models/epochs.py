"""Epoch metrics of all runs, read once and again only where a run went on."""

from __future__ import annotations

from functools import partial

from ui.conductor import Conductor
from workbench.runs.record import EpochMetrics, Run


class EpochCache:
    """What the store knows of every run's epochs, without reading it all at each look."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._known: dict[str, tuple[str, list[EpochMetrics]]] = {}

    def of(self, runs: list[Run]) -> dict[str, list[EpochMetrics]]:
        """Metrics of all epochs by run id."""
        marks = {run.run_id: _mark(run) for run in runs}
        new = [run.run_id for run in runs if run.status.is_active or self._is_stale(run)]
        read = self._conductor.guarded(partial(self._conductor.store.all_epochs, new)) or {}
        for run_id, epochs in read.items():
            self._known[run_id] = (marks[run_id], list(epochs))
        return {run.run_id: self._known.get(run.run_id, ("", []))[1] for run in runs}

    def _is_stale(self, run: Run) -> bool:
        return run.run_id not in self._known or self._known[run.run_id][0] != _mark(run)


def _mark(run: Run) -> str:
    """Another text whenever the run's epochs may be others."""
    return f"{run.status} {run.step} {run.finished}"
