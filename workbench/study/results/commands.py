"""The command line that makes a sweep of the store again, somewhere else."""

from __future__ import annotations

import shlex
from functools import lru_cache

from workbench import presets
from workbench.experiment import Experiment
from workbench.study.lever_study.differences import as_options, changed_settings
from workbench.study.plan import SweepPlan
from workbench.study.pruning.rules import NONE

MOST_KEPT = 100
"""Baselines whose way from a preset is remembered."""


def sweep_command(plan: SweepPlan) -> str:
    """As in "dlopt-workbench sweep digits-cnn --vary training.batch_size=64,128 --seeds 3"."""
    parts = [f"dlopt-workbench sweep {_baseline(plan.experiment)}"]
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


@lru_cache(MOST_KEPT)
def _baseline(toml: str) -> str:
    """The preset that is nearest, and what makes the baseline of it."""
    wanted = Experiment.from_toml(toml)
    known = {name: changed_settings(presets.load(name), wanted) for name in presets.names()}
    nearest = min(known, key=lambda name: len(known[name]))
    seed = wanted.training.seed
    settings = dict(known[nearest])
    if seed != presets.load(nearest).training.seed:
        settings["training.seed"] = seed
    return f"{nearest}{as_options(settings)}"
