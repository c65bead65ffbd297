"""The finished trials of a sweep as columns of numbers, for the plots that runs are drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from workbench.base.text import tr
from workbench.figures.tradeoffs.numbers import RunNumbers, trial_name
from workbench.levers.catalog import LEVER, LEVERS
from workbench.runs.columns import RUN_COLUMNS, Column, column_of
from workbench.runs.quantities import QUANTITIES
from workbench.runs.record import Run
from workbench.runs.table.frame import Array
from workbench.study.results.outcome import SweepOutcome
from workbench.study.sweeps.axes import SweepAxis, written
from workbench.study.sweeps.trials import BASELINE, SweepTrial

TRIAL = "trial"


def numbers_of(found: SweepOutcome) -> RunNumbers:
    """The finished trials by number, a baseline that is no combination before all others.

    Columns are the trial's number, what is varied, and every quantity that one of them has: the
    mean over the runs, missing where one of the runs lacks it.
    """
    goals = found.plan.goals
    done = [trial for trial in found.trials if trial.runs and trial.means(goals) is not None]
    numbers = np.array([trial.number for trial in done], np.float64)
    columns: dict[str, Array] = {TRIAL: numbers}
    about = {TRIAL: RUN_COLUMNS[TRIAL]}
    for axis in found.plan.axes:
        columns[axis.path] = _settings(axis, done, found)
        about[axis.path] = column_of_axis(axis)
    for quantity in QUANTITIES:
        means = np.array([_mean(trial.judged, quantity.key) for trial in done], np.float64)
        if not np.isnan(means).all():
            columns[quantity.key] = means
            about[quantity.key] = RUN_COLUMNS[quantity.key]
    return RunNumbers(
        [trial.judged[0].run_id for trial in done],
        [trial_name(float(trial.number)) for trial in done],
        [trial.judged[0].colour for trial in done],
        columns,
        about,
        [tuple(run.run_id for run in trial.judged) for trial in done],
    )


def column_of_axis(axis: SweepAxis) -> Column:
    """What is varied as a column, with a title for a person."""
    found = column_of(axis.path, numbers=is_numeric(axis))
    if not axis.path.startswith(LEVER):
        return found
    lever = LEVERS[axis.path.removeprefix(LEVER)]
    return replace(found, title=tr("Lever: {name}", name=lever.label))


def is_numeric(axis: SweepAxis) -> bool:
    """Whether all that an axis takes are numbers."""
    return axis.is_range or all(map(_is_number, axis.values))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _settings(axis: SweepAxis, done: Sequence[SweepTrial], found: SweepOutcome) -> Array:
    """What each trial has on an axis: numbers with NaN for missing, or texts with None."""
    values = [trial.settings.get(axis.path) for trial in done]
    if done and done[0].number == BASELINE and not axis.path.startswith(LEVER):
        values[0] = found.baseline_value(axis.path)
    if is_numeric(axis):
        return np.array([v if _is_number(v) else np.nan for v in values], np.float64)
    texts = np.full(len(values), None, np.object_)
    texts[:] = [None if value is None else written(value) for value in values]
    return texts


def _mean(runs: Sequence[Run], key: str) -> float:
    values = [run.figure(key) for run in runs]
    known = [float(value) for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else float("nan")
