"""The plan of a sweep: what is varied, how, what for, and when it ends; kept in the store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from workbench.base.errors import BadInput
from workbench.base.text import tr
from workbench.base.versions import made_by_newer
from workbench.experiment import Experiment
from workbench.levers.repeats import with_folds, with_seeds
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.sweeps.axes import SweepAxis
from workbench.study.sweeps.bounds import SweepBound
from workbench.study.sweeps.goals import SweepGoal
from workbench.study.sweeps.space import Settings, Space

VERSION = 2
"""Of plans; a newer one is refused."""

SINCE_2 = ("left_out", "prune", "folds")
"""What plans of version 1 don't know; kept where it isn't as usual."""

MOST_TRIALS = 100_000

_TIME = re.compile(r"(\d+(?:\.\d*)?)\s*(s|sec|m|min|h)?")
_SECONDS = {None: 1.0, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


class NoSuchPlan(BadInput, ValueError):
    """A plan in the store can't be read, in one sentence."""


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep does.

    Attributes:
        experiment: The baseline as TOML, fitted to its data.
        axes: What is varied.
        strategy: A name in `STRATEGIES`.
        goals: What it is after; trials are ranked by the first.
        where: Bounds on what is trained.
        runs: How many combinations are tried; None for all, or for as long as there is time.
        budget: Seconds; None for no end.
        seeds: How often each combination is trained, with the baseline's seed and the next ones.
        seed: Of the search.
        workers: Trials side by side; the search asks for one as if so many were always under way.
        left_out: Settings of combinations that are not tried.
        prune: Which trials end before their time, a name in `PRUNING`.
        folds: In place of seeds: each combination is trained once for each fold that judges it.
    """

    experiment: str
    axes: tuple[SweepAxis, ...]
    strategy: str
    goals: tuple[SweepGoal, ...]
    where: tuple[SweepBound, ...] = ()
    runs: int | None = None
    budget: float | None = None
    seeds: int = 1
    seed: int = 0
    workers: int = 1
    left_out: tuple[Settings, ...] = ()
    prune: str = "none"
    folds: int = 0

    @property
    def baseline(self) -> Experiment:
        """The experiment that is varied.

        Raises:
            SpecError: where it is of a newer version.
        """
        return Experiment.from_toml(self.experiment)

    @property
    def repeats(self) -> int:
        """Runs of a trial."""
        return self.folds or self.seeds

    def repeated(self, experiment: Experiment) -> list[Experiment]:
        """An experiment as the runs of a trial train it.

        Raises:
            SpecError: where there are too many.
        """
        if self.folds:
            return list(with_folds(experiment, self.folds).experiments)
        if self.seeds > 1:
            return list(with_seeds(experiment, self.seeds).experiments)
        return [experiment]

    def space(self, info: DataInfo) -> Space:
        """Its combinations, given what is known of the data."""
        return Space(self.baseline, info, self.axes)

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        usual = {name: getattr(type(self), name) for name in SINCE_2}
        values = {n: v for n, v in asdict(self).items() if n not in usual or v != usual[n]}
        return {
            "version": VERSION if usual.keys() & values.keys() else 1,
            **values,
            "axes": [axis.plain() for axis in self.axes],
            "goals": [str(goal) for goal in self.goals],
            "where": [str(bound) for bound in self.where],
        }

    @classmethod
    def of_plain(cls, found: Mapping[str, Any]) -> SweepPlan:
        """What `plain` gave.

        Raises:
            NoSuchPlan: where it is of a newer version, or damaged.
        """
        version = found.get("version")
        if isinstance(version, int) and version > VERSION:
            raise NoSuchPlan(
                tr("the sweep was {newer}", newer=made_by_newer(tr("plan"), version, VERSION))
            )
        try:
            return cls(
                str(found["experiment"]),
                tuple(map(SweepAxis.of_plain, found["axes"])),
                str(found["strategy"]),
                tuple(map(SweepGoal.of_text, found["goals"])),
                tuple(map(SweepBound.of_text, found["where"])),
                found["runs"],
                found["budget"],
                int(found["seeds"]),
                int(found["seed"]),
                int(found["workers"]),
                tuple(map(dict, found.get("left_out", ()))),
                str(found.get("prune", "none")),
                int(found.get("folds", 0)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise NoSuchPlan(
                tr("the plan of the sweep is damaged ({error})", error=str(error))
            ) from None

    def extended(self, runs: int) -> SweepPlan:
        """The same for more combinations.

        Raises:
            SpecError: where it already tries all there are.
        """
        if self.runs is None:
            raise SpecError.at("", tr("the sweep tries every combination; there is none to add"))
        return replace(self, runs=checked_runs(self.runs + runs))

    def same_search(self, other: SweepPlan) -> str:
        """What another plan of the same name differs in, as a name; "" where it is the same."""
        mine, theirs = self.baseline.values(), other.baseline.values()
        groups = [name for name in mine if name != "name" and mine[name] != theirs.get(name)]
        if groups:
            return groups[0]
        whole, also = self.plain(), other.plain()
        skipped = ("version", "experiment", "runs", "budget")
        names = [name for name in {**whole, **also} if name not in skipped]
        return next((f"--{name}" for name in names if whole.get(name) != also.get(name)), "")


def checked_runs(runs: int | None) -> int | None:
    """How many combinations are tried.

    Raises:
        SpecError: where it is out of bounds.
    """
    if runs is not None and not 1 <= runs <= MOST_TRIALS:
        fault = tr(
            "the number of runs must be from 1 to {most}, got {runs}",
            most=f"{MOST_TRIALS:,}",
            runs=f"{runs:,}",
        )
        raise SpecError.at("", fault)
    return runs


def seconds_of(text: str) -> float:
    """A budget as it is typed: 90, 90s, 20m, 1.5h.

    Raises:
        SpecError: where it is none.
    """
    found = _TIME.fullmatch(text.strip())
    seconds = float(found[1]) * _SECONDS[found[2]] if found is not None else 0.0
    if seconds <= 0:
        raise SpecError.at(f"--budget {text}", tr("must be a time, as in 90s, 20m or 2h"))
    return seconds
