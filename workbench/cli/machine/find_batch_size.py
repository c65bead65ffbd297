"""The command `find-batch-size`: the speed over the batch size."""

from __future__ import annotations

import argparse

from workbench.base.plain_values import plain
from workbench.base.text import tr
from workbench.base.units import count
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE
from workbench.cli.experiments import known_experiment
from workbench.cli.figure_options import add_output, check_output, give_measured
from workbench.cli.options import add_experiment, add_json, add_store, store_of
from workbench.execution.tasks import FIND_BATCH_SIZE
from workbench.figures.measured.numbers import batch_sizes_figure
from workbench.figures.measured.settings import MeasuredBars
from workbench.hardware.batch_sizes import BatchSizes
from workbench.hardware.requests import AboutExperiment

BAR_LENGTH = 40


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_experiment(command)
    add_json(command)
    add_store(command)
    add_output(command, MeasuredBars)


def run(arguments: argparse.Namespace) -> int:
    """Prints the speed at each batch size and the one to use."""
    check_output(arguments, MeasuredBars)
    request = AboutExperiment(known_experiment(arguments)[0].to_toml())
    result = tasks.ask(store_of(arguments), FIND_BATCH_SIZE, request)
    give_measured(
        arguments, plain(result), lambda: batch_sizes_figure(result), lambda: _say(result)
    )
    return DONE


def _say(found: BatchSizes) -> None:
    for line in _bars(found):
        print(line)
    print(found.words)


def _bars(found: BatchSizes) -> list[str]:
    fastest = max(one.images_per_second for one in found.measured)
    return [
        f"{count(one.batch_size):>9}  {count(one.images_per_second):>9} {tr('images/s')}  "
        f"{'█' * round(BAR_LENGTH * one.images_per_second / fastest)}"
        f"{'  <' if one.batch_size == found.recommended else ''}"
        for one in found.measured
    ]
