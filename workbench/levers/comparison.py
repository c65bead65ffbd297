"""Two experiments side by side, each on its own input: totals, and layers aligned.

The window draws it, the command line prints it; nothing is read, built or drawn here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workbench.base.text import joined, tr
from workbench.base.units import big, count, size
from workbench.experiment import Experiment
from workbench.network.analysis import Analysis, analyze
from workbench.network.differences import ChangeMark, LayerPair, StructureDiff, compare
from workbench.spec.base import Problem
from workbench.spec.layers import Shape

HEADS = ("", tr("Layer"), tr("What differs"), tr("Output"), tr("Parameters"), tr("MACs"))


@dataclass(frozen=True)
class Side:
    """An experiment on an input.

    Attributes:
        experiment: What is compared.
        image_shape: (height, width, channels) of its images.
    """

    experiment: Experiment
    image_shape: Shape

    @property
    def analysis(self) -> Analysis:
        """What its network costs."""
        return analyze(self.experiment.structure.layers, self.image_shape)

    @property
    def training_bytes(self) -> int:
        """Memory that training it takes, about."""
        slots = self.experiment.optimizer.slots()
        return self.analysis.training_bytes(self.experiment.training.batch_size, slots)


@dataclass(frozen=True)
class Total:
    """One figure of both; fewer is better.

    Attributes:
        name: `parameters`, `macs`, ...
        left, right: Of each side.
        amount: How it is written.
    """

    name: str
    left: int
    right: int
    amount: Callable[[float], str]


@dataclass(frozen=True)
class Comparison:
    """Two experiments.

    Attributes:
        left: What there was, or what is compared with.
        right: What there is, or would be.
    """

    left: Side
    right: Side

    @cached_property
    def diff(self) -> StructureDiff:
        """The layers, aligned."""
        return compare(self.left.analysis, self.right.analysis)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why a side can't be compared: its first layer that doesn't fit."""
        return self.left.analysis.problems or self.right.analysis.problems

    @property
    def totals(self) -> tuple[Total, ...]:
        """What the whole networks cost."""
        left, right = self.left.analysis, self.right.analysis
        return (
            Total("parameters", left.parameters, right.parameters, count),
            Total("macs", left.macs, right.macs, big),
            Total("weight_bytes", left.weight_bytes, right.weight_bytes, size),
            Total("training_bytes", self.left.training_bytes, self.right.training_bytes, size),
        )

    def tsv(self) -> str:
        """The layers as a table that a spreadsheet reads: tabs, plain numbers, totals last."""
        lines = [HEADS, *(_cells(row) for row in self.diff.rows)]
        lines.append(("", tr("total"), "", "", str(self.diff.parameters), str(self.diff.macs)))
        return "".join("\t".join(line) + "\n" for line in lines)

    def as_json(self) -> dict[str, Any]:
        """Totals and rows as plain values."""
        return {
            "totals": {
                t.name: {"left": t.left, "right": t.right, "difference": t.right - t.left}
                for t in self.totals
            },
            "rows": [_plain(row) for row in self.diff.rows],
        }


def what_differs(row: LayerPair) -> str:
    """A row's difference in words, so that color isn't needed to tell it; "" for no difference."""
    return {ChangeMark.ADDED: tr("added"), ChangeMark.REMOVED: tr("removed")}.get(
        row.mark, joined(", ", row.changes)
    )


def _cells(row: LayerPair) -> tuple[str, ...]:
    name = f"{row.layer.label} {row.layer.summary()}".rstrip()
    return (
        row.mark.value.strip(),
        name,
        what_differs(row),
        row.output,
        str(row.parameters),
        str(row.macs),
    )


def _plain(row: LayerPair) -> dict[str, Any]:
    return {
        "mark": row.mark.name.lower(),
        "left": row.left.index if row.left else None,
        "right": row.right.index if row.right else None,
        "layer": row.layer.label,
        "changes": row.changes,
        "parameters": row.parameters,
        "macs": row.macs,
    }
