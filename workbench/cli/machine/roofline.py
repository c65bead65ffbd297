"""The command `roofline`: where the time of a training step goes."""

from __future__ import annotations

import argparse

from workbench.base.plain_values import plain
from workbench.base.text import tr
from workbench.base.units import aligned
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE
from workbench.cli.experiments import known_experiment
from workbench.cli.figure_options import add_output, check_output, give_measured
from workbench.cli.options import add_experiment, add_json, add_store, store_of
from workbench.execution.tasks.profile_layers import PROFILE_LAYERS
from workbench.figures.measured.numbers import roofline_figure
from workbench.figures.measured.settings import MeasuredLines
from workbench.hardware.requests import AboutExperiment
from workbench.hardware.roofline import row_words


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_experiment(command)
    add_json(command)
    add_store(command)
    add_output(command, MeasuredLines)


def run(arguments: argparse.Namespace) -> int:
    """Prints the time of each layer in a training step, and what the device could do at best."""
    check_output(arguments, MeasuredLines)
    experiment, _ = known_experiment(arguments)
    result = tasks.ask(store_of(arguments), PROFILE_LAYERS, AboutExperiment.of(experiment))

    def say() -> None:
        heads = (tr("layer"), tr("forward ms"), tr("backward ms"), tr("share"), "GFLOP/s")
        rows = [row_words(row, result.step_seconds) for row in result.layers]
        for line in aligned([heads, *rows], "<>>>>"):
            print(line)
        print(result.words)

    give_measured(arguments, plain(result), lambda: roofline_figure(result), say)
    return DONE
