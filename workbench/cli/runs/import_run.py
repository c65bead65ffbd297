"""The command `import-run`: takes a run in from a bundle."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli.exit_codes import DONE
from workbench.cli.options import add_json, add_store, store_of
from workbench.cli.terminal import give_json
from workbench.exchange.bundle import import_run
from workbench.runs.store import Store


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("file", type=Path, metavar="FILE.zip")
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Takes a run in that another store exported, and prints its id."""
    with Store(store_of(arguments)) as store:
        run = import_run(store, arguments.file)
    if arguments.json:
        give_json(run.summary())
    else:
        print(run.run_id)
    return DONE
