"""The command `find-rate`: a learning rate by the range test."""

from __future__ import annotations

import argparse

from workbench.cli.exit_codes import DONE, FAILED
from workbench.cli.machine.finding import add_finder, find
from workbench.execution.tasks.find_rate import FIND_RATE
from workbench.figures.measured.numbers import range_test_figure
from workbench.figures.measured.settings import MeasuredLines


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_finder(command, MeasuredLines)


def run(arguments: argparse.Namespace) -> int:
    """Prints the learning rate that the range test suggests; exit code 1 where it suggests none."""
    found = find(
        arguments,
        FIND_RATE,
        MeasuredLines,
        range_test_figure,
        lambda result: print(result.words),
    )
    return DONE if found.suggestion is not None else FAILED
