"""What a strategy knows of earlier trials when it is asked for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.study.sweeps.space import Settings


@dataclass(frozen=True, eq=False)
class Told:
    """What a strategy knows of an earlier trial: the same object once that has ended.

    Attributes:
        settings: Of the trial.
        values: What it reached, one a goal; None where it failed, was refused or pruned, or
            is under way.
        violations: Why it was refused, by the name of each bound; empty where it wasn't.
        reached: What it reached before it was pruned, by the epochs it had taken; empty where it
            wasn't.
        is_open: Whether it counts as under way: what it reaches is not known to this ask.
    """

    settings: Settings
    values: tuple[float, ...] | None = None
    violations: Mapping[str, float] = field(default_factory=dict)
    reached: Mapping[int, float] = field(default_factory=dict)
    is_open: bool = False
