"""Searches as the window takes them up: made, gone on with, or gone on with for longer.

Each gives the search, on which the store works from then on, and its clock. Their runs wait in the
window's queue.
"""

from __future__ import annotations

from workbench.base.text import tr
from workbench.data import load
from workbench.experiment import Experiment
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.spec.data import DataInfo
from workbench.study.asking.request import begun
from workbench.study.lever_study import request as lever_study
from workbench.study.lever_study.plan import KIND, StudyPlan
from workbench.study.lever_study.request import StudyRequest
from workbench.study.lever_study.study import LeverStudy, named_study, stopwatch
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.sweep import NoSuchSweep, Sweep
from workbench.study.work import Stopwatch, StudySearch

TakenUp = tuple[StudySearch, Stopwatch]
"""A search that a store works on, and how long it has taken."""


def begun_sweep(store: Store, plan: SweepPlan, name: str, info: DataInfo) -> TakenUp:
    """A sweep that a person asks for.

    Args:
        store: Of this thread.
        plan: Checked.
        name: For a person; "" for the usual one.
        info: What is known of the data.

    Raises:
        SpecError, StoreError: where it can't be begun.
    """
    return _taken_up(store, begun(store, plan, name), plan, info)


def begun_study(
    store: Store, asked: StudyRequest, experiment: Experiment, info: DataInfo, run_seconds: float
) -> TakenUp:
    """A lever study that a person asks for.

    Args:
        store: Of this thread.
        asked: What is asked for.
        experiment: The baseline, fitted to its data.
        info: What is known of these.
        run_seconds: What a run of the baseline takes, about.

    Raises:
        SpecError, StoreError: where it can't be begun.
    """
    study, plan = lever_study.begun(store, asked.plan(experiment, info, run_seconds))
    clock = stopwatch(store, study)
    return LeverStudy(study, plan, info, clock, reserved=False), clock


def resumed(store: Store, study_id: str) -> TakenUp:
    """A search of the store.

    Raises:
        NoSuchSweep, NoSuchPlan, StoreError, DataError: where it can't go on.
    """
    study = _of(store, study_id)
    store.require_writable()
    if study.kind == KIND:
        _, plan = named_study(store, study.name)
        info = info_of(plan)
        store.take_study(study)
        clock = stopwatch(store, study)
        return LeverStudy(study, plan, info, clock, reserved=False), clock
    sweep = SweepPlan.of_plain(study.plan)
    store.take_study(study)
    return _taken_up(store, study, sweep, info_of(sweep))


def extended(store: Store, study_id: str, runs: int) -> TakenUp:
    """A sweep of the store that tries more combinations.

    Raises:
        SpecError: where it tries all there are already.
        NoSuchSweep, NoSuchPlan, StoreError, DataError: where it can't go on.
    """
    study = _of(store, study_id)
    plan = SweepPlan.of_plain(study.plan).extended(runs)
    info = info_of(plan)
    store.require_writable()
    store.take_study(study)
    store.replan_study(study.study_id, plan.plain())
    return _taken_up(store, study, plan, info)


def info_of(plan: SweepPlan | StudyPlan) -> DataInfo:
    """What is known of the data of a plan; a user's own files are looked at.

    Raises:
        DataError: where they can't be read.
    """
    data = plan.baseline.data
    return data.info() or load(data, is_glance=True).info


def _taken_up(store: Store, study: StudyRecord, plan: SweepPlan, info: DataInfo) -> TakenUp:
    clock = Stopwatch.of(store, study)
    return Sweep(study, plan, info, clock, reserved=False), clock


def _of(store: Store, study_id: str) -> StudyRecord:
    found = next((study for study in store.studies() if study.study_id == study_id), None)
    if found is None:
        raise NoSuchSweep(tr("the search is gone from {folder}", folder=store.folder))
    return found
