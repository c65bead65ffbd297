"""What the answer of a study rests on: noise, resolution, what was read, machine, seeds, time."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.base.text import joined, plural, tr
from workbench.base.units import duration
from workbench.evaluation.group_test import amount
from workbench.figures.study_page.settings import PageFact
from workbench.study.answer_page.effects import UNTOLD, column_of
from workbench.study.answer_page.table import seeds_words
from workbench.study.lever_study.answer import ACCURACY, StudyAnswer


def facts(answer: StudyAnswer) -> tuple[PageFact, ...]:
    """Each with its title."""
    return tuple(PageFact(title=title, text=text) for title, text in _facts(answer) if text)


def _facts(answer: StudyAnswer) -> Iterator[tuple[str, str]]:
    yield tr("Noise"), _noise(answer)
    yield tr("Resolution"), answer.resolution
    yield tr("Statistics"), _statistics(answer)
    yield tr("Images read"), _readings(answer)
    yield tr("Seeds"), seeds_words(answer.seeds) if answer.seeds else ""
    yield tr("Time"), _time(answer)
    yield tr("Machine"), answer.machine
    yield tr("Versions"), joined(", ", (f"{n} {v}" for n, v in answer.versions.items()))
    for stage in answer.stages:
        yield stage.title, _stage(stage.words, stage.seconds)
    yield tr("Notes"), joined(" ", answer.notes) if answer.notes else ""


def _noise(answer: StudyAnswer) -> str:
    if answer.noise is None:
        return tr("Unknown: no combination was trained with two seeds")
    return plural(
        "Seeds differ by {noise} (standard deviation, {count} degree of freedom)",
        "Seeds differ by {noise} (standard deviation, {count} degrees of freedom)",
        answer.noise.freedom,
        noise=amount(column_of(ACCURACY), answer.noise.deviation),
    )


def _statistics(answer: StudyAnswer) -> str:
    judged = sum(1 for finding in answer.levers if finding.verdict not in UNTOLD)
    margin = amount(column_of(ACCURACY), answer.margin)
    return plural(
        "Accuracy is corrected for {count} lever (Holm), other quantities by Bonferroni; as good "
        "as before: the 95 % interval ends above the baseline less {margin}",
        "Accuracy is corrected for {count} levers (Holm), other quantities by Bonferroni; as good "
        "as before: the 95 % interval ends above the baseline less {margin}",
        judged,
        margin=margin,
    )


def _readings(answer: StudyAnswer) -> str:
    chosen = plural(
        "Validation part for {count} run, to choose by",
        "Validation part for {count} runs, to choose by",
        answer.validation_readings,
    )
    tested = plural(
        "test part {count} time, after the choice was written down",
        "test part {count} times, each after the choice was written down",
        answer.test_readings,
    )
    return joined("; ", (chosen, tested))


def _time(answer: StudyAnswer) -> str:
    return tr(
        "{used} of {budget}",
        used=duration(answer.seconds),
        budget=duration(answer.budget_seconds),
    )


def _stage(words: str, seconds: float) -> str:
    return tr("{words} ({seconds})", words=words, seconds=duration(seconds))
