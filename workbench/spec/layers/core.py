"""Dense layers, and what goes with them."""

from __future__ import annotations

from math import prod
from typing import ClassVar, Literal

from workbench.base.text import tr
from workbench.spec.base import setting
from workbench.spec.layers.base import (
    ACTIVATION_HELP,
    INITIALIZER_HELP,
    KERNEL_REGULARIZER,
    WHOLE_IMAGE,
    Activations,
    Initializers,
    Kernels,
    Layer,
    OwnRegularizer,
    Parameters,
    Reaches,
    SameShape,
    Shape,
)
from workbench.spec.layers.sharing import HASH_COMPRESSION, HashedKernel


class Flatten(Layer):
    """Lays all values of an image in one row, for dense layers."""

    label = tr("Flatten")
    keras_class = "keras.layers.Flatten"

    kind: Literal["flatten"] = "flatten"

    def output_shape(self, shape: Shape) -> Shape:
        return (prod(shape),)

    def reach(self, shape: Shape) -> Reaches:
        return WHOLE_IMAGE


class Dense(HashedKernel):
    """Joins every input with every output: strong, and where most weights usually are."""

    label = tr("Dense")
    keras_class = "keras.layers.Dense"
    kernels: ClassVar[Kernels] = {"kernel": (0,)}
    offsets = ("bias",)
    widths = ("units",)

    kind: Literal["dense"] = "dense"
    units: int = setting(
        64, "Units", "Number of outputs; the last layer needs one a class.", ge=1, le=1_000_000
    )
    activation: Activations = setting("relu", "Activation", ACTIVATION_HELP)
    use_bias: bool = setting(True, "Bias", "Add a trained offset to each output.")
    kernel_initializer: Initializers = setting(
        "glorot_uniform", "Kernel initializer", INITIALIZER_HELP
    )
    hash_compression: int = HASH_COMPRESSION
    kernel_regularizer: OwnRegularizer = KERNEL_REGULARIZER

    def output_shape(self, shape: Shape) -> Shape:
        return (*shape[:-1], self.units)

    def kernel(self, shape: Shape) -> int:
        return shape[-1] * self.units

    def parameters(self, shape: Shape) -> Parameters:
        return Parameters(self.kernel_weights(shape) + self.units * self.use_bias)

    def macs(self, shape: Shape) -> int:
        return prod(shape) * self.units

    def summary(self) -> str:
        return f"{self.units} · {self.activation}"


class Activation(SameShape):
    """A non-linearity of its own, where it doesn't belong to the layer before."""

    label = tr("Activation")
    keras_class = "keras.layers.Activation"

    kind: Literal["activation"] = "activation"
    activation: Activations = setting("relu", "Function", ACTIVATION_HELP)

    def summary(self) -> str:
        return self.activation
