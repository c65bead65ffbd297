"""The command `run`: trains an experiment, or one run for each of several seeds."""

from __future__ import annotations

import argparse

from workbench.base.text import tr
from workbench.cli import train
from workbench.cli.options import add_experiment, add_json, add_store


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help=tr("train N runs with the experiment's seed and the next ones, to see the spread"),
    )
    add_experiment(command)
    add_json(command)
    add_store(command)


run = train.run
