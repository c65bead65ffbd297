"""Layers that bring values to a common scale, and those that drop some while training."""

from __future__ import annotations

from typing import Literal

from workbench.base.text import plural, tr
from workbench.spec.base import setting
from workbench.spec.layers.base import Parameters, SameShape, Shape, refuse_indivisible

EPSILON_HELP = tr("Added to the variance, so that the division stays finite.")


class BatchNormalization(SameShape):
    """Brings each channel to mean 0 and variance 1 over the batch (Ioffe and Szegedy 2015)."""

    label = tr("BatchNormalization")
    keras_class = "keras.layers.BatchNormalization"
    offsets = ("gamma", "beta")

    kind: Literal["batch_normalization"] = "batch_normalization"
    momentum: float = setting(
        0.99,
        "Momentum",
        "Memory of the moving averages used for validation; lower suits short runs.",
        ge=0.0,
        lt=1.0,
    )
    epsilon: float = setting(0.001, "Epsilon", EPSILON_HELP, gt=0.0, le=1.0)

    def parameters(self, shape: Shape) -> Parameters:
        return Parameters(2 * shape[-1], 2 * shape[-1])


class LayerNormalization(SameShape):
    """Brings each pixel to mean 0 and variance 1 over its channels (Ba et al. 2016).

    Unlike BatchNormalization it works the same for any batch size, training or not.
    """

    label = tr("LayerNormalization")
    keras_class = "keras.layers.LayerNormalization"
    offsets = ("gamma", "beta")

    kind: Literal["layer_normalization"] = "layer_normalization"
    epsilon: float = setting(0.001, "Epsilon", EPSILON_HELP, gt=0.0, le=1.0)

    def parameters(self, shape: Shape) -> Parameters:
        return Parameters(2 * shape[-1])


class GroupNormalization(SameShape):
    """Brings groups of channels of each image to mean 0 and variance 1 (Wu and He 2018)."""

    label = tr("GroupNormalization")
    keras_class = "keras.layers.GroupNormalization"
    offsets = ("gamma", "beta")

    kind: Literal["group_normalization"] = "group_normalization"
    groups: int = setting(
        8, "Groups", "Channels are normalized in so many groups; must divide them.", ge=1, le=65536
    )
    epsilon: float = setting(0.001, "Epsilon", EPSILON_HELP, gt=0.0, le=1.0)

    def output_shape(self, shape: Shape) -> Shape:
        refuse_indivisible("groups", shape[-1], self.groups)
        return shape

    def parameters(self, shape: Shape) -> Parameters:
        return Parameters(2 * shape[-1])

    def summary(self) -> str:
        return plural("{count} group", "{count} groups", self.groups)


class Dropout(SameShape):
    """Switches off a random share of the values while training (Srivastava et al. 2014)."""

    label = tr("Dropout")
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


class SpatialDropout2D(SameShape):
    """Switches off whole channels while training (Tompson et al. 2015).

    Neighbouring pixels are so alike that dropping single ones hides little.
    """

    label = tr("SpatialDropout2D")
    keras_class = "keras.layers.SpatialDropout2D"
    takes_image = True

    kind: Literal["spatial_dropout2d"] = "spatial_dropout2d"
    rate: float = setting(
        0.25, "Rate", "Share of the channels that is switched off.", ge=0.0, lt=1.0
    )

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return shape

    def summary(self) -> str:
        return f"{self.rate:g}"
