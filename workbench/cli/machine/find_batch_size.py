"""The command `find-batch-size`: the speed over the batch size."""

from __future__ import annotations

import argparse

from workbench.base.text import tr
from workbench.base.units import count
from workbench.cli.exit_codes import DONE
from workbench.cli.machine.finding import add_finder, find
from workbench.execution.tasks.find_batch_size import FIND_BATCH_SIZE
from workbench.figures.measured.numbers import batch_sizes_figure
from workbench.figures.measured.settings import MeasuredBars
from workbench.hardware.batch_sizes import BatchSizes

BAR_LENGTH = 40


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_finder(command, MeasuredBars)


def run(arguments: argparse.Namespace) -> int:
    """Prints the speed at each batch size and the one to use."""
    find(arguments, FIND_BATCH_SIZE, MeasuredBars, batch_sizes_figure, _say)
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
