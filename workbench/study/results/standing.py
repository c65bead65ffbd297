"""Where the sweeps of a store stand: under way, broken off or ended, and how long is left."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from workbench.base.text import tr
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import SWEEP, StudyRecord, StudyStanding
from workbench.study.results.outcome import SweepOutcome
from workbench.study.sweeps.axes import combinations
from workbench.study.sweeps.plan import NoSuchPlan, SweepPlan


class SweepState(StrEnum):
    """Where a sweep stands, as far as the store knows."""

    RUNNING = "running"
    """A process works on it: it trains, or is paused."""
    BROKEN_OFF = "broken off"
    """Nobody works on it, and there is something left to do."""
    ENDED = "ended"

    @property
    def words(self) -> str:
        """As a person reads it."""
        return _WORDS[self]


_WORDS = {
    SweepState.RUNNING: tr("under way"),
    SweepState.BROKEN_OFF: tr("not finished"),
    SweepState.ENDED: tr("ended"),
}


@dataclass(frozen=True)
class ListedSweep:
    """A sweep in a list.

    Attributes:
        study: As the store has it.
        state: Where it stands.
        plan: Of it; None where it can't be read.
        fault: Why not, in one sentence; "" where it can.
    """

    study: StudyRecord
    state: SweepState
    plan: SweepPlan | None
    fault: str = ""


def sweeps(store: Store) -> list[ListedSweep]:
    """Every sweep of a store, the newest first; other studies are left out."""
    standings = store.standings()
    return [
        _listed(study, standings.get(study.study_id, StudyStanding()))
        for study in reversed(store.studies())
        if study.kind == SWEEP
    ]


def _listed(study: StudyRecord, standing: StudyStanding) -> ListedSweep:
    try:
        plan = SweepPlan.of_plain(study.plan)
    except NoSuchPlan as error:
        return ListedSweep(study, SweepState.BROKEN_OFF, None, str(error))
    return ListedSweep(study, _state(study, plan, standing), plan)


def _state(study: StudyRecord, plan: SweepPlan, standing: StudyStanding) -> SweepState:
    if standing.is_worked_on:
        return SweepState.RUNNING
    is_open = any(
        standing.runs.get(status, 0)
        for status in RunStatus
        if not status.is_finished or status is RunStatus.INTERRUPTED
    )
    if is_open or not study.choices:
        return SweepState.BROKEN_OFF
    wanted = planned_trials(plan) if plan.budget is None else None
    is_short = plan.runs is not None and wanted is not None and standing.trials < wanted
    return SweepState.BROKEN_OFF if is_short else SweepState.ENDED


def planned_trials(plan: SweepPlan) -> int | None:
    """How many combinations are to be trained, at most; None for as many as there is time for."""
    known = [most for most in (plan.runs, combinations(plan.axes)) if most is not None]
    return min(known, default=None)


def seconds_left(found: SweepOutcome) -> float | None:
    """What is left of a sweep takes about so long; None while no run of it has ended.

    By the mean of the runs that have ended; what a bound may yet refuse is counted in.
    """
    plan = found.plan
    runs = [run for trial in found.trials for run in trial.runs]
    took = [run.elapsed for run in runs if run.status is RunStatus.COMPLETED and run.elapsed]
    if not took:
        return None
    left: list[float] = []
    planned = planned_trials(plan)
    if planned is not None:
        trained = sum(bool(trial.runs) for trial in found.asked)
        refused = len(found.asked) - trained
        if plan.runs is None:  # of all combinations, those refused are over
            planned -= refused
        open_runs = sum(trial.state.is_open for trial in found.trials) * plan.repeats
        left.append(
            (max(0, planned - trained) * plan.repeats + open_runs) * fmean(took) / plan.workers
        )
    if plan.budget is not None:
        left.append(max(0.0, plan.budget - sum(took) / plan.workers))
    return min(left, default=None)
