"""What holds training up: input, Python, memory or arithmetic; with the one setting to try.

A pure decision from figures that the training process measures in its loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from workbench.base.text import tr
from workbench.base.units import percent
from workbench.experiment import Experiment
from workbench.hardware.roofline import Roof
from workbench.levers.remedies import Remedy
from workbench.spec.machine import Machine

MUCH = 0.25
"""A share of the time from which waiting for input, or Python, is what to change first."""

USUAL_DECODERS = 2


class Bound(Enum):
    """What training waits for most."""

    INPUT = tr("input")
    PYTHON = tr("Python")
    MEMORY = tr("memory")
    ARITHMETIC = tr("arithmetic")
    COMPUTE = tr("the device")


@dataclass(frozen=True)
class Shares:
    """Where the time of training went, 0 to 1 each.

    Attributes:
        input: Waiting for images.
        python: Between compiled calls.
    """

    input: float
    python: float


@dataclass(frozen=True)
class StepWork:
    """What the compiled step asks of the device.

    Attributes:
        flops: Operations a second that it reaches.
        intensity: Operations a byte.
    """

    flops: float
    intensity: float


@dataclass(frozen=True)
class Verdict:
    """What holds a run up.

    Attributes:
        bound: What.
        evidence: The figures that say so.
        remedy: The setting to try; None where there is none.
    """

    bound: Bound
    evidence: str
    remedy: Remedy | None = None

    @property
    def sentence(self) -> str:
        """As in "bound by input: 40% of the time …"."""
        return tr("bound by {what}: {evidence}", what=self.bound.value, evidence=self.evidence)


def decide(
    experiment: Experiment,
    machine: Machine,
    shares: Shares,
    work: StepWork | None,
    roof: Roof | None,
) -> Verdict:
    """The verdict on the seconds just past.

    Args:
        experiment: That trains.
        machine: On which.
        shares: Of the time.
        work: Of the step; None where the network's costs aren't known.
        roof: Of the device; None where it wasn't measured.
    """
    if shares.input >= MUCH and shares.input >= shares.python:
        evidence = tr(
            "{share} of the time training waits for images", share=percent(shares.input, 0)
        )
        return Verdict(Bound.INPUT, evidence, _quicker_input(experiment))
    if shares.python >= MUCH:
        evidence = tr(
            "{share} of the time passes between compiled calls", share=percent(shares.python, 0)
        )
        return Verdict(Bound.PYTHON, evidence, _less_python(experiment))
    computes = 1 - shares.input - shares.python
    if work is None or roof is None:
        evidence = tr(
            "{share} of the time it computes; profile the layers on Tune, "
            "Roofline to know whether memory or arithmetic is the limit",
            share=percent(computes, 0),
        )
        return Verdict(Bound.COMPUTE, evidence)
    bound = Bound.ARITHMETIC if work.intensity >= roof.ridge else Bound.MEMORY
    evidence = tr(
        "{intensity} operations a byte, where the two are even at {ridge}; "
        "{share} of what the device can do there",
        intensity=f"{work.intensity:.3g}",
        ridge=f"{roof.ridge:.3g}",
        share=percent(work.flops / roof.at(work.intensity), 0),
    )
    return Verdict(bound, evidence, _smaller_numbers(experiment, machine))


def _quicker_input(experiment: Experiment) -> Remedy:
    """Images kept decoded where a person had them streamed; more decoders where they are too many
    to be kept.
    """
    hardware = experiment.hardware
    if hardware.pipeline == "streamed":
        return Remedy(tr("Keep images decoded"), {"hardware.pipeline": "cached"})
    decoders = min(256, 2 * (hardware.decode_threads or USUAL_DECODERS))
    return Remedy(f"{decoders} decoders", {"hardware.decode_threads": decoders})


def _less_python(experiment: Experiment) -> Remedy:
    if experiment.hardware.steps_per_execution:
        return Remedy(tr("Automatic steps a call"), {"hardware.steps_per_execution": 0})
    batch_size = 2 * experiment.training.batch_size
    return Remedy(
        tr("Batch size {batch_size}", batch_size=f"{batch_size:,}"),
        {"training.batch_size": batch_size},
    )


def _smaller_numbers(experiment: Experiment, machine: Machine) -> Remedy | None:
    """Of bfloat16, where the hardware computes in it: half the bytes, and mostly twice the peak."""
    hardware = experiment.hardware
    on_gpu = bool(machine.gpus) and hardware.device_type != "CPU"
    there = machine.computes_in("mixed_bfloat16", on_gpu=on_gpu)
    if hardware.precision != "float32" or not there:
        return None
    return Remedy("bfloat16", {"hardware.precision": "mixed_bfloat16"})
