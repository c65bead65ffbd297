"""Which runs a table shows and in what order: filtered, sorted, in groups. Pure, any thread.

`plan` looks at the frame, in its own thread; `arrange` works on the copies that the plan took.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.runs.columns import Value
from workbench.runs.table.frame import RunFrame, Snapshot, plain
from workbench.runs.table.matching import Filter, Mask

Places = npt.NDArray[np.intp]
Numbers = npt.NDArray[np.float64]
ALWAYS = ("created", "archived")


@dataclass(frozen=True)
class SortKey:
    """A column to sort by."""

    key: str
    descending: bool = False

    @classmethod
    def read(cls, text: str) -> SortKey:
        """`-val_accuracy`: from the most down; `val_accuracy`: from the least up."""
        return cls(text.removeprefix("-"), text.startswith("-"))


@dataclass(frozen=True)
class TableView:
    """What is asked for.

    Attributes:
        sort: The first decides; then the next. The newest run comes first where they leave it open.
        group: Key of a column; "" for no groups.
        shown: Keys of the columns that are shown: groups have means of them.
        archived: Whether archived runs are shown.
        only: Ids of the only runs to show; None for all.
    """

    sort: tuple[SortKey, ...] = ()
    group: str = ""
    shown: tuple[str, ...] = ()
    archived: bool = False
    only: frozenset[str] | None = None


@dataclass(frozen=True)
class Groups:
    """Runs with one value each in the column that they are grouped by.

    Attributes:
        values: What the runs of each group have there; None where it is missing.
        ends: Where each group ends in `Arrangement.places`.
        means, deviations: By column of numbers that is shown, one entry a group; NaN where no run
            has a value, and for the deviation of one run.
        common: By column of texts that is shown: what all runs of a group have alike, else None.
    """

    values: list[Value] = field(default_factory=list)
    ends: Places = field(default_factory=lambda: np.zeros(0, np.intp))
    means: Mapping[str, Numbers] = field(default_factory=dict)
    deviations: Mapping[str, Numbers] = field(default_factory=dict)
    common: Mapping[str, list[str | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    def runs(self, number: int) -> slice:
        """Where a group's runs are in `Arrangement.places`."""
        return slice(int(self.ends[number - 1]) if number else 0, int(self.ends[number]))


@dataclass(frozen=True)
class Arrangement:
    """What is shown.

    Attributes:
        places: Of all runs shown, in order; the runs of a group one after another.
        groups: In order; empty where there are none.
        total: Runs there are, without those put away.
    """

    places: Places
    groups: Groups = field(default_factory=Groups)
    total: int = 0


@dataclass(frozen=True)
class ArrangePlan:
    """All that `arrange` needs.

    Attributes:
        only: Which places may be shown; None for all.
    """

    view: TableView
    found: Filter
    runs: Snapshot
    only: Mask | None = None


def plan(frame: RunFrame, view: TableView, found: Filter) -> ArrangePlan:
    """Takes copies of the columns that a view needs."""
    keys = {*ALWAYS, *found.keys, *(key.key for key in view.sort)}
    if view.group:
        keys |= {view.group, *view.shown}
    only = None
    if view.only is not None:
        known = [frame.place(run_id) for run_id in view.only]
        only = np.zeros(len(frame), np.bool_)
        only[[place for place in known if place is not None]] = True
    return ArrangePlan(view, found, frame.snapshot(keys), only)


def arrange(planned: ArrangePlan) -> Arrangement:
    """Filters, sorts and groups."""
    view, runs = planned.view, planned.runs
    in_question, in_sight = _sights(planned, runs, planned.only)
    total = int(np.count_nonzero(in_question))
    places = np.flatnonzero(in_sight)
    places = places[_order(runs, places, view.sort)]
    if not view.group:
        return Arrangement(places, total=total)
    together, groups = _grouped(runs, places, view)
    return Arrangement(together, groups, total)


