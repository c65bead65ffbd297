"""The command `export-run`: a run as a bundle or as event files."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from workbench.base.text import tr
from workbench.cli.exit_codes import DONE
from workbench.cli.figure_options import check_name, writing
from workbench.cli.options import add_run, add_store, store_of
from workbench.exchange.bundle import export_run
from workbench.exchange.tensorboard_events import write_events
from workbench.runs.record import Run
from workbench.runs.store import Store

BUNDLE = "bundle"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_run(command)
    command.add_argument("--output", type=Path, required=True, metavar="FILE|DIR")
    command.add_argument(
        "--format",
        choices=FORMATS,
        default=BUNDLE,
        help=tr(
            "bundle: one .zip with spec, metrics, record and weights, for import-run; "
            "tensorboard: a folder of event files that TensorBoard reads (default: bundle)"
        ),
    )
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Writes a run to a file or a folder."""
    if arguments.format == BUNDLE:
        check_name(arguments.output, ".zip")
    with Store(store_of(arguments)) as store:
        run = store.find(arguments.run)
        with writing(arguments.output):
            FORMATS[arguments.format](store, run, arguments.output)
    return DONE


def _bundle(store: Store, run: Run, path: Path) -> None:
    export_run(store, run, path)


def _events(store: Store, run: Run, path: Path) -> None:
    write_events(store, run, path)


FORMATS: dict[str, Callable[[Store, Run, Path], None]] = {
    BUNDLE: _bundle,
    "tensorboard": _events,
}
