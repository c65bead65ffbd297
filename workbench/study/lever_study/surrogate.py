"""What combinations that weren't trained would reach, by those that were: a guide, no result.

Accuracy as the logarithm of the share of wrong answers, and costs as logarithms, are taken for sums
of what each lever adds. That is a straight line where truth is none, so runs near the combination
that is to be improved count most. Every lever is taken for idle until runs say otherwise, and how
sure that is comes with each prediction (Bayesian linear regression).

Sources:
    Bishop, C. M. (2006). Pattern recognition and machine learning, section 3.3.
    Gardner, J. et al. (2014). Bayesian optimization with inequality constraints. (Expected
        improvement, times the probability that the bound holds.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from workbench.study.lever_study.arm import LeverSet

Floats = npt.NDArray[np.float64]

SPREAD = 0.25
"""How much a lever changes the logarithm of errors or costs, before anything is known of it."""

LEAST_NOISE = 0.03
REACH = 2.0
"""Levers apart at which a run counts half."""


@dataclass(frozen=True)
class Predicted:
    """A logarithm with its standard deviation."""

    mean: float
    deviation: float

    def below(self, limit: float) -> float:
        """The probability that it lies below a limit."""
        return normal((limit - self.mean) / max(self.deviation, 1e-9))


class Surrogate:
    """Predicts one quantity.

    Args:
        arms: One a run.
        logarithms: What each run reached.
        noise: Standard deviation between seeds, of the logarithm.
        around: The combination that is to be improved.
        slopes: What is expected of levels before anything is known, by the key of the lever: the
            change of the logarithm with that of the level.
    """

    def __init__(
        self,
        arms: Sequence[LeverSet],
        logarithms: Sequence[float],
        noise: float,
        around: LeverSet,
        slopes: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        self._slopes = slopes
        self._keys = sorted({key for arm in arms for key in arm.levers})
        noise = max(noise, LEAST_NOISE)
        x = np.array([self._row(arm) for arm in arms])
        y = np.asarray(logarithms, np.float64)
        weights = np.array([1 / (1 + distance(arm, around) / REACH) for arm in arms])
        self._middle = float(np.average(y, weights=weights))
        prior = np.full(x.shape[1], SPREAD**-2)
        prior[0] = 1.0  # where it all begins is known badly, and told by every run
        precision = (x.T * weights) @ x / noise**2 + np.diag(prior)
        self._covariance: Floats = np.linalg.inv(precision)
        on = [0.0] * len(self._keys)
        expected = np.array([0.0, *on, *(slopes.get(key, 0.0) for key in self._keys)])
        told = (x.T * weights) @ (y - self._middle) / noise**2
        self._means: Floats = self._covariance @ (told + prior * expected)

    def predict(self, arm: LeverSet) -> Predicted:
        """What a combination would reach, in the mean over seeds."""
        row = self._row(arm)
        new = [(key, level) for key, level in arm.pulls if key not in self._keys]
        variance = float(row @ self._covariance @ row) + len(new) * SPREAD**2
        expected = sum(self._slopes.get(key, 0.0) * math.log(level or 1.0) for key, level in new)
        mean = self._middle + float(row @ self._means) + expected
        return Predicted(mean, math.sqrt(variance))

    def _row(self, arm: LeverSet) -> Floats:
        """1, and for each lever whether it is on and the logarithm of its level."""
        levels = arm.levels
        on = [float(key in levels) for key in self._keys]
        far = [math.log(levels.get(key) or 1.0) for key in self._keys]
        return np.array([1.0, *on, *far])


def distance(one: LeverSet, other: LeverSet) -> float:
    """How many levers two combinations differ in; a level counts as half a lever."""
    first, second = one.levels, other.levels
    apart = len(first.keys() ^ second.keys())
    return apart + 0.5 * sum(first[key] != second[key] for key in first.keys() & second.keys())


def normal(value: float) -> float:
    """The probability that a standard normal number lies below."""
    return 0.5 * (1 + math.erf(value / math.sqrt(2)))
