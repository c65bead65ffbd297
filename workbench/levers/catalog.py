"""The levers there are, by name: the window and benchmarks list them."""

from __future__ import annotations

from workbench.levers.convolutions import (
    DepthwiseHead,
    LargerFirstKernel,
    Normalize,
    StridedStem,
)
from workbench.levers.lever import Lever
from workbench.levers.structure import (
    GlobalPooling,
    ReduceDepth,
    Resolution,
    Separable,
    ShareBlocks,
    WidthMultiplier,
)

LEVER = "lever."
"""The beginning of the path under which a search varies a lever: `lever.width_multiplier`."""

LEVERS: dict[str, type[Lever]] = {
    "reduce_depth": ReduceDepth,
    "global_pooling": GlobalPooling,
    "depthwise_head": DepthwiseHead,
    "separable": Separable,
    "width_multiplier": WidthMultiplier,
    "share_blocks": ShareBlocks,
    "resolution": Resolution,
    "strided_stem": StridedStem,
    "larger_first_kernel": LargerFirstKernel,
    "batch_normalization": Normalize,
}
