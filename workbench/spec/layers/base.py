"""What all layers share: shapes, errors, cost, and what a pixel behind a layer sees.

Shapes are tuples without the batch: (height, width, channels) or (features,). Multiply-accumulate
operations count convolutions and dense layers; normalization (folded into the layer before it at
inference), activations, pooling and merging count as none, as is usual in the literature.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field

from workbench.base.text import tr
from workbench.spec.base import AsPair, Choice, setting
from workbench.spec.layers.reach import Reach
from workbench.spec.regularizers import Regularizer

Shape = tuple[int, ...]
Activations = Literal[
    "linear",
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "tanh",
    "sigmoid",
    "hard_sigmoid",
    "hard_silu",
    "softplus",
    "softsign",
    "softmax",
]
Initializers = Literal[
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "random_uniform",
    "random_normal",
    "truncated_normal",
]
Padding = Literal["valid", "same"]
Length = Annotated[int, Field(ge=1, le=1024)]
Lengths = Annotated[tuple[Length, Length], AsPair]
Kernels = dict[str, tuple[int, ...]]
Reaches = tuple[Reach, Reach]
"""Along the height and the width."""
OwnRegularizer = Regularizer | None
"""A layer's own penalty; None leaves it to the experiment's."""

ACTIVATION_HELP = tr("Non-linearity applied to the output; relu is the usual one inside a network.")
INITIALIZER_HELP = tr("How weights start; he_* suit relu, glorot_* suit tanh and softmax.")
PADDING_HELP = tr("'same' keeps height and width (before strides), 'valid' uses no border.")
BIAS_HELP = tr("Add a trained offset to each channel; needless before BatchNormalization.")
KERNEL_REGULARIZER = setting(
    None,
    "Regularization",
    "This layer's own penalty on its kernels, in place of the experiment's.",
    advanced=True,
    absent="As the experiment",
)
DILATION_HELP = tr(
    "Gap between the filter's taps: 2 lets 3x3 weights see 5x5 pixels at no more cost."
)


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


ONE_PIXEL = (Reach(), Reach())
WHOLE_IMAGE = (Reach(whole=True), Reach(whole=True))


class Grid(NamedTuple):
    """Rows and columns that are dropped from an image before a layer, or put into it.

    With a 1x1 kernel this does what strides do. oneDNN, with which TensorFlow computes on CPUs,
    writes past the end of its memory in the input gradient of a 1x1 convolution with strides, and
    so in the forward pass of a transposed one: mostly the process dies. On a machine with AVX-512
    that took stride 2, fewer than 16 channels and 48 px (transposed: 28), but this differs between
    machines, and what is built instead is no slower: so no such convolution is ever built.
    `tests/benchmarks/native_crashes.py` finds out which ones die.

    Attributes:
        kept: One row (column) of this many is kept, the first.
        spread: Each row (column) is followed by zeros, to become this many.
    """

    kept: tuple[int, int] = (1, 1)
    spread: tuple[int, int] = (1, 1)

    @property
    def zeros(self) -> tuple[tuple[int, int], ...]:
        """What is padded to an image of shape (batch, height, 1, width, 1, channels)."""
        rows, columns = self.spread
        return (0, 0), (0, 0), (0, rows - 1), (0, 0), (0, columns - 1), (0, 0)


AS_IT_IS = Grid()


class Layer(Choice):
    """One layer, with the arithmetic of its shape and cost.

    Attributes:
        takes_image: Whether it needs (height, width, channels).
        kernels: Its kernels as Keras calls them, each with the axes of its tensor along which the
            weights into one unit or filter lie.
        offsets: Its other trained weights as Keras calls them.
        widths: Settings that say how many channels or features it makes.
    """

    takes_image: ClassVar[bool] = False
    widths: ClassVar[tuple[str, ...]] = ()
    kernels: ClassVar[Kernels] = {}
    offsets: ClassVar[tuple[str, ...]] = ()
    own_settings: ClassVar[frozenset[str]] = frozenset({"enabled", "kernel_regularizer"})

    kind: str
    enabled: bool = setting(
        True, "Enabled", "Switched off, the layer is left out of the network but kept in the list."
    )

    def check(self, shape: Shape) -> None:
        """Raises LayerError where a layer for images gets something else."""
        if self.takes_image and len(shape) != 3:
            raise LayerError(
                "",
                tr(
                    "needs an image (height, width, channels), got {shape}; "
                    "move it before Flatten or global pooling",
                    shape=written(shape),
                ),
            )

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
        """Multiply-accumulate operations for one image."""
        return 0

    def reach(self, shape: Shape) -> Reaches:
        """What one of its outputs sees of its input when `shape` reaches it."""
        return ONE_PIXEL

    def grid(self) -> Grid:
        """What is done to its input before the Keras layer is called."""
        return AS_IT_IS

    def width_paths(self) -> tuple[str, ...]:
        """Paths of the settings that say how many channels it makes: those of layers inside too."""
        return self.widths

    def summary(self) -> str:
        """Its settings in a few characters, for a list of layers."""
        return ""


class SameShape(Layer):
    """What the layers that leave the shape alone share."""

    def output_shape(self, shape: Shape) -> Shape:
        return shape


class Operation:
    """A step inside a block that is no layer a person adds: it may take several inputs.

    Attributes:
        label: The words a person sees.
        keras_class: Dotted name of the Keras class.
        kernels, offsets: As of `Layer`; there are none.
    """

    label: ClassVar[str] = ""
    keras_class: ClassVar[str] = ""
    kernels: ClassVar[Kernels] = {}
    offsets: ClassVar[tuple[str, ...]] = ()

    @property
    def implementation(self) -> str:
        """As `Choice.implementation`."""
        return self.keras_class

    def settings(self) -> dict[str, Any]:
        """As `Choice.settings`."""
        return {}

    def grid(self) -> Grid:
        """As `Layer.grid`."""
        return AS_IT_IS

    def merged_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The shape that leaves it.

        Raises:
            LayerError: where the shapes don't go together.
        """
        raise NotImplementedError

    def summary(self) -> str:
        """As `Layer.summary`."""
        return ""


