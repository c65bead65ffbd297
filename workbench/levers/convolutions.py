"""Levers that change how convolutions see an image: its stem, its head, their normalization."""

from __future__ import annotations

from workbench.base.text import tr
from workbench.levers.lever import Layers, Lever, head_of, last_with_width, refused
from workbench.network.analysis import Analysis
from workbench.spec.base import setting
from workbench.spec.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GroupNormalization,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    Repeat,
    SeparableConv2D,
)

KERNEL = setting(
    5,
    "Kernel size",
    "Height and width of the first convolution's filters; larger ones are kept.",
    ge=2,
    le=11,
)
POOLING = (MaxPooling2D, AveragePooling2D)
NORMALIZED = (BatchNormalization, GroupNormalization, LayerNormalization)
WITH_WEIGHTS = (Conv2D, DepthwiseConv2D, SeparableConv2D, Dense)


class StridedStem(Lever):
    """Gives the first convolution a larger kernel and strides of 2, in place of the pooling behind.

    The first convolution sees the most pixels; with strides it computes a quarter of them and skips
    none (as AlexNet and ResNet begin: Krizhevsky et al. 2012, He et al. 2016).
    """

    label = tr("Strided stem")

    kernel: int = KERNEL

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        place, first = _first_convolution(layers, self.label)
        if max(first.strides) > 1 or max(first.dilation_rate) > 1:
            raise refused(
                tr("Strided stem needs a first Conv2D without strides and without dilation")
            )
        stem = first.changed(kernel_size=_at_least(first, self.kernel), strides=(2, 2))
        pool = _pooling_behind(layers, place)
        kept = [layer for i, layer in enumerate(layers[place + 1 :], place + 1) if i != pool]
        return (*layers[:place], stem, *kept)


class LargerFirstKernel(Lever):
    """Lets the filters of the first convolution see more pixels at once.

    Early filters find edges and strokes, which are larger than 3x3; with few input channels a
    larger kernel adds few weights.
    """

    label = tr("Larger first kernel")
    saves = False

    kernel: int = KERNEL

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        place, first = _first_convolution(layers, self.label)
        larger = first.changed(kernel_size=_at_least(first, self.kernel))
        return (*layers[:place], larger, *layers[place + 1 :])


class DepthwiseHead(Lever):
    """Weighs the pixels of each channel with a depthwise filter, and goes on to the last layer.

    It stands in place of Flatten or global pooling and of the Dense layers behind: nearly as few
    weights as global average pooling, which takes every pixel alike (Chen et al. 2018).
    """

    label = tr("Depthwise head")
    saves = False  # in place of global pooling it adds a few

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        kinds = (Flatten, GlobalAveragePooling2D)
        head, last = head_of(layers, analysis, kinds, self.label)
        height, width, _ = head.input_shape
        if height == width == 1:
            raise refused(tr("Depthwise head finds one pixel a channel, which leaves no choice"))
        weighing = DepthwiseConv2D(kernel_size=(height, width), activation="linear")
        return (*layers[: head.index], weighing, Flatten(), *layers[last:])


class Normalize(Lever):
    """Puts BatchNormalization between each layer with weights and its activation.

    Larger learning rates then work, and fewer epochs do (Ioffe and Szegedy 2015). Offsets go, as it
    has its own; the layer that gives the output and whole blocks stay as they are.
    """

    label = tr("Batch normalization")
    saves = False

    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        last = last_with_width(layers)
        changed = (*_normalized(layers[:last]), *layers[last:])
        if changed == layers:
            raise refused(
                tr("Batch normalization finds no layer with weights that isn't normalized yet")
            )
        return changed


def _first_convolution(layers: Layers, label: str) -> tuple[int, Conv2D]:
    """The layer that sees the image first, and where it is.

    Raises:
        SpecError: in one sentence, where it is no convolution.
    """
    for place, layer in enumerate(layers):
        if isinstance(layer, Conv2D) and layer.enabled:
            return place, layer
        if layer.enabled and isinstance(layer, (*WITH_WEIGHTS, Repeat)):
            break
    raise refused(tr("{label} needs a network that begins with a Conv2D", label=label))


def _at_least(layer: Conv2D, side: int) -> tuple[int, int]:
    height, width = layer.kernel_size
    return max(height, side), max(width, side)


def _pooling_behind(layers: Layers, place: int) -> int | None:
    """Index of the pooling that belongs to a layer; None without one."""
    for index in range(place + 1, len(layers)):
        layer = layers[index]
        if isinstance(layer, POOLING) and layer.enabled:
            return index
        if layer.enabled and not isinstance(layer, (Activation, Dropout, *NORMALIZED)):
            return None
    return None


def _normalized(layers: Layers) -> Layers:
    found: list[Layer] = []
    for place, layer in enumerate(layers):
        behind = layers[place + 1] if place + 1 < len(layers) else None
        if isinstance(layer, Repeat):
            found.append(layer.model_copy(update={"layers": _normalized(layer.layers)}))
        elif isinstance(layer, WITH_WEIGHTS) and not isinstance(behind, NORMALIZED):
            found += _with_normalization(layer)
        else:
            found.append(layer)
    return tuple(found)


def _with_normalization(layer: Layer) -> Layers:
    """A layer without offset and activation, its normalization, and the activation."""
    bare = layer.changed(use_bias=False, activation="linear")
    activation = getattr(layer, "activation", "linear")
    parts = (bare, BatchNormalization(enabled=layer.enabled))
    if activation == "linear":
        return parts
    return (*parts, Activation().changed(activation=activation, enabled=layer.enabled))
