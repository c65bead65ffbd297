"""Blocks of the literature: a few layers that belong together, as one choice.

Each gives its body, a tree of primitive layers; everything else about it is derived from that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workbench.base.text import tr
from workbench.spec.base import setting
from workbench.spec.layers.base import (
    Activations,
    Layer,
    LayerError,
    Lengths,
    Operation,
    Shape,
    written,
)
from workbench.spec.layers.convolution import Conv2D, DepthwiseConv2D, refuse_unequal
from workbench.spec.layers.core import Activation, Dense
from workbench.spec.layers.normalization import BatchNormalization
from workbench.spec.layers.plan import Block, Branches, Chain, Node
from workbench.spec.layers.pooling import GlobalAveragePooling2D, MaxPooling2D

BLOCK_STRIDES = setting(
    (1, 1), "Strides", "Step of its first convolution; 2 halves height and width.", unit="px"
)
BLOCK_FILTERS = setting(32, "Filters", "Number of output channels.", ge=1, le=65536)
RELU: Activations = "relu"


# --- what merges branches ------------------------------------------------------------------------


class Elementwise(Operation):
    """What the merges share that need equal shapes, or 1 where they are repeated."""

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        result = shapes[0]
        for shape in shapes[1:]:
            if len(shape) != len(result) or any(
                a != b and 1 not in (a, b) for a, b in zip(result, shape, strict=True)
            ):
                message = tr(
                    "{label}: {result} and {shape} don't go together",
                    label=self.label,
                    result=written(result),
                    shape=written(shape),
                )
                raise LayerError("", message)
            result = tuple(map(max, result, shape))
        return result


@dataclass(frozen=True)
class Add(Elementwise):
    """The sum of the branches."""

    label = tr("Add")
    keras_class = "keras.layers.Add"


@dataclass(frozen=True)
class Multiply(Elementwise):
    """The product of the branches."""

    label = tr("Multiply")
    keras_class = "keras.layers.Multiply"


@dataclass(frozen=True)
class Concatenate(Operation):
    """The channels of all branches, one after the other."""

    label = tr("Concatenate")
    keras_class = "keras.layers.Concatenate"

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        for shape in shapes[1:]:
            if shape[:-1] != shapes[0][:-1]:
                fault = tr(
                    "{label}: {first} and {shape} must have the same height and width",
                    label=self.label,
                    first=written(shapes[0]),
                    shape=written(shape),
                )
                raise LayerError("", fault)
        return (*shapes[0][:-1], sum(shape[-1] for shape in shapes))


@dataclass(frozen=True)
class PadChannels(Operation):
    """Channels of zeros before and behind those that there are.

    Keras pads height and width; told that channels come first, it takes our last two axes (width
    and channels) for these.
    """

    label = tr("Pad channels")
    keras_class = "keras.layers.ZeroPadding2D"
    before: int = 0
    behind: int = 0

    def settings(self) -> dict[str, Any]:
        padding = ((0, 0), (self.before, self.behind))
        return {"padding": padding, "data_format": "channels_first"}

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        (shape,) = shapes
        return (*shape[:-1], shape[-1] + self.before + self.behind)


# --- blocks --------------------------------------------------------------------------------------


class ResidualBlock(Block):
    """Two 3x3 convolutions with a shortcut around them (He et al. 2016, "basic block").

    Convolution, BatchNormalization, relu, convolution, BatchNormalization; the input is added, then
    relu. The shortcut lets gradients through, so that deep networks train.
    """

    label = tr("ResidualBlock")
    takes_image = True
    widths = ("filters",)

    kind: Literal["residual_block"] = "residual_block"
    filters: int = BLOCK_FILTERS
    strides: Lengths = BLOCK_STRIDES
    shortcut: Literal["projection", "padding"] = setting(
        "projection",
        "Shortcut",
        "Where the shape changes: 'projection' adds a 1x1 convolution, 'padding' drops pixels and "
        "adds channels of zeros, without weights (as in ResNet-20).",
    )

    def body(self, shape: Shape) -> Node:
        path = Chain(
            (
                _conv(self.filters, 3, self.strides),
                BatchNormalization(),
                Activation(activation=RELU),
                _conv(self.filters, 3),
                BatchNormalization(),
            )
        )
        return Chain((Branches((path, self._shortcut(shape)), Add()), Activation(activation=RELU)))

    def _shortcut(self, shape: Shape) -> Chain:
        missing = self.filters - shape[2]
        if self.strides == (1, 1) and missing == 0:
            return Chain()
        if self.shortcut == "projection":
            return Chain((_conv(self.filters, 1, self.strides), BatchNormalization()))
        if missing < 0:
            raise LayerError(
                "shortcut",
                tr(
                    "'padding' can't take {channels} channels down to {filters}; use 'projection'",
                    channels=shape[2],
                    filters=self.filters,
                ),
            )
        parts: tuple[Node, ...] = ()
        if self.strides != (1, 1):
            parts += (MaxPooling2D(pool_size=(1, 1), strides=self.strides, padding="same"),)
        if missing:
            parts += (PadChannels(missing // 2, missing - missing // 2),)
        return Chain(parts)

    def summary(self) -> str:
        return f"{self.filters}{_by(self.strides)}"


class InvertedResidualBlock(Block):
    """MobileNetV2's block: widen, filter each channel, narrow (Sandler et al. 2018).

    1x1 expansion, depthwise 3x3 and linear 1x1 projection, each with BatchNormalization, relu6
    between; the input is added where shapes allow it. MACs for an h x w image of d channels to d'
    with expansion t and kernel k, stride 1: h * w * d * t * (d + k^2 + d').
    """

    label = tr("InvertedResidualBlock")
    takes_image = True
    widths = ("filters",)

    kind: Literal["inverted_residual_block"] = "inverted_residual_block"
    filters: int = BLOCK_FILTERS
    expansion: int = setting(
        6, "Expansion", "How many times more channels there are inside; 6 is usual.", ge=1, le=64
    )
    kernel_size: Lengths = setting(
        (3, 3), "Kernel size", "Height and width of the depthwise filter.", unit="px"
    )
    strides: Lengths = BLOCK_STRIDES

    def check(self, shape: Shape) -> None:
        super().check(shape)
        refuse_unequal(self.strides, self.kernel_size)

    def body(self, shape: Shape) -> Node:
        relu6 = Activation(activation="relu6")
        widen = (_conv(shape[2] * self.expansion, 1), BatchNormalization(), relu6)
        filter_each = DepthwiseConv2D(
            kernel_size=self.kernel_size,
            strides=self.strides,
            padding="same",
            activation="linear",
            use_bias=False,
        )
        path = Chain(
            (
                *(widen if self.expansion > 1 else ()),
                filter_each,
                BatchNormalization(),
                relu6,
                _conv(self.filters, 1),
                BatchNormalization(),
            )
        )
        skips = self.strides == (1, 1) and shape[2] == self.filters
        return Branches((path, Chain()), Add()) if skips else path

    def summary(self) -> str:
        return f"{self.filters} · x{self.expansion}{_by(self.strides)}"


class InceptionBlock(Block):
    """Four views side by side: 1x1, 3x3, 5x5 and pooling (Szegedy et al. 2015).

    1x1 convolutions narrow the input of the costly ones; the channels are joined.
    """

    label = tr("InceptionBlock")
    takes_image = True
    widths = (
        "filters_1x1",
        "reduce_3x3",
        "filters_3x3",
        "reduce_5x5",
        "filters_5x5",
        "filters_pool",
    )

    kind: Literal["inception_block"] = "inception_block"
    filters_1x1: int = setting(16, "Filters 1x1", "Channels of the first branch.", ge=1, le=65536)
    reduce_3x3: int = setting(
        16, "Before 3x3", "Channels that reach the 3x3 convolution.", ge=1, le=65536
    )
    filters_3x3: int = setting(32, "Filters 3x3", "Channels of the second branch.", ge=1, le=65536)
    reduce_5x5: int = setting(
        4, "Before 5x5", "Channels that reach the 5x5 convolution.", ge=1, le=65536
    )
    filters_5x5: int = setting(8, "Filters 5x5", "Channels of the third branch.", ge=1, le=65536)
    filters_pool: int = setting(
        8, "Filters after pooling", "Channels of the fourth branch.", ge=1, le=65536
    )

    def body(self, shape: Shape) -> Node:
        pool = MaxPooling2D(pool_size=(3, 3), strides=(1, 1), padding="same")
        branches = (
            _relu_conv(self.filters_1x1, 1),
            Chain((_relu_conv(self.reduce_3x3, 1), _relu_conv(self.filters_3x3, 3))),
            Chain((_relu_conv(self.reduce_5x5, 1), _relu_conv(self.filters_5x5, 5))),
            Chain((pool, _relu_conv(self.filters_pool, 1))),
        )
        return Branches(branches, Concatenate())

    def summary(self) -> str:
        branches = (self.filters_1x1, self.filters_3x3, self.filters_5x5, self.filters_pool)
        return " + ".join(map(str, branches))


class SqueezeExcitation(Block):
    """Weighs each channel by what the whole image shows (Hu et al. 2018).

    Global average, a narrow Dense with relu, a Dense with sigmoid, and the channels multiplied by
    it: little cost, often some accuracy.
    """

    label = tr("SqueezeExcitation")
    takes_image = True

    kind: Literal["squeeze_excitation"] = "squeeze_excitation"
    ratio: int = setting(
        16, "Ratio", "The first Dense has so many times fewer units than channels.", ge=1, le=1024
    )

    def body(self, shape: Shape) -> Node:
        narrow = Dense(units=max(1, shape[2] // self.ratio), activation=RELU)
        weigh = Dense(units=shape[2], activation="sigmoid")
        return Branches(
            (Chain(), Chain((GlobalAveragePooling2D(keepdims=True), narrow, weigh))), Multiply()
        )

    def summary(self) -> str:
        return tr("ratio {ratio}", ratio=self.ratio)


class FireModule(Block):
    """SqueezeNet's module: squeeze with 1x1, expand with 1x1 and 3x3 (Iandola et al. 2016)."""

    label = tr("FireModule")
    takes_image = True
    widths = ("squeeze", "expand_1x1", "expand_3x3")

    kind: Literal["fire_module"] = "fire_module"
    squeeze: int = setting(16, "Squeeze", "Channels between; fewer cost less.", ge=1, le=65536)
    expand_1x1: int = setting(64, "Expand 1x1", "Channels of the 1x1 branch.", ge=1, le=65536)
    expand_3x3: int = setting(64, "Expand 3x3", "Channels of the 3x3 branch.", ge=1, le=65536)

    def body(self, shape: Shape) -> Node:
        branches = (_relu_conv(self.expand_1x1, 1), _relu_conv(self.expand_3x3, 3))
        return Chain((_relu_conv(self.squeeze, 1), Branches(branches, Concatenate())))

    def summary(self) -> str:
        return f"{self.squeeze} · {self.expand_1x1} + {self.expand_3x3}"


def _conv(filters: int, kernel: int, strides: tuple[int, int] = (1, 1)) -> Layer:
    """A linear convolution before BatchNormalization, initialized as He et al. do."""
    return Conv2D(
        filters=filters,
        kernel_size=(kernel, kernel),
        strides=strides,
        padding="same",
        activation="linear",
        use_bias=False,
        kernel_initializer="he_normal",
    )


def _relu_conv(filters: int, kernel: int) -> Layer:
    return Conv2D(filters=filters, kernel_size=(kernel, kernel), padding="same", activation=RELU)


def _by(strides: tuple[int, int]) -> str:
    return "" if strides == (1, 1) else f" / {written(strides)}"
