"""The first stages: what the baseline costs and how far its seeds lie apart, what this machine does
faster, and whether a shorter training does as well, so that the rest of the budget is worth more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from workbench.base.text import english, tr
from workbench.base.units import percent
from workbench.execution.tasks.find_rate import FIND_RATE
from workbench.execution.tasks.tune import TUNE
from workbench.experiment import Experiment
from workbench.hardware.autotune import SECONDS, WORTH, Tuned
from workbench.hardware.autotune import request as tune_request
from workbench.hardware.learning_rate_range import RangeTest
from workbench.hardware.requests import AboutExperiment
from workbench.study.judging.noise import Noise
from workbench.study.lever_study.arm import HARDWARE, LeverSet
from workbench.study.lever_study.context import BASELINE, StudyContext
from workbench.study.lever_study.ledger import StudyStage
from workbench.study.levers import SHORTER
from workbench.study.work import Ask, TrainRuns

NOISE_SHARE, HARDWARE_SHARE = 0.08, 0.1
NOISE_SEEDS = 3
GROUND_SEEDS = 2
LEAST_TUNING = 15.0
"""Seconds below which Autotune says nothing."""

FIND_RATE_FROM = 600.0
"""Seconds of budget from which on learning rates are looked for; each takes about 15."""

OPTIMIZERS = ("nesterov", "adamw")
CYCLE = "one_cycle"
LENGTHS = (SHORTER, 0.5)
"""Shares of the epochs that one cycle is tried with at first, the shortest first."""


def rate_note(key: str) -> str:
    """The name of the note on the rate of an optimizer."""
    return f"rate {key}"


def noise_seeds(context: StudyContext) -> int:
    """How many runs the baseline gets at first."""
    affordable = int(NOISE_SHARE * context.plan.budget / context.plan.run_seconds)
    least = 2 if context.plan.budget > 3 * context.plan.run_seconds else 1
    return min(NOISE_SEEDS, max(least, affordable))


def noise(context: StudyContext) -> TrainRuns | None:
    """Trains the baseline with a few seeds."""
    asked = {trial.seed for trial in context.ledger.of_stage(StudyStage.NOISE)}
    for seed in range(context.first_seed, context.first_seed + noise_seeds(context)):
        if seed not in asked:
            return context.train(StudyStage.NOISE, BASELINE, seed)
    return None


def hardware(context: StudyContext) -> Ask[Any, Any, Any] | None:
    """Asks Autotune what trains faster here; what it finds is adopted at once."""
    if HARDWARE in context.notes or "bfloat16" not in context.plan.levers:
        return None
    seconds = min(SECONDS, HARDWARE_SHARE * context.plan.budget)
    if seconds < LEAST_TUNING:
        context.keep(
            HARDWARE, {"refused": english(tr("the budget is too small for Autotune")), "seconds": 0}
        )
        return None
    baseline = context.plan.baseline
    return context.ask(
        HARDWARE,
        TUNE,
        tune_request(baseline, seconds=seconds),
        tr("looking for the fastest hardware settings"),
        lambda found: _tuned(found, baseline),
    )


def hardware_settings(notes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """What Autotune found faster; None where it wasn't asked, or found nothing."""
    return dict(notes.get(HARDWARE, {}).get("settings", {})) or None


def rates(notes: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Learning rates that were found for optimizers, by the key of their lever."""
    found = {key: notes.get(rate_note(key), {}).get("rate") for key in OPTIMIZERS}
    return {key: float(rate) for key, rate in found.items() if rate}


def ground(context: StudyContext) -> TrainRuns | None:
    """Looks whether one cycle over fewer epochs does as well; if so, the rest starts from there."""
    if StudyStage.GROUND in context.notes:
        return None
    start = start_of(context)
    if CYCLE not in context.plan.levers:
        context.keep(StudyStage.GROUND, {"arm": start.plain()})
        return None
    for share in LENGTHS:
        arm = start.including(CYCLE, share)
        if context.builder.refusal(arm):
            continue
        asked = {t.seed for t in context.ledger.of_stage(StudyStage.GROUND) if t.arm == arm}
        for seed in range(context.first_seed, context.first_seed + GROUND_SEEDS):
            if seed not in asked and context.left(1.0) > context.times.of_budget(arm):
                return context.train(StudyStage.GROUND, arm, seed)
        if _is_as_good(context, arm):
            context.keep(StudyStage.GROUND, {"arm": arm.plain()})
            return None
    context.keep(StudyStage.GROUND, {"arm": start.plain()})
    return None


def start_of(context: StudyContext) -> LeverSet:
    """The baseline with what Autotune found."""
    found = LeverSet.of({HARDWARE: None}) if hardware_settings(context.notes) else BASELINE
    return BASELINE if context.builder.refusal(found) else found


def ground_of(notes: Mapping[str, Mapping[str, Any]]) -> LeverSet:
    """Where the screening starts from; the baseline while that isn't decided."""
    return LeverSet.of_plain(notes.get(StudyStage.GROUND, {}).get("arm", {}))


def find_rates(context: StudyContext) -> Ask[Any, Any, Any] | None:
    """Looks for the learning rate of each optimizer that is screened: one's says nothing of
    another's.
    """
    if context.plan.budget < FIND_RATE_FROM:
        return None
    start = ground_of(context.notes).without(CYCLE)
    for key in OPTIMIZERS:
        arm = start.including(key)
        if key not in context.plan.levers or rate_note(key) in context.notes:
            continue
        if context.builder.refusal(arm):
            continue
        experiment: Experiment = context.builder.experiment(arm)
        return context.ask(
            rate_note(key),
            FIND_RATE,
            AboutExperiment.of(experiment),
            tr("looking for the learning rates of the optimizers"),
            _found_rate,
            measures=False,
        )
    return None


def _is_as_good(context: StudyContext, arm: LeverSet) -> bool:
    """Whether a combination is about as good as the baseline, by the few runs there are."""
    of_baseline, found = context.ledger.spread(BASELINE), context.ledger.spread(arm)
    if of_baseline is None or found is None or context.ledger.has_failed(arm):
        return False
    spread = (context.noise or Noise(0.0, 0)).deviation
    error = spread * math.sqrt(1 / found.count + 1 / of_baseline.count)
    return found.mean >= of_baseline.mean - max(context.plan.margin, 2 * error)


def _tuned(found: Tuned, baseline: Experiment) -> dict[str, Any]:
    """What is kept of Autotune's answer."""
    learns = found.check is None or found.check.is_equal
    changed = {path: v for path, v in found.best.items() if baseline.at(path) != v}
    return {
        "settings": changed if learns and found.gain >= WORTH else {},
        "gain": found.gain,
        "alone": found.alone,
        "words": english(found.words),
    }


def _found_rate(found: RangeTest) -> dict[str, Any]:
    return {"rate": found.suggestion, "words": english(found.words)}


def hardware_words(notes: Mapping[str, Mapping[str, Any]]) -> str:
    """What came of Autotune, in a sentence without its full stop; "" while it wasn't asked."""
    known = notes.get(HARDWARE)
    if known is None:
        return ""
    if "refused" in known:
        return tr("not tried, {reason}", reason=known["refused"])
    gain = float(known["gain"])
    if not known["settings"]:
        return tr("nothing trains faster by more than {worth}", worth=percent(WORTH - 1, 0))
    names = ", ".join(f"{path}={value}" for path, value in known["settings"].items())
    return tr("{settings} trains {gain} times as fast", settings=names, gain=f"{gain:.2f}")
