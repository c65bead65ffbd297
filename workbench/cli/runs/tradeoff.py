"""The command that asks what runs give for what they cost: `tradeoff`, with the Pareto front."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from workbench.base.text import joined, tr
from workbench.base.units import count
from workbench.cli.exit_codes import DONE
from workbench.cli.figure_options import (
    add_look,
    check_output,
    drawing,
    look_of,
    print_json,
    remarked,
)
from workbench.cli.options import add_json, add_store, store_of
from workbench.cli.terminal import print_aligned
from workbench.figures.tradeoffs.numbers import RunNumbers, table_of
from workbench.figures.tradeoffs.settings import ScatterFigure
from workbench.figures.writing import write
from workbench.runs.store import Store
from workbench.runs.table import query
from workbench.runs.table.arrange import TableView, arrange, plan
from workbench.runs.table.frame import RunFrame
from workbench.runs.table.loading import check_column, load_columns, load_runs
from workbench.runs.table.matching import Filter
from workbench.tradeoffs.points import SIGNS, Points, TradeoffAxis, points_of

AXES = ("x", "y", "third")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add = command.add_argument
    add(
        "--x",
        metavar="COLUMN",
        default="parameters",
        help=tr(
            "a column of numbers, as in macs, seconds or training.batch_size (default: parameters)"
        ),
    )
    add(
        "--y",
        metavar="COLUMN",
        default="test_accuracy",
        help=tr("another (default: test_accuracy)"),
    )
    add("--third", metavar="COLUMN", help=tr("a third, shown by the dots"))
    for name in AXES:
        add(
            f"--{name}-better",
            choices=SIGNS,
            dest=f"{name}_better",
            help=tr(
                "which way of {name} is good (default: as the column has it: more accuracy, "
                "fewer parameters)",
                name=name,
            ),
        )
    for name in AXES:
        add(f"--log-{name}", action="store_true", help=tr("logarithmic scale of {name}", name=name))
    add(
        "--third-as",
        choices=get_args(ScatterFigure.model_fields["third"].annotation),
        default="size",
        help=tr("what of a dot shows the third (default: size)"),
    )
    add(
        "--filter",
        metavar="EXPR",
        default="",
        help=tr("only runs with this, as in 'accuracy > 0.98 and optimizer.kind = adam'"),
    )
    add("--archived", action="store_true", help=tr("archived runs as well"))
    add(
        "--output",
        type=Path,
        metavar="FILE",
        help=tr("draw it too: .svg, .pdf or .png, or .csv for the figures of all runs"),
    )
    add_look(command)
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints the runs on the Pareto front, and draws all where a file is named.

    Raises:
        QueryError: where the filter can't be read or a column doesn't exist.
    """
    check_output(arguments, ScatterFigure)
    with drawing(arguments.output):
        with Store(store_of(arguments)) as store:
            frame = load_runs(store)
            quantities = _quantities(frame, arguments)
            table = _table(store, frame, quantities, arguments)
        found = points_of([table.numbers(q.key) for q in quantities], quantities)
        warnings: Sequence[str] = ()
        if arguments.output is not None:
            warnings = _draw(table, quantities, arguments)
    keys = [quantity.key for quantity in quantities]
    row_of = {run: row for row, run in enumerate(found.known.tolist())}
    best = [(run, found.values[row_of[run]].tolist()) for run in found.best().tolist()]
    if arguments.json:
        print_json(arguments, _plain(table, quantities, found, best), warnings)
    else:
        _print(table, keys, best)
        print(_sentence(quantities, found), file=sys.stderr)
    return DONE


def _quantities(frame: RunFrame, arguments: argparse.Namespace) -> tuple[TradeoffAxis, ...]:
    made = []
    for name in AXES:
        key = getattr(arguments, name)
        if key:
            check_column(frame, key)
            own = TradeoffAxis.of(frame.about(key))
            better = getattr(arguments, f"{name}_better") or own.better
            made.append(own.changed(better=better, log=getattr(arguments, f"log_{name}")))
    return tuple(made)


def _table(
    store: Store,
    frame: RunFrame,
    quantities: tuple[TradeoffAxis, ...],
    arguments: argparse.Namespace,
) -> RunNumbers:
    """The runs that the filter finds, the newest first."""
    keys = [quantity.key for quantity in quantities]
    found = Filter(query.parse(arguments.filter), frame)
    load_columns(store, frame, {*keys, *found.keys})
    shown = arrange(plan(frame, TableView(archived=arguments.archived), found))
    return table_of(frame, shown.places.tolist(), keys)


def _draw(
    table: RunNumbers, quantities: tuple[TradeoffAxis, ...], arguments: argparse.Namespace
) -> Sequence[str]:
    if not table.run_ids:
        raise ValueError(tr("there is no run to draw"))
    figure = ScatterFigure(
        runs=tuple(table.run_ids),
        quantities=quantities,
        third=arguments.third_as,
        look=look_of(arguments),
    )
    return remarked(write(figure, table, arguments.output))


Best = list[tuple[int, list[float]]]
"""The runs on the front by their place in the table, and the values of each."""


def _plain(
    table: RunNumbers, quantities: tuple[TradeoffAxis, ...], found: Points, best: Best
) -> dict[str, Any]:
    keys = [quantity.key for quantity in quantities]
    return {
        "runs": found.total,
        "quantities": [quantity.values() for quantity in quantities],
        "missing": dict(zip(keys, found.missing, strict=True)),
        "front": [
            {"run_id": table.run_ids[run], "name": table.names[run]}
            | dict(zip(keys, values, strict=True))
            for run, values in best
        ],
    }


def _print(table: RunNumbers, keys: list[str], best: Best) -> None:
    about = [table.about[key] for key in keys]
    print_aligned(
        ["run_id", *keys, "name"],
        [
            [
                table.run_ids[run],
                *(c.text(v) for c, v in zip(about, values, strict=True)),
                table.names[run],
            ]
            for run, values in best
        ],
    )


def _sentence(quantities: tuple[TradeoffAxis, ...], found: Points) -> str:
    """How many runs are on the front, and why others can't be."""
    lacking = [
        tr("{count} without {column}", count=count(missing), column=quantity.key)
        for quantity, missing in zip(quantities, found.missing, strict=True)
        if missing
    ]
    if not any(quantity.sign for quantity in quantities):
        *first, last = (f"--{name}-better" for name in AXES[: len(quantities)])
        return tr(
            "no direction is good, so there is no front; say which with {first} and {last}",
            first=", ".join(first),
            last=last,
        )
    best = int(np.count_nonzero(found.is_best))
    given = {"best": count(best), "all": count(found.total)}
    if not lacking:
        return tr("on the Pareto front: {best} of {all} runs", **given)
    return tr(
        "on the Pareto front: {best} of {all} runs; left out: {lacking}",
        lacking=joined(", ", lacking),
        **given,
    )
