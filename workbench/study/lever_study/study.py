"""A lever study under way: stage by stage, from nothing but what the store has.

A `StudySearch`, see `workbench.study.work`. Every decision is made from the trials and notes of the
study, and what depends on the time that is left is kept as a note when it is decided; so a study
that is broken off at any moment goes on as it would have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.base.errors import BadInput
from workbench.base.text import inside, tr
from workbench.base.units import in_one_line
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.spec.data import DataInfo
from workbench.study.lever_study import beginning, finishing
from workbench.study.lever_study.arm import ArmBuilder
from workbench.study.lever_study.context import BASELINE, StudyContext
from workbench.study.lever_study.ledger import Ledger, seconds_of
from workbench.study.lever_study.plan import KIND, StudyPlan
from workbench.study.lever_study.resolved import announcement
from workbench.study.lever_study.screening import screen
from workbench.study.lever_study.searching import search
from workbench.study.sweeps.sweep import ENDS_A_SEARCH, requeued
from workbench.study.words import SettingsSaid, settings_words
from workbench.study.work import Ask, SearchEnded, Step, Stopwatch, TrainRuns, Wait

STAGES: tuple[Callable[[StudyContext], TrainRuns | Ask[Any, Any, Any] | None], ...] = (
    beginning.noise,
    beginning.hardware,
    beginning.ground,
    beginning.find_rates,
    screen,
    search,
    finishing.keep_choice,
    finishing.confirm,
    finishing.ablate,
    finishing.read_test,
)
"""In order; each gives what it wants done, or None when it is through."""


class NoSuchStudy(BadInput, ValueError):
    """No lever study is called so, in one sentence."""


class LeverStudy:
    """One lever study.

    Args:
        study: As the store has it.
        plan: Of it.
        info: What is known of the data.
        clock: How long it has taken; None for one that begins now.
        reserved: Its runs are for the store that asks for them, not for the window's queue.
    """

    def __init__(
        self,
        study: StudyRecord,
        plan: StudyPlan,
        info: DataInfo,
        clock: Stopwatch | None = None,
        *,
        reserved: bool = True,
    ) -> None:
        self.study, self.plan, self.info = study, plan, info
        self.clock, self._reserved = clock or Stopwatch(), reserved
        self._builder: ArmBuilder | None = None
        self._known: tuple[Any, Any] = (None, None)

    def left_over(self, store: Store) -> list[Run]:
        """Runs that were begun and that nobody trains, queued again."""
        return requeued(store, self.study.study_id, reserved=self._reserved)

    def next(self, store: Store) -> Step:
        """What the first stage wants that isn't through."""
        context = self.context(store)
        if context.ledger.open:
            return Wait()
        failed = _fatal(context.ledger)
        if failed:
            return SearchEnded(failed, is_failure=True)
        for stage in STAGES:
            step = stage(context)
            if isinstance(step, TrainRuns):
                return self._announced(store, step)
            if step is not None:
                return step
            if store.study_notes(self.study.study_id) != context.notes:
                context = self.context(store)
        return SearchEnded(_ending(context))

    def _announced(self, store: Store, step: TrainRuns) -> TrainRuns:
        """With what is said where a stage begins."""
        context = self.context(store)
        last = context.ledger.trials[-1]
        is_first = len(context.ledger.of_stage(last.stage)) == 1
        return replace(step, words=announcement(context, last.stage)) if is_first else step

    def title(self, store: Store, run: Run, said: SettingsSaid = settings_words) -> str:
        """As in "run 12, screening: one_cycle=0.3+head (seed 101)"."""
        trials = Ledger.of(store, self.study.study_id).trials
        trial = next((each for each in trials if each.number == run.trial), None)
        if trial is None:
            return in_one_line(run.name)
        return in_one_line(
            tr(
                "run {number}, {stage}: {levers} (seed {seed})",
                number=trial.number + 1,
                stage=inside(trial.stage.words),
                levers=trial.arm.key or tr("as it is"),
                seed=trial.seed,
            )
        )

    def context(self, store: Store) -> StudyContext:
        """The study as it stands."""
        study_id = self.study.study_id
        notes = store.study_notes(study_id)
        found = beginning.hardware_settings(notes), beginning.rates(notes)
        if self._builder is None or found != self._known:
            self._builder = ArmBuilder(self.plan, self.info, *found)
            self._known = found
        ledger = Ledger.of(store, study_id)
        return StudyContext(
            store, self.study, self.plan, self._builder, ledger, notes, self.clock, self._reserved
        )


def stopwatch(store: Store, study: StudyRecord) -> Stopwatch:
    """A clock that goes on where earlier sessions of a study stopped."""
    notes = store.study_notes(study.study_id).values()
    tasks = sum(float(note.get("seconds", 0.0)) for note in notes)
    return Stopwatch(seconds_of(Ledger.of(store, study.study_id).trials) + tasks)


def named_study(store: Store, name: str) -> tuple[StudyRecord, StudyPlan]:
    """The lever study of this name.

    Raises:
        NoSuchStudy: where there is none.
        NoSuchPlan: where it can't be read.
    """
    known = lever_studies(store)
    study = next((each for each in known if each.name == name), None)
    if study is None:
        names = ", ".join(each.name for each in known)
        raise NoSuchStudy(
            tr("there is no lever study {name}; known are {names}", name=repr(name), names=names)
            if known
            else tr(
                "there is no lever study {name} in {folder}", name=repr(name), folder=store.folder
            )
        )
    return study, StudyPlan.of_plain(study.plan)


def lever_studies(store: Store) -> list[StudyRecord]:
    """All lever studies of a store, oldest first."""
    return [study for study in store.studies() if study.kind == KIND]


def _fatal(ledger: Ledger) -> str:
    """Why nothing more can be trained; "" where it can."""
    for trial in ledger.trials:
        if trial.run is None or trial.run.status is not RunStatus.FAILED:
            continue
        if trial.run.outcome in ENDS_A_SEARCH:
            return tr(
                "the study ends: what failed in run {run_id} would fail again",
                run_id=trial.run.run_id,
            )
        if trial.arm == BASELINE:
            return tr(
                "the study ends: the baseline itself fails (run {run_id})", run_id=trial.run.run_id
            )
    return ""


def _ending(context: StudyContext) -> str:
    if context.left(1.0) < context.times.of_budget(BASELINE):
        return tr("the budget is used up")
    return tr("all stages are done")
