"""What a sweep proposes next, never the same twice; and what it will propose, before it begins."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.runs.studies import TrialRecord
from workbench.study.sweeps.bounds import out_of_reach, refusal
from workbench.study.sweeps.plan import SweepPlan
from workbench.study.sweeps.space import Combination, Settings, Space
from workbench.study.sweeps.strategies import STRATEGIES, Strategy
from workbench.study.sweeps.told import Told
from workbench.study.sweeps.trials import SweepTrial, TrialState

MOST_REFUSED = 200
"""Refusals in a row after which a search by chance gives up."""

SAMPLED = 200
"""Combinations of an endless space that are looked at before a search begins."""


class Proposals:
    """What is tried next, and never twice.

    Args:
        plan: Of the sweep.
        space: Its combinations.

    Attributes:
        strategy: Who proposes.
        baseline: The experiment as it was.
    """

    def __init__(self, plan: SweepPlan, space: Space) -> None:
        self._plan, self._space = plan, space
        self._known: dict[str, Combination] = {}
        self._told: dict[int, Told] = {}
        self.strategy: Strategy = STRATEGIES[plan.strategy](plan, space)
        self.baseline = space.combination({})
        self._left_out = {_key(self.combination(settings)) for settings in plan.left_out}
        self.tries_baseline = self.strategy.ends and self._has_baseline()

    def combination(self, settings: Mapping[str, Any]) -> Combination:
        """As the space makes it; made once."""
        name = json.dumps(dict(settings), sort_keys=True)
        if name not in self._known:
            self._known[name] = self._space.combination(settings)
        return self._known[name]

    def next(
        self, number: int, asked: Sequence[SweepTrial], told: Sequence[Told] | None = None
    ) -> Combination | None:
        """The combination of a trial; None where there is none left.

        Args:
            number: Of the trial.
            asked: Those before it.
            told: What is known of them; None for what those up to this number less the workers
                reached.
        """
        if told is None:
            known = number - self._plan.workers
            told = [self._told_of(trial, is_open=trial.number > known) for trial in asked]
        seen = self._left_out | {_key(self.combination(trial.settings)) for trial in asked}
        if not self.tries_baseline:
            seen.add(self.baseline.key)
        for settings in self.strategy.proposals(number, told):
            found = self.combination(settings)
            if _key(found) not in seen:
                return found
        return None

    def _told_of(self, trial: SweepTrial, *, is_open: bool) -> Told:
        """What is known of a trial; the same object once it has ended."""
        if is_open or trial.state.is_open:
            return trial.told(self._plan.goals, is_open=is_open)
        if trial.number not in self._told:
            self._told[trial.number] = trial.told(self._plan.goals, is_open=False)
        return self._told[trial.number]

    def _has_baseline(self) -> bool:
        """Whether one of the combinations that are tried is the experiment as it was."""
        if self.baseline.key in self._left_out:
            return False
        found = (self.combination(settings) for settings in self._space.all_settings())
        return any(each.key == self.baseline.key for each in found)


def planned(plan: SweepPlan, space: Space) -> list[Combination] | None:
    """The combinations that a sweep will try, as far as they don't depend on results.

    None for a search that learns.
    """
    proposals = Proposals(plan, space)
    if proposals.strategy.learns:
        return None
    found: list[Combination] = []
    asked: list[SweepTrial] = []
    kept = 0
    while plan.runs is None or kept < plan.runs:
        number = len(asked) + 1
        made = proposals.next(number, asked) if number <= _most(plan, space) else None
        if made is None or refused_in_a_row(asked) >= MOST_REFUSED:
            break
        refused = refusal(made, plan.where)
        kept += refused is None
        record = TrialRecord(number, made.settings, refused.reason if refused else "")
        asked.append(SweepTrial(record, (), plan.repeats))
        found.append(made)
    return found


def unreachable(plan: SweepPlan, space: Space) -> str:
    """The sentence that no combination keeps the bounds; "" where one does, or none was found.

    All combinations are looked at where they can be counted, else a sample.
    """
    if not plan.where:
        return ""
    return out_of_reach(_some(plan, space), plan.where)


def _some(plan: SweepPlan, space: Space) -> Iterator[Combination]:
    strategy = STRATEGIES["random"](plan, space)
    chance = strategy.random(0)
    drawn: Iterable[Settings] = (space.drawn(chance) for _ in range(SAMPLED))
    if (space.count or SAMPLED * 10) < SAMPLED * 10:
        drawn = space.all_settings()
    return map(space.combination, drawn)


def _key(combination: Combination) -> str:
    """Of what is trained; of one that can't be, its settings."""
    return combination.key or json.dumps(combination.settings, sort_keys=True)


def refused_in_a_row(asked: Sequence[SweepTrial]) -> int:
    """How many of the last trials were refused, one after another."""
    last = (trial.state is TrialState.REFUSED for trial in reversed(asked))
    return next((place for place, is_refused in enumerate(last) if not is_refused), len(asked))


def _most(plan: SweepPlan, space: Space) -> int:
    return space.count or (plan.runs or 0) + MOST_REFUSED * 5
