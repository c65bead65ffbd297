"""A sweep whose rungs are whole trainings: what counts as known, and which trial goes on.

Trainings of all trials are numbered in the order in which they were asked for. With k workers,
number i is decided on by what those up to i - k reached; the later ones count as under way,
finished or not. So the same trainings follow each other whatever ends first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from workbench.experiment import Experiment
from workbench.runs.record import Run
from workbench.study.pruning.ladder import Ascent, Climber, next_ascent
from workbench.study.pruning.rules import EPOCHS, Rungs
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.told import Told
from workbench.study.sweeps.trials import TRAININGS, SweepTrial

WARMUP = "schedule.warmup_steps"


class Climb:
    """The trainings of a sweep.

    Args:
        plan: Of the sweep.
        rungs: Of the plan, which are whole trainings.
        is_baseline: Whether a trial is the experiment as it was.
    """

    def __init__(
        self, plan: SweepPlan, rungs: Rungs, is_baseline: Callable[[SweepTrial], bool]
    ) -> None:
        self._plan, self._rungs, self._is_baseline = plan, rungs, is_baseline
        self._goal = plan.goals[0]

    def next_job(self, asked: Sequence[SweepTrial]) -> int:
        """The number of the training that is asked for next."""
        return 1 + sum(len(trial.trainings) for trial in asked)

    def waits(self, asked: Sequence[SweepTrial]) -> bool:
        """Whether a training must end before the next one can be decided on."""
        known = self._known(asked)
        return any(
            training.is_open and training.job <= known
            for trial in asked
            for training in trial.trainings
        )

    def told(self, asked: Sequence[SweepTrial]) -> list[Told]:
        """What a strategy knows when the next trial is asked for."""
        known = self._known(asked)
        return [trial.told_as_of(self._goal, known) for trial in asked]

    def ascent(self, asked: Sequence[SweepTrial]) -> Ascent | None:
        """The trial that goes on now, while others may still begin."""
        climbers = self._climbers(asked, self._known(asked))
        return next_ascent(climbers, self._rungs, self._goal.direction, is_last=False)

    def last_ascent(self, asked: Sequence[SweepTrial]) -> Ascent | None:
        """The trial that goes on once no further one begins; None while a training is open."""
        if any(training.is_open for trial in asked for training in trial.trainings):
            return None
        climbers = self._climbers(asked, None)
        return next_ascent(climbers, self._rungs, self._goal.direction, is_last=True)

    def has_arrived(self, asked: Sequence[SweepTrial]) -> bool:
        """Whether a trial was trained for all epochs."""
        top = self._rungs.epochs[-1]
        return any(top in trial.by_training(self._goal) for trial in asked)

    def first_epochs(self, number: int) -> int:
        """The epochs of a trial's first training."""
        return self._rungs.epochs[self._rungs.first(number)]

    def about(self, trial: SweepTrial | None, job: int, epochs: int, runs: Sequence[Run]) -> Any:
        """What the store keeps of a trial with one more training."""
        before = list(trial.record.about.get(TRAININGS, ())) if trial is not None else []
        added = {"job": job, "epochs": epochs, "runs": [run.run_id for run in runs]}
        return {TRAININGS: [*before, added]}

    def _known(self, asked: Sequence[SweepTrial]) -> int:
        """The last training whose result counts for the next one."""
        return self.next_job(asked) - self._plan.workers

    def _climbers(self, asked: Sequence[SweepTrial], known: int | None) -> list[Climber]:
        return [
            Climber(
                trial.number,
                trial.by_training(self._goal, known),
                trial.trainings[-1].epochs,
                self._is_baseline(trial),
            )
            for trial in asked
            if trial.trainings
        ]


def for_epochs(experiment: Experiment, epochs: int) -> Experiment:
    """A shorter training: its schedule, warm-up included, as a whole in so many epochs."""
    share = epochs / experiment.training.epochs
    warmup = round(experiment.schedule.warmup_steps * share)
    return experiment.with_settings({EPOCHS: epochs, WARMUP: warmup})
