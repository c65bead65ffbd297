"""Whether runs train faster side by side, each on its share of the cores, than one after another.

One run leaves cores waiting at the end of every layer; how much that costs depends on the network.
Pure functions of plain values; what is measured here is up to `workbench.execution.beside`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.hardware import preflight, remembered
from workbench.hardware.processor import processor_here
from workbench.spec.machine import Machine

KIND = "beside"

GAIN = 1.1
"""Side by side from so many times the images a second on: below, the noise of measuring decides."""

FURTHER = 1.05
"""More at once are tried while they bring this much."""

MEMORY_SHARE = 0.8
"""Of the memory that is free, for all of them."""

MOST = 16

WORTH = 1e13
"""Multiplications from which on it is measured: below, measuring takes longer than is saved."""

THREADS = "hardware.intra_op_threads"


@dataclass(frozen=True)
class Beside:
    """Some runs at once, as they were measured.

    Attributes:
        workers: How many.
        threads: Of each.
        gain: Images a second of all together, by those of one after another.
    """

    workers: int
    threads: int
    gain: float


@dataclass(frozen=True)
class SideBySide:
    """What was measured of an experiment on a machine.

    Attributes:
        alone: Images a second of one run with all cores.
        tried: What was tried, in order.
        run_bytes: Memory of a training process.
    """

    alone: float
    tried: tuple[Beside, ...]
    run_bytes: int

    def best(self, free_bytes: int) -> Beside | None:
        """What pays and fits into the memory; None where one after another is as good."""
        most = MEMORY_SHARE * free_bytes
        fits = [each for each in self.tried if each.workers * self.run_bytes <= most]
        best = max(fits, key=lambda each: each.gain, default=None)
        return best if best is not None and best.gain >= GAIN else None

    def words(self, free_bytes: int) -> str:
        """What it means, for a person."""
        best = self.best(free_bytes)
        if best is None:
            return tr("one run after another: side by side was measured not to be faster")
        return tr(
            "{workers} runs side by side: measured {gain} times as fast as one after another",
            workers=best.workers,
            gain=f"{best.gain:.2f}",
        )


def counts(cores: int) -> list[int]:
    """How many at once are tried, in order: 2, 4, 8, ... up to one a core."""
    found, count = [], 2
    while count <= min(cores, MOST):
        found.append(count)
        count *= 2
    return found


def for_each(experiment: Experiment, workers: int, cores: int) -> Experiment:
    """An experiment with its share of the cores, unless its threads are set."""
    if workers < 2 or experiment.hardware.intra_op_threads:
        return experiment
    return experiment.with_settings({THREADS: max(1, cores // workers)})


def recall(store: Path, experiment: Experiment) -> SideBySide | None:
    """What was measured of it on this machine; None where nothing was."""
    return remembered.recall(store, KIND, _key(experiment), SideBySide)


def remember(store: Path, experiment: Experiment, found: SideBySide) -> None:
    """Keeps it beside the store."""
    remembered.remember(store, KIND, _key(experiment), found)


def _key(experiment: Experiment) -> str:
    return preflight.key(Machine(processor_here()), experiment)
