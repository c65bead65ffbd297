"""Bounds that a combination must keep, checked by the analyzer before anything is trained."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workbench.base.names import near_miss
from workbench.base.text import tr
from workbench.runs.quantities import Kind, number
from workbench.runs.table.matching import as_number
from workbench.spec.base import SpecError
from workbench.study.sweeps.space import Combination

_BOUND = re.compile(r"\s*(\w+)\s*(<=|<|>=|>)\s*(.+?)\s*")

LEAST_VIOLATION = 1e-9
"""Of a value that lies on a bound which excludes it."""


@dataclass(frozen=True)
class Cost:
    """What the analyzer knows of a combination.

    Attributes:
        kind: How it is written.
        of: Reads it.
    """

    kind: Kind
    of: Callable[[Combination], float]


COSTS: dict[str, Cost] = {
    "parameters": Cost(Kind.COUNT, lambda c: c.experiment.analysis(c.info).parameters),
    "macs": Cost(Kind.COUNT, lambda c: c.experiment.analysis(c.info).macs),
    "file_bytes": Cost(Kind.BYTES, lambda c: c.experiment.analysis(c.info).weight_bytes),
    "training_bytes": Cost(Kind.BYTES, lambda c: c.experiment.training_bytes(c.info)),
}
"""What can be bounded, by its name: that of the quantity of runs where there is one."""

_MEASURED = ("latency", "latency_ms", "seconds", "images_per_second", "val_accuracy")
"""What is known of a trained network alone."""


@dataclass(frozen=True)
class SweepBound:
    """One bound: `parameters < 50000`.

    Attributes:
        name: Of a cost.
        operator: <, <=, > or >=.
        limit: In the cost's own unit.
    """

    name: str
    operator: str
    limit: float

    @classmethod
    def of_text(cls, text: str) -> SweepBound:
        """A bound as it is typed.

        Raises:
            SpecError: where it can't be read, or is of what nobody knows before training.
        """
        found = _BOUND.fullmatch(text)
        if found is None:
            raise SpecError.at(f"--where {text}", tr("must be as in 'parameters < 50000'"))
        name, operator, value = found.groups()
        if name in _MEASURED:
            fault = tr("{name} is not known before training; bound parameters or macs", name=name)
            raise SpecError.at(f"--where {text}", fault)
        if name not in COSTS:
            fault = tr("there is no {name}", name=name)
            raise SpecError.at(f"--where {text}", near_miss(fault, name, COSTS))
        kind = COSTS[name].kind
        limit = as_number(value.replace("_", ""), kind)
        if limit is None or limit != limit:
            fault = tr("{value} is not {wanted}", value=repr(value), wanted=kind.writing.wanted)
            raise SpecError.at(f"--where {text}", fault)
        return cls(name, operator, limit)

    @property
    def cost(self) -> Cost:
        """What is bounded."""
        return COSTS[self.name]

    @property
    def is_upper(self) -> bool:
        """Whether less is within."""
        return self.operator.startswith("<")

    def violation(self, value: float) -> float:
        """By how much of the limit a value lies beyond it; 0 or less where it is within."""
        beyond = value - self.limit if self.is_upper else self.limit - value
        share = beyond / max(abs(self.limit), 1.0)
        return share if share or "=" in self.operator else LEAST_VIOLATION

    def __str__(self) -> str:
        """As it is typed."""
        return f"{self.name} {self.operator} {number(float(self.limit))}"


@dataclass(frozen=True)
class Refusal:
    """Why a combination isn't trained.

    Attributes:
        reason: One sentence for a person.
        bound: The name of the first bound that it breaks; "" where it can't be trained at all.
        violations: By the name of each bound, see `SweepBound.violation`.
    """

    reason: str
    bound: str
    violations: dict[str, float]


UNFIT = "fits"
"""The name under which a search learns that a combination can't be trained at all."""


def refusal(combination: Combination, bounds: Iterable[SweepBound]) -> Refusal | None:
    """Why a combination isn't trained; None where it is."""
    if combination.fault:
        return Refusal(combination.fault, "", {UNFIT: 1.0})
    values = {bound: bound.cost.of(combination) for bound in bounds}
    violations = {str(bound): bound.violation(value) for bound, value in values.items()}
    broken = [bound for bound in values if violations[str(bound)] > 0]
    if not broken:
        return None
    first = broken[0]
    reason = tr(
        "{bound} does not hold: it has {value}",
        bound=str(first),
        value=first.cost.kind.text(values[first]),
    )
    return Refusal(reason, first.name, violations)


def out_of_reach(combinations: Iterable[Combination], bounds: Iterable[SweepBound]) -> str:
    """The sentence that no combination keeps a bound, with the nearest there is; "" where one does.

    Args:
        combinations: Of the space, all or a sample.
        bounds: That each must keep.
    """
    bounds = list(bounds)
    fit = [each for each in combinations if not each.fault]
    if not fit or any(refusal(each, bounds) is None for each in fit):
        return ""
    for bound in bounds:
        values = [bound.cost.of(each) for each in fit]
        nearest = min(values) if bound.is_upper else max(values)
        if bound.violation(nearest) > 0:
            given = {"bound": str(bound), "value": bound.cost.kind.text(nearest)}
            if bound.is_upper:
                return tr("no combination has {bound}: the smallest has {value}", **given)
            return tr("no combination has {bound}: the largest has {value}", **given)
    return tr("no combination keeps all bounds at once; leave one out")
