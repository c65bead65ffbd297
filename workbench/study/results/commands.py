"""The command line that makes a sweep of the store again, somewhere else."""

from __future__ import annotations

import shlex

from workbench.study.lever_study.differences import source_of
from workbench.study.pruning.rules import NONE
from workbench.study.sweeps.plan import SweepPlan


def sweep_command(plan: SweepPlan) -> str:
    """As in "dlopt-workbench sweep digits-cnn --vary training.batch_size=64,128 --seeds 3"."""
    parts = [f"dlopt-workbench sweep {source_of(plan.experiment)}"]
    parts += [f"--vary {shlex.quote(str(axis))}" for axis in plan.axes]
    parts.append(f"--strategy {plan.strategy}")
    parts += [f"--goal {goal}" for goal in plan.goals]
    parts += [f"--where {shlex.quote(str(bound))}" for bound in plan.where]
    if plan.runs is not None:
        parts.append(f"--runs {plan.runs}")
    if plan.budget is not None:
        parts.append(f"--budget {plan.budget:g}s")
    for name, value, usual in (
        ("seeds", plan.seeds, 1),
        ("folds", plan.folds, 0),
        ("prune", plan.prune, NONE),
        ("workers", plan.workers, None),  # always said: else they are chosen on each machine
        ("seed", plan.seed, 0),
    ):
        if value != usual:
            parts.append(f"--{name} {value}")
    return " ".join(parts)
