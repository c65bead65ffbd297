"""The command `presets`: the experiments that come with the workbench."""

from __future__ import annotations

import argparse

from workbench import presets
from workbench.base.text import tr
from workbench.cli.exit_codes import DONE


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("name", metavar="NAME", nargs="?", help=tr("the preset to print"))


def run(arguments: argparse.Namespace) -> int:
    """Prints their names, or one of them."""
    if arguments.name:
        print(presets.text(arguments.name), end="")
    else:
        print("\n".join(presets.names()))
    return DONE
