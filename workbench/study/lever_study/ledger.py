"""What a study has trained, as its store has it: trials, and what the runs of each arm reached."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from workbench.base.text import tr
from workbench.evaluation.significance import Spread, spread
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.study.judging.noise import Noise, pooled
from workbench.study.lever_study.arm import LeverSet
from workbench.study.lever_study.plan import ACCURACY


class StudyStage(StrEnum):
    """A part of a study; the values are codes."""

    NOISE = "noise"
    HARDWARE = "hardware"
    GROUND = "ground"
    SCREENING = "screening"
    SEARCH = "search"
    CONFIRMATION = "confirmation"
    ABLATION = "ablation"

    @property
    def words(self) -> str:
        """For a person."""
        return _TITLES[self]


_TITLES = {
    StudyStage.NOISE: tr("Baseline"),
    StudyStage.HARDWARE: tr("Hardware"),
    StudyStage.GROUND: tr("Shorter training"),
    StudyStage.SCREENING: tr("Screening"),
    StudyStage.SEARCH: tr("Best combination"),
    StudyStage.CONFIRMATION: tr("Confirmation"),
    StudyStage.ABLATION: tr("Ablation"),
}


@dataclass(frozen=True)
class StudyTrial:
    """One training of a study, or a combination that was refused.

    Attributes:
        number: In the study, from 0.
        stage: That asked for it.
        arm: What was trained.
        seed: With which.
        about: What else the stage noted.
        refused: Why it can't be trained; "" where it can.
        run: None where it was refused, or a person deleted it.
    """

    number: int
    stage: StudyStage
    arm: LeverSet
    seed: int
    about: Mapping[str, Any]
    refused: str = ""
    run: Run | None = None

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        waits = (RunStatus.QUEUED, RunStatus.INTERRUPTED)
        return self.run is not None and (self.run.status.is_active or self.run.status in waits)

    @property
    def ended(self) -> Run | None:
        """The run, where it trained to its end and has an accuracy."""
        run = self.run
        if run is None or run.status is not RunStatus.COMPLETED:
            return None
        accuracy = run.val_accuracy
        return run if accuracy is not None and math.isfinite(accuracy) else None

    @property
    def cost(self) -> float:
        """Seconds of the budget that it took."""
        return 0.0 if self.run is None else cost_of(self.run)


class Ledger:
    """All trials of a study.

    Args:
        trials: By number.
    """

    def __init__(self, trials: Sequence[StudyTrial]) -> None:
        self.trials = tuple(trials)

    @classmethod
    def of(cls, store: Store, study_id: str) -> Ledger:
        """As the store has it now."""
        runs = {run.trial: run for run in store.trial_runs(study_id)}
        found = []
        for record in store.trials(study_id):
            about = dict(record.about)
            stage, seed = StudyStage(about.pop("stage")), int(about.pop("seed"))
            arm, run = LeverSet.of_plain(record.settings), runs.get(record.trial)
            trial = StudyTrial(record.trial, stage, arm, seed, about, record.refused, run)
            found.append(trial)
        return cls(found)

    @property
    def open(self) -> list[StudyTrial]:
        """Those of which something may still come."""
        return [trial for trial in self.trials if trial.is_open]

    def of_stage(self, stage: StudyStage) -> list[StudyTrial]:
        """Those that a stage asked for."""
        return [trial for trial in self.trials if trial.stage is stage]

    def of_arm(
        self, arm: LeverSet, stages: Collection[StudyStage] | None = None
    ) -> list[StudyTrial]:
        """Those of a combination that were trained.

        Args:
            arm: The combination.
            stages: That asked for them; None for all but the confirmation, whose seeds are for
                nothing else.
        """
        return [
            trial
            for trial in self.trials
            if trial.arm == arm and trial.run is not None and _is_of(trial, stages)
        ]

    def ended(self, arm: LeverSet, stages: Collection[StudyStage] | None = None) -> dict[int, Run]:
        """Runs of a combination that have an accuracy, by seed; arguments as of `of_arm`."""
        found = ((trial.seed, trial.ended) for trial in self.of_arm(arm, stages))
        return {seed: run for seed, run in found if run is not None}

    def values(
        self, arm: LeverSet, key: str = ACCURACY, stages: Collection[StudyStage] | None = None
    ) -> dict[int, float]:
        """What its runs have of a quantity, by seed; arguments as of `of_arm`."""
        found = {seed: run.figure(key) for seed, run in self.ended(arm, stages).items()}
        return {seed: float(v) for seed, v in found.items() if v is not None and math.isfinite(v)}

    @cached_property
    def arms(self) -> list[LeverSet]:
        """Combinations of which a run has ended, the first trained first."""
        return list(dict.fromkeys(trial.arm for trial in self.trials if trial.ended is not None))

    def has_failed(self, arm: LeverSet) -> bool:
        """Whether a run of a combination failed: nobody would recommend it. One that a person
        stopped says nothing.
        """
        runs = (trial.run for trial in self.of_arm(arm))
        return any(run is not None and run.status is RunStatus.FAILED for run in runs)

    def noise(self) -> Noise | None:
        """Of the accuracy, between the seeds of one combination."""
        return pooled([of for of in map(self.spread, self.arms) if of is not None])

    def spread(self, arm: LeverSet, stages: Collection[StudyStage] | None = None) -> Spread | None:
        """Of the accuracy of a combination; None where it has none."""
        values = list(self.values(arm, ACCURACY, stages).values())
        return spread(values) if values else None

    def run_cost(self, arm: LeverSet) -> float | None:
        """Seconds of the budget that a run of it takes; None where none has ended."""
        costs = [cost_of(run) for run in self.ended(arm).values()]
        return sum(costs) / len(costs) if costs else None


def cost_of(run: Run) -> float:
    """Seconds from the claim of a run to its end, where it went on without a break."""
    trained = run.elapsed or 0.0
    if run.started is None or run.finished is None:
        return trained
    return max(trained, min(run.finished - run.started, trained + 60.0))


def seconds_of(trials: Iterable[StudyTrial]) -> float:
    """Seconds of the budget that they took."""
    return sum(trial.cost for trial in trials)


def _is_of(trial: StudyTrial, stages: Collection[StudyStage] | None) -> bool:
    return trial.stage is not StudyStage.CONFIRMATION if stages is None else trial.stage in stages
