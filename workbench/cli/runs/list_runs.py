"""The command `runs`: the runs of the store, as lines or as a table."""

from __future__ import annotations

import argparse
import sys

from workbench.base.text import tr
from workbench.base.units import count, duration, in_one_line, percent
from workbench.cli.exit_codes import DONE
from workbench.cli.options import add_json, add_store, store_of
from workbench.cli.terminal import complain, give_json
from workbench.runs.store import Store, StoreError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--filter",
        metavar="EXPR",
        default="",
        help=tr("only runs with this, as in 'accuracy > 0.98 and optimizer.kind = adam'"),
    )
    parser.add_argument(
        "--columns",
        metavar="A,B,C",
        default="",
        help=tr(
            "columns in their order: val_accuracy, val_accuracy@best, val_accuracy@5, "
            "time_to@0.98, optimizer.kind, ..."
        ),
    )
    parser.add_argument(
        "--sort",
        metavar="[-]COLUMN",
        default="",
        help=tr("sort by a column (several with commas), from the most down with - in front"),
    )
    parser.add_argument(
        "--group-by",
        metavar="COLUMN",
        default="",
        help=tr("a line for each value of a column: how many runs, means, standard deviations"),
    )
    parser.add_argument("--archived", action="store_true", help=tr("archived runs as well"))
    parser.add_argument("--ids", action="store_true", help=tr("only their ids, one a line"))
    parser.add_argument("--csv", action="store_true", help=tr("print as CSV"))
    add_json(parser)
    add_store(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints the runs; those of a process that died are marked first."""
    with Store(store_of(arguments)) as store:
        try:
            store.mark_interrupted()
        except StoreError as error:  # a full disk; they can be listed all the same
            complain(str(error))
        if store.refused:
            complain(store.refused)
        if is_table(arguments):
            # Here, not above: it is more to load than the list.
            from workbench.cli.runs.runs_table import table

            return table(store, arguments)
        found = store.runs()
    if arguments.json:
        give_json([run.summary() for run in found])
        return DONE
    for run in found:
        print(
            run.run_id
            if arguments.ids
            else f"{run.run_id}  {run.status:<11}  {percent(run.test_accuracy):>8}  "
            f"{count(run.images_per_second):>8} {tr('images/s')}  {duration(run.elapsed):>10}  "
            f"{in_one_line(run.name)}"
        )
    if not found and not arguments.ids:
        print(tr("no runs yet; 'dlopt-workbench run digits-cnn' makes one"), file=sys.stderr)
    return DONE


def is_table(arguments: argparse.Namespace) -> bool:
    """Whether more than the plain list was asked for."""
    asked = (arguments.filter, arguments.columns, arguments.sort, arguments.group_by)
    return any(asked) or arguments.csv or arguments.archived
