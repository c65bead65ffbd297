"""The commands that pass runs on: `export-run`, `import-run` and `report`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from workbench.base.paths import default_store
from workbench.cli.figure_options import writing
from workbench.cli.runs import RUN
from workbench.exchange.bundle import export_run, import_run
from workbench.exchange.tensorboard_events import write_events
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.spec.base import SpecError

DONE = 0
BUNDLE = "bundle"


def add_export_options(command: argparse.ArgumentParser) -> None:
    """The options of `export-run`."""
    command.add_argument("run", metavar="RUN", help=RUN)
    command.add_argument("--output", type=Path, required=True, metavar="FILE|DIR")
    command.add_argument(
        "--format", choices=FORMATS, default=BUNDLE,
        help="bundle: one .zip with spec, metrics, record and weights, for import-run; "
        "tensorboard: a folder of event files that TensorBoard reads (default: bundle)",
    )  # fmt: skip


def add_import_options(command: argparse.ArgumentParser) -> None:
    """The options of `import-run`."""
    command.add_argument("file", type=Path, metavar="FILE.zip")


def add_report_options(command: argparse.ArgumentParser) -> None:
    """The options of `report`."""
    command.add_argument("runs", metavar="RUN", nargs="+", help=RUN)
    command.add_argument("--output", type=Path, required=True, metavar="FILE.html")


def export(arguments: argparse.Namespace) -> int:
    """Writes a run to a file or a folder."""
    if arguments.format == BUNDLE:
        _check_suffix(arguments.output, ".zip")
    with Store(_store(arguments)) as store:
        run = store.find(arguments.run)
        with writing(arguments.output):
            FORMATS[arguments.format](store, run, arguments.output)
    return DONE


def take_in(arguments: argparse.Namespace) -> int:
    """Takes a run in that another store exported, and prints its id."""
    with Store(_store(arguments)) as store:
        run = import_run(store, arguments.file)
    print(json.dumps(run.summary()) if arguments.json else run.run_id)
    return DONE


def report(arguments: argparse.Namespace) -> int:
    """Writes a page on some runs."""
    # Here, not above: Matplotlib takes a second to load.
    from workbench.figures.report import write_report

    _check_suffix(arguments.output, ".html", ".htm")
    with Store(_store(arguments)) as store:
        runs = list({run.run_id: run for run in map(store.find, arguments.runs)}.values())
        with writing(arguments.output):
            write_report(store, runs, arguments.output)
    return DONE


def _check_suffix(path: Path, *known: str) -> None:
    if path.suffix.lower() not in known:
        raise SpecError.at("", f"{path}: must end in {known[0]}")


def _store(arguments: argparse.Namespace) -> Path:
    return Path(arguments.store) if arguments.store else default_store()


def _bundle(store: Store, run: Run, path: Path) -> None:
    export_run(store, run, path)


def _events(store: Store, run: Run, path: Path) -> None:
    write_events(store, run, path)


FORMATS: dict[str, Callable[[Store, Run, Path], None]] = {
    BUNDLE: _bundle, "tensorboard": _events,
}  # fmt: skip
