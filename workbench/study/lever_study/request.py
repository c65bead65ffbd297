"""A lever study as a person asks for it, and what it could show."""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.base.text import tr
from workbench.base.units import duration
from workbench.evaluation.group_test import amount
from workbench.experiment import Experiment
from workbench.runs.columns import RUN_COLUMNS
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord, tidy
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.judging.resolution import resolution
from workbench.study.lever_study.differences import source_of
from workbench.study.lever_study.plan import ACCURACY, KIND, StudyPlan, checked
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


def begun(store: Store, plan: StudyPlan, name: str = "") -> tuple[StudyRecord, StudyPlan]:
    """The study of a plan, on which this store works from now on: new, or of this name.

    Args:
        store: Of this thread.
        plan: Checked.
        name: As a person typed it; "" for the usual one.

    Returns:
        The study, and its plan: that of a known one has the cost that was measured then.

    Raises:
        SpecError: where a study of something else is called so.
        StoreError: where another process works on it, or the store can't be written.
    """
    store.require_writable()
    name = tidy(name)
    known = store.study(name) if name else None
    if known is None:
        usual = tidy(tr("{name} study", name=plan.baseline.name))
        return store.add_study(name or usual, plan.plain()), plan
    if known.kind != KIND:
        fault = tr("{name} is a sweep: give the study another name", name=repr(name))
        raise SpecError.at("", fault)
    old = StudyPlan.of_plain(known.plan)
    _refuse_other(known.name, old, plan)
    store.take_study(known)
    return known, old


def _refuse_other(name: str, known: StudyPlan, wanted: StudyPlan) -> None:
    """Refuses a name that a study of something else has.

    Raises:
        SpecError: where the two aren't the same study.
    """
    differs = known.differs_from(wanted)
    if differs:
        fault = tr(
            "study {name} was made otherwise ({what} differs): give it another name",
            name=repr(name),
            what=differs,
        )
        raise SpecError.at("", fault)
