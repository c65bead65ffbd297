"""What the runs of each combination reached, as an answer tells it."""

from __future__ import annotations

from statistics import fmean

import numpy as np

from workbench.base.text import plural, tr
from workbench.base.units import percent
from workbench.evaluation.significance import between, spread
from workbench.runs.columns import RUN_COLUMNS, column_of
from workbench.runs.record import Run
from workbench.study.judging.time_to import TimeTo, time_to
from workbench.study.judging.verdicts import keeps, kept_words
from workbench.study.lever_study.answer import (
    ACCURACY,
    SHOWN,
    Confirmation,
    Effects,
    Measured,
    StudyArm,
)
from workbench.study.lever_study.arm import LeverSet
from workbench.study.lever_study.context import BASELINE, StudyContext
from workbench.study.lever_study.differences import changed_settings, exact_options
from workbench.study.lever_study.effects import compared, measured
from workbench.study.lever_study.finishing import CONFIRMED, judged_runs
from workbench.study.lever_study.ledger import StudyStage
from workbench.tradeoffs.pareto import front

TEST = "test_accuracy"


def told_arm(context: StudyContext, arm: LeverSet) -> StudyArm | None:
    """A combination and what it reached; None where no run of it has ended."""
    runs = context.ledger.ended(arm, tuple(StudyStage))
    accuracy = measured(context.ledger.spread(arm, tuple(StudyStage)))
    if accuracy is None:
        return None
    means = {
        key: fmean(values.values())
        for key in SHOWN
        if key != ACCURACY and (values := context.ledger.values(arm, key, tuple(StudyStage)))
    }
    settings = changed_settings(context.builder.baseline, context.builder.experiment(arm))
    return StudyArm(
        arm.key,
        arm.levels,
        settings,
        command_of(context, arm),
        tuple(run.run_id for run in runs.values()),
        tuple(runs),
        accuracy,
        _test(context, arm),
        means,
        _time_to(context, list(runs.values())),
        confirmed=None if arm == BASELINE else _confirmed(context, arm),
    )


def command_of(context: StudyContext, arm: LeverSet) -> str:
    """What trains one run of a combination."""
    options = exact_options(context.builder.baseline, context.builder.experiment(arm))
    return f"dlopt-workbench run {context.plan.source}{options}"


def on_front(arms: list[StudyArm], goal: str) -> set[str]:
    """Keys of those that no other beats in accuracy and in the goal."""
    known = [arm for arm in arms if goal in arm.quantities]
    if not known:
        return set()
    values = np.array([[arm.accuracy.value, arm.quantities[goal]] for arm in known], np.float64)
    is_on = front(values, [1, -1])
    return {arm.key for arm, on in zip(known, is_on, strict=True) if on}


def _test(context: StudyContext, arm: LeverSet) -> Measured | None:
    """Accuracy on the test images, where they were read for all runs that it is judged by."""
    found = [run.test_accuracy for run in judged_runs(context.ledger, arm)]
    known = [value for value in found if value is not None]
    return measured(spread(known)) if known and len(known) == len(found) else None


def _time_to(context: StudyContext, runs: list[Run]) -> TimeTo | None:
    if context.target is None or not 0 < context.target < 1:
        return None
    column = column_of(f"time_to@{context.target:.6f}")
    known = context.store.reader.of_epochs(column, [run.run_id for run in runs])
    return time_to([known.get(run.run_id) for run in runs])


def _confirmed(context: StudyContext, arm: LeverSet) -> Confirmation | None:
    """What it reached on fresh seeds; None without any."""
    ledger = context.ledger
    fresh = measured(ledger.spread(arm, CONFIRMED))
    if fresh is None:
        return None
    seeds = len(ledger.ended(arm, CONFIRMED))
    test = _test(context, arm)
    ratio: dict[str, Measured] = {}
    for key in SHOWN:
        before = ledger.values(BASELINE, key, CONFIRMED) or ledger.values(BASELINE, key)
        found = compared(before, ledger.values(arm, key, CONFIRMED), key)
        if key != ACCURACY and found is not None:
            ratio[key] = found
    is_kept, sentence = _verdict(context, arm, seeds, (test or fresh).value)
    return Confirmation(seeds, fresh, test, ratio, is_kept, sentence)


def _verdict(context: StudyContext, arm: LeverSet, seeds: int, mean: float) -> tuple[bool, str]:
    """Whether the accuracy is held on fresh seeds, and the sentence that says so."""
    if context.plan.target is not None:
        given = {"mean": percent(mean), "target": percent(context.plan.target)}
        if mean >= context.plan.target:
            return True, plural(
                "on {count} fresh seed the accuracy is {mean}, which reaches {target}",
                "on {count} fresh seeds the mean accuracy is {mean}, which reaches {target}",
                seeds,
                **given,
            )
        return False, plural(
            "on {count} fresh seed the accuracy is {mean}, which falls short of {target}",
            "on {count} fresh seeds the mean accuracy is {mean}, which falls short of {target}",
            seeds,
            **given,
        )
    key = TEST if _test(context, arm) and _test(context, BASELINE) else ACCURACY
    before = context.ledger.values(BASELINE, key, CONFIRMED)
    before = before or context.ledger.values(BASELINE, key)
    difference = between(before, context.ledger.values(arm, key, CONFIRMED), tr("seeds"))
    if difference is None:
        return False, tr("too few fresh seeds were trained to tell")
    column, margin = RUN_COLUMNS[key], context.plan.margin
    words = kept_words(tr("the combination"), difference, margin, column)
    return keeps(difference, margin, column.better), words


def ratio_of(arm: StudyArm, baseline: StudyArm, key: str) -> Measured | None:
    """How many times as much of a quantity a combination takes as the baseline."""
    if arm.confirmed is not None and key in arm.confirmed.ratio:
        return arm.confirmed.ratio[key]
    quantities: Effects = {}
    if key in arm.quantities and baseline.quantities.get(key):
        quantities = {key: Measured(arm.quantities[key] / baseline.quantities[key])}
    return quantities.get(key)
