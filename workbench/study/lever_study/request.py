"""A lever study as a person asks for it, and what it could show."""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.base.text import tr
from workbench.base.units import duration
from workbench.evaluation.group_test import amount
from workbench.experiment import Experiment
from workbench.runs.columns import RUN_COLUMNS
from workbench.spec.data import DataInfo
from workbench.study.judging.resolution import resolution
from workbench.study.lever_study.differences import source_of
from workbench.study.lever_study.plan import ACCURACY, StudyPlan, checked
from workbench.study.lever_study.resolved import SCREENING_SHARE

LIKELY = 0.98
"""Accuracy that is assumed where none is to be reached."""


@dataclass(frozen=True)
class StudyRequest:
    """What a person asks for.

    Attributes:
        budget: Seconds.
        goal: Key of the quantity to be made small.
        target: Validation accuracy to be reached; None to keep the baseline's.
        margin: What may be lost of the baseline's accuracy.
        levers: Keys of those that are tried.
    """

    budget: float
    goal: str
    target: float | None
    margin: float
    levers: tuple[str, ...]

    def plan(self, experiment: Experiment, info: DataInfo, run_seconds: float) -> StudyPlan:
        """The plan, checked.

        Args:
            experiment: The baseline, fitted to its data.
            info: What is known of them.
            run_seconds: What a run of it takes, about.

        Raises:
            SpecError: in one sentence, where it can't be done.
        """
        toml = experiment.to_toml()
        plan = StudyPlan(
            toml,
            source_of(toml),
            self.budget,
            run_seconds,
            self.goal,
            self.target,
            self.margin,
            self.levers,
        )
        return checked(plan, info, duration(self.budget))

    def promise(self, experiment: Experiment, info: DataInfo, run_seconds: float) -> str:
        """What it could show, in a sentence, before anything is known of the noise.

        Seeds then count as half as far apart as chance alone lets accuracies on so many validation
        images be: 0.07 points on MNIST, 0.5 on the digits, about what was measured there.
        """
        column = RUN_COLUMNS[ACCURACY]
        likely = self.target if self.target is not None else LIKELY
        images = max(1, int(experiment.training.validation_split * info.train_images))
        deviation = 0.5 * math.sqrt(likely * (1 - likely) / images)
        found = resolution(deviation, self.budget, run_seconds, len(self.levers), SCREENING_SHARE)
        said = found.sentence(column)
        return tr(
            "{said}, where seeds differ by {noise}, as is usual on {images} validation images.",
            said=f"{said[:1].upper()}{said[1:]}",
            noise=amount(column, deviation),
            images=f"{images:,}",
        )
