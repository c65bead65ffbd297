"""The figures of a study's answer: waterfalls, and cost against gain. They carry their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.base.text import plural, tr
from workbench.figures.measured.settings import MeasuredLines, Series
from workbench.figures.waterfall.settings import Mark, WaterfallFigure, WaterfallStep
from workbench.study.answer_page.effects import (
    SAID,
    column_of,
    effect_words,
    verdict_on,
)
from workbench.study.judging.waterfall import MOST_LEVERS
from workbench.study.lever_study.answer import (
    ACCURACY,
    SHOWN,
    BarKind,
    LeverFinding,
    Measured,
    StudyAnswer,
    StudyArm,
    is_ratio,
)
from workbench.tradeoffs.titles import title_of

COLOURS = {"tried": 5, "front": 0, "baseline": 6, "recommended": 1}
"""Numbers in the cycle of colors."""

FALLBACK = "parameters"
"""What accuracy is shown against where it is the goal itself."""

_MARKS: dict[str, Mark] = {"real": "gain", "harmful": "loss"}


def waterfalls(answer: StudyAnswer) -> tuple[WaterfallFigure, ...]:
    """All that there are bars for, that of the goal first."""
    keys = dict.fromkeys((answer.goal, ACCURACY, *SHOWN))
    found = (waterfall_figure(answer, key) for key in keys)
    return tuple(figure for figure in found if figure is not None)


def waterfall_figure(answer: StudyAnswer, key: str) -> WaterfallFigure | None:
    """From the baseline to what is recommended, in one quantity; None where there are no bars.

    Args:
        answer: Of the study.
        key: Of the quantity.
    """
    start = value_of(answer.baseline, key)
    bars = [one for one in answer.levers if one.is_chosen and key in one.share]
    if start is None or not bars or answer.bars is BarKind.NONE:
        return None
    title = title_of(column_of(key))
    steps = [_step(answer, key, one) for one in bars]
    if key in answer.together:
        steps.append(_together(key, answer.together[key]))
    total = answer.total.get(key)
    end = _end(start, [step.amount for step in steps], title.scale, is_factor=is_ratio(key))
    words = column_of(key).text(end)
    if total is not None:
        words = tr("{value} ({change})", value=words, change=effect_words(key, total.value))
    return WaterfallFigure(
        what=f"waterfall-{key.replace('_', '-')}",
        title=title.text,
        start=title.scale * start,
        start_label=tr("Baseline"),
        start_words=column_of(key).text(start),
        end_label=tr("All together"),
        end_words=words,
        multiplies=is_ratio(key),
        note=_note(answer.bars, len(bars)),
        steps=tuple(steps),
    )


def value_of(arm: StudyArm, key: str) -> float | None:
    """What an arm reached in a quantity; None where that isn't known."""
    return arm.accuracy.value if key == ACCURACY else arm.quantities.get(key)


def cost_of(answer: StudyAnswer) -> str:
    """The quantity that accuracy is held against."""
    return FALLBACK if answer.goal == ACCURACY else answer.goal


def front_figure(answer: StudyAnswer) -> MeasuredLines | None:
    """What all that was trained costs against what it gives; None of a single combination."""
    cost = cost_of(answer)
    arms = [arm for arm in answer.arms if value_of(arm, cost) is not None]
    if len(arms) < 2:
        return None
    chosen = answer.recommended.key if answer.recommended is not None else None
    plain = [arm for arm in arms if not arm.is_on_front and arm.key not in ("", chosen)]
    line = sorted((a for a in arms if a.is_on_front), key=lambda arm: value_of(arm, cost) or 0.0)
    named = [
        (tr("Tried"), "dots", "tried", plain),
        (tr("Pareto front"), "marked", "front", line),
        (tr("Baseline"), "dots", "baseline", [arm for arm in arms if arm.key == ""]),
        (tr("Recommended"), "dots", "recommended", [arm for arm in arms if arm.key == chosen]),
    ]
    return MeasuredLines(
        what=f"accuracy-against-{cost.replace('_', '-')}",
        x_title=title_of(column_of(cost)).text,
        y_title=title_of(column_of(ACCURACY)).text,
        log_x=is_ratio(cost),
        series=tuple(
            _series(name, kind, COLOURS[colour], members, cost)
            for name, kind, colour, members in named
            if members
        ),
    )


def _series(name: str, kind: str, colour: int, arms: Sequence[StudyArm], cost: str) -> Series:
    x, y = title_of(column_of(cost)).scale, title_of(column_of(ACCURACY)).scale
    values = {
        "name": name,
        "x": [x * (value_of(arm, cost) or 0.0) for arm in arms],
        "y": [y * arm.accuracy.value for arm in arms],
        "kind": kind,
        "colour": colour,
    }
    return Series.parse(values)


def _step(answer: StudyAnswer, key: str, one: LeverFinding) -> WaterfallStep:
    share, scale = one.share[key], _scale(key)
    alone, last = (effects.get(key) for effects in (one.alone, one.last))
    return WaterfallStep(
        label=one.name,
        amount=scale * share.value,
        low=_scaled(scale, share.low),
        high=_scaled(scale, share.high),
        alone=_scaled(scale, None if alone is None else alone.value),
        last=_scaled(scale, None if last is None else last.value),
        words=effect_words(key, share.value),
        mark=_mark(answer, key, one),
    )


def _mark(answer: StudyAnswer, key: str, one: LeverFinding) -> Mark:
    """What can be said of a bar; of the accuracy it is said already, corrected for all levers."""
    share = one.share[key]
    if key != ACCURACY:
        return _MARKS.get(verdict_on(answer, key, share, len(one.run_ids)), "not shown")
    said = _MARKS.get(SAID[one.verdict], "not shown")
    return said if (share.value > 0) is (said == "gain") else "not shown"


def _together(key: str, found: Measured) -> WaterfallStep:
    scale = _scale(key)
    return WaterfallStep(
        label=tr("Together"),
        amount=scale * found.value,
        low=_scaled(scale, found.low),
        high=_scaled(scale, found.high),
        words=effect_words(key, found.value),
        mark="together",
    )


def _scale(key: str) -> float:
    """From an effect to the unit of the axis; a factor has none."""
    return 1.0 if is_ratio(key) else title_of(column_of(key)).scale


def _scaled(scale: float, value: float | None) -> float | None:
    return None if value is None else scale * value


def _end(start: float, amounts: Sequence[float], scale: float, *, is_factor: bool) -> float:
    for amount in amounts:
        start = start * amount if is_factor else start + amount / scale
    return start


def _note(bars: BarKind, levers: int) -> str:
    """What the bars are."""
    if bars is BarKind.SHAPLEY:
        return plural(
            "Bars: Shapley values; the lever was trained with and without",
            "Bars: Shapley values; all {combinations} combinations of {count} levers were trained",
            levers,
            combinations=2**levers,
        )
    return tr(
        "Bars: mean of alone and last out, as not all combinations were trained (that takes "
        "at most {most} levers); together: what does not add up",
        most=MOST_LEVERS,
    )
