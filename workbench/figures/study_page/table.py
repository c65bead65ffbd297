"""The table of levers on paper: how wide its columns are, how high its rows, and its letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from workbench.base.text import tr
from workbench.curves.looks import CYCLE
from workbench.figures.axes import FRAME, GRID, TEXT
from workbench.figures.study_page.paper import MUTED, POINT, Paper, Pen, lines_of, width_of
from workbench.figures.study_page.settings import (
    VERDICT_WORDS,
    PageRow,
    StudyPage,
    Verdict,
    with_sign,
)

GAP = 2.6
"""Between columns, in millimetres."""

LEAST_WHY, MOST_LABEL = 36.0, 40.0
INK: dict[Verdict, str] = {"real": CYCLE[0] or TEXT, "harmful": CYCLE[1] or TEXT}


@dataclass(frozen=True)
class PageTable:
    """The table in one size of letters.

    Attributes:
        page: Of its rows.
        pen: Of its letters.
        width: In millimetres.
    """

    page: StudyPage
    pen: Pen
    width: float

    @property
    def muted(self) -> Pen:
        """For heads and reasons."""
        return Pen(self.pen.size, self.pen.family, colour=MUTED)

    @cached_property
    def widths(self) -> tuple[float, ...]:
        """Of all columns; the last has what the others leave."""
        page, strong = self.page, Pen(self.pen.size, self.pen.family, bold=True)
        labels = [tr("Lever"), *(row.label for row in page.rows)]
        found = [min(max(width_of(label, self.pen) for label in labels), MOST_LABEL)]
        for place, name in enumerate(page.columns):
            cells = [with_sign(row.cells[place]) for row in page.rows if place < len(row.cells)]
            found.append(
                max([self._in_two_lines(name), *(width_of(cell, strong) for cell in cells)])
            )
        verdicts = [tr("Verdict"), *(VERDICT_WORDS[row.verdict] for row in page.rows)]
        found.append(max(width_of(words, strong) for words in verdicts))
        left = self.width - sum(found) - GAP * len(found)
        return (*found, max(left, LEAST_WHY))

    def _in_two_lines(self, head: str) -> float:
        """What a head takes."""
        words = head.split(" ")
        halves = [(words[:cut], words[cut:]) for cut in range(1, len(words) + 1)]
        return min(
            max(width_of(" ".join(half), self.muted) for half in both if half) for both in halves
        )

    @property
    def row_gap(self) -> float:
        """Above and below the letters of a row, together."""
        return 0.45 * self.pen.size * POINT

    @property
    def height(self) -> float:
        """In millimetres."""
        lines = sum(self._lines(row) for row in self.page.rows)
        groups = sum(1 for group, _ in groupby(self.page.rows, lambda row: row.group) if group)
        rows = len(self.page.rows) + groups
        return (self._head_lines + lines + groups) * self.pen.line + (rows + 1) * self.row_gap

    def write(self, paper: Paper, left: float, top: float) -> float:
        """Writes it; where the next thing may begin."""
        y = self._write_head(paper, left, top)
        for group, rows in groupby(self.page.rows, lambda row: row.group):
            if group:
                paper.write(left, y + self.row_gap / 2, group, self.muted)
                y += self.pen.line + self.row_gap
                paper.rule(y, left, left + self.width, GRID, 0.5)
            for row in rows:
                y = self._write_row(paper, left, y, row)
        return y

    @cached_property
    def _heads(self) -> list[list[str]]:
        names = [tr("Lever"), *self.page.columns, tr("Verdict"), tr("Why")]
        return [
            lines_of(name, width + 0.5, self.muted)
            for name, width in zip(names, self.widths, strict=True)
        ]

    @property
    def _head_lines(self) -> int:
        return max(map(len, self._heads))

    def _lines(self, row: PageRow) -> int:
        return max(len(self._why(row)), len(self._label(row)), 1)

    def _why(self, row: PageRow) -> list[str]:
        return lines_of(row.reason, self.widths[-1], self.muted)

    def _label(self, row: PageRow) -> list[str]:
        return lines_of(row.label, self.widths[0] + 0.1, self.pen)

    def _places(self, left: float) -> Sequence[float]:
        """The left edge of every column."""
        places = [left]
        for width in self.widths[:-1]:
            places.append(places[-1] + width + GAP)
        return places

    def _write_head(self, paper: Paper, left: float, top: float) -> float:
        places, last = self._places(left), len(self.page.columns)
        for place, (x, lines) in enumerate(zip(places, self._heads, strict=True)):
            is_figure = 0 < place <= last
            for number, line in enumerate(lines):
                y = top + (self._head_lines - len(lines) + number) * self.pen.line
                at = x + self.widths[place] if is_figure else x
                paper.write(at, y, line, self.muted, "right" if is_figure else "left")
        y = top + self._head_lines * self.pen.line + self.row_gap
        paper.rule(y, left, left + self.width, FRAME, 0.6)
        return y

    def _write_row(self, paper: Paper, left: float, top: float, row: PageRow) -> float:
        y, places = top + self.row_gap / 2, self._places(left)
        paper.block(left, y, self._label(row), self.pen)
        for x, width, cell in zip(places[1:], self.widths[1:], row.cells, strict=False):
            paper.write(x + width, y, with_sign(cell), self._pen(cell.verdict), "right")
        paper.write(places[-2], y, VERDICT_WORDS[row.verdict], self._pen(row.verdict))
        paper.block(places[-1], y, self._why(row), self.muted)
        y = top + self._lines(row) * self.pen.line + self.row_gap
        paper.rule(y, left, left + self.width, GRID, 0.5)
        return y

    def _pen(self, verdict: Verdict) -> Pen:
        is_said = verdict in INK
        colour = INK.get(verdict, MUTED if verdict else TEXT)
        if self.page.look.monochrome:
            colour = TEXT if is_said or not verdict else MUTED
        return Pen(self.pen.size, self.pen.family, bold=is_said, colour=colour)
