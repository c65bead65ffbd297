"""The commands that train: `run` (also with several seeds), `crossval` and `resume`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import Any

from workbench.base.paths import default_store
from workbench.base.units import NONE, count, duration, energy, in_one_line, percent, size
from workbench.cli.experiments import experiment_of, fitted
from workbench.cli.progress_line import ProgressLine
from workbench.cli.terminal import complain, say_at_once
from workbench.data import load
from workbench.evaluation.significance import Spread, spread
from workbench.execution.engine_process import Session
from workbench.execution.messages import StatusChanged
from workbench.experiment import Experiment
from workbench.levers import repeats
from workbench.levers.repeats import Repeats
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.base import SpecError
from workbench.spec.data import KerasData

DONE, FAILED, INTERRUPTED = 0, 1, 130
JUDGED = {"val_accuracy": "validation accuracy", "test_accuracy": "test accuracy"}
CODES = {
    RunStatus.COMPLETED: DONE, RunStatus.STOPPED: DONE, RunStatus.INTERRUPTED: INTERRUPTED,
}  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Trains an experiment, or one run of it for each of several seeds."""
    experiment = experiment_of(arguments)
    if arguments.seeds is not None:
        return _train_all(repeats.with_seeds(experiment, arguments.seeds), arguments)
    with Store(_store(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        session = Session(store.folder, startup=experiment.hardware.startup)
        try:
            # While the training process is still importing TensorFlow.
            (experiment,) = _checked([experiment], arguments.settings)
            return _train(store, session, store.create(experiment, reserved=True), arguments.json)
        finally:
            session.end()


def crossval(arguments: argparse.Namespace) -> int:
    """Trains one run for each fold that is held out."""
    experiment = experiment_of(arguments)
    return _train_all(repeats.with_folds(experiment, arguments.folds), arguments)


def resume(arguments: argparse.Namespace) -> int:
    """Goes on with a run that ended before its time, or begins one that waits."""
    with Store(_store(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        run = store.requeue(store.find(arguments.run_id).run_id, reserved=True)
        session = Session(store.folder)
        try:
            return _train(store, session, run, arguments.json)
        finally:
            session.end()


def _checked(experiments: Sequence[Experiment], settings: Sequence[str]) -> list[Experiment]:
    """The experiments fitted to their data; refuses what can't train before a run is made of it.

    Args:
        experiments: On the same data, which are read once, and of the same network.
        settings: What `--set` said.

    Raises:
        SpecError, DataError: naming the setting or the file.
    """
    first = experiments[0]
    info = first.data.info()
    problems = [] if info is not None else [p for each in experiments for p in each.problems(None)]
    if not problems and not isinstance(first.data, KerasData):
        dataset = load(first.data, is_glance=True)
        info = dataset.info
        for warning in dataset.warnings:
            complain(warning)
    if info is not None:
        network = fitted(first, info, settings).structure
        experiments = [each.model_copy(update={"structure": network}) for each in experiments]
        problems = [problem for each in experiments for problem in each.problems(info)]
    if problems:
        raise SpecError(list(dict.fromkeys(problems)))
    return list(experiments)


# --- one run -------------------------------------------------------------------------------------


def _train(store: Store, session: Session, run: Run, as_json: bool) -> int:
    """Follows one run to its end and prints its result."""
    run = _followed(store, session, run)
    if as_json:
        print(json.dumps(run.summary()))
    else:
        _print_result(run)
    return _code(run)


def _code(run: Run) -> int:
    """The exit code: what didn't come to a good end is never 0."""
    return CODES.get(run.status, FAILED)


def _followed(store: Store, session: Session, run: Run) -> Run:
    """The run, reserved by this store, once it ended.

    How it ended is what its process said: the store may not have taken it (a full disk), or knows
    the run as another process's.
    """
    line = ProgressLine(sys.stderr)
    asked = 0

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if asked == 1 and line.has_begun:
            say_at_once("interrupted, saving a checkpoint; once more ends it at once")
            session.interrupt()
        elif asked == 1:
            say_at_once("interrupted before training began, ending")
            session.terminate()
        else:
            session.kill()

    before = {number: signal.signal(number, interrupt) for number in _endings()}
    try:
        session.train(run.run_id, store.token)
        for message in session.messages():
            line.show(message)
            if isinstance(message, StatusChanged) and message.state.is_finished:
                run = replace(
                    run, status=message.state, message=message.message, outcome=message.outcome
                )
                break
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        line.clear()
    run = _as_kept(store, run)
    if run.message and not (asked and run.status is RunStatus.INTERRUPTED):
        complain(run.message)
    elif run.status is RunStatus.INTERRUPTED:
        kept = f"the run is kept; 'dlopt-workbench resume {run.run_id}' goes on with it"
        complain(kept)
    return run


def _as_kept(store: Store, run: Run) -> Run:
    """The run with all that the store knows, but its end as it was told."""
    try:
        known = store.run(run.run_id)
    except StoreError as error:
        complain(str(error))
        return run
    return replace(known, status=run.status, message=run.message, outcome=run.outcome)


def _endings() -> list[signal.Signals]:
    return [signal.SIGINT, signal.SIGTERM]


def _print_result(run: Run) -> None:
    rows = [
        ("run", f"{run.run_id} ({run.name})"),
        ("status", run.status.value),
        ("test accuracy", percent(run.test_accuracy)),
        ("validation accuracy", percent(run.val_accuracy)),
        ("speed", f"{count(run.images_per_second)} images/s"),
        ("training time", duration(run.seconds)),
        ("elapsed time", duration(run.elapsed)),
        ("parameters", count(run.parameters)),
        ("MACs", count(run.macs)),
        ("file size", size(run.file_bytes)),
        ("energy", energy(run.joules)),
    ]
    for title, value in rows:
        if NONE not in value:
            print(f"{title:<20} {in_one_line(value)}")


# --- several runs --------------------------------------------------------------------------------


def _train_all(wanted: Repeats, arguments: argparse.Namespace) -> int:
    """Trains one run after another; an interrupted one ends it, and the rest keeps waiting."""
    with Store(_store(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        first = wanted.experiments[0]
        session = Session(store.folder, startup=first.hardware.startup)
        try:
            experiments = _checked(wanted.experiments, arguments.settings)
            runs = store.create_all(experiments, wanted.tag, wanted.kind, reserved=True)
            group = store.group(runs[0].group_id)
            name = group.name if group is not None else wanted.tag
            ended = _all_followed(store, session, runs)
        finally:
            session.end()
    if arguments.json:
        print(json.dumps(_plain(ended, name)))
    else:
        _print_all(ended, name)
    return max(map(_code, ended))


def _all_followed(store: Store, session: Session, runs: list[Run]) -> list[Run]:
    ended: list[Run] = []
    for number, run in enumerate(runs):
        print(
            f"run {number + 1} of {len(runs)}: {run.run_id} ({in_one_line(run.name)})",
            file=sys.stderr,
        )
        ended.append(_followed(store, session, run))
        if ended[-1].status is RunStatus.INTERRUPTED:
            left = runs[len(ended) :]
            if left:
                store.release([run.run_id for run in left])
                complain(f"{len(left)} more wait in the window's queue")
            break
    return ended


def _spreads(runs: list[Run]) -> dict[str, Spread]:
    """Mean, deviation and interval of what the runs reached, by the name of the figure."""
    found = {}
    folds = runs[0].experiment.training.folds
    for name in JUDGED:
        values = [getattr(run, name) for run in runs]
        known = [value for value in values if value is not None]
        if known:
            found[name] = _as_share(spread(known, folds=folds))
    return found


def _as_share(found: Spread) -> Spread:
    """With an interval that ends at 0 and 1, as no accuracy lies beyond."""
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(0.0, found.low), high=min(1.0, found.high))


def _plain(runs: list[Run], group: str) -> dict[str, Any]:
    """The result as JSON has it."""
    return {
        "tag": group,
        "group": group,
        "runs": [
            run.summary()
            | {"seed": run.experiment.training.seed, "folds": run.experiment.training.folds,
               "fold": run.experiment.training.fold}
            for run in runs
        ],
        **{name: asdict(found) for name, found in _spreads(runs).items()},
    }  # fmt: skip


def _print_all(runs: list[Run], group: str) -> None:
    """One row a run, and below them mean, deviation and interval."""
    folds = runs[0].experiment.training.folds
    print(f"{'fold' if folds else 'seed':>6} {'validation':>11} {'test':>9} {'elapsed':>11}  run")
    for run in runs:
        training = run.experiment.training
        number = training.fold if folds else training.seed
        print(
            f"{number:>6} {percent(run.val_accuracy):>11} {percent(run.test_accuracy):>9} "
            f"{duration(run.elapsed):>11}  {run.run_id} ({in_one_line(run.name)})"
        )
    print()
    for name, found in _spreads(runs).items():
        print(f"{JUDGED[name]:<20} {_in_words(found, folds)}")
    print(f"{'group':<20} {in_one_line(group)}")


def _in_words(found: Spread, folds: int) -> str:
    """97.50 % ± 0.31 % (95 % interval 97.12 % to 97.88 %, t over 5 seeds)."""
    if found.deviation is None:
        return percent(found.mean)
    between = f"{percent(found.low)} to {percent(found.high)}"
    spread_ = f"{percent(found.mean)} ± {percent(found.deviation)}"
    what = "corrected t (Nadeau and Bengio)" if folds else "t"
    over = f"{found.count} {'folds' if folds else 'seeds'}"
    return f"{spread_} (95 % interval {between}, {what} over {over})"


def _store(arguments: argparse.Namespace) -> Path:
    return Path(arguments.store) if arguments.store else default_store()
