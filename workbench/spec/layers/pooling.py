"""Layers without weights that change the size of an image."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from workbench.base.text import tr
from workbench.spec.base import AsPair, setting
from workbench.spec.layers.base import (
    PADDING_HELP,
    WHOLE_IMAGE,
    Layer,
    Lengths,
    Padding,
    Reaches,
    Shape,
    slide,
    sliding_reach,
    written,
)
from workbench.spec.layers.reach import Reach

Border = Annotated[int, Field(ge=0, le=1024)]
Factor = Annotated[int, Field(ge=1, le=64)]


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
        return (*slide(shape, self.pool_size, strides, self.padding, "pool_size"), shape[2])

    def reach(self, shape: Shape) -> Reaches:
        strides = self.strides or self.pool_size
        return sliding_reach(shape, self.pool_size, strides, self.padding)

    def summary(self) -> str:
        return written(self.pool_size)


class MaxPooling2D(Pooling2D):
    """Keeps the largest value of each window: a smaller image, no weights."""

    label = tr("MaxPooling2D")
    keras_class = "keras.layers.MaxPooling2D"

    kind: Literal["max_pooling2d"] = "max_pooling2d"


class AveragePooling2D(Pooling2D):
    """Keeps the mean of each window: a smaller image, no weights."""

    label = tr("AveragePooling2D")
    keras_class = "keras.layers.AveragePooling2D"

    kind: Literal["average_pooling2d"] = "average_pooling2d"


class GlobalPooling2D(Layer):
    """What the layers share that keep one number a channel."""

    takes_image = True

    keepdims: bool = setting(
        False, "Keep dimensions", "Give 1x1xchannels, an image of one pixel, instead of a row."
    )

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return (1, 1, shape[2]) if self.keepdims else (shape[2],)

    def reach(self, shape: Shape) -> Reaches:
        return WHOLE_IMAGE


class GlobalMaxPooling2D(GlobalPooling2D):
    """One number a channel, its largest: whether a feature is anywhere in the image."""

    label = tr("GlobalMaxPooling2D")
    keras_class = "keras.layers.GlobalMaxPooling2D"

    kind: Literal["global_max_pooling2d"] = "global_max_pooling2d"


class GlobalAveragePooling2D(GlobalPooling2D):
    """One number a channel, its mean; in place of Flatten it saves most dense weights."""

    label = tr("GlobalAveragePooling2D")
    keras_class = "keras.layers.GlobalAveragePooling2D"

    kind: Literal["global_average_pooling2d"] = "global_average_pooling2d"


class ZeroPadding2D(Layer):
    """Adds a border of zeros around the image."""

    label = tr("ZeroPadding2D")
    keras_class = "keras.layers.ZeroPadding2D"
    takes_image = True

    kind: Literal["zero_padding2d"] = "zero_padding2d"
    padding: Annotated[tuple[Border, Border], AsPair] = setting(
        (1, 1), "Border", "Rows above and below, and columns left and right.", unit="px"
    )

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return shape[0] + 2 * self.padding[0], shape[1] + 2 * self.padding[1], shape[2]

    def reach(self, shape: Shape) -> Reaches:
        rows, columns = self.padding
        return Reach(before=rows, behind=-rows), Reach(before=columns, behind=-columns)

    def summary(self) -> str:
        return written(self.padding)


class UpSampling2D(Layer):
    """Enlarges the image by repeating or interpolating pixels, without weights."""

    label = tr("UpSampling2D")
    keras_class = "keras.layers.UpSampling2D"
    takes_image = True

    kind: Literal["up_sampling2d"] = "up_sampling2d"
    size: Annotated[tuple[Factor, Factor], AsPair] = setting(
        (2, 2), "Factor", "How many times larger height and width become."
    )
    interpolation: Literal["nearest", "bilinear"] = setting(
        "nearest", "Interpolation", "'nearest' repeats pixels, 'bilinear' blends neighbours."
    )

    def output_shape(self, shape: Shape) -> Shape:
        self.check(shape)
        return shape[0] * self.size[0], shape[1] * self.size[1], shape[2]

    def reach(self, shape: Shape) -> Reaches:
        rows, columns = self.size
        if self.interpolation == "bilinear":
            return Reach.between(rows), Reach.between(columns)
        return Reach.transposed(rows, rows, "valid"), Reach.transposed(columns, columns, "valid")

    def summary(self) -> str:
        return written(self.size)
