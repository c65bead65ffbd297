"""What a search can try: roads, each a ladder of recipes that go ever less far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.compression.channels import CannotNarrow
from workbench.compression.file_steps import Quantize
from workbench.compression.narrowing import Layers, all_widths, scaled_widths, without_hidden
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.search.bound import GOALS, AccuracyBound
from workbench.compression.steps import (
    Cluster,
    CompressionStep,
    Prune,
    PruneStructure,
    QuantizationAware,
    Student,
)
from workbench.network.analysis import analyze
from workbench.spec.layers import Shape

RATIO = 1.19
"""Widths of a student by those of the next smaller one; weights go by 1.4."""

MOST_RUNGS = 40
NARROWEST = 0.04
"""Scale below which no student is tried."""

FIRST_SCALE = 0.21
"""Where students begin: a twentieth of the weights, which is most often within a few tenths."""

MOST_EPOCHS, LEAST_EPOCHS = 30, 2
"""Of a student's training."""

SHARE_OF_ONE = 1 / 6
"""Of the time that a search has, for one student."""

QAT_PART = 4
"""An epoch of quantization-aware fine-tuning for so many of training."""

MACS = (0.06, 0.09, 0.13, 0.2, 0.3, 0.45, 0.65)
RATES = (0.95, 0.9, 0.8, 0.65, 0.5)
FIRST_MACS, FIRST_RATE = 0.2, 0.8
TUNING_EPOCHS, SHARED_VALUES = 4, 16


@dataclass(frozen=True)
class Rung:
    """A recipe of a road.

    Attributes:
        recipe: The steps.
        size: What it leaves that decides, but for what is the same all along the road: bytes of
            weights, or MACs; 0 where it isn't known before.
    """

    recipe: CompressionRecipe
    size: float = 0.0


@dataclass(frozen=True)
class Road:
    """Recipes that differ in how far they go.

    Attributes:
        name: Of the road.
        rungs: The one that goes furthest, and loses most, first.
        first: Index of the one to begin with.
        easier: The road on which the rung of the same index loses less; "" for none.
    """

    name: str
    rungs: tuple[Rung, ...]
    first: int = 0
    easier: str = ""


@dataclass(frozen=True)
class Roads:
    """All roads of a search.

    Attributes:
        plain: What is tried before all others: no training at all.
        students: Narrower networks trained afresh, the best road first.
        others: What is left where no student keeps the bound.
    """

    plain: Road
    students: tuple[Road, ...]
    others: tuple[Road, ...]

    @property
    def all(self) -> tuple[Road, ...]:
        """Every road."""
        return (self.plain, *self.students, *self.others)


def roads_of(
    bound: AccuracyBound, layers: Layers, shape: Shape, epoch_seconds: float | None
) -> Roads:
    """What can be tried on a network.

    Args:
        bound: What is asked.
        layers: The network.
        shape: Of an image.
        epoch_seconds: What an epoch of a student takes, about; None where it isn't known.
    """
    goal, parameters = GOALS[bound.goal], analyze(layers, shape).parameters
    epochs = epochs_of(bound, epoch_seconds)
    bare = bound.goal in ("bytes", "gzip")
    int8, int4 = Quantize(bare=bare), Quantize(mode="int4", bare=bare)
    students: list[Road] = []
    others: list[Road] = []
    seen = without_hidden(layers)
    structures = _structures(seen, shape)
    if structures:
        by_macs = bound.goal == "macs"
        first = _nearest([scale for scale, _, _ in structures], FIRST_SCALE)
        narrower = [
            (
                Student(scale=scale, epochs=epochs, hidden=seen == layers),
                macs if by_macs else weights,
            )
            for scale, weights, macs in structures
        ]
        easy = tuple(Rung(_recipe(step, int8), size) for step, size in narrower)
        students.append(Road("student int8", easy, first))
        if goal.takes_int4:
            qat = QuantizationAware(epochs=max(1, epochs // QAT_PART))
            hard = tuple(Rung(_recipe(step, qat, int4), size / 2) for step, size in narrower)
            students.insert(0, Road("student int4", hard, first, easier="student int8"))
        tuning = max(2, min(TUNING_EPOCHS, epochs))
        removed = tuple(
            Rung(_recipe(PruneStructure(macs=share, epochs=tuning), int8)) for share in MACS
        )
        others.append(Road("structured", removed, MACS.index(FIRST_MACS)))
    if goal.quantity == "gzip_bytes":
        shared = Cluster(clusters=SHARED_VALUES)
        pruned = tuple(Rung(_recipe(Prune(rate=rate), shared, int8)) for rate in RATES)
        others.append(Road("pruned", pruned, RATES.index(FIRST_RATE)))
    if goal.takes_int4:
        recipe = _recipe(QuantizationAware(), int4)
        others.append(Road("int4", (Rung(recipe, parameters / 2),)))
    return Roads(Road("plain", (Rung(_recipe(int8), 0.0),)), tuple(students), tuple(others))


def epochs_of(bound: AccuracyBound, epoch_seconds: float | None) -> int:
    """Epochs of a student's training, so that several fit into the time there is."""
    if not epoch_seconds:
        return MOST_EPOCHS
    fitting = int(SHARE_OF_ONE * bound.seconds / epoch_seconds)
    return min(MOST_EPOCHS, max(LEAST_EPOCHS, fitting))


def longer(recipe: CompressionRecipe, times: int) -> CompressionRecipe:
    """The recipe with more epochs for its student."""
    steps = [
        step.changed(epochs=times * step.epochs) if isinstance(step, Student) else step
        for step in recipe.steps
    ]
    return CompressionRecipe(steps=tuple(steps))


def _recipe(*steps: CompressionStep) -> CompressionRecipe:
    return CompressionRecipe(steps=steps)


def _structures(layers: Layers, shape: Shape) -> list[tuple[float, int, int]]:
    """Scale, weights and MACs of every narrower structure, the smallest first; none twice."""
    try:
        choices = all_widths(layers, shape)
        scales = [round(RATIO**-number, 3) for number in range(1, MOST_RUNGS)]
        found = {
            scaled_widths(layers, shape, scale, choices): scale
            for scale in scales
            if scale > NARROWEST
        }
    except CannotNarrow:
        return []
    found.pop(layers, None)
    costs = ((scale, analyze(narrower, shape)) for narrower, scale in found.items())
    return sorted(
        ((scale, cost.parameters, cost.macs) for scale, cost in costs), key=lambda each: each[1:]
    )


def _nearest(values: Sequence[float], wanted: float) -> int:
    return min(range(len(values)), key=lambda place: abs(values[place] - wanted))
