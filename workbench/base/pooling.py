"""Arrays as fewer cells, each the strongest of those it stands for.

For a screen or a file that has fewer pixels than there are cells: a mean would let what is rare
fade away, and leaving cells out would lose it. NumPy only.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)


def strongest(values: npt.NDArray[Number], rows: int, columns: int) -> npt.NDArray[Number]:
    """The greatest value of each group of neighbours.

    Args:
        values: Of shape (..., height, width).
        rows: Height of the result, where it is less.
        columns: Width of the result, where it is less.
    """
    for axis, wanted in ((-2, rows), (-1, columns)):
        there = values.shape[axis]
        if wanted < there:
            starts = np.arange(wanted) * there // wanted
            values = np.maximum.reduceat(values, starts, axis=axis)
    return values
