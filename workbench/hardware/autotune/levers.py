"""Which settings are worth trying for an experiment on a machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.base.text import plural, tr
from workbench.experiment import Experiment
from workbench.spec.hardware import CPU
from workbench.spec.machine import Machine

Settings = dict[str, Any]


@dataclass(frozen=True)
class SpeedLever:
    """One thing to change.

    Attributes:
        name: For a person.
        settings: Plain values by their paths in the TOML.
    """

    name: str
    settings: Settings


AS_IT_COMES: Settings = {
    "hardware.precision": "float32",
    "hardware.jit_compile": False,
    "hardware.steps_per_execution": 0,
    "hardware.intra_op_threads": 0,
    "hardware.inter_op_threads": 0,
    "hardware.pipeline": "auto",
}
"""Every lever of speed at its default: what the others are compared with."""


def levers(
    experiment: Experiment, machine: Machine, *, in_memory: bool, batch_sizes: bool = False
) -> list[SpeedLever]:
    """What is worth trying for an experiment on a machine, the promising first.

    Args:
        experiment: Its target and batch size count.
        machine: What there is.
        in_memory: Whether the images lie in memory.
        batch_sizes: Whether the batch size may change, which changes what is learned.
    """
    on_gpu = bool(machine.gpus) and not isinstance(experiment.hardware, CPU)
    found = [
        SpeedLever(precision.removeprefix("mixed_"), {"hardware.precision": precision})
        for precision in ("mixed_bfloat16", "mixed_float16")
        if machine.computes_in(precision, on_gpu=on_gpu)
    ]
    xla = SpeedLever("XLA", {"hardware.jit_compile": True})
    if not experiment.with_settings(xla.settings).hardware.conflicts():
        found.append(xla)
    if batch_sizes:
        found += [
            SpeedLever(tr("batch size {size}", size=f"{size:,}"), {"training.batch_size": size})
            for size in (2 * experiment.training.batch_size, 4 * experiment.training.batch_size)
            if size <= 4096
        ]
    if in_memory:
        found.append(SpeedLever(tr("cached input"), {"hardware.pipeline": "cached"}))
    found.append(SpeedLever(tr("one step a call"), {"hardware.steps_per_execution": 1}))
    if not on_gpu and machine.processor.cores > 1:
        found += [
            SpeedLever(
                plural("{count} thread", "{count} threads", threads),
                {"hardware.intra_op_threads": threads},
            )
            for threads in sorted({1, max(1, machine.processor.cores // 2)}, reverse=True)
        ]
    return found
