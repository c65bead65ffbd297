"""The command `study`: which levers are worth it for an experiment, within a budget of time."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from workbench.base.text import tr
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE, FAILED
from workbench.cli.experiments import experiment_of, fitted, info_of
from workbench.cli.figure_options import drawing, remarked
from workbench.cli.options import add_baseline, add_json, add_store, store_of
from workbench.cli.terminal import complain, give_json
from workbench.cli.training import study_words
from workbench.cli.training.search_runner import SearchRunner
from workbench.execution.tasks.preflight import PREFLIGHT
from workbench.figures.study_page.settings import StudyPage
from workbench.figures.writing import check_suffix
from workbench.hardware.requests import AboutExperiment
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.lever_study.answer import StudyAnswer
from workbench.study.lever_study.plan import (
    GROUPS,
    USUAL_GOAL,
    StudyPlan,
    checked,
    goal_of,
    levers_of,
    margin_of,
    target_of,
)
from workbench.study.lever_study.request import begun
from workbench.study.lever_study.result import NothingYet, answer_of
from workbench.study.lever_study.study import LeverStudy, lever_studies, named_study, stopwatch
from workbench.study.sweeps.plan import seconds_of
from workbench.study.work import SearchEnded

USUAL_BUDGET = "20m"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_baseline(command)
    add = command.add_argument
    add(
        "--budget",
        metavar="TIME",
        help=tr("how long it may take, as in 20m (default: {budget})", budget=USUAL_BUDGET),
    )
    add(
        "--goal",
        metavar="min:NAME",
        default=USUAL_GOAL,
        help=tr(
            "what is made small while the accuracy is held: min:seconds (training time, the "
            "default), min:parameters, min:macs or min:file_bytes"
        ),
    )
    add(
        "--target",
        metavar="ACCURACY",
        help=tr("the accuracy to hold, as in 99.2%% (default: the baseline's, less --keep)"),
    )
    add(
        "--keep",
        metavar="accuracy:POINTS",
        default="accuracy:0.1",
        help=tr("how much of the baseline's accuracy may be lost (default: accuracy:0.1)"),
    )
    add(
        "--levers",
        metavar="NAMES",
        default="all",
        help=tr(
            "all, groups ({groups}) or levers by name, separated by commas (default: all)",
            groups=", ".join(GROUPS),
        ),
    )
    add("--seed", type=int, default=0, help=tr("of the study, not of training (default: 0)"))
    add("--name", help=tr("of the study (default: the experiment's name and 'study')"))
    add("--dry-run", action="store_true", help=tr("say what would be tried, and train nothing"))
    add("--resume", metavar="NAME", help=tr("go on with a study that was broken off"))
    add("--show", metavar="NAME", help=tr("say what a study has found by now, and train nothing"))
    add(
        "--list", action="store_true", dest="listed", help=tr("list the lever studies of the store")
    )
    add(
        "--output",
        type=Path,
        metavar="FILE",
        help=tr(
            "write the answer as one page too: {suffixes}", suffixes=", ".join(StudyPage.SUFFIXES)
        ),
    )
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Works on a study, old or new; the exit code."""
    _check_form(arguments)
    if arguments.listed:
        return _list(arguments)
    if arguments.show:
        return _show(arguments)
    if arguments.resume:
        return _go_on(arguments)
    plan, info = _plan_of(arguments)
    if arguments.dry_run:
        study_words.say_plan(plan, info, is_json=arguments.json)
        return DONE
    with Store(store_of(arguments)) as store:
        store.mark_interrupted()
        study, plan = begun(store, plan, arguments.name or "")
        return _work_on(arguments, store, study, plan, info)


# --- what is asked for ---------------------------------------------------------------------------


