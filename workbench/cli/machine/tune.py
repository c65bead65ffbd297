"""The command `tune`: the fastest hardware settings."""

from __future__ import annotations

import argparse
import json

from workbench.base.plain_values import plain
from workbench.base.text import tr
from workbench.base.units import count
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE
from workbench.cli.experiments import known_experiment
from workbench.cli.figure_options import add_output, check_output, give_measured
from workbench.cli.options import add_experiment, add_json, add_store, store_of
from workbench.execution.tasks.tune import TUNE
from workbench.experiment import Experiment
from workbench.figures.measured.numbers import autotune_figure
from workbench.figures.measured.settings import MeasuredBars
from workbench.hardware import autotune

BAR_LENGTH = 30
MOST_SECONDS = 86_400


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument(
        "--seconds", type=_seconds, metavar="N", help=tr("to take, about (default: 50)")
    )
    command.add_argument(
        "--batch-sizes",
        action="store_true",
        help=tr("try larger batches too, which changes what is learned"),
    )
    add_output(command, MeasuredBars)
    add_experiment(command)
    add_json(command)
    add_store(command)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            tr(
                "{text} is no number of seconds above 0 and up to {most_seconds}",
                text=repr(text),
                most_seconds=f"{MOST_SECONDS:,}",
            )
        )
    return seconds


def run(arguments: argparse.Namespace) -> int:
    """Prints the speed of each combination that was tried, and the settings to use."""
    check_output(arguments, MeasuredBars)
    experiment, _ = known_experiment(arguments)
    seconds = autotune.SECONDS if arguments.seconds is None else arguments.seconds
    request = autotune.request(experiment, batch_sizes=arguments.batch_sizes, seconds=seconds)
    result = tasks.ask(store_of(arguments), TUNE, request)
    give_measured(
        arguments, plain(result), lambda: autotune_figure(result), lambda: _say(experiment, result)
    )
    return DONE


def _say(experiment: Experiment, found: autotune.Tuned) -> None:
    for line in _bars(found):
        print(line)
    print(found.words)
    for path, value in found.best.items():
        if experiment.at(path) != value:
            print(f"--set {path}={json.dumps(value).strip(chr(34))}")


def _bars(found: autotune.Tuned) -> list[str]:
    fastest = max(one.rate for one in found.candidates)
    width = max(len(one.name) for one in found.candidates)
    return [
        f"{one.name:<{width}}  {one.failed}"
        if one.failed
        else f"{one.name:<{width}}  {count(one.rate):>9} {tr('images/s')}  "
        f"{'█' * round(BAR_LENGTH * one.rate / fastest)}{'  <' if one.name == found.name else ''}"
        for one in found.candidates
    ]
