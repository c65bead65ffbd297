"""The command `bench-inference`: how fast a network answers, in a file or of a run."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from workbench.base.plain_values import plain
from workbench.base.text import tr
from workbench.base.units import aligned, count, in_one_line, percent
from workbench.cli.exit_codes import DONE
from workbench.cli.options import RUN, add_json, add_store, store_of
from workbench.cli.runs.latency import TITLES, add_measuring, measured
from workbench.cli.terminal import complain, give_json
from workbench.data import DataError, load
from workbench.deployment.formats import Format, format_of
from workbench.deployment.judging import (
    BATCH_SIZES,
    FileToOpen,
    Seen,
    benched,
    busy,
    seen,
    shares_of,
)
from workbench.deployment.litert_file import ModelFileError
from workbench.evaluation.answerer import Images, scaled
from workbench.evaluation.latency import Latency
from workbench.runs.artifacts import is_run_id
from workbench.runs.record import Run
from workbench.runs.store import Store, StoreError

LOOK_SECONDS = 0.5
"""For so long it is watched how busy the machine is, before a run is timed."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    command.add_argument(
        "network",
        metavar="FILE|RUN",
        help=tr("a file that 'export' wrote, or a run: {run}", run=RUN),
    )
    add_measuring(command, BATCH_SIZES)
    command.add_argument(
        "--run",
        metavar="RUN",
        help=tr("the run whose test part a file is judged on (default: the one that it names)"),
    )
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints latency and throughput, and accuracy where the test part is known.

    Raises:
        ModelFileError: where the file can't be used.
        StoreError: where there is no such run.
    """
    path = Path(arguments.network)
    if _is_file(path):
        result, warnings = _of_file(arguments, path)
    else:
        result, warnings = _of_run(arguments)
    if arguments.json:
        give_json(plain_result(result) | {"warnings": warnings})
        return DONE
    for warning in warnings:
        complain(warning)
    print("\n".join(_lines(result)))
    return DONE


def _is_file(path: Path) -> bool:
    """Whether it names a file: a run's id holds neither a dot nor a separator."""
    return "." in path.name or os.sep in str(path) or os.path.exists(path)


def _of_file(arguments: argparse.Namespace, path: Path) -> tuple[dict[str, Any], list[str]]:
    made = format_of(path)
    found = seen(path, made.opener)
    warnings: list[str] = []
    judged = _test_part(arguments, found, warnings)
    images = None
    accuracy = None
    if judged is not None:
        images, labels = judged
        accuracy = _accuracy(path, made, images, labels)
    looks = [FileToOpen(str(path), made.opener, threads) for threads in arguments.threads]
    timed = benched(looks, arguments.batch_sizes, images=images)
    if timed.warning:
        warnings.append(timed.warning)
    contents = found.contents
    result = {
        "file": str(path),
        "format": made.name,
        "runs_on": f"{found.runs_on.partition(',')[0]} ({timed.processor})",
        "takes": found.takes,
        "batch": found.batch if found.batch > 0 else None,
        "bytes": contents.bytes if contents else None,
        "gzip_bytes": contents.gzip_bytes if contents else None,
        "sha256": contents.digest if contents else None,
        "operators": contents.operators if contents else None,
        "test_accuracy": accuracy,
        "points": [point for points in timed.points for point in points],
        "cores_of_others": timed.cores_of_others,
    }
    return result, warnings


def _accuracy(path: Path, made: Format, images: Images, labels: np.ndarray[Any, Any]) -> float:
    found = shares_of(path, images, made.opener, threads=0)
    return float((found.argmax(axis=1) == labels).mean())


def _test_part(
    arguments: argparse.Namespace, found: Seen, warnings: list[str]
) -> tuple[Images, np.ndarray[Any, Any]] | None:
    """Images and labels of the test part of the file's run; None where that isn't known here."""
    named = arguments.run or (found.contents.run_id if found.contents else "")
    if not arguments.run and not is_run_id(named):
        return None
    try:
        with Store(store_of(arguments)) as store:
            run = store.find(named)
        data = load(run.experiment.data, kept=run.reading)
    except (StoreError, DataError) as error:
        if arguments.run:
            raise
        warnings.append(tr("its accuracy isn't known here: {error}", error=error))
        return None
    images = scaled(data.test.images.read(np.arange(len(data.test.labels))))
    if images.shape[1:] != found.image_shape:
        raise ModelFileError(
            tr(
                "the file takes images of {shape}, and run {run_id} has {other}; name the run "
                "that it is of",
                shape=str(found.image_shape),
                run_id=run.run_id,
                other=str(images.shape[1:]),
            )
        )
    return images, data.test.labels


def _of_run(arguments: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    folder = store_of(arguments)
    with Store(folder) as store:
        run: Run = store.find(arguments.network)
        store.require_writable()  # what is measured is kept with the run
    others = psutil.cpu_percent(LOOK_SECONDS) / 100 * (psutil.cpu_count() or 1)
    device, points = measured(folder, run, arguments.threads, arguments.batch_sizes)
    result = {
        "run_id": run.run_id,
        "name": run.name,
        "runs_on": tr("Keras on {device}", device=device),
        "test_accuracy": run.test_accuracy,
        "points": points,
        "cores_of_others": others,
    }
    return result, [said for said in [busy(others)] if said]


def plain_result(result: dict[str, Any]) -> dict[str, Any]:
    """As JSON has it."""
    return result | {"points": plain(result["points"])}


def _lines(result: dict[str, Any]) -> list[str]:
    name = result.get("file") or f"{in_one_line(result['name'])} ({result['run_id']})"
    lines = [tr("{name} by {runs_on}", name=name, runs_on=result["runs_on"])]
    if result.get("bytes"):
        lines.append(
            tr(
                "{bytes} bytes, {packed} gzipped",
                bytes=count(result["bytes"]),
                packed=count(result["gzip_bytes"]),
            )
        )
    if result["test_accuracy"] is not None:
        accuracy = percent(result["test_accuracy"])
        lines.append(tr("accuracy {accuracy} on the test part", accuracy=accuracy))
    points: list[Latency] = result["points"]
    return [*lines, *aligned([TITLES, *(point.words() for point in points)], ">" * len(TITLES))]
