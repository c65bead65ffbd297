"""The finished trials of a sweep as the views of trade-offs draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ui.models.run_table import RunTable
from ui.panels.compare.tradeoff_view import Range
from workbench.base.text import plural, tr
from workbench.figures.tradeoffs.numbers import RunNumbers
from workbench.runs.columns import Column, column_of
from workbench.runs.table.matching import Mask
from workbench.study.results.trial_numbers import TRIAL
from workbench.study.sweeps.goals import SweepGoal
from workbench.study.sweeps.plan import SweepPlan
from workbench.tradeoffs.brush import Axis, between
from workbench.tradeoffs.points import Better, TradeoffAxis

COSTS = ("parameters", "macs", "seconds")
"""What one goal is drawn over: the first of them in which trials differ."""

WIDE = 5.0
"""From this ratio of the largest to the smallest value on, an axis is logarithmic."""


class DrawnTrials:
    """Trials, as `DrawnRuns`; nothing before the first `numbers`.

    Attributes:
        numbers: The trials.
    """

    has_means = True

    def __init__(self) -> None:
        self.numbers = RunNumbers((), (), (), {}, {})

    @property
    def table(self) -> RunTable | None:
        """No table holds trials."""
        return None

    def offered(self) -> list[Column]:
        """The columns that trials have."""
        return list(self.numbers.about.values())

    def inside(self, axes: Sequence[Axis], brushes: Mapping[str, Range], runs: RunNumbers) -> Mask:
        """Which trials the ranges hold, by their heights."""
        return between(axes, brushes)

    def drawn_words(self, drawn: int, total: int) -> str:
        """How many of all finished trials are drawn."""
        return plural(
            "{drawn} of {count} finished trial drawn",
            "{drawn} of {count} finished trials drawn",
            total,
            drawn=f"{drawn:,}",
        )

    def brushed_words(self, brushed: int | None, total: int) -> str:
        """How many of all trials the brushed ranges hold."""
        count = f"{total:,}"
        if brushed is None:
            return tr("{total} finished trials; drag on an axis to pick some of them.", total=count)
        return tr("{brushed} of {total} trials brushed.", brushed=f"{brushed:,}", total=count)


def with_keys(numbers: RunNumbers, keys: Sequence[str]) -> RunNumbers:
    """The trials with these columns, missing where they have none of the name."""
    none = np.full(len(numbers.run_ids), np.nan)
    return RunNumbers(
        numbers.run_ids,
        numbers.names,
        numbers.colours,
        {key: numbers.columns.get(key, none) for key in keys},
        {key: numbers.about.get(key, column_of(key)) for key in keys},
        numbers.members,
    )


def axis_of_goal(goal: SweepGoal, numbers: RunNumbers) -> TradeoffAxis:
    """A goal as an axis, with the direction that is good."""
    better: Better = "more" if goal.direction > 0 else "less"
    return TradeoffAxis(key=goal.key, better=better, log=is_wide(goal.key, numbers))


def so_far(plan: SweepPlan, numbers: RunNumbers) -> tuple[TradeoffAxis | None, ...]:
    """The quantities whose front is the best so far: earlier and better."""
    return TradeoffAxis(key=TRIAL, better="less"), axis_of_goal(plan.goals[0], numbers), None


def of_front(plan: SweepPlan, numbers: RunNumbers) -> tuple[TradeoffAxis | None, ...]:
    """The quantities whose front is shown: the goals, or the only one over what it costs."""
    goals = [axis_of_goal(goal, numbers) for goal in plan.goals]
    if len(goals) == 1:
        known = [key for key in COSTS if differs(key, numbers)]
        cost = next(iter(known), COSTS[-1])
        return TradeoffAxis(key=cost, better="less", log=is_wide(cost, numbers)), goals[0], None
    third = goals[2] if len(goals) > 2 else None
    return goals[1], goals[0], third


def of_parallel(plan: SweepPlan, numbers: RunNumbers) -> tuple[list[str], list[str]]:
    """The axes: what is varied, and the goals at the right; and which of them are logarithmic."""
    settings = [axis.path for axis in plan.axes]
    logs = [axis.path for axis in plan.axes if axis.log]
    goals = [goal.key for goal in plan.goals]
    return [*settings, *goals], [*logs, *(key for key in goals if is_wide(key, numbers))]


def differs(key: str, numbers: RunNumbers) -> bool:
    """Whether trials differ in a quantity."""
    values = numbers.columns.get(key)
    return values is not None and len(set(values.tolist())) > 1


def is_wide(key: str, numbers: RunNumbers) -> bool:
    """Whether a quantity that has no natural end spans so much that an axis is logarithmic."""
    values = numbers.columns.get(key)
    if values is None or key not in COSTS:
        return False
    known = [value for value in values.tolist() if value > 0]
    return bool(known) and max(known) >= WIDE * min(known)
