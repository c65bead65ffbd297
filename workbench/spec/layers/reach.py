"""What of the image the values behind a layer see, along one side of it, to the pixel.

Where an image is enlarged, some values see more than their neighbours: so what is seen is kept for
every value of a period, after which the pattern repeats.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd, inf, lcm
from typing import NamedTuple, Self

MOST_PERIOD = 512
"""Of an image that is enlarged more often than this the largest value stands for all."""


class Reach(NamedTuple):
    """Which of its inputs an output of a layer sees, along one side.

    Output number i sees the inputs from ceil((i * step - before) / enlarged) to
    floor((i * step + behind) / enlarged); none where that is an empty range.

    Attributes:
        whole: Whether it sees the whole image whatever the rest says.
    """

    step: int = 1
    before: int = 0
    behind: int = 0
    enlarged: int = 1
    whole: bool = False

    @classmethod
    def sliding(cls, length: int, window: int, stride: int, padding: str) -> Self:
        """The number of positions of a sliding window along one side, as TensorFlow places it."""
        before = 0
        if padding == "same":
            outputs = -(-length // stride)
            before = max((outputs - 1) * stride + window - length, 0) // 2
        return cls(stride, before, window - 1 - before)

    @classmethod
    def transposed(cls, window: int, stride: int, padding: str) -> Self:
        """Of a window that slides over the outputs instead."""
        before = max(window - stride, 0) // 2 if padding == "same" else 0
        return cls(1, window - 1 - before, before, stride)

    @classmethod
    def between(cls, factor: int) -> Self:
        """Of bilinear enlargement: the two inputs between whose centers the output's lies."""
        return cls(2, 3 * factor - 2, factor, 2 * factor)

    def inputs(self, output: int) -> range:
        """Numbers of the inputs that an output sees; below 0 and above the last in the border."""
        first = -((self.before - output * self.step) // self.enlarged)
        return range(first, (output * self.step + self.behind) // self.enlarged + 1)


@dataclass(frozen=True)
class SeenAlong:
    """What of the image the values along one side see.

    Attributes:
        first, last: Pixels, for each value of a period; inf and -inf where it sees none.
        pixels: From a value to the one a period later.
        is_whole: Whether all values see the same, the whole image.
    """

    first: tuple[float, ...] = (0,)
    last: tuple[float, ...] = (0,)
    pixels: int = 1
    is_whole: bool = False

    @property
    def size(self) -> int:
        """Pixels that the value sees that sees most."""
        spans = [b - a + 1 for a, b in zip(self.first, self.last, strict=True) if b >= a]
        return int(max(spans, default=0))

    def behind(self, reach: Reach, image: int) -> SeenAlong:
        """What the values behind a layer see.

        Args:
            reach: Of the layer.
            image: Pixels along this side.
        """
        if reach.whole or self.is_whole:
            return _whole(max(image, self.size))
        inputs = reach.enlarged * len(self.first)
        period = inputs // gcd(reach.step, inputs)
        if period > MOST_PERIOD:
            return SeenAlong((0,), (self.size + self.pixels - 1,), self.pixels)
        bounds = [self._bounds(reach.inputs(output)) for output in range(period)]
        first, last = zip(*bounds, strict=True)
        return SeenAlong(first, last, self.pixels * period * reach.step // inputs)

    def together(self, other: SeenAlong) -> SeenAlong:
        """What values see that are made of both."""
        size = max(self.size, other.size)
        if self.is_whole or other.is_whole:
            return _whole(size)
        mine, theirs = len(self.first), len(other.first)
        if self.pixels * theirs != other.pixels * mine:  # they don't lie on one another
            return SeenAlong((0,), (size - 1,), max(1, self.pixels // mine))
        period = lcm(mine, theirs)
        both = [
            (self._bounds(range(i, i + 1)), other._bounds(range(i, i + 1))) for i in range(period)
        ]
        return SeenAlong(
            tuple(min(one[0], two[0]) for one, two in both),
            tuple(max(one[1], two[1]) for one, two in both),
            self.pixels * period // mine,
        )

    def _bounds(self, values: range) -> tuple[float, float]:
        """First and last pixel that any of these values sees."""
        if not values:
            return inf, -inf
        period = len(self.first)
        # Those at the ends see furthest, unless they see nothing; no period is all of these.
        some = period if inf in self.first else 1
        ends = {*values[:some], *values[-some:]}
        at = [(number % period, number // period * self.pixels) for number in ends]
        first = min((self.first[place] + shift for place, shift in at), default=inf)
        return first, max((self.last[place] + shift for place, shift in at), default=-inf)


def _whole(size: int) -> SeenAlong:
    return SeenAlong((0,), (size - 1,), 0, is_whole=True)
