"""What a search says: whether the winner learns alike, and what to do, in sentences."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.base.text import joined, tr
from workbench.base.units import percent
from workbench.hardware.autotune.candidates import Candidate, gain
from workbench.hardware.autotune.levers import AS_IT_COMES

MOST_RIVALS = 3
"""How many besides the fastest are measured further while there is doubt."""

MORE = tr("Give it more time, or end what else uses the machine.")

ALLOWED_DIFFERENCE = 0.05
"""How far the winner's loss may be from float32's, as a share of it, noise aside."""


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
