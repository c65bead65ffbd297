"""The runs of the store as a table: filter, columns, order and groups, as the window has them."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from workbench.base import units
from workbench.cli.terminal import give_json, print_aligned
from workbench.runs.columns import Value
from workbench.runs.store import Store
from workbench.runs.table import delimited, query
from workbench.runs.table.arrange import Arrangement, SortKey, TableView, arrange, plan
from workbench.runs.table.frame import RunFrame
from workbench.runs.table.loading import check_column, load_columns, load_runs
from workbench.runs.table.matching import Filter

DEFAULT_COLUMNS = "run_id,status,test_accuracy,val_accuracy,images_per_second,seconds,name"


def table(store: Store, arguments: argparse.Namespace) -> int:
    """Prints the table.

    Raises:
        QueryError: where the filter can't be read or a column doesn't exist.
    """
    term = query.parse(arguments.filter)
    frame = load_runs(store)
    keys = _parted(arguments.columns or DEFAULT_COLUMNS)
    sort = tuple(SortKey.read(text) for text in _parted(arguments.sort))
    view = TableView(sort, arguments.group_by, tuple(keys), arguments.archived)
    for key in (*keys, *(s.key for s in sort), *filter(None, [view.group])):
        check_column(frame, key)
    found = Filter(term, frame, keys)
    asked = {*keys, *found.keys, *(s.key for s in sort), *filter(None, [view.group])}
    load_columns(store, frame, asked)
    shown = arrange(plan(frame, view, found))
    if view.group:
        _print_groups(frame, shown, view, arguments)
    else:
        _print_runs(frame, shown, keys, arguments)
    return 0


def _parted(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _print_runs(
    frame: RunFrame, shown: Arrangement, keys: list[str], arguments: argparse.Namespace
) -> None:
    places = shown.places.tolist()
    if arguments.json:
        give_json([{key: frame.value(key, p) for key in keys} for p in places])
    elif arguments.csv:
        print(delimited.as_csv(delimited.cells(frame.snapshot(keys), places, keys)), end="")
    else:
        about = [frame.about(key) for key in keys]
        print_aligned(
            keys, [[c.text(frame.value(c.key, place)) for c in about] for place in places]
        )


def _print_groups(
    frame: RunFrame, shown: Arrangement, view: TableView, arguments: argparse.Namespace
) -> None:
    groups, counts = shown.groups, np.diff(shown.groups.ends, prepend=0).tolist()
    numbers = [key for key in view.shown if key in groups.means]
    rows: list[dict[str, Value]] = []
    for number, value in enumerate(groups.values):
        row: dict[str, Value] = {view.group: value}
        row["count"] = counts[number]
        for key in numbers:
            row[f"{key} mean"] = _known(groups.means[key][number])
            row[f"{key} deviation"] = _known(groups.deviations[key][number])
        rows.append(row)
    if arguments.json:
        give_json(rows)
    elif arguments.csv:
        heads = list(rows[0]) if rows else [view.group, "count"]
        lines = [[delimited.as_cell(value) for value in row.values()] for row in rows]
        print(delimited.as_csv([heads, *lines]), end="")
    else:
        print_aligned(
            [view.group, "count", *numbers],
            [
                [_text(frame, view.group, row[view.group]), units.count(counts[number])]
                + [_spread(frame, key, row) for key in numbers]
                for number, row in enumerate(rows)
            ],
        )


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _text(frame: RunFrame, key: str, value: Value) -> str:
    return frame.about(key).text(value)


def _spread(frame: RunFrame, key: str, row: dict[str, Value]) -> str:
    mean, deviation = row[f"{key} mean"], row[f"{key} deviation"]
    text = _text(frame, key, mean)
    return text if deviation is None else f"{text} ± {_text(frame, key, deviation)}"
