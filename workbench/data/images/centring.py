"""A drawn digit in the place and size that the makers of a data set gave theirs.

A network that saw centred digits alone takes one that was drawn small in a corner for anything.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.data.images.fitting import Size, fitted
from workbench.spec.data import MNIST

Pixels = npt.NDArray[np.uint8]


def centred(drawing: Pixels, size: Size, share: float = MNIST.digit_share) -> Pixels:
    """What is drawn, fitted into a box in the middle of an image, as MNIST's digits are.

    Of those LeCun, Cortes and Burges say (http://yann.lecun.com/exdb/mnist/): "The original black
    and white (bilevel) images from NIST were size normalized to fit in a 20x20 pixel box while
    preserving their aspect ratio. [...] the images were centered in a 28x28 image by computing the
    center of mass of the pixels, and translating the image so as to position this point at the
    center of the 28x28 field."

    Args:
        drawing: (height, width), white on black.
        size: Of the image.
        share: Of the image's shorter side that the box has: 20 of 28 in MNIST.

    Returns:
        The image; it is black where nothing is drawn. Nothing is moved out of it.
    """
    image = np.zeros(size, np.uint8)
    rows, columns = np.flatnonzero(drawing.any(axis=1)), np.flatnonzero(drawing.any(axis=0))
    if not len(rows):
        return image
    digit = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = share * min(size) / max(digit.shape)
    height, width = (max(1, round(scale * side)) for side in digit.shape)
    small = fitted(digit[..., np.newaxis], (height, width), 1)[..., 0]
    top, left = (
        _begin(small.sum(axis=1 - axis, dtype=np.float64), size[axis]) for axis in range(2)
    )
    image[top : top + height, left : left + width] = small
    return image


def _begin(mass: npt.NDArray[np.float64], side: int) -> int:
    """Where along a side the digit begins, so that its centre of mass is in the middle."""
    centre = float(mass @ (np.arange(len(mass)) + 0.5) / mass.sum()) if mass.any() else 0.0
    return min(max(0, round(side / 2 - centre)), side - len(mass))
