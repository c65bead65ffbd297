"""What the page "Study" reads and works out, in any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.experiment import Experiment
from workbench.figures.study_page.settings import StudyPage
from workbench.runs.store import Store
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.answer_page.page import study_page
from workbench.study.answer_page.table import answer_table
from workbench.study.asking.resuming import info_of
from workbench.study.lever_study.answer import StudyAnswer
from workbench.study.lever_study.plan import StudyPlan
from workbench.study.lever_study.request import StudyRequest
from workbench.study.lever_study.result import NothingYet, answer_of
from workbench.study.lever_study.study import LeverStudy, lever_studies, stopwatch


@dataclass(frozen=True)
class ReadStudies:
    """What was read of the store.

    Attributes:
        names: Of all lever studies by their ids, the newest first.
        study_id: Of the one that is shown; "" for none.
        answer, page: Of it; None without any.
        experiments: Of each row of the page; None where it can't be made.
        budget: Seconds that it may take.
        stage: What it does now, as a person reads it; "" before its first run.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    study_id: str = ""
    answer: StudyAnswer | None = None
    page: StudyPage | None = None
    experiments: tuple[Experiment | None, ...] = ()
    budget: float = 0.0
    stage: str = ""

    def label(self, line: int) -> str:
        """The name of a row."""
        return self.page.rows[line].label if self.page is not None else ""


@dataclass(frozen=True)
class Promise:
    """What a study that is asked for could show, or why it can't be made; one of both."""

    resolves: str = ""
    refusal: str = ""


def read_studies(wanted: str | None, store: Store) -> ReadStudies:
    """The study that is wanted.

    Args:
        wanted: Its id; "" for none, None for the newest.
        store: Of this thread.

    Raises:
        StoreError, SpecError, DataError, NoSuchPlan: where it can't be read.
    """
    known = {study.study_id: study for study in reversed(lever_studies(store))}
    names = {study_id: study.name for study_id, study in known.items()}
    study = known.get(next(iter(names), "") if wanted is None else wanted)
    if study is None:
        return ReadStudies(names)
    plan = StudyPlan.of_plain(study.plan)
    search = LeverStudy(study, plan, info_of(plan), stopwatch(store, study), reserved=False)
    trials = search.context(store).ledger.trials
    stage = trials[-1].stage.words if trials else ""
    read = ReadStudies(names, study.study_id, budget=plan.budget, stage=stage)
    try:
        answer = answer_of(search, store)
    except NothingYet:
        return read
    baseline = plan.baseline
    experiments = tuple(_with(baseline, each) for each in answer_table(answer).settings)
    return replace(read, answer=answer, page=study_page(answer), experiments=experiments)


def promise(
    experiment: Experiment, info: DataInfo, asked: StudyRequest, run_seconds: float
) -> Promise:
    """What a study could show."""
    try:
        asked.plan(experiment, info, run_seconds)
    except SpecError as error:
        return Promise(refusal=error.problems[0].message)
    return Promise(asked.promise(experiment, info, run_seconds))


def _with(baseline: Experiment, settings: Mapping[str, Any]) -> Experiment | None:
    try:
        return baseline.with_settings(settings)
    except SpecError:
        return None