def _check_form(arguments: argparse.Namespace) -> None:
    """Refuses options that don't go together.

    Raises:
        SpecError: in one sentence.
    """
    stored = [name for name in ("resume", "show") if getattr(arguments, name)]
    ways = len(stored) + arguments.listed + (arguments.experiment is not None)
    if ways != 1:
        raise SpecError.at("", tr("give an EXPERIMENT, or --resume NAME, --show NAME or --list"))
    if arguments.experiment is None and (arguments.settings or arguments.budget):
        raise SpecError.at("", tr("--set and --budget are for a new study; a kept one has its own"))
    if arguments.output is not None:
        if arguments.listed or arguments.dry_run:
            fault = tr("--output writes the answer of a study; --list and --dry-run have none")
            raise SpecError.at("", fault)
        with drawing(arguments.output):
            check_suffix(arguments.output, StudyPage)


def _plan_of(arguments: argparse.Namespace) -> tuple[StudyPlan, DataInfo]:
    """The plan of a new study, and what is known of its data.

    Raises:
        SpecError, DataError: in one sentence.
    """
    budget = seconds_of(arguments.budget or USUAL_BUDGET)
    goal, levers = goal_of(arguments.goal), levers_of(arguments.levers)
    target = target_of(arguments.target) if arguments.target else None
    margin = margin_of(arguments.keep)
    experiment = experiment_of(arguments)
    info = info_of(experiment)
    experiment = fitted(experiment, info, arguments.settings)
    problems = experiment.problems(info)
    if problems:
        raise SpecError(problems)
    source = study_words.source(arguments.experiment, arguments.settings)
    plan = StudyPlan(
        experiment.to_toml(), source, budget, 1e-3, goal, target, margin, levers, arguments.seed
    )
    checked(plan, info, arguments.budget or USUAL_BUDGET)  # before anything is measured
    found = tasks.ask(store_of(arguments), PREFLIGHT, AboutExperiment.of(experiment))
    plan = study_words.timed(plan, found.seconds(experiment.training.epochs))
    return checked(plan, info, arguments.budget or USUAL_BUDGET), info


# --- working on it -------------------------------------------------------------------------------


def _go_on(arguments: argparse.Namespace) -> int:
    with Store(store_of(arguments)) as store:
        store.require_writable()
        store.mark_interrupted()
        study, plan = named_study(store, arguments.resume)
        info = info_of(plan.baseline)
        store.take_study(study)
        return _work_on(arguments, store, study, plan, info)


def _work_on(
    arguments: argparse.Namespace,
    store: Store,
    study: StudyRecord,
    plan: StudyPlan,
    info: DataInfo,
) -> int:
    search = LeverStudy(study, plan, info, stopwatch(store, study))

    def tell(last: SearchEnded) -> int:
        return _tell(arguments, search, store)

    return SearchRunner(store, search, "study").run(tell)


def _show(arguments: argparse.Namespace) -> int:
    with Store(store_of(arguments)) as store:
        study, plan = named_study(store, arguments.show)
        search = LeverStudy(study, plan, info_of(plan.baseline), stopwatch(store, study))
        return _tell(arguments, search, store)


def _tell(arguments: argparse.Namespace, search: LeverStudy, store: Store) -> int:
    try:
        answer = answer_of(search, store)
    except NothingYet as error:
        complain(str(error))
        return FAILED
    if arguments.output is not None:
        _write_page(arguments.output, answer)
    if arguments.json:
        give_json(answer.plain())
    else:
        for line in study_words.lines(answer):
            print(line)
    return DONE


def _write_page(path: Path, answer: StudyAnswer) -> None:
    """The answer as a file.

    Raises:
        SpecError: one sentence, where it can't be written.
    """
    # Here, not above: Matplotlib takes a second to load.
    from workbench.study.answer_page.page import write_page

    with drawing(path):
        remarked(write_page(answer, path, time.time()))


def _list(arguments: argparse.Namespace) -> int:
    folder: Path = store_of(arguments)
    with Store(folder) as store:
        rows = [study_words.plain_listed(store, study) for study in lever_studies(store)]
    if arguments.json:
        give_json(rows)
    else:
        for line in study_words.list_lines(rows):
            print(line)
    return DONE
