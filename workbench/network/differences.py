"""Two networks side by side: which layer answers to which, and what each pair differs by.

Pure: works on what `analyze` gives, builds nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.base.text import inside, joined, tr
from workbench.network.analysis import Analysis
from workbench.network.costs import LayerCost
from workbench.spec.base import Spec
from workbench.spec.layers import Layer, Operation, written

Array = npt.NDArray[Any]

GAP, CHANGE, NEVER = 1, 1, 1_000_000
"""What it takes to add or remove a layer, to change one's settings, and its kind."""


class ChangeMark(Enum):
    """What became of a layer; the value is its sign in a listing."""

    SAME = " "
    CHANGED = "~"
    ADDED = "+"
    REMOVED = "-"


@dataclass(frozen=True)
class LayerPair:
    """A pair of layers that answer to each other, or one that the other network lacks.

    Attributes:
        left: In the first network.
        right: In the second one.
    """

    left: LayerCost | None
    right: LayerCost | None

    @property
    def parameters(self) -> int:
        """How many weights more the right one holds."""
        return _of(self.right, "parameters") - _of(self.left, "parameters")

    @property
    def macs(self) -> int:
        """How many multiply-accumulate operations more the right one does."""
        return _of(self.right, "macs") - _of(self.left, "macs")

    @property
    def mark(self) -> ChangeMark:
        """What became of the layer; it is the same with the same settings, whatever reaches it."""
        if self.left is None:
            return ChangeMark.ADDED
        if self.right is None:
            return ChangeMark.REMOVED
        return ChangeMark.SAME if self.left.layer == self.right.layer else ChangeMark.CHANGED

    @property
    def layer(self) -> Layer | Operation:
        """The right one, or the left one where it was removed."""
        cost = self.right or self.left
        assert cost is not None
        return cost.layer

    @property
    def changes(self) -> list[str]:
        """The settings in which the pair differs, in words: `filters 64 → 32`."""
        if self.left is None or self.right is None or self.mark is ChangeMark.SAME:
            return []
        left, right = self.left.layer, self.right.layer
        return _changes(left, right) if isinstance(left, Spec) and isinstance(right, Spec) else []

    @property
    def output(self) -> str:
        """The shape that leaves it, before and after where they differ."""
        shapes = [written(cost.output_shape) for cost in (self.left, self.right) if cost]
        return " → ".join(dict.fromkeys(shapes))


@dataclass(frozen=True)
class StructureDiff:
    """Two networks aligned.

    Attributes:
        left, right: The networks.
        rows: In order; every layer of both is in exactly one row.
    """

    left: Analysis
    right: Analysis
    rows: tuple[LayerPair, ...]

    @property
    def parameters(self) -> int:
        """How many weights more the right network holds."""
        return self.right.parameters - self.left.parameters

    @property
    def macs(self) -> int:
        """How many multiply-accumulate operations more the right network does."""
        return self.right.macs - self.left.macs

    @property
    def activation_bytes(self) -> int:
        """How much more memory the right network's outputs take, for one image."""
        return self.right.activation_bytes - self.left.activation_bytes


def compare(left: Analysis, right: Analysis) -> StructureDiff:
    """Aligns two networks with the fewest layers added, removed or changed."""
    return StructureDiff(left, right, tuple(_aligned(left.layers, right.layers)))


def _aligned(left: Sequence[LayerCost], right: Sequence[LayerCost]) -> list[LayerPair]:
    """Rows along a cheapest way from the first layers to the last ones, found from its end."""
    prices = _pair_prices(left, right)
    costs = _way_costs(prices)
    rows: list[LayerPair] = []
    i, j = len(left), len(right)
    while i or j:
        if i and j and costs[i, j] == costs[i - 1, j - 1] + prices[i - 1, j - 1]:
            i, j = i - 1, j - 1
            rows.append(LayerPair(left[i], right[j]))
        elif j and costs[i, j] == costs[i, j - 1] + GAP:
            j -= 1
            rows.append(LayerPair(None, right[j]))
        else:
            i -= 1
            rows.append(LayerPair(left[i], None))
    return rows[::-1]


def _pair_prices(left: Sequence[LayerCost], right: Sequence[LayerCost]) -> Array:
    """What it takes to make each left layer the right one, shape (left, right)."""
    layers = [[cost.layer for cost in costs] for costs in (left, right)]
    settings = _differences(*layers)
    kinds = _differences(*(map(type, side) for side in layers))
    return np.where(kinds, NEVER, np.where(settings, CHANGE, 0))


def _differences(left: Iterable[Hashable], right: Iterable[Hashable]) -> Array:
    """Where they differ, shape (left, right); each is looked up once, as comparing takes long."""
    numbers: dict[Hashable, int] = {}
    sides = ([numbers.setdefault(key, len(numbers)) for key in keys] for keys in (left, right))
    return np.not_equal.outer(*(np.array(side, np.int64) for side in sides))


def _way_costs(prices: Array) -> Array:
    """Least cost to align the first i left layers with the first j right ones, at [i, j].

    A row at a time: a layer added after another is a running minimum.
    """
    height, width = prices.shape
    gaps = np.arange(width + 1) * GAP
    costs = np.empty((height + 1, width + 1), np.int64)
    costs[0] = gaps
    for i in range(height):
        row = costs[i] + GAP
        row[1:] = np.minimum(row[1:], costs[i, :-1] + prices[i])
        costs[i + 1] = np.minimum.accumulate(row - gaps) + gaps
    return costs


def _changes(left: Spec, right: Spec) -> list[str]:
    found = []
    for name, field in type(left).model_fields.items():
        before, after = getattr(left, name), getattr(right, name)
        if before != after:
            found += _change(inside(field.title or name), before, after)
    return found


def _change(title: str, before: object, after: object) -> list[str]:
    """One setting's change; where it is layers of the same kinds, what changed in each of them."""
    left, right = _layers(before), _layers(after)
    if left and list(map(type, left)) == list(map(type, right)):
        pairs = zip(left, right, strict=True)
        return [joined(": ", [a.label, words]) for a, b in pairs for words in _changes(a, b)]
    return [tr("{title} {before} → {after}", title=title, before=_word(before), after=_word(after))]


def _layers(value: object) -> list[Layer]:
    return [item for item in value if isinstance(item, Layer)] if isinstance(value, tuple) else []


def _word(value: object) -> str:
    """A setting's value as the form shows it."""
    if value is None or isinstance(value, bool):
        return tr("on") if value else tr("off")
    if isinstance(value, tuple):
        return joined(", ", (layer.label for layer in _layers(value))) or written(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _of(cost: LayerCost | None, name: str) -> int:
    return getattr(cost, name) if cost is not None else 0
