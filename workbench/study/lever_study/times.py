"""How long combinations that weren't trained would take, by those that were.

An epoch takes about as long as its multiplications, a little less where they are few; what levers
change of that is learned from the runs, as a sum of logarithms (`surrogate`).
"""

from __future__ import annotations

import math
from statistics import fmean

from workbench.study.lever_study.arm import ArmBuilder, LeverSet
from workbench.study.lever_study.ledger import Ledger, cost_of
from workbench.study.lever_study.surrogate import Surrogate

NOISE = 0.15
"""Of the logarithm of the training time, between runs of one combination."""

BY_MACS = 0.6
"""How the time of a step grows with the multiplications of an image: less than they, as small
networks keep processors waiting."""


class TrainingTimes:
    """Training times of combinations.

    Args:
        ledger: What was trained.
        builder: Makes experiments of combinations.
        run_seconds: What a run of the baseline takes, where none has ended.
    """

    def __init__(self, ledger: Ledger, builder: ArmBuilder, run_seconds: float) -> None:
        self._ledger, self._builder = ledger, builder
        ended = [(trial.arm, trial.ended) for trial in ledger.trials if trial.ended is not None]
        known = [(arm, run) for arm, run in ended if run.seconds or run.elapsed]
        self._surrogate: Surrogate | None = None
        self._beside = 0.0
        self._per_unit = math.log(max(run_seconds, 1e-3)) - self._work(LeverSet())
        if known:
            seconds = [run.seconds or run.elapsed or 0.0 for _, run in known]
            rest = [math.log(s) - self._work(a) for s, (a, _) in zip(seconds, known, strict=True)]
            self._surrogate = Surrogate([arm for arm, _ in known], rest, NOISE, LeverSet())
            costs = [cost_of(run) for _, run in known]
            self._beside = max(0.0, fmean(c - s for c, s in zip(costs, seconds, strict=True)))

    def seconds(self, arm: LeverSet) -> float:
        """Training time of one run.

        Raises:
            KeyError: where the combination can't be trained.
        """
        known = self._ledger.values(arm, "seconds") or self._ledger.values(arm, "elapsed")
        if known:
            return fmean(known.values())
        if self._surrogate is None:
            return math.exp(self._per_unit + self._work(arm))
        return math.exp(self._surrogate.predict(arm).mean + self._work(arm))

    def of_budget(self, arm: LeverSet) -> float:
        """Seconds of the budget that one run takes, with what there is besides training."""
        known = self._ledger.run_cost(arm)
        return known if known is not None else self._beside + self.seconds(arm)

    def _work(self, arm: LeverSet) -> float:
        """The logarithm of how much there is to compute, in a unit of its own."""
        epochs = self._builder.experiment(arm).training.epochs
        macs = self._builder.cost(arm, "macs")
        return math.log(epochs) + BY_MACS * math.log(max(macs, 1.0))