def written(shape: Shape) -> str:
    """28x28x1."""
    return "x".join(map(str, shape))


def window_length(length: int, window: int, stride: int, padding: str) -> int:
    """Output length of a sliding window along one side, as TensorFlow computes it."""
    return -(-length // stride) if padding == "same" else (length - window) // stride + 1


def slide(
    shape: Shape, window: tuple[int, int], strides: tuple[int, int], padding: str, field: str
) -> tuple[int, int]:
    """Height and width after a window has slid over an image.

    Raises:
        LayerError: blaming `field`, where the window is larger than the image.
    """
    if padding == "valid" and (window[0] > shape[0] or window[1] > shape[1]):
        raise LayerError(
            field,
            tr(
                "{window} is larger than the {shape} that reaches it; "
                "use padding 'same' or shrink less before",
                window=written(window),
                shape=written(shape),
            ),
        )
    return (
        window_length(shape[0], window[0], strides[0], padding),
        window_length(shape[1], window[1], strides[1], padding),
    )


def sliding_reach(
    shape: Shape, window: tuple[int, int], strides: tuple[int, int], padding: str
) -> Reaches:
    """What each place of a window sees that slides over an image of `shape`."""
    return (
        Reach.sliding(shape[0], window[0], strides[0], padding),
        Reach.sliding(shape[1], window[1], strides[1], padding),
    )


def refuse_indivisible(field: str, channels: int, groups: int) -> None:
    """Raises LayerError where channels can't be divided into groups, naming both numbers."""
    if channels % groups:
        raise LayerError(
            field,
            tr(
                "the {channels} channels that reach it can't be divided into {groups} groups; "
                "use a divisor of {channels}",
                channels=f"{channels:,}",
                groups=f"{groups:,}",
            ),
        )
