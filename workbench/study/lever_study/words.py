"""The sentence of a study's answer, and one on each of its stages."""

from __future__ import annotations

from workbench.base.text import inside, joined, plural, tr
from workbench.base.units import MINUS, count, duration, listing, percent
from workbench.runs.columns import RUN_COLUMNS
from workbench.study.judging.verdicts import VerdictCode
from workbench.study.lever_study.answer import (
    ACCURACY,
    LeverFinding,
    Measured,
    StudyAnswer,
    StudyArm,
)
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
    return joined(" ", filter(None, (headline(answer), confirmation(answer))))


def headline(answer: StudyAnswer) -> str:
    """What was found, in one sentence with its full stop."""
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
    if not answer.is_finished:
        return tr("So far: {sentence}.", sentence=said)
    if best.confirmed is None or not best.confirmed.is_kept:
        return tr("Not confirmed: {sentence}.", sentence=said)
    return tr("{sentence}.", sentence=said)


def confirmation(answer: StudyAnswer) -> str:
    """Whether it holds on seeds that no choice has seen, or why `headline` says that it isn't
    confirmed; "" where nothing is recommended.
    """
    best = answer.recommended
    if best is None:
        return ""
    if best.confirmed is None:
        return tr("This is not confirmed on fresh seeds.")
    if best.confirmed.is_kept:
        return tr("Confirmed: {words}.", words=best.confirmed.sentence)
    return tr("Reason: {words}.", words=best.confirmed.sentence)


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
        _with_points(lever)
        for lever in answer.levers
        if lever.verdict is VerdictCode.NOT_SHOWN and not lever.is_chosen
    ]
    if not names:
        return ""
    return tr("nothing shown for {levers}", levers=listing(names))


def _with_points(lever: LeverFinding) -> str:
    """As in "label smoothing (+0.02 ± 0.09 points)"."""
    tried = (lever.alone, lever.screened, lever.last)
    known = next((each[ACCURACY] for each in tried if ACCURACY in each), None)
    name = inside(lever.name)
    return name if known is None else tr("{lever} ({by})", lever=name, by=points_words(known))


def points_words(found: Measured) -> str:
    """A difference in accuracy, as in "+0.10 ± 0.06 points"."""
    points = f"{100 * found.value:+.2f}".replace("-", MINUS)
    if found.low is None or found.high is None:
        return tr("{points} points", points=points)
    half = f"{50 * (found.high - found.low):.2f}"
    return tr("{points} ± {half} points", points=points, half=half)


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
