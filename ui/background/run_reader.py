"""Reads runs and their curves from the store, as a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ui.background.jobs import JobReport
from workbench.curves.grouping import Settings, settings_of
from workbench.curves.reading import read_curves
from workbench.curves.run import RunCurves
from workbench.runs.record import Run
from workbench.runs.store import Store


@dataclass(frozen=True)
class ReadRun:
    """A run as it was read.

    Attributes:
        curves: None where those known before are still right.
    """

    run: Run
    settings: Settings
    curves: RunCurves | None

    @property
    def mark(self) -> str:
        """Another text whenever the run's curves may be others."""
        return mark_of(self.run)


def mark_of(run: Run) -> str:
    """Another text whenever the run's curves may be others."""
    return f"{run.status} {run.step} {run.finished}"


def read_runs(
    folder: Path, run_ids: Sequence[str], marks: Mapping[str, str], report: JobReport[ReadRun]
) -> None:
    """Read runs and their curves, one after another; a job.

    Args:
        folder: Of the store.
        run_ids: Which.
        marks: Of runs that are known; where a mark is still right, the curves aren't read.
        report: Gets each run.

    Raises:
        StoreError: where a run can't be read.
    """
    with Store(folder) as store:
        for run_id in run_ids:
            run = store.run(run_id)
            known = marks.get(run_id) == mark_of(run)
            report(ReadRun(run, settings_of(run), None if known else read_curves(store, run)))
