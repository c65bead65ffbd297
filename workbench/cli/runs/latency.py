"""The command `latency`: how fast a run's trained network answers on this machine."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from workbench.base.plain_values import plain
from workbench.base.text import tr
from workbench.base.units import aligned, in_one_line
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE
from workbench.cli.figure_options import add_output, check_output, give_measured
from workbench.cli.options import RUN, add_json, add_store, store_of
from workbench.evaluation.latency import BATCH_SIZES, THREADS, Latency, in_order, numbers, request
from workbench.execution.tasks.measure_inference import MEASURE_INFERENCE
from workbench.figures.measured.numbers import latency_figure
from workbench.figures.measured.settings import MeasuredLines
from workbench.runs.record import Run
from workbench.runs.store import Store

TITLES = ("threads", "batch", "median ms", "95 % ms", "99 % ms", "images/s")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("run_id", metavar="RUN", help=RUN)
    add_measuring(parser, BATCH_SIZES)
    add_output(parser, MeasuredLines)
    add_json(parser)
    add_store(parser)


def add_measuring(parser: argparse.ArgumentParser, batch_sizes: Sequence[int]) -> None:
    """The batch sizes and numbers of threads to measure.

    Args:
        parser: Takes them.
        batch_sizes: Where none are given.
    """
    parser.add_argument(
        "--batch-sizes",
        type=sizes_of,
        default=batch_sizes,
        metavar="N,N",
        help=tr("images to a call (default: {sizes})", sizes=",".join(map(str, batch_sizes))),
    )
    parser.add_argument(
        "--threads",
        type=threads_of,
        default=THREADS,
        metavar="N,all",
        help=tr("threads of the processor to compute with (default: 1,all)"),
    )


def sizes_of(text: str) -> list[int]:
    """Batch sizes that a person wrote."""
    return _numbers(text, "batch size", all_word=False)


def threads_of(text: str) -> list[int]:
    """Numbers of threads that a person wrote."""
    return _numbers(text, "threads", all_word=True)


def run(arguments: argparse.Namespace) -> int:
    """Prints latency and throughput of each batch size and number of threads."""
    check_output(arguments, MeasuredLines)
    folder = store_of(arguments)
    with Store(folder) as store:
        run = store.find(arguments.run_id)
        store.require_writable()  # what is measured is kept with the run
    device, points = measured(folder, run, arguments.threads, arguments.batch_sizes)
    result = {"run_id": run.run_id, "device": device, "points": plain(points)}
    give_measured(
        arguments, result, lambda: latency_figure(points), lambda: _say(run, device, points)
    )
    return DONE


def measured(
    store: Path, run: Run, threads: Sequence[int], batch_sizes: Sequence[int]
) -> tuple[str, list[Latency]]:
    """The device that a run's network answers on, and how fast it does, in order."""
    points: list[Latency] = []
    device = ""
    for number in threads:
        asked = request(run.run_id, run.experiment, number, batch_sizes)
        found = tasks.ask(store, MEASURE_INFERENCE, asked)
        points += found.points
        device = found.device
    return device, in_order(points)


def _say(run: Run, device: str, points: Sequence[Latency]) -> None:
    print(
        tr(
            "{name} ({run_id}) on {device}",
            name=in_one_line(run.name),
            run_id=run.run_id,
            device=device,
        )
    )
    for text in aligned([TITLES, *(point.words() for point in points)], ">" * len(TITLES)):
        print(text)


def _numbers(text: str, name: str, *, all_word: bool) -> list[int]:
    try:
        return numbers(text, name, all_word=all_word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
