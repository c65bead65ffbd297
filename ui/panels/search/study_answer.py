"""Search, page "Study": the answer, as sentence, waterfall, front, table and facts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.panels.export.button import export_action, export_button
from ui.panels.search.study_table import StudyTable
from ui.plots.figures.dots import Dots
from ui.plots.figures.scatter import Cloud, ScatterAxis, ScatterPlot, scaled
from ui.plots.figures.waterfall import WaterfallPlot
from ui.plots.ticks import quantity_of
from workbench.base.text import joined, tr
from workbench.curves.looks import CYCLE
from workbench.figures.study_page.settings import PageFact, StudyPage
from workbench.study.answer_page.charts import COLOURS, cost_of, value_of
from workbench.study.answer_page.effects import column_of
from workbench.study.lever_study.answer import ACCURACY, StudyAnswer, StudyArm, is_ratio
from workbench.tradeoffs.titles import title_of

WIDEST = 260 * theme.UNIT
FRONT_WIDTH, FRONT_HEIGHT = 72 * theme.UNIT, 64 * theme.UNIT
DOT = 9.0


class StudyAnswerView(QWidget):
    """Shows one answer.

    Signals:
        picked: These runs are to be selected in the table, by their ids.
        used: The settings of the row of this number are to be put into the form.
        copied: A command was put on the clipboard; a sentence.
        export_requested: Make a figure of this: a `FigureSpec`, and the words of its legend.

    Attributes:
        answer, page: What is shown; None before the first.
    """

    picked = Signal(list)
    used = Signal(int)
    copied = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.answer: StudyAnswer | None = None
        self.page: StudyPage | None = None
        self._arms: Sequence[StudyArm] = ()
        self._make_words()
        self._make_charts()
        self.table = StudyTable()
        self.table.picked.connect(self.picked)
        self.table.used.connect(self.used)
        self.table.copied.connect(self.copied)
        self._lay_out()

    def _make_words(self) -> None:
        self.sentence, self.lead = Label(), Label()
        font = self.sentence.font()
        font.setPointSizeF(1.35 * font.pointSizeF())
        self.sentence.setFont(font)
        self.sentence.setProperty("role", "title")
        self.lead.setProperty("role", "muted")
        for label in (self.sentence, self.lead):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setMaximumWidth(WIDEST)

    def _make_charts(self) -> None:
        self.quantity = QComboBox()
        give_name(self.quantity, tr("Quantity of the waterfall"))
        self.quantity.setToolTip(tr("What the bars say how much each lever is worth in"))
        self.quantity.currentIndexChanged.connect(self._show_waterfall)
        self.waterfall = WaterfallPlot(tr("What each lever is worth"))
        self.note = Label()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.export_action = export_action(self, tr("The waterfall as SVG, PDF, PNG or CSV"))
        self.export_action.triggered.connect(self._export)
        self.export_button = export_button(self.export_action)
        self.front = ScatterPlot()
        self.front.setMinimumWidth(FRONT_WIDTH)
        self.front.setFixedHeight(FRONT_HEIGHT)
        self.front.picked.connect(self._pick)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        theme.spaced(head, 0, spacing=2)
        self.charts_title = Label(tr("What each lever is worth, in"))
        self.charts_title.setBuddy(self.quantity)
        for widget in (self.charts_title, self.quantity):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.export_button)
        left = QVBoxLayout()
        theme.spaced(left, 0, spacing=2)
        left.addLayout(head)
        left.addWidget(self.waterfall)
        left.addWidget(self.note)
        left.addStretch(1)
        self.left = QWidget()
        self.left.setLayout(left)
        charts = QHBoxLayout()
        theme.spaced(charts, 0, spacing=6)
        charts.addWidget(self.left, 3)
        charts.addWidget(self.front, 2)
        self.facts = QWidget()
        self._grid = QGridLayout(self.facts)
        theme.spaced(self._grid, 0, spacing=4)
        column = QVBoxLayout(self)
        theme.spaced(column, 3, 2, 3, 3, spacing=4)
        column.addWidget(self.sentence)
        column.addWidget(self.lead)
        column.addLayout(charts)
        column.addWidget(self.table)
        column.addWidget(self.facts)
        column.addStretch(1)

    # --- what is shown -------------------------------------------------------------------------

    def show_answer(self, answer: StudyAnswer, page: StudyPage) -> None:
        """Shows this.

        Args:
            answer: Of the study.
            page: Made of it.
        """
        self.answer, self.page = answer, page
        self.sentence.setText(page.sentence)
        self.lead.setText(page.lead)
        self.lead.setVisible(bool(page.lead))
        self._offer_quantities(page)
        self._show_front(answer)
        self.table.show_rows(page)
        self._show_facts(page.facts)

    def _offer_quantities(self, page: StudyPage) -> None:
        known = self.quantity.currentData()
        with QSignalBlocker(self.quantity):
            self.quantity.clear()
            for number, figure in enumerate(page.waterfalls):
                self.quantity.addItem(figure.title, figure.what)
                if figure.what == known:
                    self.quantity.setCurrentIndex(number)
        self.left.setVisible(bool(page.waterfalls))
        self._show_waterfall()

    @Slot()
    def _show_waterfall(self) -> None:
        place = self.quantity.currentIndex()
        found = self.page.waterfalls[place] if self.page is not None and place >= 0 else None
        self.waterfall.show_figure(found)
        self.note.setText(found.note if found is not None else "")

    def _show_front(self, answer: StudyAnswer) -> None:
        cost = cost_of(answer)
        self._arms = [arm for arm in answer.arms if value_of(arm, cost) is not None]
        self.front.setVisible(len(self._arms) > 1)
        if len(self._arms) < 2:
            return
        x = np.array([value_of(arm, cost) for arm in self._arms], np.float64)
        y = np.array([arm.accuracy.value for arm in self._arms], np.float64)
        best = np.flatnonzero([arm.is_on_front for arm in self._arms])
        order = best[np.argsort(x[best])]
        names = [self._name(arm) for arm in self._arms]
        dots = Dots(
            scaled(x, log=is_ratio(cost)),
            y,
            np.array([self._colour(arm) for arm in self._arms], np.intp),
            self._colours(),
            np.full(len(x), DOT),
            best,
            [names[n] if self._is_named(self._arms[n]) else "" for n in best.tolist()],
            np.array([], np.intp),
        )
        line = (dots.x[order], y[order]) if len(order) > 1 else None
        axes = [
            ScatterAxis(title_of(column).words, quantity_of(column.kind), log)
            for column, log in ((column_of(cost), is_ratio(cost)), (column_of(ACCURACY), False))
        ]
        read = partial(self._read, names, cost)
        self.front.show_cloud(Cloud(dots, axes[0], axes[1], line, read), keep_view=False)

    def _colours(self) -> list[QColor]:
        text = theme.tones().text
        return [self.front.legible(QColor(CYCLE[number] or text)) for number in COLOURS.values()]

    def _colour(self, arm: StudyArm) -> int:
        assert self.answer is not None
        best = self.answer.recommended
        kind = "front" if arm.is_on_front else "tried"
        if best is not None and arm.key == best.key:
            kind = "recommended"
        return list(COLOURS).index("baseline" if arm.key == "" else kind)

    def _is_named(self, arm: StudyArm) -> bool:
        """Whether its name stands beside its dot; the others' are long, and read by hovering."""
        assert self.answer is not None
        best = self.answer.recommended
        return not arm.levers or (best is not None and arm.key == best.key)

    def _name(self, arm: StudyArm) -> str:
        assert self.answer is not None
        if not arm.levers:
            return tr("Baseline")
        best = self.answer.recommended
        if best is not None and arm.key == best.key:
            return tr("Recommended")
        labels = {one.key: one.name for one in self.answer.levers}
        return joined(" + ", (labels.get(key, key) for key in arm.levers))

    def _read(self, names: Sequence[str], cost: str, dot: int) -> tuple[str, list[tuple[str, str]]]:
        arm = self._arms[dot]
        return names[dot], [
            (column_of(key).title, column_of(key).text(value_of(arm, key)))
            for key in (cost, ACCURACY)
        ]

    def _show_facts(self, facts: Sequence[PageFact]) -> None:
        """In two columns of titles and texts."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        half = (len(facts) + 1) // 2
        for place, some in enumerate((facts[:half], facts[half:])):
            box = QWidget()
            form = QFormLayout(box)
            form.setContentsMargins(0, 0, 0, 0)
            form.setHorizontalSpacing(3 * theme.UNIT)
            form.setVerticalSpacing(theme.UNIT)
            form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
            for fact in some:
                title, text = Label(fact.title), Label(fact.text)
                title.setProperty("role", "muted")
                text.setWordWrap(True)
                text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                form.addRow(title, text)
            self._grid.addWidget(box, 0, place, Qt.AlignmentFlag.AlignTop)
            self._grid.setColumnStretch(place, 1)

    def restyle(self) -> None:
        """Draws in the appearance in force."""
        if self.answer is not None and self.page is not None:
            self.show_answer(self.answer, self.page)

    # --- what a person does --------------------------------------------------------------------

    @Slot(int)
    def _pick(self, dot: int) -> None:
        self.picked.emit(list(self._arms[dot].run_ids))

    @Slot()
    def _export(self) -> None:
        if self.waterfall.figure is not None:
            self.export_requested.emit(self.waterfall.figure, {})
