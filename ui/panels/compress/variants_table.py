"""The table of variants: the original, what was made from it, and each figure's difference."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from ui.look import theme
from ui.look.plain import tip
from ui.panels.shared.figure_table import FigureTable
from workbench.base.text import as_text, joined, tr
from workbench.base.units import NONE
from workbench.compression.variants import JUDGED, JudgedFigure, Variant, verdicts
from workbench.runs.columns import column_of
from workbench.runs.status import RunStatus

ROW_HEIGHT = 10 * theme.UNIT
"""Two lines: the figure, and its difference."""

NAME_WIDTH = 52 * theme.UNIT


class VariantsTable(FigureTable):
    """A row for each variant, which says in red what got worse and in green what got better.

    Signals:
        chosen: A person chose a variant; the id of its run.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        heads = [(tr("Variant"), tr("What was done to the network"))]
        heads += [(column_of(key).title, column_of(key).help) for key in JUDGED]
        super().__init__(tr("Variants with their figures"), heads)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.setColumnWidth(0, NAME_WIDTH)
        self.setWordWrap(False)  # a long recipe is elided; its tooltip has all of it
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.itemSelectionChanged.connect(self._say_chosen)
        self.variants: Sequence[Variant] = ()

    @property
    def current(self) -> Variant | None:
        """The variant that is chosen."""
        lines = [index.row() for index in self.selectionModel().selectedRows()]
        return self.variants[lines[0]] if lines else None

    @Slot()
    def _say_chosen(self) -> None:
        if self.current is not None:
            self.chosen.emit(self.current.run.run_id)

    def show_variants(self, variants: Sequence[Variant]) -> None:
        """Show these, the original first."""
        before = self.current
        self.variants = variants
        with QSignalBlocker(self):
            self._fill(variants)
            self.clearSelection()
            if before is not None:
                self.select_run(before.run.run_id)

    def _fill(self, variants: Sequence[Variant]) -> None:
        self.setRowCount(len(variants))
        for line, variant in enumerate(variants):
            words = [_name(variant), *(_cell(figure) for figure in variant.figures)]
            reason = joined(
                "\n", [variant.steps or variant.run.name, *map(_sentence, verdicts(variant))]
            )
            self.put(line, words, reason=reason)
            for place, figure in enumerate(variant.figures, 1):
                self._mark(line, place, figure)
        for place in range(len(JUDGED)):  # what nobody measured takes no room
            known = any(variant.figures[place].text != NONE for variant in variants)
            self.setColumnHidden(place + 1, not known)

    def select_run(self, run_id: str) -> None:
        """Select the row of a run, where it has one."""
        for line, variant in enumerate(self.variants):
            if variant.run.run_id == run_id:
                self.setCurrentCell(line, 0)

    def restyle(self) -> None:
        """Draw in the colours in force."""
        self.show_variants(self.variants)

    def _mark(self, line: int, place: int, figure: JudgedFigure) -> None:
        """Color what is worse or better, and say it in words."""
        item = self.item(line, place)
        assert item is not None
        if figure.is_worse or figure.is_better:
            tones = theme.tones()
            item.setForeground(QColor(tones.bad if figure.is_worse else tones.good))
        elif figure.change:
            item.setForeground(QColor(theme.tones().muted))
        said = [_sentence(each) for each in (figure.verdict, figure.chance) if each]
        if said:
            item.setToolTip(tip(joined("\n", said)))


def _name(variant: Variant) -> str:
    indent = "\u2003" * variant.depth
    name = variant.steps.replace(",", ", ") if variant.depth else tr("Original")
    state = variant.run.status
    if state is RunStatus.COMPLETED:
        return indent + name
    return indent + joined("\n" + indent, [name, as_text(state.value)])


def _cell(figure: JudgedFigure) -> str:
    return joined("\n", [figure.text, figure.change]) if figure.change else figure.text


def _sentence(fault: str) -> str:
    return fault[:1].upper() + fault[1:]
