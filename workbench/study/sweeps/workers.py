"""How many trials are trained side by side where nobody says: as many as were measured to pay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil

from workbench.execution import beside
from workbench.experiment import Experiment
from workbench.hardware import side_by_side
from workbench.hardware.processor import usable_cores
from workbench.hardware.side_by_side import WORTH, Beside
from workbench.spec.data import DataInfo
from workbench.study.sweeps.plan import SweepPlan

LONG_SECONDS = 300.0
"""A budget of time from which on it is measured."""

PASSES = 3
"""Forward, and backward by the inputs and the weights: what a training step takes, in MACs."""


def with_workers(plan: SweepPlan, workers: int) -> SweepPlan:
    """A plan for so many trials side by side, each with its share of the cores unless threads are
    set.
    """
    shared = side_by_side.for_each(plan.baseline, workers, usable_cores())
    return replace(plan, experiment=shared.to_toml(), workers=workers)


def remembered(store: Path, experiment: Experiment) -> Beside | None:
    """What was measured to pay of a network, where that was done; None for one after another."""
    known = side_by_side.recall(store, experiment)
    if known is None or experiment.hardware.intra_op_threads:
        return None
    return known.best(psutil.virtual_memory().available)


def is_worth(plan: SweepPlan, info: DataInfo) -> bool:
    """Whether the plan takes so long that measuring what is faster takes less than it saves."""
    if plan.budget is not None:
        return plan.budget >= LONG_SECONDS
    baseline, combinations = plan.baseline, plan.space(info).count
    trials = min(count for count in (plan.runs, combinations) if count is not None)
    images = baseline.training.epochs * info.train_images
    macs = PASSES * baseline.analysis(info).macs * images
    return macs * trials * plan.repeats >= WORTH


def automatic(
    store: Path, plan: SweepPlan, info: DataInfo, say: Callable[[str], None]
) -> tuple[SweepPlan, str]:
    """The plan with as many trials side by side as pay, and what is to be said of that.

    Threads that are set say that somebody has decided: then it is one after another.

    Args:
        store: Folder of the store.
        plan: Of one after another.
        info: What is known of the data.
        say: Told what is done.

    Raises:
        TaskFailed, TaskRefused: where the baseline can't be trained.
    """
    baseline = plan.baseline
    known = side_by_side.recall(store, baseline)
    if baseline.hardware.intra_op_threads or usable_cores() < 2:
        return plan, ""
    if known is None and not is_worth(plan, info):
        return plan, ""
    found = known or beside.measured(store, baseline, say)
    free = psutil.virtual_memory().available
    best = found.best(free)
    return with_workers(plan, best.workers) if best is not None else plan, found.words(free)
