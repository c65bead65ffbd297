"""The table of a study's answer: every lever by every quantity, with its verdict and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.base.text import tr
from workbench.base.units import NONE, duration, percent
from workbench.figures.study_page.settings import PageCell, PageRow
from workbench.study.answer_page.charts import value_of
from workbench.study.answer_page.effects import (
    SAID,
    column_of,
    effect_of,
    effect_words,
    verdict_of,
    verdict_on,
)
from workbench.study.judging.time_to import TimeTo
from workbench.study.judging.verdicts import EXACT
from workbench.study.lever_study.answer import (
    ACCURACY,
    LeverFinding,
    Measured,
    StudyAnswer,
    StudyArm,
)
from workbench.study.levers import LeverGroup

TIME_TO = "time_to"
ORDER = (
    ACCURACY,
    TIME_TO,
    "seconds",
    "images_per_second",
    "latency_ms",
    "parameters",
    "file_bytes",
)


@dataclass(frozen=True)
class AnswerTable:
    """What it shows.

    Attributes:
        columns: Heads of the quantities.
        rows: The baseline, the levers, what is recommended.
        settings: Of each row, what it changes of the baseline, by path.
    """

    columns: tuple[str, ...]
    rows: tuple[PageRow, ...]
    settings: tuple[Mapping[str, Any], ...]


def answer_table(answer: StudyAnswer) -> AnswerTable:
    """The table; a quantity that nothing is known of has no column."""
    keys = [key for key in ORDER if _is_known(answer, key)]
    rows = [_baseline(answer, keys), *(_lever(answer, one, keys) for one in answer.levers)]
    settings = [answer.baseline.settings, *(one.settings for one in answer.levers)]
    if answer.recommended is not None:
        rows.append(_recommended(answer, answer.recommended, keys))
        settings.append(answer.recommended.settings)
    heads = tuple(_head(answer, key) for key in keys)
    return AnswerTable(heads, tuple(rows), tuple(settings))


def _is_known(answer: StudyAnswer, key: str) -> bool:
    if key == TIME_TO:
        return answer.target is not None
    return value_of(answer.baseline, key) is not None


def _head(answer: StudyAnswer, key: str) -> str:
    if key == TIME_TO:
        return tr("Time to {target}", target=percent(answer.target))
    return column_of(key).title


# --- rows ----------------------------------------------------------------------------------------


def _baseline(answer: StudyAnswer, keys: Sequence[str]) -> PageRow:
    arm = answer.baseline
    return PageRow(
        label=tr("Baseline"),
        cells=_absolute(arm, keys),
        reason=tr("The experiment as it is; seeds {seeds}", seeds=seeds_words(arm.seeds)),
        command=arm.command,
        run_ids=arm.run_ids,
    )


def _lever(answer: StudyAnswer, finding: LeverFinding, keys: Sequence[str]) -> PageRow:
    return PageRow(
        label=finding.name,
        group=LeverGroup(finding.group).words,
        cells=tuple(_cell(answer, finding, key) for key in keys),
        verdict=verdict_of(answer, finding),
        reason=finding.reason,
        command=finding.command,
        run_ids=finding.run_ids,
    )


def _recommended(answer: StudyAnswer, arm: StudyArm, keys: Sequence[str]) -> PageRow:
    reason = tr("Not confirmed on fresh seeds")
    if arm.confirmed is not None:
        reason = tr("Confirmed: {sentence}", sentence=arm.confirmed.sentence)
        if not arm.confirmed.is_kept:
            reason = tr("Not confirmed: {sentence}", sentence=arm.confirmed.sentence)
    return PageRow(
        label=tr("Recommended"),
        group=tr("together"),
        cells=_absolute(arm, keys),
        reason=reason,
        command=arm.command,
        run_ids=arm.run_ids,
    )


def seeds_words(seeds: Sequence[int]) -> str:
    """As in "0 to 4, 100 to 104" or "0, 2"."""
    spans: list[tuple[int, int]] = []
    for seed in sorted(set(seeds)):
        if spans and spans[-1][1] == seed - 1:
            spans[-1] = spans[-1][0], seed
        else:
            spans.append((seed, seed))
    return ", ".join(_span(first, last) for first, last in spans) or NONE


def _span(first: int, last: int) -> str:
    if first == last:
        return str(first)
    if last == first + 1:
        return f"{first}, {last}"
    return tr("{first} to {last}", first=first, last=last)


# --- cells ---------------------------------------------------------------------------------------


def _absolute(arm: StudyArm, keys: Sequence[str]) -> tuple[PageCell, ...]:
    """What an arm reached."""

    def cell(key: str) -> PageCell:
        if key == TIME_TO:
            return _time_cell(arm.time_to)
        return PageCell(text=column_of(key).text(value_of(arm, key)))

    return tuple(map(cell, keys))


def _cell(answer: StudyAnswer, finding: LeverFinding, key: str) -> PageCell:
    """What a lever does to a quantity, against the baseline."""
    if key == TIME_TO:
        return _time_cell(_alone(answer, finding))
    effect = effect_of(finding, key)
    if effect is None:
        return PageCell(text=NONE)
    verdict = SAID[finding.verdict]
    if key != ACCURACY:
        verdict = verdict_on(answer, key, effect, len(finding.run_ids))
    return PageCell(
        text=effect_words(key, effect.value), verdict=verdict, reason=_interval(key, effect)
    )


def _alone(answer: StudyAnswer, finding: LeverFinding) -> TimeTo | None:
    """How long a lever alone took to the target."""
    return next(
        (arm.time_to for arm in answer.arms if list(arm.levers) == [finding.key]),
        None,
    )


def _time_cell(found: TimeTo | None) -> PageCell:
    """The median, and how many got there: a mean would praise what rarely does, but fast."""
    if found is None or not found.of:
        return PageCell(text=NONE)
    text = tr("{reached} of {of}", reached=found.reached, of=found.of)
    if found.median is not None:
        text = tr("{median}, {share}", median=duration(found.median), share=text)
    return PageCell(text=text, reason=found.sentence)


def _interval(key: str, effect: Measured) -> str:
    """The ends of an effect, for a tooltip."""
    if key in EXACT:
        return tr("exact: no chance in it")
    if effect.low is None or effect.high is None:
        return tr("nothing is known of chance")
    words: Callable[[float], str] = lambda value: effect_words(key, value)  # noqa: E731
    return tr("95 % interval {low} to {high}", low=words(effect.low), high=words(effect.high))
