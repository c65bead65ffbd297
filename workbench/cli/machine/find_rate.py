"""The command `find-rate`: a learning rate by the range test."""

from __future__ import annotations

import argparse

from workbench.base.plain_values import plain
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE, FAILED
from workbench.cli.experiments import known_experiment
from workbench.cli.figure_options import add_output, check_output, give_measured
from workbench.cli.options import add_experiment, add_json, add_store, store_of
from workbench.execution.tasks import FIND_RATE
from workbench.figures.measured.numbers import range_test_figure
from workbench.figures.measured.settings import MeasuredLines
from workbench.hardware.requests import AboutExperiment


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_experiment(command)
    add_json(command)
    add_store(command)
    add_output(command, MeasuredLines)


def run(arguments: argparse.Namespace) -> int:
    """Prints the learning rate that the range test suggests; exit code 1 where it suggests none."""
    check_output(arguments, MeasuredLines)
    request = AboutExperiment(known_experiment(arguments)[0].to_toml())
    result = tasks.ask(store_of(arguments), FIND_RATE, request)
    give_measured(
        arguments, plain(result), lambda: range_test_figure(result), lambda: print(result.words)
    )
    return DONE if result.suggestion is not None else FAILED
