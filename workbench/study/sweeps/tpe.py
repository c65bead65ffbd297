"""Optuna, asked from what the store has: no storage of its own, and nothing kept between asks.

An in-memory study is made of the trials, and a new sampler, seeded by the sweep's seed and the
trial's number, is asked once: so the same trials are proposed however often the search was broken
off. A trial that was pruned is told with what it reached at its rungs. A combination that was
refused is told as pruned with the bounds that it breaks; told as failed, it would teach the sampler
nothing. Importing Optuna takes a third of a second.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.samplers import TPESampler
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from workbench.study.sweeps.axes import SweepAxis
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.space import Settings
from workbench.study.sweeps.told import Told

ATTEMPTS = 10
"""Samplers that are asked for a combination that is new."""

optuna.logging.set_verbosity(optuna.logging.ERROR)  # it writes a line a trial to standard error


def proposals(plan: SweepPlan, number: int, told: Sequence[Told]) -> Iterator[Settings]:
    """What looks best after these trials, from several samplers in turn."""
    distributions = {axis.path: _distribution(axis) for axis in plan.axes}
    trials = [_trial(plan, each, distributions) for each in told]
    for attempt in range(ATTEMPTS):
        seed = np.random.SeedSequence([plan.seed, number, attempt]).generate_state(1)[0]
        study = _study(plan, trials, TPESampler(seed=int(seed)))
        asked = study.ask(distributions).params
        yield {axis.path: _value(axis, asked[axis.path]) for axis in plan.axes}


def importance(plan: SweepPlan, told: Sequence[Told]) -> dict[str, float]:
    """How much more alike the best tenth is in each axis than all trials are; adds up to 1.

    PED-ANOVA (Watanabe et al. 2023), of the first goal.
    """
    plan = replace(plan, goals=plan.goals[:1])
    told = [replace(each, values=each.values[:1]) for each in told if each.values is not None]
    distributions = {axis.path: _distribution(axis) for axis in plan.axes}
    trials = [_trial(plan, each, distributions) for each in told]
    study = _study(plan, trials, None)
    found = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    return {path: float(share) for path, share in found.items()}


def _study(plan: SweepPlan, trials: Sequence[FrozenTrial], sampler: TPESampler | None) -> Study:
    ways = [
        StudyDirection.MAXIMIZE if goal.direction > 0 else StudyDirection.MINIMIZE
        for goal in plan.goals
    ]
    study = optuna.create_study(sampler=sampler, directions=ways)
    study.add_trials(trials)
    return study


class _Kept(FrozenTrial):
    """A trial that studies share: nobody changes it but for its number, the same in each."""

    def __deepcopy__(self, memo: dict[int, Any]) -> _Kept:
        return self


_kept: WeakKeyDictionary[Told, FrozenTrial] = WeakKeyDictionary()
"""Trials that a strategy has heard of before, as Optuna has them."""


def _trial(plan: SweepPlan, told: Told, distributions: dict[str, BaseDistribution]) -> FrozenTrial:
    """A trial as Optuna has it; made once of what is told again and again."""
    if told not in _kept:
        made = _made(plan, told, distributions)
        made.__class__ = _Kept
        _kept[told] = made
    return _kept[told]


def _made(plan: SweepPlan, told: Told, distributions: dict[str, BaseDistribution]) -> FrozenTrial:
    # An axis that the trial's kinds don't have is left out, as in a space with conditions.
    known = {axis.path: axis for axis in plan.axes if axis.path in told.settings}
    params = {path: _param(axis, told.settings[path]) for path, axis in known.items()}
    given: dict[str, Any] = {
        "params": params,
        "distributions": {path: distributions[path] for path in known},
    }
    if told.is_open:
        return create_trial(state=TrialState.RUNNING, **given)
    if told.reached:
        values = {epochs: value for epochs, value in told.reached.items() if not math.isnan(value)}
        return create_trial(state=TrialState.PRUNED, intermediate_values=values, **given)
    if told.values is None:  # failed, or refused: the worst there is
        violations = dict(told.violations) or None
        return create_trial(state=TrialState.PRUNED, constraints=violations, **given)
    return create_trial(state=TrialState.COMPLETE, values=list(told.values), **given)


def _distribution(axis: SweepAxis) -> BaseDistribution:
    if axis.values:
        return CategoricalDistribution([json.dumps(value) for value in axis.values])
    if axis.whole:
        return IntDistribution(int(axis.low), int(axis.high), log=axis.log)
    return FloatDistribution(axis.low, axis.high, log=axis.log)


def _param(axis: SweepAxis, value: Any) -> Any:
    """A value as Optuna has it: one of several as JSON."""
    return json.dumps(value) if axis.values else value


def _value(axis: SweepAxis, param: Any) -> Any:
    return json.loads(param) if axis.values else axis.tidied(param)
