"""The command `completion`: what a shell needs to complete commands, options, presets and runs."""

from __future__ import annotations

import argparse
from importlib import import_module

from workbench.base.text import tr
from workbench.cli.exit_codes import DONE

SHELLS = ("bash", "zsh", "fish")
VALUES = {
    "experiment": "dlopt-workbench presets",
    "name": "dlopt-workbench presets",
    "run": "dlopt-workbench runs --ids",
    "run_id": "dlopt-workbench runs --ids",
    "runs": "dlopt-workbench runs --ids",
}
"""Commands whose lines are the values of a positional argument."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument("shell", choices=SHELLS, help=tr("the shell that is to complete"))


def run(arguments: argparse.Namespace) -> int:
    """Prints a script that is made of the parsers, so that it knows what they know."""
    import shtab

    # By name: the module that finds the commands finds this one.
    parser = import_module("workbench.cli.main").parser()
    _tell_values(parser)
    print(shtab.complete(parser, shell=arguments.shell))
    return DONE


def _tell_values(parser: argparse.ArgumentParser) -> None:
    """Adds to arguments what their values may be."""
    import shtab

    for action in parser._actions:
        meant = str(action.metavar)
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _tell_values(inner)
        elif not action.option_strings and action.dest in VALUES:
            action.complete = shtab.cmd(VALUES[action.dest])  # type: ignore[attr-defined]
        elif meant == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif meant.startswith(("FILE", "FIGURE", "IMAGE")):
            action.complete = shtab.FILE  # type: ignore[attr-defined]
