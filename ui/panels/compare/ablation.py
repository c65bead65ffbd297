"""Compare, page "Ablation": what each technique of an experiment was worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QStackedWidget,
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
from ui.panels.shared.figure_table import ROW_HEIGHT, FigureTable
from workbench.base.text import joined, tr
from workbench.evaluation.group_test import METRICS
from workbench.runs.columns import RUN_COLUMNS
from workbench.runs.groups import GroupKind
from workbench.runs.store import Store
from workbench.study.ablation.result import AblationResult, result_of_group

WIDEST = 220 * theme.UNIT
"""A longer line is hard to read."""

WIDTH = 60 * theme.UNIT


@dataclass(frozen=True)
class ReadAblation:
    """What was read of the store.

    Attributes:
        names: Of all ablations, the newest first.
        name: Of the one that is judged; "" for none.
        found: What its runs say; None without any.
    """

    names: tuple[str, ...]
    name: str
    found: AblationResult | None


class AblationPage(QWidget):
    """An ablation, a figure, and a verdict on each technique.

    Args:
        folder: Of the store.
        feed: The runs; a change of them is judged again.
        jobs: Of the window.

    Signals:
        failed: A sentence.

    Attributes:
        read: What is shown.
    """

    failed = Signal(str)

    def __init__(self, folder: Path, feed: RunFeed, jobs: Jobs) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._folder = folder
        self._selected: tuple[str, ...] = ()
        self._wanted = ""
        self.read: ReadAblation | None = None
        self.latest = jobs.latest(self)
        self.latest.failed.connect(self.failed)
        self._make()
        self._lay_out()
        self.follow = WhenShown(self, self._refresh)
        for signal in (feed.changed, feed.finished, self.figure.currentIndexChanged):
            signal.connect(self.follow.mark)
        self.chooser.activated.connect(self._chosen)

    def _make(self) -> None:
        self.chooser, self.figure = QComboBox(), QComboBox()
        give_name(self.chooser, tr("Ablation"))
        give_name(self.figure, tr("Figure"))
        self.chooser.setFixedWidth(WIDTH)
        self.chooser.setToolTip(tr("Runs of one experiment as it is and without its techniques"))
        self.figure.setToolTip(
            tr("Judge by the test part; to choose settings by it, take the validation accuracy")
        )
        for key in METRICS:
            self.figure.addItem(RUN_COLUMNS[key].title, key)
        self.table = FigureTable(
            tr("Verdict on each technique"),
            [
                (tr("Without"), tr("The technique that was taken away")),
                (tr("Mean"), tr("Over the seeds")),
                (tr("Deviation"), tr("Standard deviation between seeds")),
                (tr("Seeds"), tr("Runs that trained to their end")),
                (tr("Difference"), tr("To the baseline; a ratio of times and speeds")),
                (tr("Verdict"), tr("Corrected for the number of techniques (Holm)")),
            ],
        )
        self.table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.table.setMaximumWidth(WIDEST)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.sentences, self.notes = Label(), Label()
        self.notes.setProperty("role", "muted")
        for label in (self.sentences, self.notes):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setMaximumWidth(WIDEST)
        self.empty = Label(
            tr(
                "No ablation yet. “Ablate this…” on the menu of a run trains its experiment "
                "without each\ntechnique that it uses: here you see what each of them is worth."
            )
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        theme.spaced(row, 3, 1, 3, 2, spacing=2)
        for text, box in ((tr("Ablation"), self.chooser), (tr("by"), self.figure)):
            label = Label(text)
            label.setBuddy(box)
            row.addWidget(label)
            row.addWidget(box)
        row.addStretch(1)
        self.answer = QWidget()
        self.answer.setObjectName("page")
        self.answer.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self.answer)
        theme.spaced(column, 3, 2, 3, 2, spacing=3)
        for widget in (self.table, self.sentences, self.notes):
            column.addWidget(widget)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidget(self.answer)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.area)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addLayout(row)
        layout.addWidget(self.stack, 1)

    # --- which ---------------------------------------------------------------------------------

    def select(self, run_ids: Sequence[str]) -> None:
        """These runs are selected; the ablation that the first is part of is shown."""
        self._selected, self._wanted = tuple(run_ids), ""
        self.follow.mark()

    @Slot(int)
    def _chosen(self, place: int) -> None:
        self._wanted = self.chooser.itemText(place)
        self.follow.mark()

    def _refresh(self) -> None:
        metric = str(self.figure.currentData())
        work = partial(_read, self._wanted, self._selected[:1], metric)
        self.latest.ask(in_store(self._folder, work), self._show)

    # --- the answer ----------------------------------------------------------------------------

    @Slot(object)
    def _show(self, read: ReadAblation) -> None:
        self.read = read
        with QSignalBlocker(self.chooser):
            self.chooser.clear()
            self.chooser.addItems(list(read.names))
            self.chooser.setCurrentText(read.name)
        for box in (self.chooser, self.figure):
            box.setEnabled(bool(read.names))
        if read.found is None:
            self.stack.setCurrentWidget(self.empty)
            return
        found = read.found
        rows = found.table()[1:]
        self.table.setRowCount(len(rows))
        self.table.put(0, rows[0], bold=True)
        for line, row in enumerate(found.rows, 1):
            self.table.put(line, rows[line], reason=row.finding.sentence)
        said = [tr("{sentence}.", sentence=row.finding.sentence) for row in found.rows]
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(head + len(rows) * ROW_HEIGHT + theme.UNIT)
        self.sentences.setText(joined("\n", said))
        self.notes.setText("\n".join(found.notes))
        self.notes.setVisible(bool(found.notes))
        self.stack.setCurrentWidget(self.area)


def _read(wanted: str, selected: Sequence[str], metric: str, store: Store) -> ReadAblation:
    """Reads the ablation that is wanted, in any thread.

    Args:
        wanted: Its name; "" for the one that the selected run is part of, else the newest.
        selected: Ids of runs; the first counts.
        metric: To judge by.
        store: Of that thread.

    Raises:
        StoreError, SpecError: where a run can't be read.
    """
    ablations = [group for group in store.groups() if group.kind == GroupKind.ABLATION]
    names = {group.name: group.group_id for group in reversed(ablations)}
    of_selected = [
        name
        for name, group_id in names.items()
        if not wanted and any(store.run(run_id).group_id == group_id for run_id in selected)
    ]
    name = wanted if wanted in names else next(iter([*of_selected, *names]), "")
    runs = store.grouped(name) if name else []
    found = result_of_group(runs, metric) if runs else None
    return ReadAblation(tuple(names), name, found)
