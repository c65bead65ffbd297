"""Two networks side by side: which layer answers to which, and what each pair differs by.

Pure: works on what `analyze` gives, builds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from workbench.analysis import Analysis
from workbench.costs import LayerCost
from workbench.spec.layers import Layer

Key = Callable[[LayerCost], str]


@dataclass(frozen=True)
class Row:
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
    def is_same(self) -> bool:
        """Whether both are the same layer, whatever reaches it."""
        return (
            self.left is not None
            and self.right is not None
            and _settings(self.left) == _settings(self.right)
        )


@dataclass(frozen=True)
class StructureDiff:
    """Two networks aligned.

    Attributes:
        left, right: The networks.
        rows: In order; every layer of both is in exactly one row.
    """

    left: Analysis
    right: Analysis
    rows: tuple[Row, ...]

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
    """Aligns two networks: first layers with equal settings, between these layers of one kind."""
    rows = tuple(_aligned(left.layers, right.layers, (_settings, _kind)))
    return StructureDiff(left, right, rows)


def _aligned(
    left: Sequence[LayerCost], right: Sequence[LayerCost], keys: Sequence[Key]
) -> Iterator[Row]:
    """Rows of two stretches by the first key; what it leaves unmatched by the next ones."""
    if not keys or not left or not right:
        yield from (Row(cost, None) for cost in left)
        yield from (Row(None, cost) for cost in right)
        return
    key, *finer = keys
    matcher = SequenceMatcher(None, [key(c) for c in left], [key(c) for c in right], autojunk=False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag == "equal":
            yield from map(Row, left[a:a_end], right[b:b_end])
        else:
            yield from _aligned(left[a:a_end], right[b:b_end], finer)


def _settings(cost: LayerCost) -> str:
    layer = cost.layer
    return repr(layer.values()) if isinstance(layer, Layer) else repr(layer)


def _kind(cost: LayerCost) -> str:
    return type(cost.layer).__name__


def _of(cost: LayerCost | None, name: str) -> int:
    return getattr(cost, name) if cost is not None else 0
