"""How far training is from what the hardware can do: arithmetic, memory traffic and their ratio.

Pure functions. Conventions: a multiply-accumulate is 2 floating-point operations; a training step
is 3 times the arithmetic of the forward pass (once forward, once for the gradient of the inputs,
once for that of the weights). A layer's traffic is what it must at least move: forward its inputs
and weights are read and its outputs written; backward the gradient of the outputs, the inputs and
the weights are read and the gradients of both are written.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from workbench.analysis import Analysis
from workbench.costs import LayerCost

FLOPS_PER_MAC = 2
PASSES = 3
"""A training step's arithmetic, in forward passes."""

BYTES = {"float32": 4, "mixed_bfloat16": 2, "mixed_float16": 2}
"""Of a value that layers pass on, by precision; weights are stored in 4 whatever it is."""

WEIGHT_BYTES = 4


@dataclass(frozen=True)
class Peak:
    """What a device was measured to do.

    Attributes:
        flops: Floating-point operations a second of a large matrix product, by precision.
        bandwidth: Bytes a second that are read or written.
    """

    flops: Mapping[str, float]
    bandwidth: float

    def roof(self, intensity: float, precision: str) -> float:
        """The most operations a second at so many operations a byte."""
        return min(self.flops[precision], intensity * self.bandwidth)

    def ridge(self, precision: str) -> float:
        """Operations a byte above which arithmetic is the limit, and below it memory."""
        return self.flops[precision] / self.bandwidth


@dataclass(frozen=True)
class LayerWork:
    """What one call of a layer asks of the hardware in a training step.

    Attributes:
        name: Position and label.
        path: Of the layer in the TOML.
        flops: Floating-point operations.
        bytes: That must be moved at least.
    """

    name: str
    path: str
    flops: float
    bytes: float

    @property
    def intensity(self) -> float:
        """Operations a byte."""
        return self.flops / self.bytes if self.bytes else 0.0


def training_flops(analysis: Analysis) -> float:
    """Floating-point operations of a training step, for one image."""
    return analysis.macs * FLOPS_PER_MAC * PASSES


def achieved(analysis: Analysis, images_per_second: float) -> float:
    """Floating-point operations a second at this speed of training."""
    return training_flops(analysis) * images_per_second


def layer_work(analysis: Analysis, batch_size: int, precision: str) -> list[LayerWork]:
    """The work of every call of a layer in one training step, in the order they are called."""
    return [
        _work(cost, call, batch_size, precision) for cost in analysis.layers for call in cost.calls
    ]


def _work(cost: LayerCost, call: LayerCost, batch_size: int, precision: str) -> LayerWork:
    size = BYTES[precision]
    inputs, outputs = (
        prod(shape) * batch_size * size for shape in (call.input_shape, call.output_shape)
    )
    weights = call.parameters * WEIGHT_BYTES
    inside = f" {call.index + 1}" if cost.parts else ""
    block = f"{cost.layer.label}{inside}: " if cost.parts else ""
    return LayerWork(
        f"{cost.index + 1} {block}{call.layer.label}",
        f"structure.layers[{cost.index}]",
        float(call.macs * FLOPS_PER_MAC * PASSES * batch_size),
        float(3 * (inputs + outputs) + 3 * weights),
    )


# --- what limits a run ---------------------------------------------------------------------------

INPUT_SHARE, PYTHON_SHARE = 0.25, 0.15
"""From these shares of the time on, waiting for images or for Python is what limits a run."""


@dataclass(frozen=True)
class Limit:
    """What holds a run up.

    Attributes:
        kind: "input", "python", "memory" or "arithmetic".
        words: One sentence with the evidence.
    """

    kind: str
    words: str


def limit_of(
    input_share: float, python_share: float, intensity: float, share_of_peak: float, ridge: float
) -> Limit:
    """What limits a run, from measured shares of its time and its arithmetic.

    Args:
        input_share: Of the time that passes waiting for images, 0 to 1.
        python_share: Of the time that passes between compiled calls.
        intensity: Operations a byte of the network as a whole.
        share_of_peak: Of the arithmetic that the device was measured to do.
        ridge: Operations a byte from which arithmetic is the limit.
    """
    if input_share >= INPUT_SHARE and input_share >= python_share:
        return Limit("input", f"{input_share:.0%} of the time passes waiting for images")
    if python_share >= PYTHON_SHARE:
        return Limit("python", f"{python_share:.0%} of the time passes between compiled calls")
    evidence = (
        f"{intensity:.3g} operations a byte, and from {ridge:.3g} on arithmetic is the limit; "
        f"{share_of_peak:.0%} of the peak is reached"
    )
    return Limit("arithmetic" if intensity >= ridge else "memory", evidence)


def whole_intensity(works: Sequence[LayerWork]) -> float:
    """Operations a byte of a whole step."""
    moved = sum(work.bytes for work in works)
    return sum(work.flops for work in works) / moved if moved else 0.0


def unexplained(layer_seconds: Sequence[float], step_seconds: float) -> float:
    """The share of a step that its layers, timed one by one, don't account for.

    Negative where the step is faster than its parts, as happens where they run side by side.
    """
    return 1.0 - sum(layer_seconds) / step_seconds if step_seconds else 0.0


def typical(samples: Sequence[float]) -> float:
    """The median; 0 of nothing."""
    return statistics.median(samples) if samples else 0.0
