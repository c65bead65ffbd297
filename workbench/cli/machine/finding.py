"""What commands that find a setting of an experiment have in common: options, the task, results."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from workbench.base.plain_values import plain
from workbench.cli import tasks
from workbench.cli.experiments import known_experiment
from workbench.cli.figure_options import add_output, check_output, give_measured
from workbench.cli.options import add_experiment, add_json, add_store, store_of
from workbench.execution.task import Found, Res, Task
from workbench.figures.measured.settings import MeasuredSpec
from workbench.hardware.requests import AboutExperiment


def add_finder(command: argparse.ArgumentParser, spec: type[MeasuredSpec]) -> None:
    """What such a command takes.

    Args:
        command: Gets the options.
        spec: The figure of what it measures.
    """
    add_experiment(command)
    add_json(command)
    add_store(command)
    add_output(command, spec)


def find(
    arguments: argparse.Namespace,
    task: Task[AboutExperiment, Found, Res],
    spec: type[MeasuredSpec],
    figure: Callable[[Res], MeasuredSpec | None],
    say: Callable[[Res], Any],
) -> Res:
    """Has the setting found; prints what was measured, and draws it where a file is named.

    Args:
        arguments: Of `add_finder`.
        task: Finds it.
        spec: As in `add_finder`; a file that can't be one is refused before anything is measured.
        figure: Of the result; None where nothing was measured that could be drawn.
        say: Prints the result for a person.
    """
    check_output(arguments, spec)
    request = AboutExperiment(known_experiment(arguments)[0].to_toml())
    result = tasks.ask(store_of(arguments), task, request)
    give_measured(arguments, plain(result), lambda: figure(result), lambda: say(result))
    return result
