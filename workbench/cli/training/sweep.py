"""The command `sweep`: trains combinations of settings, and says which are worth it."""

from __future__ import annotations

import argparse
from threading import Thread

from workbench.base.text import tr
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE, FAILED
from workbench.cli.experiments import experiment_of, fitted, info_of
from workbench.cli.options import add_baseline, add_json, add_store, store_of
from workbench.cli.terminal import complain, give_json
from workbench.cli.training import sweep_words
from workbench.cli.training.search_runner import SearchRunner
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.hardware.requests import AboutExperiment
from workbench.runs.store import Store
from workbench.runs.studies import SWEEP, StudyRecord, tidy
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.asking.request import SweepRequest, begun, refuse_short
from workbench.study.pruning.rules import NONE, PRUNING
from workbench.study.results.outcome import SweepOutcome
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.proposals import planned
from workbench.study.sweeps.strategies import STRATEGIES
from workbench.study.sweeps.sweep import Sweep, named
from workbench.study.sweeps.workers import automatic, with_workers
from workbench.study.work import SearchEnded, Stopwatch


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_baseline(command)
    add = command.add_argument
    add(
        "--vary",
        metavar="PATH=VALUES",
        action="append",
        default=[],
        help=tr(
            "what to vary: values (training.batch_size=64,128), a range "
            "(optimizer.learning_rate=0.0003..0.03:log), kinds (optimizer.kind=adam,sgd) or a "
            "lever (lever.width_multiplier=0.25,0.5,1); may be repeated"
        ),
    )
    add(
        "--strategy",
        choices=tuple(STRATEGIES),
        help=tr("how to search (default: grid for values, tpe where a range is varied)"),
    )
    add(
        "--goal",
        metavar="max:NAME",
        action="append",
        default=[],
        help=tr(
            "what to look for, max: or min: and a quantity; up to three, the first ranks (default: "
            "max:val_accuracy)"
        ),
    )
    add(
        "--where",
        metavar="BOUND",
        action="append",
        default=[],
        help=tr(
            "train nothing that breaks it, as in 'parameters < 50000'; also macs, file_bytes and "
            "training_bytes; may be repeated"
        ),
    )
    add("--runs", type=int, metavar="N", help=tr("how many combinations to try"))
    add("--budget", metavar="TIME", help=tr("begin no further one after this time, as in 20m"))
    add(
        "--seeds",
        type=int,
        default=1,
        metavar="N",
        help=tr("train each combination with N seeds, and rank by the mean (default: 1)"),
    )
    add(
        "--folds",
        type=int,
        default=0,
        metavar="K",
        help=tr(
            "train each combination K times, each fold of the training images held out once to "
            "judge it, and rank by the mean: of little data, one validation part says little"
        ),
    )
    add(
        "--workers",
        type=int,
        metavar="N",
        help=tr(
            "train N runs side by side, each with its share of the cores unless threads are set "
            "(default: as many as are faster than one after another; that is measured once for a "
            "network where a sweep takes minutes)"
        ),
    )
    add(
        "--prune",
        choices=tuple(PRUNING),
        default=NONE,
        help=tr(
            "end trials early that others are ahead of, after a ninth and a third of the epochs "
            "(default: none); where the schedule spans the training, by whole short trainings"
        ),
    )
    add("--seed", type=int, default=0, help=tr("of the search, not of training (default: 0)"))
    add("--name", help=tr("of the sweep (default: the experiment's name and 'sweep')"))
    add("--dry-run", action="store_true", help=tr("say what would be tried, and train nothing"))
    add("--resume", metavar="NAME", help=tr("go on with a sweep that was broken off"))
    add("--extend", metavar="NAME", help=tr("try --runs more combinations in a sweep"))
    add("--list", action="store_true", dest="listed", help=tr("list the sweeps of the store"))
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Trains the trials of a sweep, old or new; the exit code."""
    _check_form(arguments)
    if arguments.listed:
        return _list(arguments)
    if arguments.experiment is None:
        return _go_on(arguments)
    plan, info = _plan_of(arguments)
    if arguments.dry_run:
        return _foretell(arguments, plan, info)
    seconds = _seconds_of_a_run(arguments, plan) if plan.budget is not None else None
    if arguments.workers is None:
        plan = _with_workers(arguments, plan, info)
    with Store(store_of(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        study = begun(store, plan, arguments.name or "")
        return _work_on(arguments, store, study, plan, info, seconds)


# --- what is asked for ---------------------------------------------------------------------------


def _check_form(arguments: argparse.Namespace) -> None:
    """Refuses options that don't go together.

    Raises:
        SpecError: in one sentence.
    """
    stored = [name for name in ("resume", "extend") if getattr(arguments, name)]
    ways = len(stored) + arguments.listed + (arguments.experiment is not None)
    if ways != 1:
        raise SpecError.at(
            "", tr("give an EXPERIMENT to vary, or --resume NAME, --extend NAME or --list")
        )
    if arguments.experiment is not None and not arguments.vary:
        fault = tr("--vary is missing, as in --vary optimizer.learning_rate=0.001,0.01")
        raise SpecError.at("", fault)
    if arguments.experiment is None and (arguments.vary or arguments.settings):
        raise SpecError.at("", tr("--vary and --set are for a new sweep; a kept one has its own"))
    if arguments.extend and arguments.runs is None:
        raise SpecError.at("", tr("--extend needs --runs N: how many combinations more"))


def _plan_of(arguments: argparse.Namespace) -> tuple[SweepPlan, DataInfo]:
    """The plan of a new sweep, and what is known of its data.

    Raises:
        SpecError, DataError: in one sentence.
    """
    request = SweepRequest(
        tuple(arguments.vary),
        arguments.strategy or "",
        tuple(arguments.goal),
        tuple(arguments.where),
        arguments.runs,
        arguments.budget or "",
        arguments.seeds,
        arguments.seed,
        1 if arguments.workers is None else arguments.workers,
        prune=arguments.prune,
        folds=arguments.folds,
    )
    experiment = experiment_of(arguments)
    request.read(experiment)  # before the data are looked at
    info = info_of(experiment)
    return request.plan(fitted(experiment, info, arguments.settings), info), info


def _with_workers(arguments: argparse.Namespace, plan: SweepPlan, info: DataInfo) -> SweepPlan:
    """The plan with as many trials side by side as pay; as many as before where it goes on."""
    folder, name = store_of(arguments), tidy(arguments.name or "")
    known = None
    if name and folder.is_dir():
        with Store(folder) as store:
            known = store.study(name)
    if known is not None and known.kind == SWEEP:
        return with_workers(plan, SweepPlan.of_plain(known.plan).workers)
    plan, words = automatic(folder, plan, info, complain)
    if words:
        complain(words)
    return plan


def _seconds_of_a_run(arguments: argparse.Namespace, plan: SweepPlan) -> float:
    """What one run of the baseline takes, by a few steps of it.

    Raises:
        SpecError: where the budget is less than that.
    """
    baseline = plan.baseline
    found = tasks.ask(store_of(arguments), PREFLIGHT, AboutExperiment.of(baseline))
    seconds = found.seconds(baseline.training.epochs)
    refuse_short(plan, seconds, arguments.budget)
    return seconds


def _foretell(arguments: argparse.Namespace, plan: SweepPlan, info: DataInfo) -> int:
    """Says what would be tried."""
    space = plan.space(info)
    found = planned(plan, space)
    if arguments.json:
        give_json(sweep_words.plain_plan(plan, space, found))
    else:
        for line in sweep_words.plan_lines(store_of(arguments), plan, space, found):
            print(line)
    return DONE


# --- training it ---------------------------------------------------------------------------------


def _work_on(
    arguments: argparse.Namespace,
    store: Store,
    study: StudyRecord,
    plan: SweepPlan,
    info: DataInfo,
    seconds: float | None,
) -> int:
    """Trains what is left of a sweep that the store works on; the exit code.

    Args:
        arguments: Of the command.
        store: Which works on the sweep.
        study: The sweep.
        plan: Of it.
        info: What is known of the data.
        seconds: What a run takes, about; None where it is to be seen.
    """
    search = Sweep(study, plan, info, Stopwatch.of(store, study), seconds)

    def tell(last: SearchEnded) -> int:
        found = SweepOutcome.read(store, study, last.words)
        if arguments.json:
            give_json(found.plain())
        else:
            for line in sweep_words.outcome_lines(found):
                print(line)
        return DONE if found.choice is not None else FAILED

    # A third of a second, beside the start of the training process.
    Thread(target=search.prepare, daemon=True).start()
    return SearchRunner(store, search, "sweep", plan.workers).run(tell)


# --- sweeps of the store -------------------------------------------------------------------------


def _list(arguments: argparse.Namespace) -> int:
    with Store(store_of(arguments)) as store:
        sweeps = [study for study in store.studies() if study.kind == SWEEP]
        rows = [sweep_words.plain_listed(store, study) for study in sweeps]
    if arguments.json:
        give_json(rows)
    else:
        for line in sweep_words.list_lines(rows):
            print(line)
    return DONE


def _go_on(arguments: argparse.Namespace) -> int:
    """Goes on with a sweep of the store, for longer where that is asked for."""
    with Store(store_of(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        study, plan = named(store, arguments.resume or arguments.extend)
        if arguments.extend:
            plan = plan.extended(arguments.runs)
        info = info_of(plan.baseline)
        store.take_study(study)
        if arguments.extend:
            store.replan_study(study.study_id, plan.plain())
        return _work_on(arguments, store, study, plan, info, None)
