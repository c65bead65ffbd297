"""Autotune without the measuring: which settings make sense to try, and what the figures say.

Pure functions; the trials are the task `workbench.runtime.jobs.tune`'s.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.base.text import joined, plural, tr
from workbench.base.units import percent
from workbench.experiment import Experiment
from workbench.hardware import remembered
from workbench.hardware.requests import AboutExperiment
from workbench.spec.hardware import CPU
from workbench.spec.machine import Machine

WORTH = 1.02
"""A lever that gives less than this is left as it was: it can't be told from noise."""

TOLD_APART = 0.05
"""Two rates whose middle halves overlap are told apart no further once both halves lie within so
much of each other: they are as good as equal, which is no doubt."""

MOST_RIVALS = 3
"""How many besides the fastest are measured further while there is doubt."""

MORE = tr("Give it more time, or end what else uses the machine.")

MOST_COMBINATIONS = 4
ALLOWED_DIFFERENCE = 0.05
"""How far the winner's loss may be from float32's, as a share of it, noise aside."""

Settings = dict[str, Any]


@dataclass(frozen=True)
class Lever:
    """One thing to change.

    Attributes:
        name: For a person.
        settings: Plain values by their paths in the TOML.
    """

    name: str
    settings: Settings


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

    levers: tuple[str, ...]
    settings: Settings
    rates: tuple[float, ...]
    rounds: tuple[int, ...]
    compile_seconds: float
    failed: str
    is_out: bool
    name: str
    rate: float
    low: float
    high: float
    gain: float


@dataclass(frozen=True)
class Race:
    """How the search stands.

    Attributes:
        candidates: So far, the base first.
    """

    candidates: tuple[Tried, ...]


@dataclass(frozen=True)
class Tuned:
    """What the search found.

    Attributes:
        candidates: All, the base first.
        name: Of the one that is recommended.
        best: Its settings by path, every lever of speed included.
        gain: How many times as fast as the base.
        alone: Gain of each lever by itself.
        check: Whether it learns as the base does; None where there is nothing to compare.
        doubts: Names of those that couldn't be told from the fastest.
        words: The same in a few sentences.
        seconds: The search took.
        when: Seconds since 1970.
    """

    candidates: tuple[Tried, ...]
    name: str
    best: Settings
    gain: float
    alone: dict[str, float]
    check: Check | None
    doubts: tuple[str, ...]
    words: str
    seconds: float
    when: float


AS_IT_COMES: Settings = {
    "hardware.precision": "float32",
    "hardware.jit_compile": False,
    "hardware.steps_per_execution": 0,
    "hardware.intra_op_threads": 0,
    "hardware.inter_op_threads": 0,
    "hardware.pipeline": "auto",
}
"""Every lever of speed at its default: what the others are compared with."""


SECONDS = 50.0
"""A search takes about this long, where nobody says otherwise."""


@dataclass(frozen=True)
class TuneRequest(AboutExperiment):
    """Asks for the fastest settings.

    Attributes:
        batch_sizes: Whether the batch size may change.
        seconds: The search may take about this long.
    """

    batch_sizes: bool = False
    seconds: float = SECONDS


def request(
    experiment: Experiment, *, batch_sizes: bool = False, seconds: float = SECONDS
) -> TuneRequest:
    """In a process that is started as the base needs it; the arguments are its fields."""
    startup = experiment.with_settings(AS_IT_COMES).hardware.startup
    return TuneRequest(experiment.to_toml(), batch_sizes, seconds, startup=startup)


def key(machine: Machine, experiment: Experiment) -> str:
    """Names what was found for a network on a machine, among what is remembered."""
    return f"{machine.key}-{remembered.network_key(experiment)}"


