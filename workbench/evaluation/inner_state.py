"""What a trained network looks like inside: its weights, gradients and units, and faults in them.

Pure values and functions; the training process fills them from a run's checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.base.text import joined, tr
from workbench.base.units import percent
from workbench.evaluation.diagnosis import Finding
from workbench.experiment import Experiment
from workbench.levers import remedies

DEAD = 0.5
"""Share of a layer's ReLU units that answer to no image of a batch, from which on it is a fault; in
the reference CNN, which is healthy, up to a third do."""

VANISHING = 1e-3
"""The first layer's gradient, per weight, is below this share of the last one's. Through sigmoids
it shrinks by four or more at each layer; in the presets it stays above a hundredth."""

BINS = 41
"""Bars of a histogram of weights; odd, so that one stands at zero where they are symmetric."""


@dataclass(frozen=True)
class LayerInside:
    """One layer with weights.

    Attributes:
        name: Number and kind, as the form counts layers: "3 Conv2D".
        weights: How many.
        low, high: The least and the greatest of them.
        spread: Their standard deviation.
        counts: How many lie in each of `BINS` equal steps from low to high.
        gradient: Root mean square of the loss's gradient with regard to them, on one batch.
        dead: Share of its ReLU units that are 0 for all images of the batch; None without ReLU.
    """

    name: str
    weights: int
    low: float
    high: float
    spread: float
    counts: tuple[int, ...]
    gradient: float
    dead: float | None = None


@dataclass(frozen=True)
class InnerState:
    """A network looked into.

    Attributes:
        layers: Each layer with weights, in order.
    """

    layers: tuple[LayerInside, ...]


def faults(experiment: Experiment, layers: Sequence[LayerInside]) -> list[Finding]:
    """The faults that show inside a network; empty where it is sound."""
    found = []
    dead = [layer for layer in layers if layer.dead is not None and layer.dead >= DEAD]
    if dead:
        which = joined(
            ", ",
            (
                tr("{share} in {layer}", share=percent(layer.dead, 0), layer=layer.name)
                for layer in dead
            ),
        )
        evidence = tr("ReLU units that answer to no image of a batch: {which}", which=which)
        tries = remedies.against_dead_units(experiment)
        found.append(Finding("dead_units", tr("Dead units"), evidence, tries))
    if len(layers) > 1 and layers[0].gradient < VANISHING * layers[-1].gradient:
        first, last = layers[0], layers[-1]
        evidence = tr(
            "the gradient of {first} is {gradient} a weight, that of {last} {other}",
            first=first.name,
            gradient=f"{first.gradient:.2g}",
            last=last.name,
            other=f"{last.gradient:.2g}",
        )
        tries = remedies.against_vanishing_gradients(experiment)
        found.append(Finding("vanishing_gradients", tr("Vanishing gradients"), evidence, tries))
    return found
