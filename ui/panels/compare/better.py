"""Compare, page "Better?": whether a group of runs is better than another, or only luckier."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.background.when_shown import WhenShown
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.models.run_feed import RunFeed
from ui.models.run_groups import RunGroup, offered, suggested
from ui.panels.compare.group_box import GroupBox
from ui.panels.shared.figure_table import ROW_HEIGHT, FigureTable
from ui.plots.figures.interval import Interval, IntervalPlot
from workbench.base.text import tr
from workbench.base.units import NONE
from workbench.evaluation import predictions
from workbench.evaluation.group_test import METRICS, Group, Judgement, judge
from workbench.evaluation.predictions import Predictions
from workbench.runs.columns import RUN_COLUMNS, Value
from workbench.runs.record import Run
from workbench.runs.store import Store

WIDEST = 220 * theme.UNIT
"""A longer line is hard to read, and a wider plot says no more."""


class BetterPage(QWidget):
    """Two groups, a figure, and the answer.

    Args:
        folder: Of the store.
        feed: The runs, to choose groups from.
        jobs: Of the window.

    Signals:
        failed: A sentence.
    """

    failed = Signal(str)

    def __init__(self, folder: Path, feed: RunFeed, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._feed = feed
        self._selected: list[str] = []
        self._is_new_selection = False
        self.judgement: Judgement | None = None
        self._folder = folder
        self.latest = jobs.latest(self)
        self.latest.failed.connect(self.failed)
        self._make_controls()
        self._make_answer()
        self._lay_out()
        self.follow = WhenShown(self, self._refresh)
        for signal in (feed.changed, feed.finished, self.a.chosen, self.b.chosen):
            signal.connect(self.follow.mark)
        self.figure.currentIndexChanged.connect(self.follow.mark)

    # --- building ------------------------------------------------------------------------------

    def _make_controls(self) -> None:
        reason = tr("Runs that differ in seed or fold alone: a tag, a name, a run, or the selected")
        self.a, self.b = GroupBox(tr("Group A"), reason), GroupBox(tr("Group B"), reason)
        self.swap = QToolButton()
        self.swap.setText("⇄")
        self.swap.setAccessibleName(tr("Swap A and B"))
        self.swap.setToolTip(tr("Swap A and B"))
        self.swap.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.swap.clicked.connect(self._swap)
        self.figure = QComboBox()
        give_name(self.figure, tr("Figure"))
        self.figure.setToolTip(
            tr("Judge by the test part; validation accuracy was looked at while choosing")
        )
        for key in METRICS:
            self.figure.addItem(RUN_COLUMNS[key].title, key)

    def _make_answer(self) -> None:
        self.sentence, self.notes = Label(), Label()
        self.sentence.setProperty("role", "title")
        self.notes.setProperty("role", "muted")
        for label in (self.sentence, self.notes):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setMaximumWidth(WIDEST)
        self.plot = IntervalPlot(tr("Difference with its 95 % interval"))
        self.plot.setMaximumWidth(WIDEST)
        self.plot.setToolTip(
            tr(
                "The bar is the 95 % interval of the difference; dots are single pairs.\n"
                "Where the bar crosses the dashed line, chance alone may be the cause."
            )
        )
        titles = (tr("Pair"), tr("A"), tr("B"), tr("Difference, B − A"))
        self.table = FigureTable(
            tr("Runs of both groups, pair by pair"), [(title, "") for title in titles]
        )
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.table.setMaximumWidth(WIDEST)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        theme.spaced(row, 3, 1, 3, 2, spacing=2)
        for text, box in ((tr("A"), self.a), (tr("B"), self.b), (tr("by"), self.figure)):
            label = Label(text)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box)
            if box is self.b:
                row.addWidget(self.swap)
        row.addStretch(1)
        self.empty = Label()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")
        answer = QWidget()
        column = QVBoxLayout(answer)
        theme.spaced(column, 3, 2, 3, 0, spacing=3)
        for widget in (self.sentence, self.plot, self.notes):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        self.answer = answer
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(answer)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addLayout(row)
        layout.addWidget(self.stack, 1)

    # --- which groups --------------------------------------------------------------------------

    def select(self, run_ids: Sequence[str]) -> None:
        """These runs are selected; where they are two groups, these are compared."""
        self._selected, self._is_new_selection = list(run_ids), True
        self.follow.mark()

    @Slot()
    def _swap(self) -> None:
        self.a.group, self.b.group = self.b.group, self.a.group
        self.follow.mark()

    def _refresh(self) -> None:
        found = suggested(self._feed.frame, self._selected) if self._is_new_selection else None
        self._is_new_selection = False
        if found is not None:
            self.a.group, self.b.group = found
        groups = offered(self._feed.frame, self._selected)
        self.a.show_groups(groups, self.a.group)
        self.b.show_groups(groups, self.b.group)
        a, b = self.a.group, self.b.group
        self.swap.setEnabled(a is not None and b is not None)
        if a is None or b is None or a.key == b.key:
            self._say_nothing(groups)
        else:
            figure = str(self.figure.currentData())
            judged = in_store(self._folder, partial(_judged, a, b, figure))
            self.latest.ask(judged, self._show)

    def _say_nothing(self, groups: Sequence[RunGroup]) -> None:
        """Says what is missing for an answer."""
        self.judgement = None
        if len(groups) < 2:
            text = tr(
                "Nothing to compare yet. Train an experiment with several seeds "
                "(Run menu), change one thing,\nand train it with the same seeds "
                "again: here you see whether the change made it better."
            )
        elif self.a.group is not None and self.b.group is not None:
            text = tr("A and B are the same group; choose another one for B.")
        else:
            text = tr(
                "Choose two groups of runs above, or select two runs in the table:\n"
                "here you see whether one is better or only luckier."
            )
        self.empty.setText(text)
        self.stack.setCurrentWidget(self.empty)

    # --- the answer ----------------------------------------------------------------------------

    @Slot(object)
    def _show(self, found: Judgement) -> None:
        if self.a.group is None or self.b.group is None:
            return  # the choice was taken back meanwhile
        self.judgement = found
        self.sentence.setText(found.sentence)
        self.notes.setText("\n".join(found.notes))
        self.notes.setVisible(bool(found.notes))
        self.plot.setVisible(found.outcome is not None)
        self.plot.show_interval(self._interval(found))
        self._show_rows(found)
        self.stack.setCurrentWidget(self.answer)

    def _interval(self, found: Judgement) -> Interval | None:
        """The gain of B over A, positive where B is better."""
        outcome, sign = found.outcome, found.column.better
        if outcome is None:
            return None
        low, high = sorted((sign * outcome.low, sign * outcome.high))
        middle = sign * outcome.difference
        gains = [sign * d for row in found.rows if (d := row.difference) is not None]
        low_text, middle_text, high_text = (found.signed(v) for v in (low, middle, high))
        a, b = found.names
        return Interval(
            low,
            middle,
            high,
            (low_text, middle_text, high_text),
            gains if len(gains) > 1 else (),
            tr("← {a} better", a=a),
            tr("{b} better →", b=b),
            outcome.is_shown,
        )

    def _show_rows(self, found: Judgement) -> None:
        text = found.column.text
        a, b = found.spreads
        rows: list[tuple[str, ...]] = [
            (row.label, text(row.a), text(row.b), found.signed(row.difference))
            for row in found.rows
        ]
        if len(rows) > 1:
            means = (a.mean if a is not None else None, b.mean if b is not None else None)
            deviations: tuple[Value, Value] = (
                a.deviation if a is not None else None,
                b.deviation if b is not None else None,
            )
            gain = found.outcome.difference if found.outcome is not None else None
            rows.append((tr("Mean"), text(means[0]), text(means[1]), found.signed(gain)))
            spread = text(deviations[0]), text(deviations[1])
            rows.append((tr("Standard deviation"), *spread, NONE))
        for column, name in enumerate(found.names, 1):
            head = self.table.horizontalHeaderItem(column)
            assert head is not None
            head.setText(name)
        self.table.setRowCount(len(rows))
        for line, cells in enumerate(rows):
            self.table.put(line, cells, bold=line >= len(found.rows))


def _judged(a: RunGroup, b: RunGroup, metric: str, store: Store) -> Judgement:
    """Reads both groups and what was predicted, in any thread.

    Raises:
        StoreError, SpecError: where a run can't be read.
    """

    def answers(run: Run, part: str) -> Predictions | None:
        return predictions.load(store.artifacts(run.run_id), part)

    one, other = (Group(group.name, tuple(group.find(store))) for group in (a, b))
    return judge(one, other, metric, answers)
