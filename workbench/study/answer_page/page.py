"""The answer of a study as one page, and as a file: HTML, PDF, SVG or PNG."""

from __future__ import annotations

from pathlib import Path

from workbench.base.text import joined, tr
from workbench.base.units import percent
from workbench.figures.study_page.settings import StudyPage
from workbench.figures.writing import check_suffix, write
from workbench.runs.quantities import date
from workbench.study.answer_page.charts import front_figure, waterfalls
from workbench.study.answer_page.facts import facts
from workbench.study.answer_page.table import answer_table
from workbench.study.lever_study.answer import StudyAnswer, StudyArm
from workbench.study.lever_study.words import confirmation, headline


def study_page(answer: StudyAnswer, quantity: str = "", ended: float | None = None) -> StudyPage:
    """The page.

    Args:
        answer: Of the study.
        quantity: Key of the one whose waterfall comes first; "" for the goal of the study.
        ended: When it ended, in seconds since 1970; None where that doesn't matter.
    """
    found = sorted(
        waterfalls(answer), key=lambda one: one.what != f"waterfall-{quantity.replace('_', '-')}"
    )
    table = answer_table(answer)
    return StudyPage(
        what=answer.name,
        title=tr("Lever study: {name}", name=answer.name),
        date=date(ended) if ended is not None else "",
        sentence=headline(answer),
        lead=_lead(answer),
        waterfalls=tuple(found),
        front=front_figure(answer),
        columns=table.columns,
        rows=table.rows,
        facts=facts(answer),
    )


def check_page(path: Path) -> None:
    """Refuses a file that we don't write, before anything is trained.

    Raises:
        ValueError: one sentence that names it.
    """
    check_suffix(path, StudyPage)


def write_page(answer: StudyAnswer, path: Path, ended: float | None = None) -> list[str]:
    """Writes the page, whole or not at all; sentences on what a reader of it would miss.

    Raises:
        ValueError: one sentence, where we don't write such files.
        OSError: where the file can't be written.
    """
    return write(study_page(answer, ended=ended), None, path)


def _lead(answer: StudyAnswer) -> str:
    """What the sentence rests on."""
    parts = []
    if not answer.is_finished:
        parts.append(tr("This study has not ended: this is what is known so far."))
    best = answer.recommended
    if best is not None:
        parts += [confirmation(answer), _tested(answer.baseline, best)]
    said = [part for part in parts if part]
    return joined(" ", said) if said else ""


def _tested(baseline: StudyArm, best: StudyArm) -> str:
    """On the test images."""
    if best.test_accuracy is None or baseline.test_accuracy is None:
        return ""
    return tr(
        "On the test images: {best}, the baseline {baseline}.",
        best=percent(best.test_accuracy.value),
        baseline=percent(baseline.test_accuracy.value),
    )
