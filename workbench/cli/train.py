"""The commands that train: `run` (also with several seeds), `crossval` and `resume`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from workbench.base.text import plural, tr
from workbench.base.units import NONE, duration, in_one_line, percent
from workbench.cli.experiments import experiment_of, fitted
from workbench.cli.follow import Follower
from workbench.cli.options import store_of
from workbench.cli.terminal import complain, give_json
from workbench.data import load
from workbench.evaluation.significance import Spread, spread
from workbench.experiment import Experiment
from workbench.levers import repeats
from workbench.levers.repeats import Repeats
from workbench.runs import used_runs
from workbench.runs.quantities import QUANTITIES
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.base import SpecError
from workbench.spec.data import KerasData

DONE, FAILED, INTERRUPTED = 0, 1, 130
JUDGED = {"val_accuracy": tr("validation accuracy"), "test_accuracy": tr("test accuracy")}
CODES = {
    RunStatus.COMPLETED: DONE,
    RunStatus.STOPPED: DONE,
    RunStatus.PRUNED: DONE,
    RunStatus.INTERRUPTED: INTERRUPTED,
}


def run(arguments: argparse.Namespace) -> int:
    """Trains an experiment, or one run of it for each of several seeds."""
    experiment = experiment_of(arguments)
    if arguments.seeds is not None:
        return _train_all(repeats.with_seeds(experiment, arguments.seeds), arguments)
    with Store(store_of(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        experiment = used_runs.with_whole_ids(store, experiment)
        with Follower(store, experiment.hardware.startup) as follower:
            # While the training process is still importing TensorFlow.
            (experiment,) = _checked(store, [experiment], arguments.settings)
            run = store.create(experiment, reserved=True)
            return _show_one(follower.train([run]), arguments.json)


def crossval(arguments: argparse.Namespace) -> int:
    """Trains one run for each fold that is held out."""
    experiment = experiment_of(arguments)
    return _train_all(repeats.with_folds(experiment, arguments.folds), arguments)


def resume(arguments: argparse.Namespace) -> int:
    """Goes on with a run that ended before its time, or begins one that waits."""
    with Store(store_of(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        run = store.requeue(store.find(arguments.run_id).run_id, reserved=True)
        with Follower(store) as follower:
            return _show_one(follower.train([run]), arguments.json)


def _checked(
    store: Store, experiments: Sequence[Experiment], settings: Sequence[str]
) -> list[Experiment]:
    """The experiments fitted to their data; refuses what can't train before a run is made of it.

    Args:
        store: Of the runs that they use.
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
    problems += used_runs.used_problems(store, experiments[0], None if problems else info)
    if problems:
        raise SpecError(list(dict.fromkeys(problems)))
    for note in first.training.seen_before().values():
        complain(note)
    return list(experiments)


# --- one run -------------------------------------------------------------------------------------


def _show_one(ended: list[Run], as_json: bool) -> int:
    """Prints the result of a run; the exit code."""
    for run in ended:
        if as_json:
            give_json(run.summary())
        else:
            _print_result(run)
    return max(map(code_of, ended))


def code_of(run: Run) -> int:
    """The exit code: what didn't come to a good end is never 0."""
    return CODES.get(run.status, FAILED)


def _print_result(run: Run) -> None:
    rows = [
        (tr("run"), f"{run.run_id} ({run.name})"),
        (tr("status"), run.status.value),
        *((q.result_name, q.text(run.figure(q.key))) for q in QUANTITIES if q.result_name),
    ]
    for title, value in rows:
        if NONE not in value:
            print(f"{title:<20} {in_one_line(value)}")


# --- several runs --------------------------------------------------------------------------------


def _train_all(wanted: Repeats, arguments: argparse.Namespace) -> int:
    """Trains one run after another; an interrupted one ends it, and the rest keeps waiting."""
    with Store(store_of(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        first = wanted.experiments[0]
        with Follower(store, first.hardware.startup) as follower:
            named = [used_runs.with_whole_ids(store, each) for each in wanted.experiments]
            experiments = _checked(store, named, arguments.settings)
            runs = store.create_all(experiments, wanted.tag, wanted.kind, reserved=True)
            group = store.group(runs[0].group_id)
            name = group.name if group is not None else wanted.tag
            ended = follower.train(runs)
    if arguments.json:
        give_json(_plain(ended, name))
    else:
        _print_all(ended, name)
    return max(map(code_of, ended))


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
            | {
                "seed": run.experiment.training.seed,
                "folds": run.experiment.training.folds,
                "fold": run.experiment.training.fold,
            }
            for run in runs
        ],
        **{name: asdict(found) for name, found in _spreads(runs).items()},
    }


def _print_all(runs: list[Run], group: str) -> None:
    """One row a run, and below them mean, deviation and interval."""
    folds = runs[0].experiment.training.folds
    heads = (tr("validation"), tr("test"), tr("elapsed"), tr("run"))
    print("{:>6} {:>11} {:>9} {:>11}  {}".format(tr("fold") if folds else tr("seed"), *heads))
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
    print(f"{tr('group'):<20} {in_one_line(group)}")


def _in_words(found: Spread, folds: int) -> str:
    """97.50 % ± 0.31 % (95 % interval 97.12 % to 97.88 %, t over 5 seeds)."""
    if found.deviation is None:
        return percent(found.mean)
    given = {
        "mean": percent(found.mean),
        "deviation": percent(found.deviation),
        "low": percent(found.low),
        "high": percent(found.high),
    }
    if folds:
        return plural(
            "{mean} ± {deviation} (95 % interval {low} to {high}, corrected t (Nadeau and Bengio) "
            "over {count} fold)",
            "{mean} ± {deviation} (95 % interval {low} to {high}, corrected t (Nadeau and Bengio) "
            "over {count} folds)",
            found.count,
            **given,
        )
    return plural(
        "{mean} ± {deviation} (95 % interval {low} to {high}, t over {count} seed)",
        "{mean} ± {deviation} (95 % interval {low} to {high}, t over {count} seeds)",
        found.count,
        **given,
    )
