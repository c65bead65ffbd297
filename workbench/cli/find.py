"""The commands that find a setting by measuring: `find-rate` and `find-batch-size`."""

from __future__ import annotations

import argparse
import json
from typing import Any

from workbench.base.paths import default_store
from workbench.base.units import count
from workbench.cli import tasks
from workbench.cli.figure_options import check_output, draw_measured
from workbench.cli.structure import known_experiment
from workbench.figures.measured.numbers import batch_sizes_figure, range_test_figure
from workbench.figures.measured.settings import MeasuredBars, MeasuredLines
from workbench.hardware.batch_sizes import Measured

DONE, NOTHING_FOUND = 0, 1
BAR_LENGTH = 40


def find_rate(arguments: argparse.Namespace) -> int:
    """Prints the learning rate that the range test suggests; exit code 1 where it suggests none."""
    check_output(arguments, MeasuredLines)
    result = _ask("find_rate", arguments)
    print(json.dumps(result) if arguments.json else result["words"])
    draw_measured(arguments, lambda: range_test_figure(result))
    return DONE if result["suggestion"] is not None else NOTHING_FOUND


def find_batch_size(arguments: argparse.Namespace) -> int:
    """Prints the speed at each batch size and the one to use."""
    check_output(arguments, MeasuredBars)
    result = _ask("find_batch_size", arguments)
    if arguments.json:
        print(json.dumps(result))
    else:
        for line in _bars([Measured(**one) for one in result["measured"]], result["recommended"]):
            print(line)
        print(result["words"])
    draw_measured(arguments, lambda: batch_sizes_figure(result))
    return DONE


def _bars(measured: list[Measured], chosen: int) -> list[str]:
    fastest = max(one.images_per_second for one in measured)
    return [
        f"{count(one.batch_size):>9}  {count(one.images_per_second):>9} images/s  "
        f"{'█' * round(BAR_LENGTH * one.images_per_second / fastest)}"
        f"{'  <' if one.batch_size == chosen else ''}"
        for one in measured
    ]


def _ask(task: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Does the task on the experiment that the command names."""
    request = {"experiment": known_experiment(arguments)[0].to_toml()}
    return tasks.ask(default_store(), task, request)
