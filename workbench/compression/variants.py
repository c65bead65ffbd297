"""What compression gained and cost: a run's variants beside it, each figure with its difference.

What to expect before a run is made is estimated here too, from what its parent took.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.base import units
from workbench.base.text import tr
from workbench.compression.file_steps import Quantize
from workbench.compression.recipe import CompressionRecipe
from workbench.evaluation.accuracy_difference import accuracy_difference, sentence_of
from workbench.evaluation.significance import Difference
from workbench.network.analysis import analyze
from workbench.runs.columns import column_of
from workbench.runs.quantities import Kind
from workbench.runs.record import COMPRESSED, Run
from workbench.runs.store import Store, StoreError

ACCURACY = "test_accuracy"
JUDGED = (
    ACCURACY,
    "val_accuracy",
    "litert_bytes",
    "gzip_bytes",
    "litert_ms",
    "parameters",
    "nonzero_parameters",
    "macs",
    "litert_p95_ms",
    "litert_p99_ms",
    "litert_batch_ms",
)
"""Quantities by which a variant is judged, in the order in which they are shown."""

OF_A_KIND = (Kind.MILLISECONDS, Kind.SHARE)
"""Figures that say the same thing several times."""

JITTER = 0.05
"""Latencies within this share of each other are called equal: they differ as much by themselves."""

TEACHING = 4 / 3
"""Time of a step with a teacher, in steps without one: a step is about three forward passes."""

WEIGHT_BITS = {"float16": 16, "int4": 4, "int8": 8, "dynamic": 8, "int8-weights": 8, "int16x8": 8}
FLOAT_BITS = 32

MOST_GENERATIONS = 50
"""A chain of parents may come from anybody's store, and may go in a circle."""


@dataclass(frozen=True)
class JudgedFigure:
    """One figure of a variant beside that of the run that it was made from.

    Attributes:
        key: Of its quantity.
        text: The value, with its unit; a dash where it isn't known.
        change: The difference; "" where there is nothing to compare with.
        is_worse, is_better: Whether the difference counts for or against the variant; one of
            accuracy only where chance doesn't explain it.
        verdict: What is worse, in words; "" where nothing is.
        chance: What is to be said of chance: interval and test; "" where nothing is.
    """

    key: str
    text: str
    change: str = ""
    is_worse: bool = False
    is_better: bool = False
    verdict: str = ""
    chance: str = ""


@dataclass(frozen=True)
class Variant:
    """A row: the original, or a run that was made from it.

    Attributes:
        run: The run.
        steps: Its recipe in the short form; "" of the original.
        depth: Generations from the original.
        figures: One for each of `JUDGED`.
    """

    run: Run
    steps: str
    depth: int
    figures: tuple[JudgedFigure, ...]


def original_of(store: Store, run: Run) -> Run:
    """The run that a compressed run goes back to, as far as it is still there; else itself."""
    for _ in range(MOST_GENERATIONS):
        if run.kind != COMPRESSED or run.parent_id is None:
            break
        try:
            run = store.run(run.parent_id)
        except StoreError:  # it was removed, or lies in another store
            break
    return run


def family_of(store: Store, original: Run) -> list[Variant]:
    """A run and all that was compressed from it, each after its parent, oldest first."""
    found: list[Variant] = []
    seen: set[str] = set()

    def add(run: Run, parent: Run | None, depth: int) -> None:
        seen.add(run.run_id)
        found.append(_variant(store, run, parent, depth))
        if depth == MOST_GENERATIONS:
            return
        for child in store.children(run.run_id):
            if child.kind == COMPRESSED and child.run_id not in seen:
                add(child, run, depth + 1)

    add(original, None, 0)
    return found


def _variant(store: Store, run: Run, parent: Run | None, depth: int) -> Variant:
    steps = CompressionRecipe.from_toml(run.recipe).short if run.recipe else ""
    shown = {ACCURACY: accuracy_difference(store, run, parent)} if parent is not None else {}
    figures = tuple(judged(key, run, parent, shown.get(key)) for key in JUDGED)
    return Variant(run, steps, depth, figures)


