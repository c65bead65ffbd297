"""Combinations of levers in a race: what was measured of each, and which go on."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workbench.base.plain_values import Said
from workbench.base.text import joined, tr
from workbench.hardware.autotune.levers import Settings

WORTH = 1.02
"""A lever that gives less than this is left as it was: it can't be told from noise."""

TOLD_APART = 0.05
"""Two rates whose middle halves overlap are told apart no further once both halves lie within so
much of each other: they are as good as equal, which is no doubt."""

MOST_COMBINATIONS = 4


@dataclass
class Candidate:
    """One combination of levers and what was measured of it.

    Attributes:
        levers: Names; none for the base.
        settings: All that it changes, by path.
        rates: Images a second of each sample, in the order of the rounds.
        rounds: The round of each sample.
        compile_seconds: Before the first step; no part of the rates.
        failed: Why it can't be tried; "" where it can.
        is_out: Whether it was left behind.
    """

    levers: tuple[str, ...] = ()
    settings: Settings = field(default_factory=dict)
    rates: list[float] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    compile_seconds: float = 0.0
    failed: str = ""
    is_out: bool = False

    @property
    def name(self) -> str:
        """In words: "bfloat16 + XLA"."""
        return joined(" + ", self.levers) or tr("as it comes")

    @property
    def rate(self) -> float:
        """Median images a second; 0 while unknown."""
        return statistics.median(self.rates) if self.rates else 0.0

    def ratios(self, base: Candidate) -> list[float]:
        """How many times as fast as the base, in each round that both were measured in."""
        of_base = dict(zip(base.rounds, base.rates, strict=True))
        return [
            rate / of_base[number]
            for number, rate in zip(self.rounds, self.rates, strict=True)
            if of_base.get(number)
        ]

    def beside(self, base: Candidate) -> tuple[float, float, float]:
        """Images a second as if it had been measured in every round of the base: the median, and
        the middle half as (low, high). A machine that got slower meanwhile is unfair to none.
        """
        of_all = base.rates if self is base else [r * base.rate for r in self.ratios(base)]
        if len(of_all) < 2:
            rate = of_all[0] if of_all else 0.0
            return rate, rate, rate
        low, middle, high = statistics.quantiles(of_all, n=4, method="inclusive")
        return middle, low, high

    def gains(self, base: Candidate) -> tuple[float, float]:
        """The middle half of its gains over the base, as (low, high); 1 for the base itself."""
        ratios = [1.0] if self is base else self.ratios(base)
        if len(ratios) < 2:
            return (ratios[0], ratios[0]) if ratios else (0.0, 0.0)
        low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
        return low, high

    def seen(self, base: Candidate) -> Tried:
        """For the window and the command line, as it stands now."""
        rate, low, high = self.beside(base)
        return Tried(
            self.levers,
            dict(self.settings),
            tuple(self.rates),
            tuple(self.rounds),
            self.compile_seconds,
            self.failed,
            self.is_out,
            self.name,
            rate,
            low,
            high,
            gain(self, base),
        )


@dataclass(frozen=True)
class Tried:
    """A candidate as others see it.

    Attributes:
        levers, settings, rates, rounds, compile_seconds, failed, is_out, name: As in `Candidate`.
        rate: Images a second as if it had been measured in every round of the base; 0 while
            unknown.
        low, high: The middle half of that.
        gain: How many times as fast as the base; 0 while unknown.
    """

    levers: tuple[Said, ...]
    settings: Settings
    rates: tuple[float, ...]
    rounds: tuple[int, ...]
    compile_seconds: float
    failed: Said
    is_out: bool
    name: Said
    rate: float
    low: float
    high: float
    gain: float


def gain(candidate: Candidate, base: Candidate) -> float:
    """How many times as fast, as the median over the rounds both were measured in; 0 if none."""
    ratios = candidate.ratios(base)
    return statistics.median(ratios) if ratios else 0.0


def combinations(singles: Sequence[Candidate], base: Candidate) -> list[Candidate]:
    """The levers that were worth it, together: the most promising, by the product of their gains.

    Two levers that set the same thing (two batch sizes) don't go together.
    """
    worth = [c for c in singles if not c.failed and gain(c, base) >= WORTH]
    found: list[tuple[float, Candidate]] = []
    for size in range(2, len(worth) + 1):
        for group in itertools.combinations(worth, size):
            paths = [path for c in group for path in c.settings]
            if len(paths) == len(set(paths)):
                settings = {path: v for c in group for path, v in c.settings.items()}
                names = tuple(name for c in group for name in c.levers)
                promise = math.prod(gain(c, base) for c in group)
                found.append((promise, Candidate(names, settings)))
    found.sort(key=lambda pair: -pair[0])
    return [candidate for _, candidate in found[:MOST_COMBINATIONS]]


def leave_behind(candidates: Iterable[Candidate], base: Candidate, keep: int) -> None:
    """Marks all but the `keep` fastest as out; the base stays, as what is compared with."""
    running = [c for c in candidates if not c.is_out and not c.failed and c is not base]
    running.sort(key=lambda c: -gain(c, base))
    for candidate in running[keep:]:
        candidate.is_out = True


def best_of(candidates: Iterable[Candidate], base: Candidate) -> Candidate:
    """The fastest of all that were measured, also of those left behind: one that was given up too
    soon is never passed over in silence. The base where none is worth the change.
    """
    tried = [c for c in candidates if not c.failed and c.rates]
    best = max(tried, key=lambda c: gain(c, base), default=base)
    return best if gain(best, base) >= WORTH else base


def rivals(candidates: Iterable[Candidate], base: Candidate) -> list[Candidate]:
    """Who can't be told from what would be recommended, the fastest first.

    Where that is the base: who may be faster by more than what counts as equal. Else whoever has a
    middle half that overlaps with that of the fastest, the base among them, unless both lie so
    near that they are as good as equal.
    """
    tried = [c for c in candidates if not c.failed and c.rates]
    best = best_of(tried, base)
    others = [c for c in tried if c is not best]
    if best is base:
        found = [c for c in others if c.gains(base)[1] >= 1 + TOLD_APART]
    else:
        found = [c for c in others if _may_be_as_fast(c, best, base)]
    return sorted(found, key=lambda c: -gain(c, base))


def _may_be_as_fast(other: Candidate, best: Candidate, base: Candidate) -> bool:
    (low, high), (other_low, other_high) = best.gains(base), other.gains(base)
    are_equal = max(high, other_high) <= (1 + TOLD_APART) * min(low, other_low)
    return other_high >= low and not are_equal
