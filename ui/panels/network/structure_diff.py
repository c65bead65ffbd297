"""A comparison of two networks: their totals, and below them their layers, aligned."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.plain import Label, tip
from ui.models.structure_diff import DiffTable
from workbench.base import units
from workbench.base.text import tr
from workbench.levers.comparison import Comparison, Total

ROW_HEIGHT = 24
LONGEST = 84 * theme.UNIT
"""Of a column; the tooltip has the whole."""
NAME_WIDTH = 40 * theme.UNIT


class TotalsGrid(QWidget):
    """What both networks cost, and the difference in percent; fewer is green."""

    def __init__(self) -> None:
        super().__init__()
        self.names = (Label(), Label())
        self.cells: dict[str, tuple[QLabel, QLabel, QLabel]] = {}
        self._grid = QGridLayout(self)
        theme.spaced(self._grid, 3, 2, 3, 2)
        self._grid.setHorizontalSpacing(5 * theme.UNIT)
        self._grid.setVerticalSpacing(0)
        for line, label in enumerate((*self.names, Label(tr("difference"))), start=1):
            label.setProperty("role", "muted")
            label.setFixedWidth(NAME_WIDTH)
            self._grid.addWidget(label, line, 0)
        for name, title, reason in (
            ("parameters", tr("parameters"), tr("Weights of the network")),
            ("macs", tr("MACs"), tr("Multiply-accumulate operations for one image")),
            ("weight_bytes", tr("weights"), tr("Size of the weights in float32")),
            (
                "training_bytes",
                tr("to train"),
                tr(
                    "Memory that training takes, about: weights, gradients, the optimizer's "
                    "values and every layer's output for a batch"
                ),
            ),
        ):
            self._add_column(name, title, reason)
        self._grid.setColumnStretch(len(self.cells) + 1, 1)

    def _add_column(self, name: str, title: str, reason: str) -> None:
        head, cells = Label(title), (Label(), Label(), Label())
        head.setProperty("role", "muted")
        cells[1].setProperty("role", "title")
        column = len(self.cells) + 1
        for line, label in enumerate((head, *cells)):
            label.setToolTip(reason)
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(label, line, column)
        self.cells[name] = cells

    def show_totals(self, totals: tuple[Total, ...], left: str, right: str) -> None:
        """Shows the figures under the names of both sides."""
        for label, name in zip(self.names, (left, right), strict=True):
            metrics = label.fontMetrics()
            label.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, NAME_WIDTH))
            label.setToolTip(tip(name))
        for total in totals:
            before, after, difference = self.cells[total.name]
            before.setText(total.amount(total.left))
            after.setText(total.amount(total.right))
            show_relative(difference, total)


class StructureDiffView(QWidget):
    """Totals and layers of a comparison, or one sentence on what prevents it."""

    def __init__(self) -> None:
        super().__init__()
        self.comparison: Comparison | None = None
        self.totals = TotalsGrid()
        self.model = DiffTable()
        self.table = self._make_table()
        self.note = Label()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setContentsMargins(3 * theme.UNIT, 0, 3 * theme.UNIT, theme.UNIT)
        self.sentence = Label()
        self.sentence.setProperty("role", "muted")
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setContentsMargins(*4 * (6 * theme.UNIT,))
        whole = QWidget()
        whole.setObjectName("page")
        column = QVBoxLayout(whole)
        theme.spaced(column, 0)
        column.addWidget(self.totals)
        column.addWidget(self.note)
        column.addWidget(self.table, 1)
        self.pages = QStackedWidget()
        self.pages.setObjectName("page")
        self.pages.addWidget(self.sentence)
        self.pages.addWidget(whole)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(self.pages)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setAccessibleName(tr("Layers of both networks"))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setMaximumSectionSize(LONGEST)
        self.copy_action = QAction(tr("Copy table"), table)
        theme.set_icon(self.copy_action, "duplicate")
        self.copy_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self.copy_action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.copy_action.setToolTip(
            tr("Copy all layers with their differences, for a spreadsheet (Ctrl+C)")
        )
        self.copy_action.triggered.connect(self.copy)
        table.addAction(self.copy_action)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return table

    def show_comparison(
        self, comparison: Comparison, left: str, right: str, note: str = ""
    ) -> None:
        """Shows two networks.

        Args:
            comparison: Of both; both fit their input.
            left: What the first is called.
            right: What the second is called.
            note: What has to be known to read it.
        """
        self.comparison = comparison
        self.totals.show_totals(comparison.totals, left, right)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.model.show(comparison)
        self.copy_action.setEnabled(True)
        self.pages.setCurrentIndex(1)

    def say(self, sentence: str) -> None:
        """Shows a sentence in place of a comparison."""
        self.comparison = None
        self.model.show(None)
        self.sentence.setText(sentence)
        self.copy_action.setEnabled(False)
        self.pages.setCurrentIndex(0)

    def copy(self) -> None:
        """Puts the layers on the clipboard as tab-separated values."""
        if self.comparison is not None:
            QGuiApplication.clipboard().setText(self.comparison.tsv())


def show_relative(label: QLabel, total: Total) -> None:
    """Shows a total's difference in percent, green where there is less of it."""
    change = total.right - total.left
    label.setText(units.relative(total.left, total.right))
    theme.set_property(label, "role", "problem" if change > 0 else "good" if change else "muted")
