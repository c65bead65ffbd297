"""Simulated studies: levers of known worth, noise of MNIST's size, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workbench.runs.columns import RUN_COLUMNS
from workbench.study.judging.design import effects, screening
from workbench.study.judging.verdicts import VerdictCode, screened

NOISE = 0.0007
"""Seed-to-seed standard deviation of the test accuracy of the reference CNN on MNIST."""


@dataclass(frozen=True)
class Found:
    """What some simulated studies said.

    Attributes:
        studies: How many there were.
        real: Levers that do something, in all studies together.
        found: Those that were found, the right way round.
        false: Studies that took a lever that does nothing for one that does.
    """

    studies: int
    real: int
    found: int
    false: int


def simulated(
    studies: int,
    worth: Mapping[str, float],
    *,
    repeats: int = 1,
    lost: float = 0.0,
    together: Mapping[tuple[str, str], float] | None = None,
    seed: int = 0,
) -> Found:
    """Screens the same levers again and again.

    Args:
        studies: How often.
        worth: What each lever adds to the accuracy, by name.
        repeats: Of the design.
        lost: Share of the runs that fail.
        together: What two levers add besides where both are on.
        seed: Of the noise.
    """
    random = np.random.default_rng(seed)
    names = tuple(worth)
    design = screening(names, repeats)
    on = (design.signs > 0).astype(float)
    truth = 0.99 + on @ np.array([worth[name] for name in names])
    for (first, second), amount in (together or {}).items():
        truth = truth + amount * on[:, names.index(first)] * on[:, names.index(second)]
    real = {name for name, amount in worth.items() if amount}
    found = false = 0
    for _ in range(studies):
        reached = truth + random.normal(0.0, NOISE, len(truth))
        fails = random.random(len(truth)) < lost
        results = [None if fails[i] else float(value) for i, value in enumerate(reached)]
        said = screened(effects(design, results), RUN_COLUMNS["val_accuracy"])
        better = {one.name for one in said if one.verdict is VerdictCode.BETTER}
        worse = {one.name for one in said if one.verdict is VerdictCode.WORSE}
        found += len(real & better)
        false += bool((better | worse) - real)
    return Found(studies, studies * len(real), found, false)
