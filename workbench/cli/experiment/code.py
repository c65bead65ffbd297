"""The command `code`: the stand-alone Keras script of an experiment."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.base.files import write_atomically
from workbench.base.text import tr
from workbench.cli.exit_codes import DONE
from workbench.cli.experiments import known_experiment
from workbench.cli.figure_options import writing
from workbench.cli.options import add_experiment
from workbench.exchange.codegen import keras_script


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument(
        "--output", type=Path, metavar="FILE", help=tr("write it to a file instead")
    )
    add_experiment(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints the stand-alone Keras script, or writes it to a file."""
    text = keras_script(*known_experiment(arguments, is_glance=False))
    if arguments.output is None:
        print(text, end="")
        return DONE
    with writing(arguments.output):
        write_atomically(arguments.output, text.encode())
    return DONE
