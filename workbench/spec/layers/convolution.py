"""Convolutions: full, grouped, depthwise, separable and transposed."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import model_validator

from workbench.base.text import tr
from workbench.spec.base import refuse, setting
from workbench.spec.layers.base import (
    ACTIVATION_HELP,
    AS_IT_IS,
    BIAS_HELP,
    DILATION_HELP,
    INITIALIZER_HELP,
    KERNEL_REGULARIZER,
    PADDING_HELP,
    Activations,
    Grid,
    Initializers,
    Kernels,
    Layer,
    LayerError,
    Lengths,
    OwnRegularizer,
    Padding,
    Parameters,
    Reaches,
    Shape,
    refuse_indivisible,
    slide,
    sliding_reach,
    written,
)
from workbench.spec.layers.reach import Reach
from workbench.spec.layers.sharing import HASH_COMPRESSION, HashedKernel

ONE_BY_ONE = (1, 1)


def without_strides(kernel_size: tuple[int, int]) -> dict[str, Any]:
    """The strides to pass to Keras's layer where `grid` has already applied them."""
    return {"strides": (1, 1)} if kernel_size == ONE_BY_ONE else {}


def dilated(kernel: tuple[int, int], rate: tuple[int, int]) -> tuple[int, int]:
    """Height and width that a filter with gaps covers."""
    return (kernel[0] - 1) * rate[0] + 1, (kernel[1] - 1) * rate[1] + 1


FILTERS = setting(
    32, "Filters", "Number of output channels; cost grows in proportion.", ge=1, le=65536
)
KERNEL_SIZE = setting(
    (3, 3), "Kernel size", "Height and width of the filter; 3x3 is the usual choice.", unit="px"
)
STRIDES = setting(
    (1, 1),
    "Strides",
    "Step of the filter; 2 halves height and width and quarters the cost.",
    unit="px",
)
PADDING = setting("valid", "Padding", PADDING_HELP)
DILATION = setting((1, 1), "Dilation", DILATION_HELP, unit="px")
DEPTH = setting(1, "Depth multiplier", "Depthwise filters to each input channel.", ge=1, le=1024)
ACTIVATION = setting("relu", "Activation", ACTIVATION_HELP)
BIAS = setting(True, "Bias", BIAS_HELP)


def refuse_unequal(strides: tuple[int, int], kernel_size: tuple[int, int]) -> None:
    """Refuses steps of a depthwise filter that TensorFlow has for some CPUs alone (with oneDNN).

    Raises:
        LayerError: blaming `strides`, where they differ; with a filter of one pixel, images are
            cut to the places that are kept beforehand, which has no such limit.
    """
    if strides[0] != strides[1] and kernel_size != ONE_BY_ONE:
        raise LayerError(
            "strides",
            tr(
                "must be the same down and across for depthwise filters, got {strides}; "
                "TensorFlow has others on some CPUs alone",
                strides=written(strides),
            ),
        )


class Sliding(Layer):
    """What the layers share whose filter slides over the image; each lists its own settings."""

    takes_image = True
    steps_alike: ClassVar[bool] = False
    """Whether TensorFlow has it for steps that are as long across as down alone."""

    if TYPE_CHECKING:
        kernel_size: Lengths
        strides: Lengths
        padding: Padding
        dilation_rate: Lengths

    @model_validator(mode="after")
    def _steps_or_gaps(self) -> Self:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise refuse(
                {
                    "dilation_rate": tr(
                        "{dilation_rate} doesn't go with strides {strides}; one of them must be 1",
                        dilation_rate=written(self.dilation_rate),
                        strides=written(self.strides),
                    )
                }
            )
        return self

    def check(self, shape: Shape) -> None:
        super().check(shape)
        if self.steps_alike:
            refuse_unequal(self.strides, self.kernel_size)

    def sides(self, shape: Shape) -> tuple[int, int]:
        """Height and width that leave it."""
        self.check(shape)
        window = dilated(self.kernel_size, self.dilation_rate)
        return slide(shape, window, self.strides, self.padding, "kernel_size")

    def reach(self, shape: Shape) -> Reaches:
        window = dilated(self.kernel_size, self.dilation_rate)
        return sliding_reach(shape, window, self.strides, self.padding)

    def grid(self) -> Grid:
        return Grid(kept=self.strides) if self.kernel_size == ONE_BY_ONE else AS_IT_IS

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), **without_strides(self.kernel_size)}


