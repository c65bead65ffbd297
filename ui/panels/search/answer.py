"""What came of a sweep: the best trial, whether it is really better, and what to do with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.plain import Label
from ui.panels.search.read_sweep import ShownSweep
from workbench.base.text import joined, tr
from workbench.study.results.standing import SweepState

WIDEST = 200 * theme.UNIT
"""A longer line is hard to read."""


class SweepAnswer(QWidget):
    """Sentences and buttons.

    Signals:
        use_asked: Put the settings of this run into the form; its id.
        compare_asked: Compare these runs; their ids.
        select_asked: Select these runs in the table; their ids.
        said: A sentence on what was done.
    """

    use_asked = Signal(str)
    compare_asked = Signal(list)
    select_asked = Signal(list)
    said = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: ShownSweep | None = None
        self.best, self.verdicts, self.notes = Label(), Label(), Label()
        self.best.setProperty("role", "title")
        self.notes.setProperty("role", "muted")
        for label in (self.best, self.verdicts, self.notes):
            label.setWordWrap(True)
            label.setMaximumWidth(WIDEST)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.use = QPushButton(tr("Use these settings"))
        self.use.setToolTip(tr("Put the best trial's settings into the form (can be undone)"))
        self.use.clicked.connect(self._use)
        self.compare = QPushButton(tr("Compare"))
        self.compare.setToolTip(tr("The curves of best, next best and baseline on the same axes"))
        self.compare.clicked.connect(self._compare)
        self.select = QPushButton(tr("Show in the table"))
        self.select.setToolTip(tr("Select the runs of the best trial in the table of runs"))
        self.select.clicked.connect(self._select)
        self.copy = QPushButton(tr("Copy the command"))
        theme.set_icon(self.copy, "copy")
        self.copy.clicked.connect(self._copy)
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=2)
        for button in (self.use, self.compare, self.select, self.copy):
            row.addWidget(button)
        row.addStretch(1)
        inner = QWidget()
        inner.setObjectName("page")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inner)
        theme.spaced(column, 3, 1, 3, 2, spacing=3)
        column.addWidget(self.best)
        column.addWidget(self.verdicts)
        column.addLayout(row)
        column.addWidget(self.notes)
        column.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName(tr("What came of the sweep"))
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        theme.spaced(outer, 0)
        outer.addWidget(area)

    def show_sweep(self, shown: ShownSweep) -> None:
        """Says what came of it."""
        self._shown = shown
        first, *rest = shown.answer
        self.best.setText(first)
        self.verdicts.setText(joined("\n", rest))
        self.verdicts.setVisible(bool(rest))
        has_ended = shown.listed.state is SweepState.ENDED
        self.notes.setText(shown.found.readings() if has_ended else "")
        has_best = shown.found.choice is not None
        for button in (self.use, self.compare, self.select):
            button.setEnabled(has_best)
        self.copy.setToolTip(shown.command)

    # --- what a person does --------------------------------------------------------------------

    @Slot()
    def _use(self) -> None:
        if self._shown is not None and self._shown.found.choice is not None:
            self.use_asked.emit(self._shown.found.choice.best.runs[0].run_id)

    @Slot()
    def _compare(self) -> None:
        if self._shown is not None and self._shown.found.choice is not None:
            self.compare_asked.emit([run.run_id for run in self._shown.found.choice.read])

    @Slot()
    def _select(self) -> None:
        if self._shown is not None and self._shown.found.choice is not None:
            self.select_asked.emit([run.run_id for run in self._shown.found.choice.best.runs])

    @Slot()
    def _copy(self) -> None:
        if self._shown is not None:
            QGuiApplication.clipboard().setText(self._shown.command)
            self.said.emit(tr("The command that makes the same sweep was copied."))
