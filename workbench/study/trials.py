"""The trials of a sweep as the store has them: what each was, and what its runs reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workbench.base.text import tr
from workbench.evaluation.significance import Spread, spread
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import TrialRecord
from workbench.study.goals import SweepGoal
from workbench.study.plan import SweepPlan
from workbench.study.told import Told

BASELINE = 0
"""The number of the trial that is the experiment as it was, where no combination is."""


class TrialState(StrEnum):
    """Where a trial stands; the value is what JSON says."""

    REFUSED = "refused"
    WAITING = "waiting"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    STOPPED = "stopped"
    """A person stopped a run of it: what it reached can't be compared."""
    FAILED = "failed"

    @property
    def words(self) -> str:
        """As a person reads it."""
        return _STATE_WORDS[self]

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self in (TrialState.WAITING, TrialState.RUNNING, TrialState.INTERRUPTED)


_STATE_WORDS = {
    TrialState.REFUSED: tr("refused"),
    TrialState.WAITING: tr("waiting"),
    TrialState.RUNNING: tr("running"),
    TrialState.INTERRUPTED: tr("interrupted"),
    TrialState.FINISHED: tr("finished"),
    TrialState.STOPPED: tr("stopped"),
    TrialState.FAILED: tr("failed"),
}


@dataclass(frozen=True)
class SweepTrial:
    """One trial.

    Attributes:
        record: As it was asked for.
        runs: Its repeats, oldest first; those a person deleted are missing.
        seeds: How many repeats there should be.
    """

    record: TrialRecord
    runs: tuple[Run, ...]
    seeds: int

    @property
    def number(self) -> int:
        """In the sweep."""
        return self.record.trial

    @property
    def settings(self) -> Mapping[str, Any]:
        """What it has, by path."""
        return self.record.settings

    @property
    def state(self) -> TrialState:
        """Where it stands."""
        if self.record.refused:
            return TrialState.REFUSED
        found = {run.status for run in self.runs}
        if any(status.is_active for status in found):
            return TrialState.RUNNING
        for status, state in _STATES.items():
            if status in found:
                return state
        return TrialState.FINISHED if len(self.runs) == self.seeds else TrialState.FAILED

    def each(self, goal: SweepGoal) -> list[float]:
        """What its runs reached; empty where one of them has no value."""
        found = [goal.of(run) for run in self.runs]
        known = [value for value in found if value is not None]
        return known if len(known) == self.seeds else []

    def spread(self, goal: SweepGoal) -> Spread | None:
        """Mean, deviation and interval of what its runs reached; None where it isn't known."""
        values = self.each(goal)
        return spread(values) if values else None

    def means(self, goals: Sequence[SweepGoal]) -> tuple[float, ...] | None:
        """What it reached, one a goal; None where it isn't finished or lacks one."""
        if self.state is not TrialState.FINISHED:
            return None
        found = [self.spread(goal) for goal in goals]
        known = tuple(of.mean for of in found if of is not None)
        return known if len(known) == len(goals) else None

    def told(self, goals: Sequence[SweepGoal], *, is_open: bool) -> Told:
        """What a strategy learns of it.

        Args:
            goals: Of the sweep.
            is_open: Whether it counts as under way.
        """
        settings = dict(self.settings)
        if self.record.refused:  # known as soon as it was asked for
            return Told(settings, violations=dict(self.record.about))
        return Told(settings, is_open=True) if is_open else Told(settings, self.means(goals))


_STATES = {
    RunStatus.QUEUED: TrialState.WAITING,
    RunStatus.INTERRUPTED: TrialState.INTERRUPTED,
    RunStatus.FAILED: TrialState.FAILED,
    RunStatus.STOPPED: TrialState.STOPPED,
}
"""What a trial is of whose runs one stands so, the first that is found."""


def trials_of(store: Store, study_id: str, plan: SweepPlan) -> list[SweepTrial]:
    """Every trial that was asked for, by number; the baseline is number 0, or one of them."""
    by_trial: dict[int | None, list[Run]] = {}
    for run in store.trial_runs(study_id):
        by_trial.setdefault(run.trial, []).append(run)
    return [
        SweepTrial(record, tuple(by_trial.get(record.trial, ())), plan.seeds)
        for record in store.trials(study_id)
    ]


def baseline_of(trials: Sequence[SweepTrial], plan: SweepPlan) -> SweepTrial | None:
    """The trial that is the experiment as it was; None while it has no run."""
    for trial in trials:
        same = any(run.experiment_toml == plan.experiment for run in trial.runs)
        if same or trial.number == BASELINE:
            return trial
    return None