class Conv2D(HashedKernel, Sliding):
    """Slides small filters over the image: few weights, used at every position."""

    label = tr("Conv2D")
    keras_class = "keras.layers.Conv2D"
    kernels: ClassVar[Kernels] = {"kernel": (0, 1, 2)}
    offsets = ("bias",)
    widths = ("filters",)

    kind: Literal["conv2d"] = "conv2d"
    filters: int = FILTERS
    kernel_size: Lengths = KERNEL_SIZE
    strides: Lengths = STRIDES
    padding: Padding = PADDING
    dilation_rate: Lengths = DILATION
    groups: int = setting(
        1,
        "Groups",
        "Channels are divided into so many groups that don't see each other: weights and MACs "
        "are divided by it.",
        ge=1,
        le=65536,
    )
    activation: Activations = ACTIVATION
    use_bias: bool = BIAS
    kernel_initializer: Initializers = setting(
        "glorot_uniform", "Kernel initializer", INITIALIZER_HELP
    )
    hash_compression: int = HASH_COMPRESSION
    kernel_regularizer: OwnRegularizer = KERNEL_REGULARIZER

    @model_validator(mode="after")
    def _groups_divide_filters(self) -> Self:
        if self.filters % self.groups:
            message = tr(
                "must divide the {filters} filters, got {groups}",
                filters=f"{self.filters:,}",
                groups=f"{self.groups:,}",
            )
            raise refuse({"groups": message})
        return self

    def output_shape(self, shape: Shape) -> Shape:
        sides = self.sides(shape)
        refuse_indivisible("groups", shape[2], self.groups)
        return (*sides, self.filters)

    def kernel(self, shape: Shape) -> int:
        return prod(self.kernel_size) * (shape[2] // self.groups) * self.filters

    def parameters(self, shape: Shape) -> Parameters:
        return Parameters(self.kernel_weights(shape) + self.filters * self.use_bias)

    def macs(self, shape: Shape) -> int:
        return prod(self.sides(shape)) * self.kernel(shape)

    def summary(self) -> str:
        return f"{self.filters} · {written(self.kernel_size)} · {self.activation}"


class DepthwiseConv2D(Sliding):
    """One filter for each channel, without mixing channels: a small share of Conv2D's cost."""

    label = tr("DepthwiseConv2D")
    keras_class = "keras.layers.DepthwiseConv2D"
    steps_alike = True
    kernels: ClassVar[Kernels] = {"depthwise": (0, 1)}
    offsets = ("bias",)

    kind: Literal["depthwise_conv2d"] = "depthwise_conv2d"
    kernel_size: Lengths = KERNEL_SIZE
    strides: Lengths = STRIDES
    padding: Padding = PADDING
    dilation_rate: Lengths = DILATION
    depth_multiplier: int = DEPTH
    activation: Activations = ACTIVATION
    use_bias: bool = BIAS
    depthwise_initializer: Initializers = setting(
        "glorot_uniform", "Kernel initializer", INITIALIZER_HELP
    )
    kernel_regularizer: OwnRegularizer = KERNEL_REGULARIZER

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.sides(shape), shape[2] * self.depth_multiplier)

    def parameters(self, shape: Shape) -> Parameters:
        channels = shape[2] * self.depth_multiplier
        return Parameters(channels * (prod(self.kernel_size) + self.use_bias))

    def macs(self, shape: Shape) -> int:
        return prod(self.output_shape(shape)) * prod(self.kernel_size)

    def summary(self) -> str:
        return f"{written(self.kernel_size)} · {self.activation}"


