"""The command `resume`: goes on with a run that ended before its time."""

from __future__ import annotations

import argparse

from workbench.cli import train
from workbench.cli.options import RUN, add_json, add_store


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("run_id", metavar="RUN_ID", help=RUN)
    add_json(command)
    add_store(command)


run = train.resume