def judged(key: str, run: Run, parent: Run | None, shown: Difference | None = None) -> JudgedFigure:
    """A figure of a run beside that of its parent.

    Args:
        key: Of its quantity.
        run: Whose.
        parent: That it was made from; None for nothing to compare with.
        shown: Of an accuracy, what a test says of chance; without one no difference counts.
    """
    value, kind = value_of(run, key), column_of(key).kind
    if value is None:
        return JudgedFigure(key, units.NONE)
    before = _before(key, value, run, parent)
    text = kind.text(value)
    if before is None:
        return JudgedFigure(key, text)
    gain = (value - before) * column_of(key).better
    if kind is Kind.MILLISECONDS and abs(value - before) <= JITTER * before:
        gain = 0.0
    change, chance = _change(kind, before, value), ""
    if kind is Kind.SHARE and not (shown is not None and shown.is_shown):
        gain = 0.0
    if shown is not None:
        chance = sentence_of(shown)
        if not shown.is_shown and value != before:
            change = tr("{change}, within chance", change=change)
    return JudgedFigure(
        key,
        text,
        change,
        is_worse=gain < 0,
        is_better=gain > 0,
        verdict=_verdict(key, before, value) if gain < 0 else "",
        chance=chance,
    )


def _before(key: str, value: float, run: Run, parent: Run | None) -> float | None:
    """What the parent has; of the latency what it had when both were measured in turns."""
    if parent is None:
        return None
    ratio = run.figure("litert_ratio") if key == "litert_ms" else None
    return value / ratio if ratio else value_of(parent, key)


def value_of(run: Run, key: str) -> float | None:
    """A figure of a run; of one that nothing was pruned of no parameter is zero."""
    value = run.figure(key)
    if value is None and key == "nonzero_parameters":
        value = run.parameters
    return value


def _change(kind: Kind, before: float, after: float) -> str:
    if kind is Kind.SHARE:
        points = 100 * (after - before)
        return tr("{points} points", points=units.signed(points, lambda amount: f"{amount:.2f}"))
    return units.relative(before, after)


def _verdict(key: str, before: float, after: float) -> str:
    """What is worse than in the original, with both values."""
    kind = column_of(key).kind
    if kind is Kind.MILLISECONDS:
        return tr(
            "slower than the original: {after} against {before} microseconds",
            after=f"{1000 * after:,.0f}",
            before=f"{1000 * before:,.0f}",
        )
    values = {"after": kind.text(after), "before": kind.text(before)}
    if kind is Kind.SHARE:
        return tr("less accurate than the original: {after} against {before}", **values)
    if kind is Kind.BYTES:
        return tr("larger than the original: {after} against {before}", **values)
    title = column_of(key).title
    return tr(
        "{title} is more than in the original: {after} against {before}", title=title, **values
    )


def verdicts(variant: Variant) -> list[str]:
    """What is worse in a variant than in the original, in words; of the latencies, and of the
    accuracies, the first.
    """
    said: dict[object, str] = {}
    for figure in variant.figures:
        if figure.verdict:
            kind = column_of(figure.key).kind
            said.setdefault(kind if kind in OF_A_KIND else figure.key, figure.verdict)
    return list(said.values())


def seconds_of(recipe: CompressionRecipe, parent: Run) -> float | None:
    """What fine-tuning will take, about, from what the parent's training took; None if unknown."""
    if not parent.epochs or not parent.seconds:
        return None
    wanted = sum(
        step.tuning_epochs * (TEACHING if step.has_teacher else 1.0) for step in recipe.steps
    )
    return wanted * parent.seconds / parent.epochs


def weight_bytes_of(recipe: CompressionRecipe, parent: Run) -> float | None:
    """What the weights will take in the file before it is coded; None if unknown."""
    if parent.parameters is None:
        return None
    steps = [step for step in recipe.steps if isinstance(step, Quantize)]
    if not steps:
        return parent.parameters * FLOAT_BITS / 8
    bits = parent.parameters * WEIGHT_BITS[steps[-1].mode]
    if parent.image_shape is not None:
        costs = analyze(parent.experiment.structure.layers, parent.image_shape).layers
        for number, mode in steps[-1].modes.items():
            other = WEIGHT_BITS.get(mode, FLOAT_BITS) - WEIGHT_BITS[steps[-1].mode]
            bits += other * costs[number - 1].parameters if number <= len(costs) else 0
    return bits / 8


def expected(recipe: CompressionRecipe, parent: Run) -> str:
    """What a recipe will take and leave, in a sentence; "" where nothing is known."""
    seconds, weights = seconds_of(recipe, parent), weight_bytes_of(recipe, parent)
    if seconds is None or weights is None:
        return ""
    size = units.size(weights)
    if not recipe.epochs:
        return tr("No fine-tuning; the weights will take {size} before coding.", size=size)
    return tr(
        "About {duration} of fine-tuning; the weights will take {size} before coding.",
        duration=units.duration(seconds),
        size=size,
    )
