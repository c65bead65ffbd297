"""How far training is from what the hardware can do: arithmetic, memory traffic and their ratio.

Pure functions. Conventions: a multiply-accumulate is 2 floating-point operations; a training step
is 3 times the arithmetic of the forward pass (once forward, once for the gradient of the inputs,
once for that of the weights). A layer's traffic is what it must at least move: forward its inputs
and weights are read and its outputs written; backward the gradient of the outputs, the inputs and
the weights are read and the gradients of both are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from workbench.base.plain_values import Said
from workbench.base.text import joined, tr
from workbench.base.units import NONE, percent
from workbench.network.analysis import Analysis
from workbench.network.costs import LayerCost

FLOPS_PER_MAC = 2
PASSES = 3
"""A training step's arithmetic, in forward passes."""

BYTES = {"float32": 4, "mixed_bfloat16": 2, "mixed_float16": 2}
"""Of a value that layers pass on, by precision; weights are stored in 4 whatever it is."""

WEIGHT_BYTES = 4


@dataclass(frozen=True)
class Peaks:
    """What the task `peak` measured a device to do at best.

    Attributes:
        flops: Floating-point operations a second of a large matrix product, by precision.
        bandwidth: Bytes a second that are read or written.
        device: In words.
    """

    flops: dict[str, float]
    bandwidth: float
    device: Said


@dataclass(frozen=True)
class Roof:
    """What a device was measured to do at best.

    Attributes:
        peak: Floating-point operations a second of a large matrix product.
        bandwidth: Bytes a second that are read or written.
    """

    peak: float
    bandwidth: float

    @classmethod
    def of(cls, peaks: Peaks, precision: str) -> Roof | None:
        """From what was measured; None where the precision wasn't."""
        peak = peaks.flops.get(precision)
        return cls(peak, peaks.bandwidth) if peak else None

    @property
    def ridge(self) -> float:
        """Operations a byte from which arithmetic is the limit; below it memory is."""
        return self.peak / self.bandwidth

    def at(self, intensity: float) -> float:
        """The attainable operations per second at an arithmetic intensity (operations per byte)."""
        return min(self.peak, intensity * self.bandwidth)


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


@dataclass(frozen=True)
class TimedLayer:
    """One call of a layer in a training step, timed by itself.

    Attributes:
        name, path, flops, bytes: As in `LayerWork`.
        forward: Seconds.
        backward: Seconds of the gradients alone.
    """

    name: str
    path: str
    flops: float
    bytes: float
    forward: float
    backward: float

    @property
    def seconds(self) -> float:
        """Forward and backward."""
        return self.forward + self.backward


@dataclass(frozen=True)
class LayerTimes:
    """The layers that are timed already.

    Attributes:
        layers: From the first.
    """

    layers: tuple[TimedLayer, ...]


@dataclass(frozen=True)
class Profile:
    """Where the time of a training step goes.

    Attributes:
        layers: Every call of a layer, in order.
        step_seconds: Of the whole step.
        unexplained: Share of the step that the layers don't account for, see `unexplained`.
        batch_size: Images to a step.
        precision: That the layers compute in.
        device: In words.
        peak: What the device can do at best.
        words: The same in a few sentences.
        images_per_second: Of the whole step.
    """

    layers: tuple[TimedLayer, ...]
    step_seconds: float
    unexplained: float
    batch_size: int
    precision: str
    device: Said
    peak: Peaks
    words: Said
    images_per_second: float

    @property
    def roof(self) -> Roof | None:
        """Of the device in this precision; None where it wasn't measured."""
        return Roof.of(self.peak, self.precision)


def training_flops(macs: int) -> float:
    """Floating-point operations of a training step, for one image, from its forward MACs."""
    return float(macs * FLOPS_PER_MAC * PASSES)


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
        training_flops(call.macs) * batch_size,
        float(3 * (inputs + outputs) + 3 * weights),
    )


def unexplained(layer_seconds: Sequence[float], step_seconds: float) -> float:
    """The share of a step that its layers, timed one by one, don't account for.

    Negative where the step is faster than its parts, as happens where they run side by side.
    """
    return 1.0 - sum(layer_seconds) / step_seconds if step_seconds else 0.0


def row_words(row: TimedLayer, step_seconds: float) -> tuple[str, ...]:
    """A row of a profile: name, milliseconds forward and backward, share of the step, GFLOP/s.

    Args:
        row: The layer.
        step_seconds: Of the whole step; 0 while it isn't known.
    """
    rate = row.flops / row.seconds / 1e9 if row.seconds else 0.0
    return (
        row.name,
        f"{1000 * row.forward:.3g}",
        f"{1000 * row.backward:.3g}",
        percent(row.seconds / step_seconds, 0) if step_seconds else "",
        f"{rate:.3g}" if row.flops else NONE,
    )


def profile_words(rows: Sequence[TimedLayer], step_seconds: float, roof: Roof | None) -> str:
    """What a profile says, in a few sentences.

    Args:
        rows: Each layer.
        step_seconds: Of the whole step.
        roof: Of the device at the precision; None where it wasn't measured.
    """
    seconds = [row.seconds for row in rows]
    rest = unexplained(seconds, step_seconds)
    slowest = max(range(len(rows)), key=seconds.__getitem__)
    rate = sum(row.flops for row in rows) / step_seconds
    time, speed = f"{1000 * step_seconds:.3g}", f"{rate / 1e9:.3g}"
    step = (
        tr(
            "A step takes {time} ms at {speed} GFLOP/s, {share} of the measured peak.",
            time=time,
            speed=speed,
            share=percent(rate / roof.peak, 0),
        )
        if roof
        else tr("A step takes {time} ms at {speed} GFLOP/s.", time=time, speed=speed)
    )
    beyond = (
        tr(
            "the loss, the update of the weights and the batch take the other {rest}",
            rest=percent(rest, 0),
        )
        if rest >= 0
        else tr(
            "together they take {share} more than the step, where some run side by side",
            share=percent(-rest, 0),
        )
    )
    layers = tr(
        "The slowest layer is {name} with {share} of it; timed one by one the layers make up "
        "{all}, and {beyond}.",
        name=rows[slowest].name,
        share=percent(seconds[slowest] / step_seconds, 0),
        all=percent(1 - rest, 0),
        beyond=beyond,
    )
    return joined(" ", [step, layers, *([_limit_words(rows, roof)] if roof else [])])


def _limit_words(rows: Sequence[TimedLayer], roof: Roof) -> str:
    """Whether memory or arithmetic limits the network as a whole."""
    moved = sum(row.bytes for row in rows)
    intensity = sum(row.flops for row in rows) / moved if moved else 0.0
    limit = tr("arithmetic") if intensity >= roof.ridge else tr("memory")
    return tr(
        "At {intensity} operations a byte the limit is {limit}: the two are even at {ridge}.",
        intensity=f"{intensity:.3g}",
        limit=limit,
        ridge=f"{roof.ridge:.3g}",
    )
