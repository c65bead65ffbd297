"""The batch-size finder's arithmetic: which sizes to try, which to recommend.

Pure functions; the training process measures, the window and the command line show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.base.plain_values import Said
from workbench.base.text import joined, tr
from workbench.base.units import count, size

SMALLEST = 8
NEAR = 0.95
"""What is within 5 % of the fastest is as fast: runs of the same size differ by that much."""

MEMORY_SHARE = 0.8
"""Of the memory that is free, the rest stays for everything else."""

SCRATCH = 1.5
"""What training really takes, in `Analysis.training_bytes`, which leaves out scratch space."""


@dataclass(frozen=True)
class MeasuredBatch:
    """One batch size that fits.

    Attributes:
        batch_size: Images to a step.
        images_per_second: Of training steps alone.
    """

    batch_size: int
    images_per_second: float


@dataclass(frozen=True)
class Advice:
    """What the measurements say.

    Attributes:
        recommended: The smallest size that is as fast as the fastest.
        fastest: The fastest.
        largest: The largest that was tried and fits.
        words: The same in sentences.
    """

    recommended: int
    fastest: int
    largest: int
    words: str


@dataclass(frozen=True)
class Sizes:
    """What the finder has measured since it last said so.

    Attributes:
        measured: In the order of size.
    """

    measured: tuple[MeasuredBatch, ...]


@dataclass(frozen=True)
class BatchSizes:
    """What the finder found.

    Attributes:
        measured: All sizes that fit, in order.
        recommended, fastest, largest, words: As in `Advice`.
    """

    measured: tuple[MeasuredBatch, ...]
    recommended: int
    fastest: int
    largest: int
    words: Said

    @classmethod
    def of(cls, measured: Sequence[MeasuredBatch], limit: str = "") -> BatchSizes | None:
        """With the advice on what was measured; None where nothing was.

        Args:
            measured: In the order of size.
            limit: As `advise` takes it.
        """
        advice = advise(measured, limit)
        if advice is None:
            return None
        return cls(
            tuple(measured), advice.recommended, advice.fastest, advice.largest, advice.words
        )


def sizes_to_try(images: int) -> list[int]:
    """Doubling from small to all the training images, shape of a step's batch."""
    sizes, batch = [], min(SMALLEST, images)
    while batch <= images:
        sizes.append(batch)
        batch *= 2
    return sizes


def too_large(needed: int, available: int) -> str:
    """Why a batch must not be tried; "" where it may.

    Args:
        needed: Estimate of `Experiment.training_bytes` for it.
        available: Free memory in bytes.
    """
    if needed * SCRATCH <= available * MEMORY_SHARE:
        return ""
    return tr(
        "would take about {needed} of the {available} that are free",
        needed=size(needed * SCRATCH),
        available=size(available),
    )


def advise(measured: Sequence[MeasuredBatch], limit: str = "") -> Advice | None:
    """What to use; None where nothing was measured.

    Args:
        measured: In the order of size.
        limit: Why no larger one was tried, the end of a sentence; "" where it was cancelled.
    """
    if not measured:
        return None
    fastest = max(measured, key=lambda m: m.images_per_second)
    as_fast = [m for m in measured if m.images_per_second >= NEAR * fastest.images_per_second]
    chosen = min(as_fast, key=lambda m: m.batch_size)
    largest = measured[-1]
    size, rate = count(chosen.batch_size), count(chosen.images_per_second)
    most = count(largest.batch_size)
    sentences = [
        tr("{size} images a step train at {rate} images/s", size=size, rate=rate)
        if chosen is fastest
        else tr(
            "{size} images a step train at {rate} images/s, within 5 % of the fastest "
            "({fastest}: {highest})",
            size=size,
            rate=rate,
            fastest=count(fastest.batch_size),
            highest=count(fastest.images_per_second),
        ),
        tr("largest that fits, of those tried: {size} ({limit})", size=most, limit=limit)
        if limit
        else tr("largest that fits, of those tried: {size}", size=most),
    ]
    sentences.append(
        tr("a larger batch takes fewer steps an epoch and wants a larger learning rate")
    )
    words = joined("; ", sentences)
    return Advice(chosen.batch_size, fastest.batch_size, largest.batch_size, words)
