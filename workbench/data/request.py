"""What goes with every reading: whom to tell of progress, and how much memory may be used."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workbench.base.text import tr
from workbench.base.units import size
from workbench.data.errors import refused
from workbench.spec.data import Reading

Progress = Callable[[str, int, int], None]
"""Called with (phase, images done, images in all); what it raises ends the reading."""

REPORT_SECONDS = 0.1
BLOCK_BYTES = 16 << 20


@dataclass(frozen=True)
class ReadRequest:
    """How to read.

    Attributes:
        memory_budget: Bytes of pixels that may be held in memory.
        progress: Told of progress, if anyone wants to know.
        kept: What a run has kept of how its data were read, which goes first.
        is_glance: Whether image files that are not known yet are judged by their headers alone.
    """

    memory_budget: int
    progress: Progress | None = None
    kept: Reading | None = None
    is_glance: bool = False

    def reporter(self, phase: str, total: int) -> Reporter:
        """A counter for one phase over `total` images; 0 where that is not known."""
        return Reporter(self.progress, phase, total)

    def afford(self, needed: int, where: str, what: str, field: str = "data.path") -> None:
        """Refuses what does not fit in memory, before anything is allocated.

        Raises:
            DataError: where `needed` bytes are more than the budget.
        """
        if needed > self.memory_budget:
            message = tr(
                "{what} need {needed} of memory, more than the {budget} "
                "to spare; use fewer or smaller images, or an image folder, which is streamed",
                what=what,
                needed=size(needed),
                budget=size(self.memory_budget),
            )
            raise refused(where, message, field)


class Reporter:
    """Counts images and reports ten times a second at most, and at the end."""

    def __init__(self, progress: Progress | None, phase: str, total: int) -> None:
        self._progress, self._phase, self._total = progress, phase, total
        self._done = 0
        self._next = 0.0

    def step(self, images: int = 1) -> None:
        """`images` more are done."""
        self._done += images
        if self._progress is None or not images:
            return
        now = time.monotonic()
        if now >= self._next or self._done >= self._total > 0:
            self._next = now + REPORT_SECONDS
            self._progress(self._phase, self._done, self._total)


def default_budget() -> int:
    """A quarter of the memory that is free now, bytes."""
    import psutil

    return int(psutil.virtual_memory().available) // 4


def blocks(images: int, image_bytes: int) -> Iterator[slice]:
    """Slices over `images` of about 16 MB each, so that temporary copies stay small."""
    rows = max(1, BLOCK_BYTES // max(1, image_bytes))
    for begin in range(0, images, rows):
        yield slice(begin, min(images, begin + rows))
