"""What a study can show with the runs that it can afford, before any of them is made.

The smallest difference that a test finds in four of five cases, from the noise between seeds, and
the seeds that a difference takes. Several levers are judged together: each then has to pass Holm's
hardest test, so nothing better is promised than what holds for the first of them.

Source:
    Cohen, J. (1988). Statistical power analysis for the behavioral sciences, second edition
        (power of Student's t test by the noncentral t distribution).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from workbench.base.text import plural, tr
from workbench.evaluation.group_test import amount
from workbench.evaluation.significance import ALPHA, POWER
from workbench.runs.columns import Column
from workbench.study.judging.design import runs_of
from workbench.study.judging.noise import Noise

MOST_SEEDS = 10_000
"""More is no plan."""

CERTAIN = 30.0
"""Standard errors beyond the limit of a test from which on it fails in no case that matters."""


def power(difference: float, error: float, freedom: float, tests: int = 1) -> float:
    """Probability that a two-sided t test shows a true difference, the right way round.

    Args:
        difference: The true one.
        error: Standard error of what is measured of it, above 0.
        freedom: Degrees of freedom of that error.
        tests: Levers that are judged together, by Holm's hardest test.
    """
    from scipy.special import nctdtr, stdtrit

    limit = float(stdtrit(freedom, 1 - ALPHA / tests / 2))
    away = abs(difference) / error
    if freedom > 3 and away > limit + CERTAIN:
        return 1.0  # where SciPy's function begins to give NaN
    return float(1 - nctdtr(freedom, away, limit))


def seeds_needed(deviation: float, difference: float, levers: int = 1) -> int | None:
    """Seeds on each side that show a difference, two groups of runs being compared.

    Args:
        deviation: Between seeds, in the unit of the difference.
        difference: That is to be shown.
        levers: That are judged together.

    Returns:
        None where no number below 10,000 does.
    """
    if not difference:
        return None

    def shows(seeds: int) -> bool:
        error = deviation * math.sqrt(2 / seeds)
        return not error or power(difference, error, 2 * seeds - 2, levers) >= POWER

    return _first(shows, 2, MOST_SEEDS)


def smallest_with_seeds(deviation: float, seeds: int, levers: int = 1) -> float:
    """The smallest difference that so many seeds on each side show; infinite with less than 2."""
    if seeds < 2:
        return math.inf
    return _smallest(deviation * math.sqrt(2 / seeds), 2 * seeds - 2, levers)


def smallest_screened(
    deviation: float, levers: int, runs: int, tests: int = 0, known: int = 0
) -> float:
    """The smallest effect that a folded design shows, judging all its levers together.

    Args:
        deviation: Between seeds.
        levers: Of the design.
        runs: Affordable; the design is repeated as often as they allow.
        tests: Levers that are judged together, where other designs have more of them.
        known: Degrees of freedom of the deviation, where other runs tell it.

    Returns:
        Infinite where they don't suffice for it once.
    """
    once = runs_of(levers)
    made = runs // once * once
    freedom = made - 1 - levers + known
    if not made or freedom < 1:
        return math.inf
    return _smallest(2 * deviation / math.sqrt(made), freedom, tests or levers)


@dataclass(frozen=True)
class StudyResolution:
    """What a budget can show.

    Attributes:
        runs: It buys about so many.
        levers: That are to be judged.
        smallest: Difference that is shown in four of five cases; infinite where none is.
    """

    runs: int
    levers: int
    smallest: float

    def sentence(self, column: Column) -> str:
        """As in "about 46 runs; differences under 0.2 points can't be shown"."""
        if not math.isfinite(self.smallest):
            return plural(
                "about {count} run, too few to judge {levers} levers",
                "about {count} runs, too few to judge {levers} levers",
                self.runs,
                levers=self.levers,
            )
        return plural(
            "about {count} run; differences under {smallest} can't be shown",
            "about {count} runs; differences under {smallest} can't be shown",
            self.runs,
            smallest=amount(column, self.smallest),
        )


def resolution(
    deviation: float, budget: float, run_seconds: float, levers: int, share: float = 1.0
) -> StudyResolution:
    """What a budget of time can show of some levers, screened by a folded design.

    Args:
        deviation: Between seeds.
        budget: Seconds.
        run_seconds: A run takes about so long, above 0.
        levers: That are to be judged.
        share: Of the budget that goes to screening.
    """
    runs = int(budget / run_seconds)
    return StudyResolution(runs, levers, smallest_screened(deviation, levers, int(runs * share)))


def seeds_sentence(noise: Noise, seeds: int, levers: int, column: Column) -> str:
    """What so many seeds on each side can show, as a sentence without its full stop."""
    smallest = smallest_with_seeds(noise.deviation, seeds, levers)
    if not math.isfinite(smallest):
        return tr("One seed says nothing of chance")
    return tr(
        "Seeds differ by {noise} (standard deviation), so {seeds} of them on each side show "
        "differences from about {smallest} on in four of five cases",
        noise=amount(column, noise.deviation),
        seeds=seeds,
        smallest=amount(column, smallest),
    )


def _smallest(error: float, freedom: float, tests: int) -> float:
    """The difference that is shown with the usual power, by bisection on standard errors."""
    if not error:
        return 0.0
    low, high = 0.0, 1.0
    while power(high, 1.0, freedom, tests) < POWER:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if power(middle, 1.0, freedom, tests) >= POWER else (middle, high)
    return high * error


def _first(holds: Callable[[int], bool], low: int, most: int) -> int | None:
    """The first number from `low` on that holds, where all after it do; None up to `most`."""
    high = low
    while not holds(high):
        if high >= most:
            return None
        low, high = high + 1, min(2 * high, most)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return high