def levers(
    experiment: Experiment, machine: Machine, *, in_memory: bool, batch_sizes: bool = False
) -> list[Lever]:
    """What is worth trying for an experiment on a machine, the promising first.

    Args:
        experiment: Its target and batch size count.
        machine: What there is.
        in_memory: Whether the images lie in memory.
        batch_sizes: Whether the batch size may change, which changes what is learned.
    """
    on_gpu = bool(machine.gpus) and not isinstance(experiment.hardware, CPU)
    found = [
        Lever(precision.removeprefix("mixed_"), {"hardware.precision": precision})
        for precision in ("mixed_bfloat16", "mixed_float16")
        if machine.computes_in(precision, on_gpu=on_gpu)
    ]
    xla = Lever("XLA", {"hardware.jit_compile": True})
    if not experiment.with_settings(xla.settings).hardware.conflicts():
        found.append(xla)
    if batch_sizes:
        found += [
            Lever(tr("batch size {size}", size=f"{size:,}"), {"training.batch_size": size})
            for size in (2 * experiment.training.batch_size, 4 * experiment.training.batch_size)
            if size <= 4096
        ]
    if in_memory:
        found.append(Lever(tr("cached input"), {"hardware.pipeline": "cached"}))
    found.append(Lever(tr("one step a call"), {"hardware.steps_per_execution": 1}))
    if not on_gpu and machine.processor.cores > 1:
        found += [
            Lever(
                plural("{count} thread", "{count} threads", threads),
                {"hardware.intra_op_threads": threads},
            )
            for threads in sorted({1, max(1, machine.processor.cores // 2)}, reverse=True)
        ]
    return found


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


@dataclass(frozen=True)
class Check:
    """Whether two trainings from the same start on the same batches learn alike.

    Attributes:
        difference: Of the mean losses over the second half, as a share of the base's.
        allowed: At most so much: `ALLOWED_DIFFERENCE` and twice the standard error.
        steps: That were trained.
    """

    difference: float
    allowed: float
    steps: int

    @property
    def is_equal(self) -> bool:
        """Whether the difference is within noise."""
        return self.difference <= self.allowed


def compare_losses(losses: Sequence[float], of_base: Sequence[float]) -> Check:
    """The check of a winner's losses against the base's, step by step on the same batches."""
    if not all(map(math.isfinite, losses)):
        return Check(math.inf, ALLOWED_DIFFERENCE, len(losses))
    half = len(of_base) // 2
    pairs = list(zip(losses[half:], of_base[half:], strict=True))
    mean = statistics.fmean(b for _, b in pairs)
    apart = [a - b for a, b in pairs]
    error = statistics.stdev(apart) / math.sqrt(len(apart))
    return Check(
        abs(statistics.fmean(apart)) / mean, ALLOWED_DIFFERENCE + 2 * error / mean, len(losses)
    )


def verdict(
    best: Candidate, base: Candidate, check: Check | None, doubts: Sequence[Candidate] = ()
) -> str:
    """What to do, in a few sentences.

    Args:
        best: The fastest; the base where nothing is to be changed.
        base: The settings as they come.
        check: Whether the fastest learns as the base does.
        doubts: Who couldn't be told from the fastest, see `rivals`.
    """
    if best is base and doubts:
        return tr(
            "Too noisy to say whether anything is faster than the settings as they come: "
            "{base}, {other}. {more}",
            base=_seen(base, base),
            other=_seen(doubts[0], base),
            more=MORE,
        )
    if best is base:
        return tr(
            "Nothing that was tried is faster than the settings as they come ({rate} images/s).",
            rate=f"{base.rate:,.0f}",
        )
    if base in doubts:
        return tr(
            "Too noisy to say whether {name} is faster than the settings as they come: "
            "{best}, {base}. {more}",
            name=best.name,
            best=_seen(best, base),
            base=_seen(base, base),
            more=MORE,
        )
    rate, _, _ = best.beside(base)
    sentence = tr(
        "{name} trains {times} times as fast: {rate} instead of {base} images/s.",
        name=best.name,
        times=f"{gain(best, base):.2f}",
        rate=f"{rate:,.0f}",
        base=f"{base.rate:,.0f}",
    )
    if doubts:
        others = joined("; ", (_seen(one, base) for one in doubts[:MOST_RIVALS]))
        doubt = tr(
            "Too noisy to say whether it is the fastest: {others}. {more}", others=others, more=MORE
        )
        sentence = joined(" ", [sentence, doubt])
    if check is None:
        return sentence
    learns = tr(
        "It learns as {best} does: over {steps} steps from the same start the loss differs by "
        "{difference}, and {allowed} is within noise.",
        best=_other_arithmetic(best),
        steps=f"{check.steps:,}",
        difference=percent(check.difference, 1),
        allowed=percent(check.allowed, 1),
    )
    return joined(" ", [sentence, learns])


def is_certain(best: Candidate, base: Candidate, doubts: Sequence[Candidate]) -> bool:
    """Whether the settings are to be recommended: not where they may be slower than the base."""
    return best is base or base not in doubts


def difference(best: Candidate, check: Check) -> str:
    """Why a candidate that learns otherwise is given up."""
    return tr(
        "its loss differs from that of {best} by {difference}",
        best=_other_arithmetic(best),
        difference=percent(check.difference, 1),
    )


def _other_arithmetic(best: Candidate) -> str:
    """What the base is called beside a candidate: by its precision, where that is the change."""
    if "hardware.precision" in best.settings:
        return str(AS_IT_COMES["hardware.precision"])
    return tr("the network under the settings as they come")


def _seen(one: Candidate, base: Candidate) -> str:
    """As in "bfloat16 1,136 images/s (middle half 900 to 1,300)"."""
    rate, low, high = one.beside(base)
    return tr(
        "{name} {rate} images/s (middle half {low} to {high})",
        name=one.name,
        rate=f"{rate:,.0f}",
        low=f"{low:,.0f}",
        high=f"{high:,.0f}",
    )
