"""The layers of a network: their settings, and what each one costs.

Fields are named as the arguments of the Keras class. Shapes are tuples without the batch:
(height, width, channels) or (features,).
"""

from __future__ import annotations

from abc import abstractmethod
from math import prod
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from workbench.spec.base import AsPair, Choice, setting

Shape = tuple[int, ...]
Activations = Literal[
    "linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "mish",
    "tanh", "sigmoid", "hard_sigmoid", "hard_silu", "softplus", "softsign", "softmax",
]  # fmt: skip
Padding = Literal["valid", "same"]
Length = Annotated[int, Field(ge=1, le=1024)]
Lengths = Annotated[tuple[Length, Length], AsPair]

ACTIVATION_HELP = "Non-linearity applied to the output; relu is the usual one inside a network."
PADDING_HELP = "'same' keeps height and width (before strides), 'valid' uses no border."


class LayerError(ValueError):
    """A layer that doesn't fit the shape that reaches it.

    Attributes:
        field: The setting to blame, "" for the layer as a whole.
        message: One sentence, without the path.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


class Parameters(NamedTuple):
    """Weights of a layer: trained by gradients, and kept otherwise (moving averages)."""

    trainable: int = 0
    non_trainable: int = 0


class Layer(Choice):
    """One layer, with the arithmetic of its shape and cost.

    Attributes:
        takes_image: Whether it needs (height, width, channels).
    """

    takes_image: ClassVar[bool] = False

    kind: str

    def check(self, shape: Shape) -> None:
        """Raises LayerError where a layer for images gets something else."""
        if self.takes_image and len(shape) != 3:
            raise LayerError(
                "", f"needs an image (height, width, channels), got {written(shape)}; "
                "move it before Flatten or global pooling"
            )  # fmt: skip

    @abstractmethod
    def output_shape(self, shape: Shape) -> Shape:
        """The shape that leaves the layer.

        Raises:
            LayerError: where `shape` doesn't fit.
        """

    def parameters(self, shape: Shape) -> Parameters:
        """How many weights it holds when `shape` reaches it."""
        return Parameters()

    def macs(self, shape: Shape) -> int:
        """Multiply-accumulate operations for one image.

        Convolutions and dense layers count; normalization (folded into the layer before it at
        inference), activations and pooling count as none, as is usual in the literature.
        """
        return 0

    def summary(self) -> str:
        """Its settings in a few characters, for a list of layers."""
        return ""


def written(shape: Shape) -> str:
    """28x28x1."""
    return "x".join(map(str, shape))


def window_length(length: int, window: int, stride: int, padding: str) -> int:
    """Output length of a sliding window along one side, as TensorFlow computes it."""
    return -(-length // stride) if padding == "same" else (length - window) // stride + 1


def _slide(
    shape: Shape, window: tuple[int, int], strides: tuple[int, int], padding: str, field: str
) -> tuple[int, int]:
    """Height and width after a window has slid over an image."""
    if padding == "valid" and (window[0] > shape[0] or window[1] > shape[1]):
        raise LayerError(
            field,
            f"{written(window)} is larger than the {written(shape)} that reaches it; "
            "use padding 'same' or shrink less before",
        )
    height, width = (
        window_length(n, k, s, padding) for n, k, s in zip(shape[:2], window, strides, strict=True)
    )
    return height, width


class Conv2D(Layer):
    """Slides small filters over the image: few weights, used at every position."""

    label = "Conv2D"
    keras_class = "keras.layers.Conv2D"
    takes_image = True

    kind: Literal["conv2d"] = "conv2d"
    filters: int = setting(
        32, "Filters", "Number of output channels; cost grows in proportion.", ge=1, le=65536
    )
    kernel_size: Lengths = setting(
        (3, 3), "Kernel size", "Height and width of the filter; 3x3 is the usual choice.", unit="px"
    )
    strides: Lengths = setting(
        (1, 1),
        "Strides",
        "Step of the filter; 2 halves height and width and quarters the cost.",
        unit="px",
    )
    padding: Padding = setting("valid", "Padding", PADDING_HELP)
    activation: Activations = setting("relu", "Activation", ACTIVATION_HELP)
    use_bias: bool = setting(
        True, "Bias", "Add a trained offset to each channel; needless before BatchNormalization."
    )

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        sides = _slide(shape, self.kernel_size, self.strides, self.padding, "kernel_size")
        return (*sides, self.filters)

    def parameters(self, shape: Shape) -> Parameters:
        kernel = prod(self.kernel_size) * shape[2] * self.filters
        return Parameters(kernel + self.filters * self.use_bias)

    def macs(self, shape: Shape) -> int:
        height, width, filters = self.output_shape(shape)
        return height * width * filters * prod(self.kernel_size) * shape[2]

    def summary(self) -> str:
        return f"{self.filters} · {written(self.kernel_size)} · {self.activation}"


class Pooling2D(Layer):
    """What the pooling layers share."""

    takes_image = True

    pool_size: Lengths = setting(
        (2, 2), "Pool size", "Height and width of the window; 2x2 quarters the image.", unit="px"
    )
    strides: Lengths | None = setting(
        None, "Strides", "Step of the window; left off, the pool size.", unit="px"
    )
    padding: Padding = setting("valid", "Padding", PADDING_HELP)

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        strides = self.strides or self.pool_size
        return (*_slide(shape, self.pool_size, strides, self.padding, "pool_size"), shape[2])

    def summary(self) -> str:
        return written(self.pool_size)


class MaxPooling2D(Pooling2D):
    """Keeps the largest value of each window: a smaller image, no weights."""

    label = "MaxPooling2D"
    keras_class = "keras.layers.MaxPooling2D"

    kind: Literal["max_pooling2d"] = "max_pooling2d"


class AveragePooling2D(Pooling2D):
    """Keeps the mean of each window: a smaller image, no weights."""

    label = "AveragePooling2D"
    keras_class = "keras.layers.AveragePooling2D"

    kind: Literal["average_pooling2d"] = "average_pooling2d"


class GlobalAveragePooling2D(Layer):
    """One number a channel, its mean; in place of Flatten it saves most dense weights."""

    label = "GlobalAveragePooling2D"
    keras_class = "keras.layers.GlobalAveragePooling2D"
    takes_image = True

    kind: Literal["global_average_pooling2d"] = "global_average_pooling2d"

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (shape[2],)


class Flatten(Layer):
    """Lays all values of an image in one row, for dense layers."""

    label = "Flatten"
    keras_class = "keras.layers.Flatten"

    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)


class Dense(Layer):
    """Joins every input with every output: strong, and where most weights usually are."""

    label = "Dense"
    keras_class = "keras.layers.Dense"

    kind: Literal["dense"] = "dense"
    units: int = setting(
        64, "Units", "Number of outputs; the last layer needs one a class.", ge=1, le=1_000_000
    )
    activation: Activations = setting("relu", "Activation", ACTIVATION_HELP)
    use_bias: bool = setting(True, "Bias", "Add a trained offset to each output.")

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def parameters(self, shape: Shape) -> Parameters:
        return Parameters(shape[-1] * self.units + self.units * self.use_bias)

    def macs(self, shape: Shape) -> int:
        return prod(shape) * self.units

    def summary(self) -> str:
        return f"{self.units} · {self.activation}"


class SameShape(Layer):
    """What the layers that leave the shape alone share."""

    def output_shape(self, shape: Shape) -> Shape:
        return shape


class Dropout(SameShape):
    """Switches off a random share of the values while training (Srivastava et al. 2014)."""

    label = "Dropout"
    keras_class = "keras.layers.Dropout"

    kind: Literal["dropout"] = "dropout"
    rate: float = setting(
        0.5,
        "Rate",
        "Share that is switched off; 0.2 to 0.5 is usual. Raise it against over-fitting.",
        ge=0.0,
        lt=1.0,
    )

    def summary(self) -> str:
        return f"{self.rate:g}"


class BatchNormalization(SameShape):
    """Brings each channel to mean 0 and variance 1 over the batch (Ioffe and Szegedy 2015)."""

    label = "BatchNormalization"
    keras_class = "keras.layers.BatchNormalization"

    kind: Literal["batch_normalization"] = "batch_normalization"
    momentum: float = setting(
        0.99,
        "Momentum",
        "Memory of the moving averages used for validation; lower suits short runs.",
        ge=0.0,
        lt=1.0,
    )
    epsilon: float = setting(
        0.001,
        "Epsilon",
        "Added to the variance, so that the division stays finite.",
        gt=0.0,
        le=1.0,
    )

    def parameters(self, shape: Shape) -> Parameters:
        return Parameters(2 * shape[-1], 2 * shape[-1])


class Activation(SameShape):
    """A non-linearity of its own, where it doesn't belong to the layer before."""

    label = "Activation"
    keras_class = "keras.layers.Activation"

    kind: Literal["activation"] = "activation"
    activation: Activations = setting("relu", "Function", ACTIVATION_HELP)

    def summary(self) -> str:
        return self.activation
