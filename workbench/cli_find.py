"""The commands that find a setting by measuring: `find-rate` and `find-batch-size`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from workbench.batch_sizes import Measured
from workbench.cli_structure import experiment_of
from workbench.places import default_store
from workbench.runs.messages import TaskProgress
from workbench.training.task import do_task
from workbench.words import count

DONE, NOTHING_FOUND = 0, 1
BAR_LENGTH = 40


def find_rate(arguments: argparse.Namespace) -> int:
    """Prints the learning rate that the range test suggests; exit code 1 where it suggests none."""
    result = _ask("find_rate", arguments)
    if not arguments.json:
        print(result["words"])
    return DONE if result["suggestion"] is not None else NOTHING_FOUND


def find_batch_size(arguments: argparse.Namespace) -> int:
    """Prints the speed at each batch size and the one to use."""
    result = _ask("find_batch_size", arguments)
    if not arguments.json:
        for line in _bars([Measured(**one) for one in result["measured"]], result["recommended"]):
            print(line)
        print(result["words"])
    return DONE


def _bars(measured: list[Measured], chosen: int) -> list[str]:
    fastest = max(one.images_per_second for one in measured)
    return [
        f"{count(one.batch_size):>9}  {count(one.images_per_second):>9} images/s  "
        f"{'█' * round(BAR_LENGTH * one.images_per_second / fastest)}"
        f"{'  <' if one.batch_size == chosen else ''}"
        for one in measured
    ]


def _ask(task: str, arguments: argparse.Namespace) -> Mapping[str, Any]:
    """Does the task on the experiment that the command names; as JSON it is printed here."""
    experiment = experiment_of(arguments)
    line = progress_line(sys.stderr)
    try:
        store = default_store()
        result = do_task(store, task, {"experiment": experiment.to_toml()}, line)
    finally:
        line(TaskProgress(0))
    if arguments.json:
        print(json.dumps(result))
    return result


def progress_line(stream: TextIO) -> Callable[[TaskProgress], None]:
    """One line on a terminal, rewritten in place; silent where the stream is no terminal."""

    def show(message: TaskProgress) -> None:
        if stream.isatty():
            share = f"{message.done / message.total:.0%} " if message.total else ""
            stream.write(f"\r\x1b[2K{share}{message.words}")
            stream.flush()

    return show