def is_still_right(planned: ArrangePlan, frame: RunFrame, places: Places, shown: Mask) -> bool:
    """Whether the arrangement of a plan holds although the runs at `places` changed.

    Costs what changed, not what there is: a run under way changes every second.

    Args:
        planned: Of the arrangement.
        frame: As it is now.
        places: Of the runs that changed.
        shown: Whether the arrangement shows each of them.
    """
    view = planned.view
    if view.group or places.max(initial=-1) >= planned.runs.count:
        return False
    now = frame.snapshot({*ALWAYS, *planned.found.keys}, places)
    only = None if planned.only is None else planned.only[places]
    if not np.array_equal(_sights(planned, now, only)[1], shown):
        return False
    return all(
        frame.value(key.key, place) == plain(planned.runs.column(key.key)[place])
        for key in view.sort
        for place in places.tolist()
    )


def _sights(planned: ArrangePlan, runs: Snapshot, only: Mask | None) -> tuple[Mask, Mask]:
    """Which runs are there (not put away), and which of them are shown."""
    there = runs.alive.copy()
    if not planned.view.archived and "archived" not in planned.found.keys:
        there &= runs.column("archived") != 1
    return there, there & (planned.found.mask(runs) if only is None else only)


def _order(runs: Snapshot, places: Places, keys: Sequence[SortKey]) -> Places:
    ranks = [-runs.column("created")[places]]
    for key in reversed(keys):
        rank = _rank(runs.column(key.key)[places])
        ranks.append(-rank if key.descending else rank)
    # Later keys of `lexsort` decide; NaN goes last whichever the direction.
    return np.lexsort(ranks)


def _rank(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Numbers as they are; texts as their place in the alphabet, NaN where there is none."""
    if values.dtype != np.object_:
        return np.asarray(values, np.float64)
    folded = [None if not value else value.casefold() for value in values]
    alphabet = {text: n for n, text in enumerate(sorted({f for f in folded if f is not None}))}
    return np.array([np.nan if f is None else alphabet[f] for f in folded], np.float64)


def _grouped(runs: Snapshot, places: Places, view: TableView) -> tuple[Places, Groups]:
    """The runs by groups, these in the order of their values, or of the means they are sorted by.

    All groups at once: there may be as many as runs.
    """
    if not len(places):
        return places, Groups()
    values = runs.column(view.group)[places]
    _, first, codes = np.unique(_rank(values), return_index=True, return_inverse=True)
    count = len(first)
    columns = {key: runs.column(key)[places] for key in view.shown}
    numbers = {key: v for key, v in columns.items() if v.dtype != np.object_}
    spreads = {key: spread(v, codes, count) for key, v in numbers.items()}
    order = np.arange(count)
    if view.sort and view.sort[0].key in (*spreads, view.group):
        decides = view.sort[0]
        rank = order if decides.key == view.group else spreads[decides.key][0]
        order = np.argsort(-rank if decides.descending else rank, kind="stable")
    position = np.empty(count, np.intp)
    position[order] = np.arange(count)
    codes = position[codes]
    by_group = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=count))
    texts = {key: v[by_group] for key, v in columns.items() if v.dtype == np.object_}
    return places[by_group], Groups(
        [None if values[i] == "" else plain(values[i]) for i in first[order]],
        ends,
        {key: mean[order] for key, (mean, _) in spreads.items()},
        {key: deviation[order] for key, (_, deviation) in spreads.items()},
        {key: _common(v, ends) for key, v in texts.items()},
    )


def spread(values: Numbers, codes: Places, count: int) -> tuple[Numbers, Numbers]:
    """Mean and standard deviation of every group; values that are missing are left out."""
    known = ~np.isnan(values)
    values, codes = values[known], codes[known]
    many = np.bincount(codes, minlength=count).astype(np.float64)
    many[many == 0] = np.nan
    mean = np.bincount(codes, values, count) / many
    squares = np.bincount(codes, (values - mean[codes]) ** 2, count)
    many[many < 2] = np.nan
    return mean, np.sqrt(squares / (many - 1))


def _common(values: npt.NDArray[Any], ends: Places) -> list[str | None]:
    """The text that all runs of a group share; values lie group by group."""
    rank = np.nan_to_num(_rank(values), nan=-1.0)
    starts = np.concatenate([[0], ends[:-1]])
    same = np.minimum.reduceat(rank, starts) == np.maximum.reduceat(rank, starts)
    return [
        values[start] if alike else None for start, alike in zip(starts.tolist(), same, strict=True)
    ]
