"""The batch-size finder's arithmetic: which sizes to try, which to recommend.

Pure functions; the training process measures, the window and the command line show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.base.units import count, size

SMALLEST = 8
NEAR = 0.95
"""What is within 5 % of the fastest is as fast: runs of the same size differ by that much."""

MEMORY_SHARE = 0.8
"""Of the memory that is free, the rest stays for everything else."""

SCRATCH = 1.5
"""What training really takes, in `Analysis.training_bytes`, which leaves out scratch space."""


@dataclass(frozen=True)
class Measured:
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

    measured: tuple[Measured, ...]


@dataclass(frozen=True)
class BatchSizes:
    """What the finder found.

    Attributes:
        measured: All sizes that fit, in order.
        recommended, fastest, largest, words: As in `Advice`.
    """

    measured: tuple[Measured, ...]
    recommended: int
    fastest: int
    largest: int
    words: str

    @classmethod
    def of(cls, measured: Sequence[Measured], limit: str = "") -> BatchSizes | None:
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
    return f"would take about {size(needed * SCRATCH)} of the {size(available)} that are free"


def advise(measured: Sequence[Measured], limit: str = "") -> Advice | None:
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
    sentences = [
        f"{count(chosen.batch_size)} images a step train at "
        f"{count(chosen.images_per_second)} images/s"
    ]
    if chosen is not fastest:
        sentences[0] += (
            f", within 5 % of the fastest ({count(fastest.batch_size)}: "
            f"{count(fastest.images_per_second)})"
        )
    sentences.append(f"largest that fits, of those tried: {count(largest.batch_size)}")
    if limit:
        sentences[-1] += f" ({limit})"
    sentences.append("a larger batch takes fewer steps an epoch and wants a larger learning rate")
    words = "; ".join(sentences)
    return Advice(chosen.batch_size, fastest.batch_size, largest.batch_size, words)
