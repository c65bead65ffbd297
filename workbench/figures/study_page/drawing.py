"""The answer of a study as one page of A4: its letters shrink until it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbench import __version__
from workbench.base.text import tr
from workbench.figures.measured.drawing import paint_lines
from workbench.figures.measured.settings import MeasuredLines
from workbench.figures.settings import FigureLook
from workbench.figures.study_page.paper import MONO, MUTED, POINT, Paper, Pen, lines_of, width_of
from workbench.figures.study_page.settings import A4, PageRow, StudyPage
from workbench.figures.study_page.table import PageTable
from workbench.figures.waterfall.drawing import hatched_style, height_of, legend_of, paint
from workbench.figures.waterfall.settings import WaterfallFigure

MARGIN, GAP, AIR = 13.0, 6.0, 4.2
"""Around the page, between its two columns, and above a part of it, in millimetres."""

SIZES = (7.5, 7.2, 6.9, 6.6, 6.3, 6.0, 5.7, 5.4, 5.1, 4.8, 4.5)
"""Of its letters in points, as many as it takes to make it fit; a title is larger."""

CODE = 4.6
"""Points of the letters of commands: they are to be copied rather than read."""

SENTENCE = (13.0, 12.0, 11.0, 10.0, 9.0)
LEAST_SENTENCE_LINES = 2
"""It is not made smaller for less."""

LEFT_SHARE = 0.57
"""Of the width, what the waterfall takes beside the front."""

UNTRIED = ("does not apply", "not tried")
LEAST_FIGURE, MOST_FIGURE = 52.0, 92.0


def page_of(page: StudyPage, data: None) -> Figure:
    """The page."""
    look = page.look
    with mpl.rc_context(hatched_style(look)):
        return _fitting(page).drawn()


def _fitting(page: StudyPage) -> _Plan:
    """In the largest letters in which the commands of all that was tried have room; with more of
    them where there is more room, and in the smallest letters with fewer.
    """
    commands = page.commands
    tried = sum(1 for row in commands if row.verdict not in UNTRIED)
    for size in SIZES:
        for shown in range(len(commands), tried - 1, -1):
            plan = _Plan(page, size, shown)
            if plan.fits:
                return plan
    for shown in range(tried, 0, -1):
        plan = _Plan(page, SIZES[-1], shown)
        if plan.fits:
            return plan
    return _Plan(page, SIZES[-1], 0)


@dataclass(frozen=True)
class _Plan:
    """The page in one size of letters.

    Attributes:
        page: What it shows.
        size: Of its letters, in points.
        shown: So many of its commands are shown.
    """

    page: StudyPage
    size: float
    shown: int

    @property
    def _width(self) -> float:
        return A4[0] - 2 * MARGIN

    @property
    def _pen(self) -> Pen:
        return Pen(self.size, self.page.look.font)

    @property
    def _muted(self) -> Pen:
        return Pen(self.size, self.page.look.font, colour=MUTED)

    @property
    def _head(self) -> Pen:
        return Pen(self.size + 1.0, self.page.look.font, bold=True)

    @property
    def _code(self) -> Pen:
        return Pen(CODE, MONO)

    # --- heights -------------------------------------------------------------------------------

    @property
    def fits(self) -> bool:
        """Whether all of it has room."""
        top = MARGIN + self._top_height + self._figure_height
        parts = (self._table_height, self._facts_height, self._commands_height)
        return top + sum(parts) + self._pen.line <= A4[1] - MARGIN

    @property
    def _top_height(self) -> float:
        pen, lines = self._sentence
        lead = len(self._lead) * self._pen.line
        return self._pen.line + 1.5 + len(lines) * pen.line + (1.2 + lead if lead else 0.0)

    @cached_property
    def _sentence(self) -> tuple[Pen, list[str]]:
        """In the largest letters in which it takes the fewest lines."""
        pens = [Pen(size, self.page.look.font, bold=True) for size in SENTENCE]
        set_ones = [(pen, lines_of(self.page.sentence, self._width, pen)) for pen in pens]
        fewest = max(len(set_ones[-1][1]), LEAST_SENTENCE_LINES)
        return next((pen, lines) for pen, lines in set_ones if len(lines) <= fewest)

    @cached_property
    def _lead(self) -> list[str]:
        return lines_of(self.page.lead, self._width, self._muted) if self.page.lead else []

    @property
    def _has_figures(self) -> bool:
        return bool(self.page.waterfalls) or self.page.front is not None

    @property
    def _figure_height(self) -> float:
        """With the space above."""
        return AIR + self._head.line + self._axes_height if self._has_figures else 0.0

    @cached_property
    def _axes_height(self) -> float:
        if not self.page.waterfalls:
            return LEAST_FIGURE
        look = self._look_of(LEFT_SHARE)
        least = (height_of(self.page.waterfalls[0], look) + 2 * look.font_size) * POINT
        return min(max(LEAST_FIGURE, least), MOST_FIGURE)

    @cached_property
    def _table(self) -> PageTable:
        return PageTable(self.page, self._pen, self._width)

    @property
    def _table_height(self) -> float:
        return AIR + self._table.height if self.page.rows else 0.0

    @property
    def _facts_height(self) -> float:
        halves = [sum(len(lines) for _, lines in half) for half in self._facts]
        return AIR + max(halves) * self._pen.line if self.page.facts else 0.0

    @cached_property
    def _facts(self) -> tuple[list[tuple[str, list[str]]], list[tuple[str, list[str]]]]:
        """Titles and lines of both columns, which are about as long."""
        room = (self._width - GAP) / 2 - self._fact_indent
        facts = [(fact.title, lines_of(fact.text, room, self._pen)) for fact in self.page.facts]
        whole, first = sum(len(lines) for _, lines in facts), 0
        taken = 0
        while first < len(facts) and taken < whole / 2:
            taken += len(facts[first][1])
            first += 1
        return facts[:first], facts[first:]

    @property
    def _fact_indent(self) -> float:
        titles = (width_of(fact.title, self._muted) for fact in self.page.facts)
        return max(titles, default=0.0) + 2.5

    @property
    def _shown_rows(self) -> list[PageRow]:
        """Those whose commands are shown: what was tried before what was not."""
        return sorted(self.page.commands, key=lambda row: row.verdict in UNTRIED)[: self.shown]

    @cached_property
    def _commands(self) -> list[tuple[str, list[str]]]:
        room = self._width - self._command_indent
        return [(row.label, lines_of(row.command, room, self._code)) for row in self._shown_rows]

    @property
    def _command_indent(self) -> float:
        labels = (width_of(row.label, self._small) for row in self._shown_rows)
        return min(max(labels, default=0.0), 34.0) + 2.5

    @property
    def _small(self) -> Pen:
        return Pen(self._code.size, self.page.look.font, colour=MUTED)

    @property
    def _commands_height(self) -> float:
        if not self.page.commands:
            return 0.0
        lines = sum(len(lines) for _, lines in self._commands)
        gaps = 0.3 * len(self._commands)
        return AIR + self._head.line + lines * self._code.line + gaps + self._rest_line

    @property
    def _rest_line(self) -> float:
        return self._small.line if self.shown < len(self.page.commands) else 0.0

    # --- ink -----------------------------------------------------------------------------------

    def drawn(self) -> Figure:
        """The page."""
        paper = Paper(*A4)
        y = self._write_top(paper, MARGIN)
        if self._has_figures:
            self._draw_figures(paper, y + AIR)
            y += self._figure_height
        if self.page.rows:
            y = self._table.write(paper, MARGIN, y + AIR)
        if self.page.facts:
            y = self._write_facts(paper, y + AIR)
        if self.page.commands:
            self._write_commands(paper, y + AIR)
        foot = tr("DLOpt Workbench {version}", version=__version__)
        right = A4[0] - MARGIN
        paper.write(right, A4[1] - MARGIN - self._small.line, foot, self._small, "right")
        return paper.figure

    def _write_top(self, paper: Paper, y: float) -> float:
        paper.write(MARGIN, y, self.page.title, self._muted)
        paper.write(A4[0] - MARGIN, y, self.page.date, self._muted, "right")
        y += self._pen.line + 1.5
        pen, lines = self._sentence
        y = paper.block(MARGIN, y, lines, pen)
        return paper.block(MARGIN, y + 1.2, self._lead, self._muted) if self._lead else y

    def _look_of(self, share: float) -> FigureLook:
        """What a figure on the page looks like that takes a share of its width."""
        look = self.page.look
        size = max(self.size - 0.4, 4.0)
        return look.changed(width=share * self._width, font_size=size, title="")

    def _draw_figures(self, paper: Paper, y: float) -> None:
        both = bool(self.page.waterfalls) and self.page.front is not None
        left = LEFT_SHARE * (self._width - GAP) if both else self._width
        top, height = y + self._head.line, self._axes_height
        x = MARGIN
        if self.page.waterfalls:
            paper.write(x, y, tr("What each lever is worth"), self._head)
            look = self._look_of(left / self._width)
            with mpl.rc_context({"font.size": look.font_size}):
                axes = self._waterfall(paper, self.page.waterfalls[0], look)
                paper.settle(axes, x, top, left, height)
            x += left + GAP
        if self.page.front is not None:
            right = MARGIN + self._width - x
            paper.write(x, y, tr("What it costs against what it gives"), self._head)
            look = self._look_of(right / self._width)
            with mpl.rc_context({"font.size": look.font_size}):
                axes = self._front(paper, self.page.front, look)
                paper.settle(axes, x, top, right, height)

    def _waterfall(self, paper: Paper, figure: WaterfallFigure, look: FigureLook) -> Axes:
        axes = paper.axes()
        dressed = figure.changed(look=look.values())
        paint(axes, dressed, look)
        self._legend(axes, *legend_of(dressed), look)
        return axes

    def _front(self, paper: Paper, figure: MeasuredLines, look: FigureLook) -> Axes:
        axes = paper.axes()
        handles = paint_lines(axes, figure.changed(look=look.values()), look)
        self._legend(axes, handles, [one.label or one.name for one in figure.series], look)
        return axes

    def _legend(
        self, axes: Axes, handles: Sequence[Artist], labels: list[str], look: FigureLook
    ) -> None:
        """Above the axes, from their left edge on."""
        points = look.font_size
        pen = Pen(points, look.font)
        widest = max(width_of(label, pen) for label in labels) + 3 * points * POINT
        columns = max(1, min(len(labels), int(0.8 * look.width / widest)))
        legend = axes.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=columns,
            frameon=False,
            fontsize=points,
            handlelength=1.4,
            columnspacing=1.2,
            labelspacing=0.25,
            borderaxespad=0.2,
            borderpad=0.2,
        )
        for text in legend.get_texts():
            text.set_parse_math(False)

    def _write_facts(self, paper: Paper, y: float) -> float:
        bottom, x = y, MARGIN
        for half in self._facts:
            row = y
            for title, lines in half:
                paper.write(x, row, title, self._muted)
                row = paper.block(x + self._fact_indent, row, lines, self._pen)
            bottom, x = max(bottom, row), x + (self._width + GAP) / 2
        return bottom

    def _write_commands(self, paper: Paper, y: float) -> None:
        paper.write(MARGIN, y, tr("Reproduce it"), self._head)
        y += self._head.line
        for label, lines in self._commands:
            words = _cut(label, self._command_indent - 2.0, self._small)
            paper.write(MARGIN, y, words, self._small)
            y = paper.block(MARGIN + self._command_indent, y, lines, self._code) + 0.3
        if self._rest_line:
            words = tr("The other commands are in the page as HTML: there is no room for them here")
            paper.write(MARGIN, y, words, self._small)


def _cut(label: str, room: float, pen: Pen) -> str:
    """A label in one line."""
    kept = label
    while len(kept) > 1 and width_of(kept, pen) > room:
        kept = f"{kept[:-2]}…"
    return kept
