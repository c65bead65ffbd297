"""One experiment several times over: with other seeds, or with each fold held out in turn.

Experiments in, experiments out; queueing them is the store's, judging them `significance`'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.spec.base import Problem, SpecError
from workbench.spec.data import DataInfo

MOST = 100
SEEDS, FOLDS = "seeds", "folds"


@dataclass(frozen=True)
class Repeats:
    """What is to be trained.

    Attributes:
        tag: The group's name, for a person; no comma is in it, as commas separate tags.
        kind: What the runs differ in: "seeds" or "folds", as `GroupKind` has it.
        experiments: In the order in which they are to be trained.
    """

    tag: str
    kind: str
    experiments: tuple[Experiment, ...]

    def data_problem(self, info: DataInfo | None) -> Problem | None:
        """The first reason why the data can't be split for all of them; None where they can."""
        if info is None:
            return None
        faults = (each.training.data_faults(info) for each in self.experiments)
        found = (Problem(f"training.{n}", words) for each in faults for n, words in each.items())
        return next(found, None)


def with_seeds(experiment: Experiment, count: int) -> Repeats:
    """The experiment with its own seed and the next ones.

    Raises:
        SpecError: where the count is out of bounds, or the last seed is too large.
    """
    if not 1 <= count <= MOST:
        raise SpecError.at(
            "",
            tr("the number of seeds must be from 1 to {most}, got {count}", most=MOST, count=count),
        )
    first = experiment.training.seed
    made = (experiment.with_settings({"training.seed": first + n}) for n in range(count))
    return Repeats(_tag(experiment, count, SEEDS), SEEDS, tuple(made))


def with_folds(experiment: Experiment, folds: int) -> Repeats:
    """The experiment with each of its folds held out once.

    Raises:
        SpecError: where the number of folds is out of bounds.
    """
    if not 2 <= folds <= MOST:
        raise SpecError.at(
            "",
            tr("the number of folds must be from 2 to {most}, got {folds}", most=MOST, folds=folds),
        )
    made = (
        experiment.with_settings({"training.folds": folds, "training.fold": fold})
        for fold in range(1, folds + 1)
    )
    return Repeats(_tag(experiment, folds, FOLDS), FOLDS, tuple(made))


def _tag(experiment: Experiment, count: int, what: str) -> str:
    return f"{' '.join(experiment.name.replace(',', ' ').split())} {count} {what}"
