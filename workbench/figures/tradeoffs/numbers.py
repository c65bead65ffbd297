"""From the store to the numbers of scatters and bars, and these as CSV. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from workbench.base import units
from workbench.base.text import tr
from workbench.curves.grouping import bare_name
from workbench.figures.tradeoffs.settings import BarsFigure, ScatterFigure
from workbench.runs.columns import Column, Value
from workbench.runs.store import Store
from workbench.runs.table import delimited
from workbench.runs.table.frame import Array, RunFrame, plain
from workbench.runs.table.loading import (
    check_column,
    load_columns,
    load_runs,
    load_trial_settings,
)
from workbench.runs.table.matching import Mask
from workbench.tradeoffs.groups import Bars, bars_of
from workbench.tradeoffs.pareto import Numbers
from workbench.tradeoffs.points import Points, points_of

Figure = ScatterFigure | BarsFigure
TrialId = tuple[str, Value]
"""Name of a study, and the number of one of its trials."""


class OfRuns(Protocol):
    """A figure of columns of runs."""

    @property
    def runs(self) -> Sequence[str]:
        """Their ids."""
        ...

    @property
    def keys(self) -> Sequence[str]:
        """The columns."""
        ...


@dataclass(frozen=True)
class RunNumbers:
    """What is known of the runs of a figure, an entry a run.

    Attributes:
        run_ids, names: Of the runs, in the figure's order.
        colours: Their running numbers, which give their colours everywhere.
        columns: The columns that the figure shows, by key.
        about: What these are.
        members: Ids of the runs of each entry, where one stands for several: the seeds of a trial.
    """

    run_ids: Sequence[str]
    names: Sequence[str]
    colours: Sequence[int]
    columns: dict[str, Array]
    about: dict[str, Column]
    members: Sequence[tuple[str, ...]] = ()

    def members_of(self, run: int) -> tuple[str, ...]:
        """The ids of the runs that an entry stands for."""
        return self.members[run] if self.members else (self.run_ids[run],)

    @property
    def all_ids(self) -> list[str]:
        """The ids of all runs that the entries stand for."""
        return [run_id for run in range(len(self.run_ids)) for run_id in self.members_of(run)]

    def numbers(self, key: str) -> Numbers:
        """A column of numbers.

        Raises:
            ValueError: where it holds texts.
        """
        values = self.columns[key]
        if values.dtype == np.object_ and any(value is not None for value in values):
            raise ValueError(
                tr("{key} holds texts; a quantity must be a column of numbers", key=key)
            )
        return np.asarray(values, np.float64)

    @property
    def has_values(self) -> Mask:
        """(n,), which runs have a value in any of the columns: one that waits has none yet."""
        found = np.zeros(len(self.run_ids), np.bool_)
        for values in self.columns.values():
            if values.dtype == np.object_:
                found |= np.array([bool(text) for text in values.tolist()], np.bool_)
            else:
                found |= ~np.isnan(values)
        return found

    def only(self, mask: Mask) -> RunNumbers:
        """The runs that a mask holds."""
        kept = np.flatnonzero(mask).tolist()
        return RunNumbers(
            [self.run_ids[run] for run in kept],
            [self.names[run] for run in kept],
            [self.colours[run] for run in kept],
            {key: values[mask] for key, values in self.columns.items()},
            self.about,
            [self.members[run] for run in kept] if self.members else (),
        )


def read_table(store: Store, figure: Figure) -> RunNumbers:
    """The runs of a figure from the store.

    Raises:
        ValueError: where one of them, or a column, isn't there.
    """
    frame, places = read_frame(store, figure)
    table = table_of(frame, places, figure.keys)
    has_means = isinstance(figure, ScatterFigure) and figure.means
    return averaged(table, trials_of(frame, places)) if has_means else table


def read_frame(store: Store, figure: OfRuns) -> tuple[RunFrame, list[int]]:
    """All runs, with the columns of a figure, and the places of its own.

    Raises:
        ValueError: where one of them, or a column, isn't there.
    """
    frame = load_runs(store)
    load_trial_settings(store, frame, figure.keys)
    for key in figure.keys:
        check_column(frame, key)
    load_columns(store, frame, figure.keys)
    places = [frame.place(run_id) for run_id in figure.runs]
    gone = next((i for i, place in zip(figure.runs, places, strict=True) if place is None), None)
    if gone is not None:
        raise ValueError(tr("there is no run {gone} in this store", gone=repr(gone)))
    return frame, [place for place in places if place is not None]


def table_of(frame: RunFrame, places: Sequence[int], keys: Sequence[str]) -> RunNumbers:
    """What a frame knows of some of its runs."""
    runs = frame.snapshot({*keys, "run_id", "name", "colour"}, np.array(places, np.intp))
    return RunNumbers(
        runs.column("run_id").tolist(),
        [str(name) for name in runs.column("name").tolist()],
        np.nan_to_num(runs.column("colour")).astype(int).tolist(),
        {key: runs.column(key) for key in keys},
        {key: frame.about(key) for key in keys},
    )


def trials_of(frame: RunFrame, places: Sequence[int]) -> list[TrialId]:
    """Which trial each of some runs is of."""
    return [(str(frame.value("study", p)), frame.value("trial", p)) for p in places]


def averaged(table: RunNumbers, trials: Sequence[TrialId]) -> RunNumbers:
    """The runs of each trial as one, in the order of the first of them.

    A number is the mean over the runs, and missing where one of them lacks it; a text is that of
    the first.

    Args:
        table: An entry a run.
        trials: Which trial each is of.
    """
    groups: dict[TrialId, list[int]] = {}
    for run, trial in enumerate(trials):
        groups.setdefault(trial, []).append(run)
    firsts = [runs[0] for runs in groups.values()]

    def reduced(values: Array) -> Array:
        if values.dtype == np.object_:
            return values[firsts]
        return np.array([values[runs].mean() for runs in groups.values()], np.float64)

    return RunNumbers(
        [table.run_ids[run] for run in firsts],
        [trial_name(trial[1]) for trial in groups],
        [table.colours[run] for run in firsts],
        {key: reduced(values) for key, values in table.columns.items()},
        table.about,
        [tuple(table.run_ids[run] for run in runs) for runs in groups.values()],
    )


def trial_name(number: Value) -> str:
    """What a trial is called in a figure."""
    return tr("trial {number}", number=f"{number:g}") if number else tr("baseline")


def points(figure: ScatterFigure, table: RunNumbers) -> Points:
    """The dots of a scatter.

    Raises:
        ValueError: where no run can be drawn.
    """
    found = points_of([table.numbers(key) for key in figure.keys], figure.quantities)
    if not found.is_drawn.any():
        raise ValueError(tr("none of the runs has {keys} to draw", keys=" and ".join(figure.keys)))
    return found


def bars(figure: BarsFigure, table: RunNumbers) -> Bars:
    """The bars of a figure.

    Raises:
        ValueError: where no run has the figure.
    """
    found = bars_of(
        table.numbers(figure.quantity.key), labels_of(figure.group, table), figure.quantity.sign
    )
    if not len(found):
        raise ValueError(tr("none of the runs has {key} to draw", key=figure.quantity.key))
    return found


def labels_of(group: str, table: RunNumbers) -> list[str]:
    """The group of every run: itself, its bare name, or its value in a column."""
    if not group:
        return numbered(table.names)
    if group == "name":
        return [bare_name(name) for name in table.names]
    column = table.about[group]
    short = group.rpartition(".")[2]
    values = map(plain, table.columns[group])
    return [f"{short} = {units.NONE if v in (None, '') else column.text(v)}" for v in values]


def numbered(names: Sequence[str]) -> list[str]:
    """Names that are all different: the second of a name has (2) behind it."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def scatter_csv(figure: ScatterFigure, table: RunNumbers) -> str:
    """A row a run, those without a figure too."""
    best = set(points(figure, table).best().tolist())
    rows = [["run_id", "name", *figure.keys, "on_front"]]
    columns = [table.columns[key] for key in figure.keys]
    for number, (run_id, name) in enumerate(zip(table.run_ids, table.names, strict=True)):
        cells = [delimited.as_cell(plain(column[number])) for column in columns]
        own = [delimited.as_cell(run_id), delimited.as_cell(name)]
        rows.append([*own, *cells, "yes" if number in best else "no"])
    return delimited.as_csv(rows)


def bars_csv(figure: BarsFigure, table: RunNumbers) -> str:
    """A row a bar; a run alone has no deviation."""
    found = bars(figure, table)
    key = figure.quantity.key
    rows = [["group", "runs", f"{key} mean", f"{key} standard deviation"]]
    for number, label in enumerate(found.labels):
        mean, deviation = plain(found.means[number]), plain(found.deviations[number])
        count = str(int(found.counts[number]))
        rows.append([delimited.as_cell(label), count, *map(delimited.as_cell, (mean, deviation))])
    return delimited.as_csv(rows)
