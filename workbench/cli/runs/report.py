"""The command `report`: a page on some runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.exit_codes import DONE
from workbench.cli.figure_options import check_name, writing
from workbench.cli.options import RUN, add_store, store_of
from workbench.runs.store import Store


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("runs", metavar="RUN", nargs="+", help=RUN)
    command.add_argument("--output", type=Path, required=True, metavar="FILE.html")
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Writes a page on some runs."""
    # Here, not above: Matplotlib takes a second to load.
    from workbench.figures.report import write_report

    check_name(arguments.output, ".html", ".htm")
    with Store(store_of(arguments)) as store:
        runs = list({run.run_id: run for run in map(store.find, arguments.runs)}.values())
        with writing(arguments.output):
            write_report(store, runs, arguments.output)
    return DONE
