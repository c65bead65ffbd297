"""The rows of the table of layers as plain values: which came, which went, what is said of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from workbench.spec.base import Problem
from workbench.spec.layers import Layer

_ROW = re.compile(r"structure\.layers\[(\d+)\]")


class LayerRow(NamedTuple):
    """What is seen of a layer, to find what changed."""

    texts: tuple[str, ...]
    is_on: bool
    message: str


def difference(before: Sequence[Layer], after: Sequence[Layer]) -> tuple[range, range, bool]:
    """Rows that came and that went, and whether nothing else changed; else they are the last."""
    shorter, grown = min(len(before), len(after)), len(after) - len(before)
    pairs = zip(before, after, strict=False)
    same = next((row for row, (a, b) in enumerate(pairs) if a != b), shorter)
    is_pure = before[same + max(-grown, 0) :] == after[same + max(grown, 0) :]
    first = same if is_pure else shorter
    return range(first, first + grown), range(first, first - grown), is_pure


def row_at(path: str) -> int | None:
    """The layer that a path of the TOML leads into; None where it is no layer's."""
    layer = _ROW.match(path)
    return int(layer[1]) if layer is not None else None


def by_row(problems: Iterable[Problem]) -> dict[int, str]:
    """The first sentence about each layer."""
    found: dict[int, str] = {}
    for problem in problems:
        row = row_at(problem.path)
        if row is not None:
            found.setdefault(row, problem.message)
    return found
