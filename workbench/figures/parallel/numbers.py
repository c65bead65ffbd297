"""From the store to the heights of runs on parallel axes, and these as CSV. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.base.text import tr
from workbench.figures.parallel.settings import ParallelFigure
from workbench.figures.tradeoffs.numbers import (
    RunNumbers,
    averaged,
    read_frame,
    table_of,
    trials_of,
)
from workbench.runs.store import Store
from workbench.runs.table import delimited
from workbench.runs.table.frame import RunFrame, plain
from workbench.runs.table.matching import Filter, Mask
from workbench.tradeoffs.brush import Axis, axis_of, between, term_of


@dataclass(frozen=True)
class ParallelRuns:
    """What is drawn.

    Attributes:
        table: The runs that have a value on any axis.
        axes: From left to right, with the heights of all runs.
        is_inside: (n,), which runs all brushed ranges hold; all of them without a range.
    """

    table: RunNumbers
    axes: Sequence[Axis]
    is_inside: Mask


def read_parallel(store: Store, figure: ParallelFigure) -> ParallelRuns:
    """The runs of a figure from the store.

    Raises:
        ValueError: where one of them, or a column, isn't there, or none of them has a value.
    """
    frame, places = read_frame(store, figure)
    every = table_of(frame, places, figure.keys)
    if figure.means:
        every = averaged(every, trials_of(frame, places))
    known = every.has_values
    table = every.only(known)
    if not table.run_ids:
        raise ValueError(tr("none of the runs has {keys} to draw", keys=" or ".join(figure.keys)))
    axes = [axis_of(table.about[a.key], table.columns[a.key], log=a.log) for a in figure.axes]
    return ParallelRuns(table, axes, _inside(figure, frame, table, axes))


def _inside(
    figure: ParallelFigure, frame: RunFrame, table: RunNumbers, axes: Sequence[Axis]
) -> Mask:
    """Which runs the brushed ranges hold, as in the window."""
    if figure.means:
        return between(axes, figure.ranges)
    # What a range holds is found by the filter that it is written as.
    found = Filter(term_of(axes, figure.ranges), frame)
    shown = np.array([frame.place_of_any(run_id) for run_id in table.run_ids], np.intp)
    return found.mask(frame.snapshot(found.keys, shown))


def parallel_csv(figure: ParallelFigure, runs: ParallelRuns) -> str:
    """A row a run, those outside the brushed ranges too."""
    table = runs.table
    rows = [["run_id", "name", *figure.keys, "brushed"]]
    columns = [table.columns[key] for key in figure.keys]
    for number, (run_id, name) in enumerate(zip(table.run_ids, table.names, strict=True)):
        cells = [delimited.as_cell(plain(column[number])) for column in columns]
        own = [delimited.as_cell(run_id), delimited.as_cell(name)]
        is_brushed = figure.brushes and runs.is_inside[number]
        rows.append([*own, *cells, "yes" if is_brushed else "no"])
    return delimited.as_csv(rows)
