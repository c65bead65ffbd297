"""The columns of the table of layers: what each figure of a layer is called and how it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from workbench.base import units
from workbench.base.text import tr
from workbench.network.costs import LayerCost
from workbench.spec.layers import Layer, Operation, written

SUMMARY_GAP = "   "

LAYER, INPUT, OUTPUT, PARAMETERS, TRAINABLE, MACS, MEMORY, FIELD, SHARE, COST = range(10)


class Measure(NamedTuple):
    """What the bars compare.

    Attributes:
        field: Of the costs.
        title: Heads a column.
        words: Within a sentence.
    """

    field: str
    title: str
    words: str


@dataclass(frozen=True)
class LayerColumn:
    """One figure of a layer.

    Attributes:
        title: Of the header; empty where the measure says it.
        help: Why to look at it.
        text: From a cost, what is measured, and its share of the total.
        has_bar: Whether its share is drawn as a bar.
    """

    title: str
    help: str
    text: Callable[[LayerCost, Measure, float], str]
    has_bar: bool = False


def measures() -> tuple[Measure, Measure]:
    """What the bars can compare."""
    return (
        Measure("parameters", tr("Parameters"), tr("parameters")),
        Measure("macs", tr("MACs"), tr("MACs")),
    )


def columns() -> tuple[LayerColumn, ...]:
    """All of them, in the order of the constants above."""
    switch = tr("Click to see parameters or MACs; the bar is the share of the total")
    return (
        LayerColumn(tr("Layer"), tr("The network from the image to the class"),
               lambda cost, measure, share: named(cost.layer)),
        LayerColumn(tr("Input"), tr("Shape that reaches the layer"),
               lambda cost, measure, share: written(cost.input_shape)),
        LayerColumn(tr("Output"), tr("Shape that leaves the layer"),
               lambda cost, measure, share: written(cost.output_shape)),
        LayerColumn(tr("Parameters"), tr("Its weights; shared ones count where they come first"),
               lambda cost, measure, share: units.count(cost.parameters)),
        LayerColumn(tr("Trainable"), tr("The weights that gradients train"),
               lambda cost, measure, share: units.count(cost.trainable)),
        LayerColumn(tr("MACs"), tr("Multiply-accumulate operations for one image"),
               lambda cost, measure, share: units.count(cost.macs)),
        LayerColumn(tr("Memory"), tr("Of its outputs for one image in float32"),
               lambda cost, measure, share: units.size(cost.activation_bytes)),
        LayerColumn(tr("Sees"), tr("Pixels of the image that one of its outputs sees"),
               lambda cost, measure, share: written(cost.receptive_field)),
        LayerColumn("", switch, lambda cost, measure, share: units.percent(share, 1), has_bar=True),
        LayerColumn("", switch,
               lambda cost, measure, share: units.count(getattr(cost, measure.field)),
               has_bar=True),
    )  # fmt: skip


def named(layer: Layer | Operation) -> str:
    """Its kind, and its settings in a few characters."""
    if isinstance(layer, Layer) and not layer.enabled:
        detail = tr("switched off")
    else:
        detail = layer.summary()
    return f"{layer.label}{SUMMARY_GAP}{detail}" if detail else layer.label
