"""The sentence of a study's answer, and one on each of its stages."""

from __future__ import annotations

from workbench.base.text import inside, joined, plural, tr
from workbench.base.units import count, duration, listing, percent
from workbench.runs.columns import RUN_COLUMNS
from workbench.study.judging.verdicts import VerdictCode
from workbench.study.lever_study.answer import LeverFinding, Measured, StudyAnswer, StudyArm
from workbench.study.lever_study.arms_told import ratio_of
from workbench.study.lever_study.beginning import ground_of, hardware_words
from workbench.study.lever_study.context import StudyContext
from workbench.study.lever_study.ledger import StudyStage
from workbench.study.lever_study.screening import ScreeningPlan

MOST_NAMED = 4
LEAST_NAMED = 1.05
"""A lever that brings a smaller factor than this isn't named in the sentence."""


def sentence(answer: StudyAnswer) -> str:
    """The answer in a sentence or two, with the full stop."""
    best = answer.recommended
    if best is None:
        return _without(answer)
    ratio = ratio_of(best, answer.baseline, answer.goal)
    given = {
        "accuracy": _accuracy(best),
        "before": _accuracy(answer.baseline),
        "saved": _saved(answer, ratio),
    }
    said = tr("{accuracy} (the baseline has {before}) with {saved}", **given)
    parts = _parts(answer)
    if parts:
        said = tr("{said}: {parts}", said=said, parts=joined(", ", parts))
    idle = _idle(answer)
    if idle:
        said = joined("; ", [said, idle])
    whole = tr("{sentence}.", sentence=said)
    if best.confirmed is None:
        return joined(" ", [whole, tr("This is not confirmed on fresh seeds.")])
    confirmed = tr("Confirmed: {words}.", words=best.confirmed.sentence)
    failed = tr("Not confirmed: {words}.", words=best.confirmed.sentence)
    return joined(" ", [whole, confirmed if best.confirmed.is_kept else failed])


def stage_words(context: StudyContext, stage: StudyStage, runs: int) -> str:
    """What a stage did, in a sentence without its full stop."""
    if stage is StudyStage.HARDWARE:
        return hardware_words(context.notes)
    if stage is StudyStage.GROUND:
        ground = ground_of(context.notes).key or tr("the baseline")
        return tr("the screening starts from {ground}", ground=ground)
    if stage is StudyStage.SCREENING:
        plan = ScreeningPlan.of_notes(context.notes)
        levers = len(plan.levers) if plan is not None else 0
        return plural(
            "{levers} levers in {count} run", "{levers} levers in {count} runs", runs, levers=levers
        )
    return plural("{count} run", "{count} runs", runs)


def _accuracy(arm: StudyArm) -> str:
    """On the test images where they were read for it."""
    return percent((arm.test_accuracy or arm.accuracy).value)


def _saved(answer: StudyAnswer, ratio: Measured | None) -> str:
    """As in "12 times less training time"."""
    times = f"{1 / ratio.value:.3g}" if ratio is not None and ratio.value > 0 else "?"
    if answer.goal == "seconds":
        return tr("{times} times less training time", times=times)
    if answer.goal == "parameters":
        return tr("{times} times fewer parameters", times=times)
    if answer.goal == "macs":
        return tr("{times} times fewer multiplications", times=times)
    return tr("a file {times} times smaller", times=times)


def _parts(answer: StudyAnswer) -> list[str]:
    """What each chosen lever brings, the most first."""
    brings: list[tuple[float, str]] = []
    for lever in answer.levers:
        found = _brought(answer, lever)
        if lever.is_chosen and found is not None and found >= LEAST_NAMED:
            name = lever.name if not brings else inside(lever.name)
            brings.append((found, name))
    brings.sort(key=lambda each: -each[0])
    return [
        tr("{lever} ({times} times)", lever=inside(name), times=f"{times:.2g}")
        for times, name in brings[:MOST_NAMED]
    ]


def _brought(answer: StudyAnswer, lever: LeverFinding) -> float | None:
    """By how much a lever divides the goal."""
    for effects in (lever.share, lever.last, lever.alone, lever.screened):
        if answer.goal in effects and effects[answer.goal].value > 0:
            return 1 / effects[answer.goal].value
    return None


def _idle(answer: StudyAnswer) -> str:
    """Levers that nothing was shown of."""
    names = [
        inside(lever.name)
        for lever in answer.levers
        if lever.verdict is VerdictCode.NOT_SHOWN and not lever.is_chosen
    ]
    if not names:
        return ""
    return tr("nothing shown for {levers}", levers=listing(names))


def _without(answer: StudyAnswer) -> str:
    """The sentence where nothing is recommended."""
    accuracy = _accuracy(answer.baseline)
    if not answer.is_finished:
        return tr(
            "The study is under way: {runs} runs in {time}; the baseline has {accuracy}.",
            runs=count(answer.validation_readings),
            time=duration(answer.seconds),
            accuracy=accuracy,
        )
    return tr(
        "Nothing that was tried holds the accuracy with less of the quantity {goal}: keep the "
        "baseline ({accuracy}).",
        goal=inside(RUN_COLUMNS[answer.goal].title),
        accuracy=accuracy,
    )
