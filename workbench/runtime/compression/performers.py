"""How each kind of step is done: one function a kind, from network to network.

A function gets the step, the network before it and the `StepContext`, and gives the network after
it. It chooses by validation images alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import keras

from workbench.compression import layer_modes, zeros
from workbench.compression.file_steps import Quantize
from workbench.compression.grids import WEIGHT_BITS
from workbench.compression.progress import BARE, LAYERS, PER_TENSOR, QUANTIZED, RANGES
from workbench.compression.steps import (
    Cluster,
    CompressionStep,
    FineTune,
    Prune,
    PrunePattern,
    QuantizationAware,
)
from workbench.runtime.compression.activations import Ranges, RoundedActivations
from workbench.runtime.compression.holds import (
    GrowingZeros,
    HeldZeros,
    OnGrid,
    SharedValues,
    kernels_of,
)
from workbench.runtime.compression.network import Network
from workbench.runtime.compression.step_context import Hold, StepContext

_HERE = "workbench.runtime.compression.performers"

PERFORMERS: dict[str, str] = {
    "structured": "workbench.runtime.compression.structured:prune_structure",
    "finetune": f"{_HERE}:fine_tune",
    "prune": f"{_HERE}:prune",
    "pattern": f"{_HERE}:prune_pattern",
    "cluster": f"{_HERE}:cluster",
    "qat": f"{_HERE}:train_quantized",
    "low_rank": "workbench.runtime.compression.low_rank:factorize",
    "student": "workbench.runtime.compression.student:train_student",
    "quantize": f"{_HERE}:quantize",
}
"""Where each kind of step is done, `module:function`, imported at its first use."""


def perform(step: CompressionStep, network: Network, context: StepContext) -> Network:
    """The network after a step.

    Raises:
        Ended: where a person ended the run meanwhile.
    """
    module, _, name = PERFORMERS[step.name()].partition(":")
    performer: Callable[[Any, Network, StepContext], Network] = getattr(import_module(module), name)
    return performer(step, network, context)


def fine_tune(step: FineTune, network: Network, context: StepContext) -> Network:
    """Trained on; zeros that are there may go."""
    return context.tuned(network, step)


def prune(step: Prune, network: Network, context: StepContext) -> Network:
    """The smallest weights are zero."""

    def holder(model: keras.Model, steps: int) -> Hold:
        kernels = kernels_of(model)
        groups = [kernels] if step.scope == "global" else [[kernel] for kernel in kernels]
        return GrowingZeros(groups, step.rate, steps, step.ramp)

    return context.tuned(network, step, holder=holder)


def prune_pattern(step: PrunePattern, network: Network, context: StepContext) -> Network:
    """The largest N of every M weights stay."""

    def holder(model: keras.Model, steps: int) -> Hold:
        kernels = kernels_of(model)
        masks = [zeros.pattern(kernel.numpy(), step.keep, step.of) for kernel in kernels]
        return HeldZeros(kernels, masks)

    return context.tuned(network, step, holder=holder)


def cluster(step: Cluster, network: Network, context: StepContext) -> Network:
    """The weights of each kernel share values; zeros stay."""

    def holder(model: keras.Model, steps: int) -> Hold:
        return SharedValues(kernels_of(model), step.clusters, context.seed)

    tuned = context.tuned(network, step, holder=holder)
    return replace(tuned, facts={**tuned.facts, PER_TENSOR: "yes"})


def train_quantized(step: QuantizationAware, network: Network, context: StepContext) -> Network:
    """Kernels on the grid that the file will have, activations in 8 bits; zeros stay."""
    ranges: list[Callable[[], Ranges]] = []

    def holder(model: keras.Model, steps: int) -> Hold:
        if step.activations:
            rounded = RoundedActivations(model)
            layers = network.experiment.structure.layers
            ranges.append(lambda: rounded.ranges(model, layers))
        return OnGrid(kernels_of(model), WEIGHT_BITS[step.bits])

    tuned = context.tuned(network, step, holder=holder)
    learned = {name: ends for found in ranges for name, ends in found().items()}
    facts = {**tuned.facts, RANGES: json.dumps(learned)} if learned else tuned.facts
    return replace(tuned, facts=facts)


def quantize(step: Quantize, network: Network, context: StepContext) -> Network:
    """The file will be quantized; see `outcome`, which writes it.

    Raises:
        SpecError: where it names layers that the network hasn't.
    """
    layer_modes.require(step.modes, network.experiment.structure.layers)
    facts = {**network.facts, QUANTIZED: step.mode}
    if step.bare:
        facts[BARE] = "yes"
    if step.modes:
        facts[LAYERS] = layer_modes.written(step.modes)
    return replace(network, facts=facts)
