"""The trials of a sweep as the store has them: what each was, and what its runs reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isnan, nan
from typing import Any

from workbench.base.text import tr
from workbench.evaluation.significance import Spread, spread
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import KnownRuns, TrialRecord
from workbench.study.pruning.halving import mean
from workbench.study.pruning.rules import Rungs, rungs_of
from workbench.study.sweeps.goals import SweepGoal
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.told import Told

TRAININGS = "trainings"
"""What the store keeps about a trial whose rungs are trainings: job, epochs and runs of each."""

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
    PRUNED = "pruned"
    """It ended at a rung: others had done better by then."""
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
    TrialState.PRUNED: tr("pruned"),
    TrialState.FAILED: tr("failed"),
}


@dataclass(frozen=True)
class RungTraining:
    """One of the trainings of a trial whose rungs are whole trainings.

    Attributes:
        job: Its number in the sweep, from 1, over all trials.
        epochs: How long it is.
        runs: Its repeats; those a person deleted are missing.
    """

    job: int
    epochs: int
    runs: tuple[Run, ...]

    @property
    def is_open(self) -> bool:
        """Whether a run of it may still come to something."""
        return any(_is_open(run) for run in self.runs)


@dataclass(frozen=True)
class SweepTrial:
    """One trial.

    Attributes:
        record: As it was asked for.
        runs: Its repeats (seeds or folds), oldest first; those a person deleted are missing.
        repeats: How many runs it should have.
        rungs: Where it is judged before its end; None where it isn't.
        at_rungs: What its runs reached after the epochs of a rung, by run id.
        folds: Of the data, where its repeats are folds; 0 for seeds.
    """

    record: TrialRecord
    runs: tuple[Run, ...]
    repeats: int
    rungs: Rungs | None = None
    at_rungs: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    folds: int = 0

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
        if len(self.judged) != self.repeats:
            return TrialState.FAILED
        return TrialState.PRUNED if self._is_short else TrialState.FINISHED

    # --- rungs -----------------------------------------------------------------------------------

    @property
    def trainings(self) -> tuple[RungTraining, ...]:
        """Its trainings, shortest first, where its rungs are such; else none."""
        by_id = {run.run_id: run for run in self.runs}
        return tuple(
            RungTraining(
                int(of["job"]),
                int(of["epochs"]),
                tuple(by_id[run_id] for run_id in of["runs"] if run_id in by_id),
            )
            for of in self.record.about.get(TRAININGS, ())
        )

    @property
    def judged(self) -> tuple[Run, ...]:
        """The runs that it is judged by: those of its longest training."""
        trainings = self.trainings
        return trainings[-1].runs if trainings else self.runs

    @property
    def pruned_at(self) -> int | None:
        """The epochs after which it ended, where it was pruned."""
        if self.state is not TrialState.PRUNED:
            return None
        trainings = self.trainings
        return trainings[-1].epochs if trainings else max(self.reached, default=0)

    @property
    def reached(self) -> Mapping[int, float]:
        """What it reached at its rungs, by their epochs; of the first run that was pruned, where
        running trials are.
        """
        pruned = next((run for run in self.runs if run.status is RunStatus.PRUNED), None)
        return self.at_rungs.get(pruned.run_id, {}) if pruned is not None else {}

    def at_each_rung(self, goal: SweepGoal) -> dict[int, float | None]:
        """What it reached at the rungs so far, by their epochs; None where it has no value."""
        reached = self.by_training(goal) if self.trainings else self.reached
        return {epochs: None if isnan(value) else value for epochs, value in reached.items()}

    def by_training(self, goal: SweepGoal, known: int | None = None) -> dict[int, float]:
        """What its trainings reached, by their epochs; NaN where one failed.

        Args:
            goal: Of the sweep.
            known: The last job whose result counts; None for all that have ended.
        """
        found = {}
        for training in self.trainings:
            is_known = training.job <= known if known is not None else not training.is_open
            if is_known:
                values = [goal.of(run) for run in training.runs]
                is_whole = len(values) == self.repeats
                found[training.epochs] = mean(values) if is_whole else nan
        return found

    @property
    def _is_short(self) -> bool:
        """Whether its longest training is not the whole."""
        trainings, rungs = self.trainings, self.rungs
        return bool(trainings and rungs and trainings[-1].epochs < rungs.epochs[-1])

    # --- what it reached -------------------------------------------------------------------------

    def each(self, goal: SweepGoal) -> list[float]:
        """What its runs reached; empty where one of them has no value."""
        found = [goal.of(run) for run in self.judged]
        known = [value for value in found if value is not None]
        return known if len(known) == self.repeats else []

    def spread(self, goal: SweepGoal) -> Spread | None:
        """Mean, deviation and interval of what its runs reached; None where it isn't known."""
        values = self.each(goal)
        return spread(values, folds=self.folds) if values else None

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
        if is_open:
            return Told(settings, is_open=True)
        if self.state is TrialState.PRUNED:
            return Told(settings, reached=self.reached)
        return Told(settings, self.means(goals))

    def told_as_of(self, goal: SweepGoal, known: int) -> Told:
        """As `told`, where its rungs are whole trainings.

        Args:
            goal: Of the sweep.
            known: The last job whose result counts.
        """
        settings = dict(self.settings)
        if self.record.refused or self.rungs is None:
            return self.told([goal], is_open=False)
        reached = self.by_training(goal, known)
        if not reached:
            return Told(settings, is_open=True)
        whole = reached.get(self.rungs.epochs[-1])
        if whole is not None and not isnan(whole):
            return Told(settings, (whole,))
        values = {epochs: value for epochs, value in reached.items() if not isnan(value)}
        return Told(settings, reached=values)


def _is_open(run: Run) -> bool:
    return not run.status.is_finished or run.status is RunStatus.INTERRUPTED


_STATES = {
    RunStatus.QUEUED: TrialState.WAITING,
    RunStatus.INTERRUPTED: TrialState.INTERRUPTED,
    RunStatus.FAILED: TrialState.FAILED,
    RunStatus.STOPPED: TrialState.STOPPED,
    RunStatus.PRUNED: TrialState.PRUNED,
}
"""What a trial is of whose runs one stands so, the first that is found."""


def trials_of(
    store: Store, study_id: str, plan: SweepPlan, known: KnownRuns | None = None
) -> list[SweepTrial]:
    """Every trial that was asked for, by number; the baseline is number 0, or one of them.

    Args:
        store: Of this thread.
        study_id: Of the sweep.
        plan: Of it.
        known: As in `Store.trial_runs`.
    """
    rungs = rungs_of(plan)
    by_trial: dict[int | None, list[Run]] = {}
    for run in store.trial_runs(study_id, known):
        by_trial.setdefault(run.trial, []).append(run)
    at_rungs: Mapping[str, Mapping[int, float]] = {}
    if rungs is not None and not rungs.is_whole:
        at_rungs = store.epoch_values(study_id, plan.goals[0].key, rungs.epochs[:-1])
    return [
        SweepTrial(
            record,
            tuple(by_trial.get(record.trial, ())),
            plan.repeats,
            rungs,
            at_rungs,
            plan.folds,
        )
        for record in store.trials(study_id)
    ]


def baseline_of(trials: Sequence[SweepTrial], plan: SweepPlan) -> SweepTrial | None:
    """The trial that is the experiment as it was; None while it has no run."""
    wanted = {plan.experiment}
    if plan.folds:
        wanted |= {each.to_toml() for each in plan.repeated(plan.baseline)}
    for trial in trials:
        same = any(run.experiment_toml in wanted for run in trial.runs)
        if same or trial.number == BASELINE:
            return trial
    return None
