"""Levers that take layers, channels or pixels away: the network computes less."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import ClassVar

from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.levers.lever import (
    WIDTHS,
    Layers,
    Lever,
    head_of,
    last_with_width,
    mapped,
    refused,
)
from workbench.network.analysis import Analysis
from workbench.network.costs import LayerCost
from workbench.spec.base import setting
from workbench.spec.data import DataInfo
from workbench.spec.layers import (
    Block,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LayerError,
    Planner,
    Repeat,
    SeparableConv2D,
)


class ReduceDepth(Lever):
    """Takes out every other layer of a run of layers that give the same shape.

    The first of a run stays, with what belongs to it (BatchNormalization, Activation, Dropout).
    Gradients have a shorter way, and MACs fall with depth.
    """

    label = tr("Reduce depth")

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        units = _units(analysis.layers)
        kept: list[LayerCost] = []
        taken = 0
        for _, run in groupby(enumerate(units), key=lambda item: _kind_of(item[1])):
            members = list(run)
            for number, (position, unit) in enumerate(members):
                spare = number % 2 == 1 and _is_spare(unit) and position != len(units) - 1
                taken += spare
                kept += () if spare else unit
        repeats = [c.layer for c in kept if isinstance(c.layer, Repeat) and c.layer.times > 1]
        if not taken and not repeats:
            raise refused(tr("Reduce depth finds no two layers in a row that give the same shape"))
        return tuple(_halved(c.layer) for c in kept if isinstance(c.layer, Layer))


class GlobalPooling(Lever):
    """Averages each channel before the last layer, in place of Flatten and the Dense layers.

    Most weights of a small CNN sit in the first Dense layer behind Flatten (Lin et al. 2014).
    """

    label = tr("Global pooling")

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        flat, last = head_of(layers, analysis, (Flatten,), self.label)
        return (*layers[: flat.index], GlobalAveragePooling2D(), *layers[last:])


class Separable(Lever):
    """Replaces each Conv2D but the first by a SeparableConv2D (Howard et al. 2017).

    The first one sees so few channels that it would save nothing. 1x1, grouped and hashed
    convolutions stay: they are small already.
    """

    label = tr("Separable convolutions")

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        first = next((i for i, layer in enumerate(layers) if isinstance(layer, Conv2D)), -1)
        swapped = mapped(layers[first + 1 :], _separable)
        if first < 0 or swapped == layers[first + 1 :]:
            raise refused(tr("Separable convolutions needs a second plain Conv2D larger than 1x1"))
        return layers[: first + 1] + swapped


class WidthMultiplier(Lever):
    """Multiplies the channels of all layers but the last (Howard et al. 2017).

    Weights and MACs change with about the square of the factor.
    """

    label = tr("Width multiplier")

    factor: float = setting(
        0.5, "Factor", "0.5 halves the channels: about a quarter of the weights.", gt=0.0, le=4.0
    )
    divisor: int = setting(
        8,
        "Divisor",
        "Channels are rounded to a multiple of it, which suits processors; 1 rounds to whole ones.",
        ge=1,
        le=64,
    )

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        return self.widened(layers)

    def widened(self, layers: Layers) -> Layers:
        """The layers with other widths, which needs no analysis."""
        last = last_with_width(layers)
        scaled = mapped(layers[:last], self._scaled)
        return (*scaled, *_mapped_but_last(layers[last], self._scaled), *layers[last + 1 :])

    def _scaled(self, layer: Layer) -> Layer:
        widths = [name for name in WIDTHS if name in type(layer).model_fields]
        changes = {name: self.channels(getattr(layer, name)) for name in widths}
        groups = getattr(layer, "groups", 1)
        if groups > 1 and "filters" in changes:
            # As many groups as before, of at least one channel each.
            changes["filters"] = max(1, round(changes["filters"] / groups)) * groups
        return layer.changed(**changes) if changes else layer

    def channels(self, before: int) -> int:
        """As MobileNet rounds: to the divisor, but never by more than a tenth down."""
        wanted = before * self.factor
        divisor = self.divisor if wanted >= self.divisor else 1
        rounded = max(divisor, int(wanted + divisor / 2) // divisor * divisor)
        return rounded + divisor if rounded < 0.9 * wanted else rounded


class ShareBlocks(Lever):
    """Gives runs of equal layers one set of weights: as deep as before, with fewer weights.

    A run is one layer or a group of layers several times in a row; what follows the first pass
    must find as many channels as it did.
    """

    label = tr("Share block weights")

    longest: ClassVar[int] = 12

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        shared: list[Layer] = []
        position, found = 0, False
        while position < len(layers):
            length, times = self._run(layers, position, analysis)
            if times > 1:
                found = True
                group = layers[position : position + length]
                shared.append(Repeat(layers=group, times=times, share_weights=True))
            else:
                shared.append(layers[position])
            position += length * times
        if not found:
            raise refused(
                tr(
                    "Share block weights finds no equal layers in a row with as many channels "
                    "before as behind"
                )
            )
        return tuple(shared)

    def _run(self, layers: Layers, start: int, analysis: Analysis) -> tuple[int, int]:
        """Length and number of the groups from `start` on that save most; (1, 1) for none."""
        best, saved = (1, 1), 0
        for length in range(1, min(self.longest, (len(layers) - start) // 2) + 1):
            group = layers[start : start + length]
            times = 1
            while layers[start + times * length : start + (times + 1) * length] == group:
                times += 1
            times = min(times, 100)
            costs = analysis.layers[start + length : start + times * length]
            saves = sum(cost.parameters for cost in costs)
            if saves > saved and _can_share(group, times, analysis.layers[start]):
                best, saved = (length, times), saves
        return best


class Resolution(Lever):
    """Makes every image smaller: MACs and memory fall with its area, accuracy often little."""

    label = tr("Resolution")

    factor: float = setting(
        0.5, "Factor", "Of height and width; 0.5 quarters the MACs.", gt=0.0, lt=1.0
    )

    def changed_experiment(self, experiment: Experiment, info: DataInfo) -> Experiment:
        height, width = (max(1, round(side * self.factor)) for side in info.image_shape[:2])
        data = experiment.data.changed(resize=[height, width])
        return experiment.model_copy(update={"data": data})

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        return layers

    def info_after(self, changed: Experiment, info: DataInfo) -> DataInfo:
        height, width = changed.data.resize or info.image_shape[:2]
        return replace(info, image_shape=(height, width, info.image_shape[2]))


# --- layers that belong together -----------------------------------------------------------------

Unit = tuple[LayerCost, ...]


def _units(costs: Sequence[LayerCost]) -> list[Unit]:
    """Each layer with weights, and behind it what belongs to it: layers that keep the shape."""
    units: list[Unit] = []
    for cost in costs:
        belongs = not isinstance(cost.layer, Block | Conv2D | Dense | SeparableConv2D)
        if units and belongs and cost.input_shape == cost.output_shape:
            units[-1] += (cost,)
        else:
            units.append((cost,))
    return units


def _kind_of(unit: Unit) -> tuple[object, ...]:
    """Units of one kind and one shape make a run."""
    return type(unit[0].layer), unit[-1].output_shape, unit[0].enabled


def _is_spare(unit: Unit) -> bool:
    """Whether the network fits as well without it."""
    return unit[0].parameters > 0 and unit[0].input_shape == unit[-1].output_shape


def _halved(layer: Layer) -> Layer:
    return layer.changed(times=-(-layer.times // 2)) if isinstance(layer, Repeat) else layer


def _mapped_but_last(layer: Layer, change: Callable[[Layer], Layer]) -> Layers:
    """The layer that gives the output, unchanged; in a Repeat those before it are changed."""
    if not isinstance(layer, Repeat):
        return (layer,)
    inside = (*mapped(layer.layers[:-1], change), layer.layers[-1])
    return (layer.model_copy(update={"layers": inside}),)


def _separable(layer: Layer) -> Layer:
    if not isinstance(layer, Conv2D) or layer.kernel_size == (1, 1):
        return layer
    if layer.groups > 1 or layer.hash_compression > 1:
        return layer
    if layer.strides[0] != layer.strides[1]:
        return layer  # no depthwise filter has unequal ones everywhere
    return SeparableConv2D(
        enabled=layer.enabled,
        filters=layer.filters,
        kernel_size=layer.kernel_size,
        strides=layer.strides,
        padding=layer.padding,
        dilation_rate=layer.dilation_rate,
        activation=layer.activation,
        use_bias=layer.use_bias,
        depthwise_initializer=layer.kernel_initializer,
        pointwise_initializer=layer.kernel_initializer,
        kernel_regularizer=layer.kernel_regularizer,
    )


def _can_share(group: Layers, times: int, first: LayerCost) -> bool:
    try:
        Planner(first.input_shape).add(Repeat(layers=group, times=times))
    except LayerError:
        return False
    return True
