"""Search, page "Study": every lever by every quantity, with what reproduces each row."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QToolButton, QWidget

from ui.look import theme
from ui.look.plain import tip
from ui.panels.shared.figure_table import LEFT, ROW_HEIGHT, FigureTable
from workbench.base.text import tr
from workbench.figures.study_page.settings import (
    VERDICT_WORDS,
    PageRow,
    StudyPage,
    Verdict,
    with_sign,
)

TONES = {"real": "good", "harmful": "bad"}
HEIGHT = ROW_HEIGHT + theme.UNIT
BUTTON = 6 * theme.UNIT


class StudyTable(FigureTable):
    """The table of a study.

    Signals:
        picked: The runs of a row are to be selected in the table of runs, by their ids.
        used: The settings of the row of this number are to be put into the form.
        copied: A command was put on the clipboard; a sentence.
    """

    picked = Signal(list)
    used = Signal(int)
    copied = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Every lever by every quantity"), [])
        self.verticalHeader().setDefaultSectionSize(HEIGHT)

    def show_rows(self, page: StudyPage) -> None:
        """Shows the table of a page, as high as it is."""
        count = len(page.columns)
        heads = [tr("Lever"), *page.columns, tr("Verdict"), tr("Why"), tr("Reproduce")]
        self.clear()
        self.setColumnCount(len(heads))
        self.setHorizontalHeaderLabels(heads)
        self.setRowCount(len(page.rows))
        for place in (0, *range(count + 1, len(heads))):
            item = self.horizontalHeaderItem(place)
            assert item is not None
            item.setTextAlignment(LEFT)
        for line, row in enumerate(page.rows):
            self._put(line, row, count)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(count + 2, QHeaderView.ResizeMode.Stretch)
        self.setFixedHeight(header.sizeHint().height() + len(page.rows) * HEIGHT + theme.UNIT)

    def _put(self, line: int, row: PageRow, count: int) -> None:
        cells = [with_sign(cell) for cell in row.cells]
        words = [row.label, *cells, *[""] * (count - len(cells))]
        is_end = not row.verdict
        self.put(line, [*words, VERDICT_WORDS[row.verdict], row.reason], bold=is_end)
        self._tell(line, 0, row.group, "")
        for place, cell in enumerate(row.cells, 1):
            self._tell(line, place, cell.reason, cell.verdict)
        self._tell(line, count + 1, row.reason, row.verdict)
        self._tell(line, count + 2, row.reason, "")
        for place in (count + 1, count + 2):
            item = self.item(line, place)
            assert item is not None
            item.setTextAlignment(LEFT)
        if row.command or row.run_ids:
            self.setCellWidget(line, count + 3, self._buttons(line, row))

    def _tell(self, line: int, place: int, reason: str, verdict: Verdict) -> None:
        """The tooltip of a cell, and the color of its verdict."""
        item = self.item(line, place)
        assert item is not None
        item.setToolTip(tip(reason))
        if verdict:
            item.setForeground(QColor(getattr(theme.tones(), TONES.get(verdict, "muted"))))

    def _buttons(self, line: int, row: PageRow) -> QWidget:
        """What reproduces a row: in this window, and on the command line."""
        box = QWidget()
        layout = QHBoxLayout(box)
        theme.spaced(layout, 0, spacing=1)
        use = _button(
            tr("Use"),
            tr("Put the settings of {name} into the form; Undo takes it back", name=row.label),
        )
        use.clicked.connect(partial(self.used.emit, line))
        copy = _button(tr("Copy"), tr("Copy the command that trains {name}", name=row.label))
        copy.clicked.connect(partial(self._copy, row.command))
        copy.setEnabled(bool(row.command))
        show = _button(tr("Runs"), tr("Select the runs of {name} in the table", name=row.label))
        show.clicked.connect(partial(self.picked.emit, list(row.run_ids)))
        show.setEnabled(bool(row.run_ids))
        for button in (use, copy, show):
            layout.addWidget(button)
        layout.addStretch(1)
        return box

    def _copy(self, command: str) -> None:
        QGuiApplication.clipboard().setText(command)
        self.copied.emit(tr("Copied: {command}", command=command))


def _button(text: str, reason: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip(reason))
    button.setAccessibleName(reason)
    button.setFixedHeight(BUTTON)
    return button
