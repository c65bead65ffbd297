"""The command `smallest`: searches steps for the smallest file within a bound on the accuracy."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace

from workbench.base.text import tr
from workbench.base.units import duration
from workbench.cli.exit_codes import DONE
from workbench.cli.follow import Follower
from workbench.cli.options import add_json, add_run, add_store, store_of
from workbench.cli.runs.compress import table_of
from workbench.cli.tasks import ask
from workbench.cli.terminal import give_json
from workbench.cli.train import FAILED, INTERRUPTED
from workbench.compression.compressed_runs import variant
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.search.bound import GOALS, AccuracyBound
from workbench.compression.search.result import SearchResult
from workbench.compression.search.search import (
    Search,
    begin,
    candidates,
    control_run,
    propose,
)
from workbench.deployment.judged_file import JudgeFileRequest
from workbench.execution.tasks.judge_file import JUDGE_FILE
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    usual = AccuracyBound()
    add_run(command)
    command.add_argument(
        "--within",
        type=float,
        default=usual.within,
        metavar="POINTS",
        help=tr(
            "accuracy that the file may lose on validation images, in percentage points "
            "(default: {points})",
            points=f"{usual.within:g}",
        ),
    )
    command.add_argument(
        "--minutes",
        type=float,
        default=usual.minutes,
        help=tr("how long it may take (default: {minutes})", minutes=f"{usual.minutes:g}"),
    )
    command.add_argument(
        "--goal",
        default=usual.goal,
        choices=tuple(GOALS),
        help=tr(
            "what is to be small: the file, the file when gzipped, the time for one image, or the "
            "multiplications (default: {goal})",
            goal=usual.goal,
        ),
    )
    command.add_argument(
        "--control",
        action="store_true",
        help=tr(
            "train the winner's structure without a teacher too, after the time, to see what the "
            "teacher is worth"
        ),
    )
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Makes candidates until the time is over or nothing is left to try; the exit code."""
    bound = AccuracyBound.parse({n: getattr(arguments, n) for n in ("within", "minutes", "goal")})
    end = time.monotonic() + bound.seconds
    with Store(store_of(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        search = begin(store, store.find(arguments.run), bound)
        is_ended = _search(store, search, end)
        result = _result(store, search)
        if result.winner is not None and not is_ended:
            request = JudgeFileRequest(
                result.winner.run_id, startup=result.parent.experiment.hardware.startup
            )
            judged = ask(store.folder, JUDGE_FILE, request)
            result = replace(_result(store, search), judged=judged)
        control = None
        if arguments.control and result.control is not None and not is_ended:
            control = _control(store, result.parent, result.control)
    if arguments.json:
        give_json({**result.plain(), "control": None if control is None else variant(control)})
    else:
        _print(result, control)
    if is_ended:
        return INTERRUPTED
    return DONE if result.candidates else FAILED


def _search(store: Store, search: Search, end: float) -> bool:
    """Makes one candidate after another; whether a person ended it."""
    parent = store.run(search.parent_id)
    end -= search.bound.judging_seconds
    with Follower(store, parent.experiment.hardware.startup) as follower:
        number = 0
        while not follower.is_ended:
            left = end - time.monotonic()
            search, candidate = propose(store, search, left, reserved=True)
            if candidate is None:
                break
            number += 1
            _announce(number, candidate, left)
            (ended,) = follower.train([candidate], seconds=left)
            if ended.status is not RunStatus.COMPLETED and end <= time.monotonic():
                break
        return follower.is_ended


def _announce(number: int, candidate: Run, left: float) -> None:
    print(
        tr(
            "candidate {number}: {steps} ({time} left)",
            number=number,
            steps=CompressionRecipe.from_toml(candidate.recipe).short,
            time=duration(left),
        ),
        file=sys.stderr,
    )


def _result(store: Store, search: Search) -> SearchResult:
    parent = store.run(search.parent_id)
    return SearchResult(search.bound, parent, candidates(store, parent.run_id))


def _control(store: Store, parent: Run, recipe: CompressionRecipe) -> Run:
    """The winner's recipe without a teacher, done."""
    with Follower(store, parent.experiment.hardware.startup) as follower:
        (ended,) = follower.train([control_run(store, parent, recipe, reserved=True)])
    return ended


def _print(result: SearchResult, control: Run | None) -> None:
    rows = [variant(each.run) for each in result.candidates]
    if control is not None:
        rows.append(variant(control))
    if rows:
        for line in table_of(rows):
            print(line)
        print()
    print(result.sentence)
    if result.winner is not None:
        print(tr("The winner is run {run_id}.", run_id=result.winner.run_id))
