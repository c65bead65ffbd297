"""The layers of a network: their settings, and what each one costs.

Fields are named as the arguments of the Keras class. Shapes are tuples without the batch:
(height, width, channels) or (features,).
"""

from workbench.spec.layers.base import (
    Activations,
    Grid,
    Initializers,
    Layer,
    LayerError,
    Length,
    Lengths,
    Operation,
    Padding,
    Parameters,
    SameShape,
    Shape,
    window_length,
    written,
)
from workbench.spec.layers.blocks import (
    Add,
    Concatenate,
    FireModule,
    InceptionBlock,
    InvertedResidualBlock,
    Multiply,
    PadChannels,
    ResidualBlock,
    SqueezeExcitation,
)
from workbench.spec.layers.convolution import (
    Conv2D,
    Conv2DTranspose,
    DepthwiseConv2D,
    SeparableConv2D,
)
from workbench.spec.layers.core import Activation, Dense, Flatten
from workbench.spec.layers.limits import Limit, Limits
from workbench.spec.layers.normalization import (
    BatchNormalization,
    Dropout,
    GroupNormalization,
    LayerNormalization,
    SpatialDropout2D,
)
from workbench.spec.layers.plan import Block, Branches, Chain, Node, Planner, Step, Tied
from workbench.spec.layers.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Pooling2D,
    UpSampling2D,
    ZeroPadding2D,
)
from workbench.spec.layers.reach import Reach
from workbench.spec.layers.repeat import Repeat
from workbench.spec.layers.sharing import HashedKernel, hashed_size

__all__ = [
    "Activation", "Activations", "Add", "AveragePooling2D", "BatchNormalization", "Block",
    "Branches", "Chain", "Concatenate", "Conv2D", "Conv2DTranspose", "Dense", "DepthwiseConv2D",
    "Dropout", "FireModule", "Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D",
    "Grid", "GroupNormalization", "HashedKernel", "InceptionBlock", "Initializers",
    "InvertedResidualBlock", "Layer", "LayerError", "LayerNormalization", "Length", "Lengths",
    "Limit", "Limits",
    "MaxPooling2D", "Multiply", "Node", "Operation", "PadChannels", "Padding", "Parameters",
    "Planner", "Pooling2D", "Reach", "Repeat", "ResidualBlock", "SameShape", "SeparableConv2D",
    "Shape", "SpatialDropout2D", "SqueezeExcitation", "Step", "Tied", "UpSampling2D",
    "ZeroPadding2D", "hashed_size", "window_length", "written",
]  # fmt: skip
