"""What each stage of a study decides by, and how it has something done; made for every decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from workbench.execution.task import Found, Req, Res, Task
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord, TrialRecord
from workbench.study.judging.noise import Noise
from workbench.study.lever_study.arm import ArmBuilder, LeverSet
from workbench.study.lever_study.ledger import Ledger, StudyStage
from workbench.study.lever_study.plan import StudyPlan
from workbench.study.lever_study.times import TrainingTimes
from workbench.study.work import Ask, Stopwatch, TrainRuns

BASELINE = LeverSet()
SEEDS_APART = 10_000
"""Between the seeds of runs of two studies whose own seeds are 1 apart."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class StudyContext:
    """A study as it stands.

    Attributes:
        store: Of this thread.
        study, plan: As the store has them.
        builder: Makes its experiments.
        ledger: What was trained.
        notes: What was found out besides, by name.
        clock: How long it has taken.
        reserved: Its runs are for the store that asks for them, not for the window's queue.
    """

    store: Store
    study: StudyRecord
    plan: StudyPlan
    builder: ArmBuilder
    ledger: Ledger
    notes: Mapping[str, Mapping[str, Any]]
    clock: Stopwatch
    reserved: bool

    # --- what is known -------------------------------------------------------------------------

    @property
    def first_seed(self) -> int:
        """Of the baseline; a study of another seed has others all through."""
        return self.plan.baseline.training.seed + SEEDS_APART * self.plan.seed

    @cached_property
    def noise(self) -> Noise | None:
        """Of the accuracy, between seeds."""
        return self.ledger.noise()

    @cached_property
    def target(self) -> float | None:
        """Accuracy that has to be reached; None while the baseline's isn't known."""
        if self.plan.target is not None:
            return self.plan.target
        reached = self.ledger.spread(BASELINE)
        return None if reached is None else reached.mean - self.plan.margin

    def left(self, share: float) -> float:
        """Seconds until a share of the budget is used up."""
        return share * self.plan.budget - self.clock.seconds

    @cached_property
    def times(self) -> TrainingTimes:
        """What runs take."""
        return TrainingTimes(self.ledger, self.builder, self.plan.run_seconds)

    @property
    def validation_images(self) -> int:
        """That each run is judged on."""
        training, info = self.plan.baseline.training, self.builder.info
        return int(training.validation_split * info.train_images)

    def goal_of(self, arm: LeverSet) -> float:
        """What a combination takes of the goal.

        Raises:
            KeyError: where it can't be trained.
        """
        if self.plan.goal == "seconds":
            return self.times.seconds(arm)
        return self.builder.cost(arm, self.plan.goal)

    # --- what is done --------------------------------------------------------------------------

    def train(self, stage: StudyStage, arm: LeverSet, seed: int, **about: Any) -> TrainRuns | None:
        """One run of a combination; None where it can't be trained, which is noted."""
        refused = self.builder.refusal(arm)
        known = {"stage": stage.value, "seed": seed, **about}
        number = len(self.store.trials(self.study.study_id))
        record = TrialRecord(number, arm.plain(), refused, known)
        if refused:
            self.store.note_trial(self.study.study_id, record)
            return None
        experiments = [self.builder.experiment(arm, seed)]
        runs = self.store.create_trial(
            self.study.study_id, record, experiments, reserved=self.reserved
        )
        return TrainRuns(tuple(runs))

    def keep(self, name: str, value: Mapping[str, Any]) -> None:
        """Notes what was found out or decided."""
        self.store.keep_note(self.study.study_id, name, value)

    def ask(
        self,
        name: str,
        task: Task[Req, Found, Res],
        request: Req,
        words: str,
        note: Callable[[Res], Mapping[str, Any]],
        *,
        measures: bool = True,
    ) -> Ask[Req, Found, Res]:
        """A task whose answer becomes a note; where it can't be done, the reason does.

        Args:
            name: Of the note.
            task: Which.
            request: What it is asked.
            words: What is said meanwhile.
            note: Makes the note of the answer; what it took is added.
            measures: It measures speed.
        """
        study_id, clock, began = self.study.study_id, self.clock, self.clock.seconds

        def take(store: Store, found: Res) -> None:
            store.keep_note(study_id, name, {**note(found), "seconds": clock.seconds - began})

        def refused(store: Store, reason: str) -> None:
            store.keep_note(study_id, name, {"refused": reason, "seconds": clock.seconds - began})

        return Ask(task, request, take, words, refused, measures)
