"""Who proposes the next combination: every one in order, by chance, or what looks best by TPE.

A strategy is a class in `STRATEGIES`. It keeps nothing: what it proposes follows from the plan, the
number of the trial and what it is told, so that a search goes on from the store alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import ClassVar

import numpy as np

from workbench.base.text import tr
from workbench.base.units import count as count_text
from workbench.levers.repeats import with_folds, with_seeds
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.pruning.rules import obstacle
from workbench.study.sweeps.axes import SweepAxis
from workbench.study.sweeps.goals import TIMED
from workbench.study.sweeps.plan import SweepPlan, checked_runs
from workbench.study.sweeps.space import Settings, Space
from workbench.study.sweeps.told import Told

MOST_OF_A_GRID = 1_000
MOST_LISTED = 10_000
"""A space of more combinations is not counted through for what is left of it."""

MOST_WORKERS = 64
DRAWS = 50
"""Combinations that are drawn for a trial before what is left is counted through."""


class Strategy(ABC):
    """One way to search.

    Args:
        plan: Of the sweep.
        space: What there is to propose.

    Attributes:
        label: What a person calls it.
        ends: Whether it proposes every combination of a space that can be counted, in order.
        learns: Whether what it proposes depends on what earlier trials reached.
        needs: A module that takes a while to import, at its first proposal unless before.
    """

    label: ClassVar[str] = ""
    ends: ClassVar[bool] = False
    learns: ClassVar[bool] = False
    needs: ClassVar[str] = ""

    def __init__(self, plan: SweepPlan, space: Space) -> None:
        self.plan, self.space = plan, space

    @classmethod
    def obstacle(cls, plan: SweepPlan, space: Space) -> str:
        """Why the plan can't be done by it, in one sentence; "" where it can."""
        if cls.ends or plan.runs is not None or plan.budget is not None:
            return ""
        return tr(
            "the strategy {strategy} needs an end: a number of runs or a budget of time",
            strategy=plan.strategy,
        )

    @abstractmethod
    def proposals(self, number: int, told: Sequence[Told]) -> Iterator[Settings]:
        """Combinations for a trial, first choice first; the first that is new is taken.

        Args:
            number: Of the trial, from 1.
            told: The trials before it, by number.
        """

    def prepare(self) -> None:
        """Imports what it needs; from any thread."""
        if self.needs:
            import_module(self.needs)

    def random(self, number: int, attempt: int = 0) -> np.random.Generator:
        """Chance that is the same whenever the trial of this number is asked for."""
        return np.random.default_rng([self.plan.seed, number, attempt])

    def rest(self, random: np.random.Generator) -> Iterator[Settings]:
        """Combinations by chance: a few, and all where they can be counted through."""
        for _ in range(DRAWS):
            yield self.space.drawn(random)
        if (self.space.count or MOST_LISTED + 1) <= MOST_LISTED:
            listed = list(self.space.all_settings())
            yield from (listed[place] for place in random.permutation(len(listed)))


class GridSearch(Strategy):
    """Every combination, those together that train in the same process."""

    label = tr("Grid")
    ends = True

    @classmethod
    def obstacle(cls, plan: SweepPlan, space: Space) -> str:
        """It needs axes of values, and not too many combinations."""
        endless = next((axis for axis in plan.axes if axis.count is None), None)
        if endless is not None:
            return tr(
                "{axis}: a grid needs values; list them, or choose the strategy random or tpe",
                axis=str(endless),
            )
        count = space.count or 0
        if count <= MOST_OF_A_GRID:
            return ""
        product = " x ".join(f"{axis.count:,}" for axis in plan.axes)
        whole = count_text(count)
        return tr(
            "{product} runs; a grid is limited to {most}: choose the strategy random and a number "
            "of runs",
            product=f"{product} = {whole}" if len(plan.axes) > 1 else whole,
            most=count_text(MOST_OF_A_GRID),
        )

    def proposals(self, number: int, told: Sequence[Told]) -> Iterator[Settings]:
        """From the first on: what has been tried is passed over."""
        startup = [axis.path for axis in self.plan.axes if axis.path in STARTUP]
        everything = self.space.all_settings()
        yield from sorted(everything, key=lambda of: [str(of[path]) for path in startup])


STARTUP = (
    "hardware.intra_op_threads",
    "hardware.inter_op_threads",
    "hardware.deterministic",
    "hardware.memory_growth",
    "hardware.memory_limit",
)
"""Settings that need another training process, see `Startup`."""


class RandomSearch(Strategy):
    """Each axis by chance (Bergstra and Bengio 2012)."""

    label = tr("Random search")

    def proposals(self, number: int, told: Sequence[Told]) -> Iterator[Settings]:
        """A few that are drawn, and then what is left."""
        yield from self.rest(self.random(number))


class TreeParzen(Strategy):
    """Optuna's tree-structured Parzen estimator (Bergstra et al. 2011), of one or several goals."""

    label = tr("TPE")
    learns = True
    needs = "workbench.study.sweeps.tpe"

    def proposals(self, number: int, told: Sequence[Told]) -> Iterator[Settings]:
        """What looks best, by a few samplers; then what is left."""
        from workbench.study.sweeps import tpe

        yield from tpe.proposals(self.plan, number, told)
        yield from self.rest(self.random(number))


STRATEGIES: dict[str, type[Strategy]] = {
    "grid": GridSearch,
    "random": RandomSearch,
    "tpe": TreeParzen,
}
"""By the name that a person types."""


def usual_strategy(axes: Sequence[SweepAxis]) -> str:
    """The strategy where nobody says one: all combinations where they can be counted."""
    return "grid" if not any(axis.is_range for axis in axes) else "tpe"


def checked(plan: SweepPlan, info: DataInfo) -> SweepPlan:
    """The plan, refused where it can't be done.

    Raises:
        SpecError: in one sentence.
    """
    checked_runs(plan.runs)
    if not 1 <= plan.workers <= MOST_WORKERS:
        fault = tr(
            "the number of trials side by side must be from 1 to {most}, got {workers}",
            most=MOST_WORKERS,
            workers=plan.workers,
        )
        raise SpecError.at("", fault)
    if plan.folds and plan.seeds > 1:
        raise SpecError.at("", tr("folds and seeds both repeat a trial; give one of them"))
    with_seeds(plan.baseline, plan.seeds)  # refuses what is too many, or too large
    if plan.folds:
        problem = with_folds(plan.baseline, plan.folds).data_problem(info)
        if problem is not None:
            raise SpecError([problem])
    if plan.seed < 0:
        raise SpecError.at(
            "", tr("the seed of the search must be 0 or more, got {seed}", seed=plan.seed)
        )
    if not plan.repeated(plan.baseline)[0].training.has_validation(info):
        fault = tr(
            "training.validation_split is 0: a search needs a validation part; set it above 0"
        )
        raise SpecError.at("", fault)
    fault = STRATEGIES[plan.strategy].obstacle(plan, plan.space(info)) or obstacle(plan)
    if fault:
        raise SpecError.at("", fault)
    return plan


def inexact(plan: SweepPlan) -> str:
    """Why the same plan need not try the same combinations again; "" where it does."""
    if plan.budget is not None:
        return tr("a budget of time ends it where the machine has got to")
    timed = [goal.key for goal in plan.goals if goal.key in TIMED]
    if STRATEGIES[plan.strategy].learns and timed:
        return tr("{goal} differs from one run to the next", goal=timed[0])
    return ""
