"""Measures whether runs train faster side by side, in processes that are started as they would be.

In turns: one process with all cores, then several with their share at once, a few times over, so
that a machine that drifts is unfair to neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import psutil

from workbench.base.text import tr
from workbench.execution.ask import TaskAsker
from workbench.execution.tasks.devices import DEVICES
from workbench.execution.tasks.trial import TRIAL, TrialRequest
from workbench.experiment import Experiment
from workbench.hardware import side_by_side
from workbench.hardware.processor import usable_cores
from workbench.hardware.requests import Request
from workbench.hardware.side_by_side import FURTHER, MEMORY_SHARE, Beside, SideBySide

SAMPLE_SECONDS = 0.5
ROUNDS = 4


class _Bench:
    """One training process with the network of an experiment."""

    def __init__(self, store: Path, experiment: Experiment) -> None:
        self.asker = TaskAsker(store, experiment.hardware.startup)
        self._toml = experiment.to_toml()

    def rate(self, seconds: float) -> float:
        """Images a second over about this long; 0 builds the network."""
        return self.asker.do(TRIAL, TrialRequest(self._toml, seconds)).rate


def measured(
    store: Path, experiment: Experiment, say: Callable[[str], None] = lambda words: None
) -> SideBySide:
    """What pays of an experiment, as it was measured before or is now, and remembered.

    Args:
        store: Folder of the store.
        experiment: Without threads of its own.
        say: Told what is done.

    Raises:
        TaskFailed, TaskRefused: where it can't be trained.
    """
    known = side_by_side.recall(store, experiment)
    if known is not None:
        return known
    cores = usable_cores()
    with ExitStack() as stack, ThreadPoolExecutor(max(cores, 2)) as pool:
        say(tr("measuring whether runs train faster side by side"))
        alone = _Bench(store, experiment)
        stack.enter_context(alone.asker)
        alone.rate(0.0)
        machine, target = alone.asker.do(DEVICES, Request()), experiment.hardware.device_type
        on_cpu = target == "CPU" or not (machine.gpus or machine.tpus)
        run_bytes, rates, tried = alone.asker.memory_bytes, list[float](), list[Beside]()
        for count in side_by_side.counts(cores) if on_cpu else []:
            if count * run_bytes > MEMORY_SHARE * psutil.virtual_memory().available:
                break
            share = side_by_side.for_each(experiment, count, cores)
            with ExitStack() as group:
                benches = [_Bench(store, share) for _ in range(count)]
                for bench in benches:
                    group.enter_context(bench.asker)
                one, several = _in_turns(alone, benches, pool)
            rates += one
            # Of each round by itself: a machine that is busy for a while slows both.
            gain = median(b / a for a, b in zip(one, several, strict=True))
            tried.append(Beside(count, share.hardware.intra_op_threads, gain))
            if len(tried) > 1 and gain < FURTHER * tried[-2].gain:
                break
        if not rates:
            rates = [alone.rate(SAMPLE_SECONDS)]
    found = SideBySide(median(rates), tuple(tried), run_bytes)
    side_by_side.remember(store, experiment, found)
    return found


def _in_turns(
    alone: _Bench, benches: Sequence[_Bench], pool: ThreadPoolExecutor
) -> tuple[list[float], list[float]]:
    """Images a second of the one, and of the others together, in each round."""

    def together(seconds: float) -> float:
        rates: list[float] = list(pool.map(lambda bench: bench.rate(seconds), benches))
        return sum(rates)

    together(0.0)
    one, several = [], []
    for _ in range(ROUNDS):
        one.append(alone.rate(SAMPLE_SECONDS))
        several.append(together(SAMPLE_SECONDS))
    return one, several
