"""The answer of a study on one page: sentence, figures, table, facts. It carries all it shows."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from workbench.base.text import tr
from workbench.figures.measured.settings import MeasuredLines, MeasuredSpec
from workbench.figures.settings import FigureLook
from workbench.figures.waterfall.settings import WaterfallFigure
from workbench.spec.base import AsTuple, Spec, setting

MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 200, 12, 4000
A4 = 210.0, 297.0
"""Width and height in millimetres."""

FONT_SIZE = 7.5

Verdict = Literal["", "real", "nothing shown", "harmful", "does not apply", "not tried"]

VERDICT_WORDS: dict[Verdict, str] = {
    "": "",
    "real": tr("real"),
    "nothing shown": tr("nothing shown"),
    "harmful": tr("harmful"),
    "does not apply": tr("does not apply"),
    "not tried": tr("not tried"),
}
SIGNS: dict[Verdict, str] = {"real": "✓", "harmful": "✗"}
"""Before a figure, so that its verdict isn't told by color alone."""


def _words(name: str, description: str, most: int = MOST_LETTERS) -> Any:
    return setting("", name, description, max_length=most)


class PageCell(Spec):
    """One figure of the table."""

    text: str = _words("Text", "The figure, with its unit.", 200)
    verdict: Verdict = setting("", "Verdict", "What can be said of it.")
    reason: str = _words("Reason", "The same in a sentence.")


def with_sign(cell: PageCell) -> str:
    """A figure with the sign of its verdict before it."""
    sign = SIGNS.get(cell.verdict, "")
    return f"{sign} {cell.text}" if sign and cell.text else cell.text


class PageRow(Spec):
    """One lever.

    Attributes:
        run_ids: Its runs, which the window can show.
    """

    label: str = setting(..., "Label", "The lever.", min_length=1, max_length=300)
    group: str = _words("Group", "What kind of lever it is.", 200)
    cells: Annotated[tuple[PageCell, ...], AsTuple] = setting(
        (), "Cells", "One a column.", max_length=MOST_COLUMNS
    )
    verdict: Verdict = setting("", "Verdict", "What can be said of it.")
    reason: str = _words("Reason", "Why, in a sentence.")
    command: str = _words("Command", "The line that reproduces it.", 100_000)
    run_ids: Annotated[tuple[str, ...], AsTuple] = setting(
        (), "Runs", "Ids of its runs.", max_length=1000
    )


class PageFact(Spec):
    """Something that should be known of the study."""

    title: str = setting(..., "Title", "What it is.", min_length=1, max_length=200)
    text: str = _words("Text", "Of it.")


class StudyPage(MeasuredSpec):
    """A page to print, and the same as HTML."""

    FORMAT: ClassVar[str] = "dlopt-workbench study page 1"
    SUFFIXES: ClassVar[tuple[str, ...]] = (".html", ".pdf", ".svg", ".png")

    look: FigureLook = FigureLook(width=A4[0], height=A4[1], font_size=FONT_SIZE)
    title: str = setting(..., "Title", "Above the sentence.", min_length=1, max_length=300)
    date: str = _words("Date", "When it ended.", 100)
    sentence: str = setting(..., "Sentence", "The answer.", min_length=1, max_length=MOST_LETTERS)
    lead: str = _words("Lead", "Below the sentence: what it rests on.")
    waterfalls: Annotated[tuple[WaterfallFigure, ...], AsTuple] = setting(
        (), "Waterfalls", "One a quantity, the one that was studied first.", max_length=MOST_COLUMNS
    )
    front: MeasuredLines | None = setting(None, "Front", "Cost against gain.")
    columns: Annotated[tuple[str, ...], AsTuple] = setting(
        (), "Columns", "Quantities of the table.", max_length=MOST_COLUMNS
    )
    rows: Annotated[tuple[PageRow, ...], AsTuple] = setting(
        (), "Rows", "The baseline, the levers, what is recommended.", max_length=MOST_ROWS
    )
    facts: Annotated[tuple[PageFact, ...], AsTuple] = setting(
        (), "Facts", "Noise, resolution, machine, seeds.", max_length=100
    )

    @property
    def commands(self) -> tuple[PageRow, ...]:
        """The rows that can be reproduced."""
        return tuple(row for row in self.rows if row.command)
