"""The command `completion`: what a shell needs to complete commands, options, presets and runs."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from workbench.base.text import tr
from workbench.cli.exit_codes import DONE

SHELLS = ("bash", "zsh", "fish")
PRESETS, RUNS = "dlopt-workbench presets", "dlopt-workbench runs --ids"
VALUES = {
    "experiment": (PRESETS, True),
    "name": (PRESETS, False),
    "run": (RUNS, False),
    "run_id": (RUNS, False),
    "runs": (RUNS, False),
}
"""By positional argument: the command whose lines are its values, and whether a file is one too."""

SCRIPTS = {
    "bash": """
{name}() {{
  compgen -W "$({command} 2>/dev/null)" -- "$1"
{files}}}""",
    "zsh": """
{name}() {{
  local -a values
  values=(${{(f)"$({command} 2>/dev/null)"}})
  compadd "$@" -a values
{files}}}""",
    "fish": """
function {name}
  {command} 2>/dev/null
{files}end""",
}
"""How a shell asks for values: as they are wanted, not as the script is loaded."""

FILES = {
    "bash": '  compgen -f -- "$1"\n',
    "zsh": "  _files\n",
    "fish": "  __fish_complete_path (commandline -ct)\n",
}


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
            action.complete = _asking(*VALUES[action.dest])  # type: ignore[attr-defined]
        elif meant == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif meant.startswith(("FILE", "FIGURE", "IMAGE")):
            action.complete = shtab.FILE  # type: ignore[attr-defined]


def _asking(command: str, or_file: bool) -> dict[str, Any]:
    """Completion, in shtab's form, by the lines that a command prints.

    Args:
        command: What the shell runs.
        or_file: Whether the name of a file is a value too.
    """
    name = f"_dlopt_workbench_{command.split()[1]}{'_or_files' if or_file else ''}"
    scripts = {
        shell: script.format(name=name, command=command, files=FILES[shell] if or_file else "")
        for shell, script in SCRIPTS.items()
    }
    return {"bash": name, "zsh": name, "fish": f"({name})", "preamble": scripts}