class SeparableConv2D(Sliding):
    """A depthwise convolution, then a 1x1 one that mixes the channels (Chollet 2017).

    Costs about 1 / filters + 1 / kernel area of a Conv2D, at mostly little accuracy.
    """

    label = tr("SeparableConv2D")
    keras_class = "keras.layers.SeparableConv2D"
    steps_alike = True
    kernels: ClassVar[Kernels] = {"depthwise": (0, 1), "pointwise": (0, 1, 2)}
    offsets = ("bias",)
    widths = ("filters",)

    kind: Literal["separable_conv2d"] = "separable_conv2d"
    filters: int = FILTERS
    kernel_size: Lengths = KERNEL_SIZE
    strides: Lengths = STRIDES
    padding: Padding = PADDING
    dilation_rate: Lengths = DILATION
    depth_multiplier: int = DEPTH
    activation: Activations = ACTIVATION
    use_bias: bool = BIAS
    depthwise_initializer: Initializers = setting(
        "glorot_uniform", "Depthwise initializer", INITIALIZER_HELP
    )
    pointwise_initializer: Initializers = setting(
        "glorot_uniform", "Pointwise initializer", INITIALIZER_HELP
    )
    kernel_regularizer: OwnRegularizer = KERNEL_REGULARIZER

    def output_shape(self, shape: Shape) -> Shape:
        return (*self.sides(shape), self.filters)

    def parameters(self, shape: Shape) -> Parameters:
        kernels = self._kernels(shape)
        return Parameters(kernels + self.filters * self.use_bias)

    def macs(self, shape: Shape) -> int:
        return prod(self.sides(shape)) * self._kernels(shape)

    def _kernels(self, shape: Shape) -> int:
        """Weights of both kernels; each is used once at each output position."""
        between = shape[2] * self.depth_multiplier
        return between * (prod(self.kernel_size) + self.filters)

    def summary(self) -> str:
        return f"{self.filters} · {written(self.kernel_size)} · {self.activation}"


class Conv2DTranspose(Layer):
    """A convolution backwards: strides enlarge the image, with trained filters."""

    label = tr("Conv2DTranspose")
    keras_class = "keras.layers.Conv2DTranspose"
    kernels: ClassVar[Kernels] = {"kernel": (0, 1, 3)}
    offsets = ("bias",)
    widths = ("filters",)
    takes_image = True

    kind: Literal["conv2d_transpose"] = "conv2d_transpose"
    filters: int = FILTERS
    kernel_size: Lengths = setting(
        (3, 3), "Kernel size", "Height and width of the filter.", unit="px"
    )
    strides: Lengths = setting(
        (1, 1), "Strides", "How many times larger height and width become.", unit="px"
    )
    padding: Padding = setting(
        "valid", "Padding", "'same' gives height and width times strides; 'valid' adds the border."
    )
    activation: Activations = ACTIVATION
    use_bias: bool = BIAS
    kernel_initializer: Initializers = setting(
        "glorot_uniform", "Kernel initializer", INITIALIZER_HELP
    )
    kernel_regularizer: OwnRegularizer = KERNEL_REGULARIZER

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        height, width = (
            n * s + (max(k - s, 0) if self.padding == "valid" else 0)
            for n, k, s in zip(shape[:2], self.kernel_size, self.strides, strict=True)
        )
        return height, width, self.filters

    def parameters(self, shape: Shape) -> Parameters:
        kernel = prod(self.kernel_size) * shape[2] * self.filters
        return Parameters(kernel + self.filters * self.use_bias)

    def macs(self, shape: Shape) -> int:
        """Each input pixel is multiplied with the whole kernel."""
        return prod(shape) * prod(self.kernel_size) * self.filters

    def reach(self, shape: Shape) -> Reaches:
        (height, width), (down, across) = self.kernel_size, self.strides
        return (
            Reach.transposed(height, down, self.padding),
            Reach.transposed(width, across, self.padding),
        )

    def grid(self) -> Grid:
        return Grid(spread=self.strides) if self.kernel_size == ONE_BY_ONE else AS_IT_IS

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), **without_strides(self.kernel_size)}

    def summary(self) -> str:
        return f"{self.filters} · {written(self.kernel_size)} · {self.activation}"
