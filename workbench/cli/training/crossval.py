"""The command `crossval`: holds each of the folds out once."""

from __future__ import annotations

import argparse

from workbench.base.text import tr
from workbench.cli import train
from workbench.cli.options import add_experiment, add_json, add_store


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument(
        "--folds", type=int, default=5, metavar="K", help=tr("how many (default: 5)")
    )
    add_experiment(command)
    add_json(command)
    add_store(command)


run = train.crossval
