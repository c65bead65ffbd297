"""A sweep as a person asks for it, in the window or on the command line, and the plan of it.

Both refuse what can't be done by the same sentences, before any run is made.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.hardware.preflight import roughly
from workbench.hardware.processor import usable_cores
from workbench.hardware.side_by_side import for_each
from workbench.runs.store import Store
from workbench.runs.studies import SWEEP, StudyRecord, tidy
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.study.pruning.rules import NONE
from workbench.study.sweeps.axes import axes_of
from workbench.study.sweeps.bounds import SweepBound
from workbench.study.sweeps.goals import goals_of
from workbench.study.sweeps.plan import SweepPlan, checked_runs, seconds_of
from workbench.study.sweeps.proposals import unreachable
from workbench.study.sweeps.space import Settings
from workbench.study.sweeps.strategies import checked, usual_strategy
from workbench.study.sweeps.sweep import refuse_other


@dataclass(frozen=True)
class SweepRequest:
    """What a person asks for, as it is typed.

    Attributes:
        vary: What is varied, as in `training.batch_size=64,128`.
        strategy: A name in `STRATEGIES`; "" for the usual one.
        goals: As in `max:val_accuracy`; none for the usual one.
        where: Bounds, as in `parameters < 50000`.
        runs: How many combinations are tried; None for all, or for as long as there is time.
        budget: A time, as in `20m`; "" for no end.
        seeds: How often each combination is trained.
        seed: Of the search.
        workers: Trials side by side.
        left_out: Settings of combinations that are not tried.
        prune: Which trials end before their time, a name in `PRUNING`.
        folds: In place of seeds: how many folds judge each combination in turn; 0 for none.
    """

    vary: tuple[str, ...]
    strategy: str = ""
    goals: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    runs: int | None = None
    budget: str = ""
    seeds: int = 1
    seed: int = 0
    workers: int = 1
    left_out: tuple[Settings, ...] = ()
    prune: str = NONE
    folds: int = 0

    def read(self, experiment: Experiment) -> SweepPlan:
        """The plan as far as the data needn't be known for it.

        Raises:
            SpecError: in one sentence.
        """
        axes = axes_of(self.vary, experiment)
        return SweepPlan(
            experiment.to_toml(),
            axes,
            self.strategy or usual_strategy(axes),
            goals_of(self.goals),
            tuple(map(SweepBound.of_text, self.where)),
            checked_runs(self.runs),
            seconds_of(self.budget) if self.budget else None,
            self.seeds,
            self.seed,
            self.workers,
            self.left_out,
            self.prune,
            self.folds,
        )

    def plan(self, experiment: Experiment, info: DataInfo) -> SweepPlan:
        """The plan, checked.

        Args:
            experiment: The baseline, fitted to its data.
            info: What is known of them.

        Raises:
            SpecError: in one sentence.
        """
        problems = experiment.problems(info)
        if problems:
            raise SpecError(problems)
        shared = for_each(experiment, self.workers, usable_cores())
        plan = checked(self.read(shared), info)
        fault = unreachable(plan, plan.space(info))
        if fault:
            raise SpecError.at("", fault)
        return plan


def refuse_short(plan: SweepPlan, seconds: float, budget: str) -> None:
    """Refuses a budget of time in which not one run ends.

    Args:
        plan: Of the sweep.
        seconds: Of one run, about.
        budget: As it was typed.

    Raises:
        SpecError: where it is shorter.
    """
    if plan.budget is not None and plan.budget < seconds:
        fault = tr(
            "a budget of {budget} is less than one run takes (about {time})",
            budget=budget,
            time=roughly(seconds),
        )
        raise SpecError.at("", fault)


def begun(store: Store, plan: SweepPlan, name: str = "") -> StudyRecord:
    """The study of a plan, on which this store works from now on: new, or of this name.

    Args:
        store: Of this thread.
        plan: Checked.
        name: As a person typed it; "" for the usual one.

    Raises:
        SpecError: where a sweep of something else is called so.
        StoreError: where another process works on it, or the store can't be written.
    """
    store.require_writable()
    name = tidy(name)
    known = store.study(name) if name else None
    if known is None:
        usual = tidy(tr("{name} sweep", name=plan.baseline.name))
        return store.add_study(name or usual, plan.plain())
    if known.kind != SWEEP:
        fault = tr("{name} is a lever study: give the sweep another name", name=repr(name))
        raise SpecError.at("", fault)
    refuse_other(known.name, SweepPlan.of_plain(known.plan), plan)
    store.take_study(known)
    return known
